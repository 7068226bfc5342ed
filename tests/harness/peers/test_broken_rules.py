"""A rule of the protocol that is broken on the way, by a frame that no check of the case is about, end to end.

PASS promises that no rule was broken on the way. Each frame here is right by its schema.
"""

import json
import re
from typing import Any

import pytest

from ocppj.v16 import PROTOCOL
from reports.evidence.explanation import render
from tests.harness.conftest import Running
from tests.harness.support.scripted_sut import Rule, ScriptedSut, Text, now

CASE = """
@made_up()
async def test_session_and_reset(station, operator, charging):
    await operator.reset(station, type="Hard")
    request = await station.receives("Reset", rule="R1", type="Hard")
    await request.answered(status="Accepted")
    await station.sends("Heartbeat")
"""

PERIOD = {"startPeriod": 0, "limit": 6.0}
LONG_AGO = "2001-01-01T00:00:00Z"


def profile(**changes: Any) -> dict[str, Any]:
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [changes.pop("period", PERIOD)]}
    facts = {"chargingProfileId": 1, "stackLevel": 0, "chargingProfileKind": "Relative", "chargingSchedule": schedule}
    return {**facts, "chargingProfilePurpose": "TxDefaultProfile", **changes}


def sets(connector: int = 1, **changes: Any) -> tuple[str, dict[str, Any]]:
    return "SetChargingProfile", {"connectorId": connector, "csChargingProfiles": profile(**changes)}


def sends_list(*tags: str, version: int = 1) -> tuple[str, dict[str, Any]]:
    entries = [{"idTag": tag, "idTagInfo": {"status": "Accepted"}} for tag in tags]
    return "SendLocalList", {"listVersion": version, "updateType": "Full", "localAuthorizationList": entries}


ALL_KEYS: tuple[str, dict[str, Any]] = ("GetConfiguration", {})
"""The station tells how much it takes."""

RESERVES = {"connectorId": 1, "idTag": "VALID-1", "reservationId": 5, "expiryDate": LONG_AGO}
CALLS: dict[str, tuple[str, tuple[tuple[str, dict[str, Any]], ...], str]] = {
    "VAL-06": ("key", (("ChangeConfiguration", {"key": "Größe", "value": "1"}),), "U+00F6"),
    "VAL-16": ("connectorId", (("ChangeAvailability", {"connectorId": -1, "type": "Operative"}),), "not -1"),
    "BOOT-09": (
        "requestedMessage",
        (("TriggerMessage", {"requestedMessage": "BootNotification"}),),
        "not booted since",
    ),
    "LIST-02": ("listVersion", (sends_list("A", version=-1),), "listVersion is -1"),
    "LIST-03a": ("localAuthorizationList[1].idTag", (sends_list("Tag", "TAG"),), "in the list before"),
    "LIST-07": ("localAuthorizationList", (ALL_KEYS, sends_list(*map(str, range(101)))), "more than the 100"),
    "CFG-02": ("key", (ALL_KEYS, ("GetConfiguration", {"key": [f"K{number}" for number in range(51)]})), "than the 50"),
    "RES-04a": ("expiryDate", (("ReserveNow", RESERVES),), f"{LONG_AGO} is over"),
    "RMT-03": (
        "chargingProfile.chargingProfilePurpose",
        (("RemoteStartTransaction", {"idTag": "VALID-1", "connectorId": 1, "chargingProfile": profile()}),),
        "the profile is a TxDefaultProfile",
    ),
    "SC-01": ("connectorId", (sets(1, chargingProfilePurpose="ChargePointMaxProfile"),), "at connector 1"),
    "SC-04a": ("csChargingProfiles.stackLevel", (sets(stackLevel=-1),), "stackLevel is -1"),
    "SC-07": (
        "csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0].startPeriod",
        (sets(period={**PERIOD, "startPeriod": 5}),),
        "the first startPeriod is 5",
    ),
    "SC-09": (
        "csChargingProfiles.recurrencyKind",
        (sets(recurrencyKind="Daily"),),
        "Relative and has a recurrencyKind",
    ),
    "SC-10a": ("csChargingProfiles.validTo", (sets(validTo=LONG_AGO),), f"{LONG_AGO} is over"),
    "SC-11a": (
        "csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0].numberPhases",
        (sets(period={**PERIOD, "numberPhases": 0}),),
        "numberPhases is 0",
    ),
    "SC-12a": (
        "csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0].limit",
        (sets(period={**PERIOD, "limit": -6.0}),),
        "limit is -6.0",
    ),
    "SC-18": ("csChargingProfiles.stackLevel", (ALL_KEYS, sets(stackLevel=11)), "ChargeProfileMaxStackLevel 10"),
}
"""By rule the member that is shown, the CALLs that come before that of the case, and a part of the sentence."""

ANSWERS: dict[str, tuple[str, dict[str, Rule], str]] = {
    "VAL-14a": (
        "currentTime",
        {"Heartbeat": lambda _: Text(f'[3,"{{id}}",{{"currentTime":"{now()}","currentTime":"{now()}"}}]')},
        "more than once",
    ),
    "VAL-17": (
        "transactionId",
        {"StartTransaction": {"transactionId": 0, "idTagInfo": {"status": "Accepted"}}},
        "transactionId is 0",
    ),
    "BOOT-08": ("currentTime", {"Heartbeat": {"currentTime": LONG_AGO}}, "behind the clock here"),
    "BOOT-08a": (
        "interval",
        {"BootNotification": lambda _: {"status": "Accepted", "currentTime": now(), "interval": -1}},
        "interval is -1 s",
    ),
    "AUTH-03a": (
        "idTagInfo.expiryDate",
        {"Authorize": {"idTagInfo": {"status": "Accepted", "expiryDate": LONG_AGO}}},
        f"expiryDate {LONG_AGO} is over",
    ),
}
"""The same for answers that are given instead of the right ones."""


def _marked(frame: dict[str, Any], member: str) -> bool:
    """Whether the member is what is marked in the text of the frame."""
    value = json.loads(frame["text"])[3]
    for step in re.findall(r"[^.\[\]]+", member):
        value = value[int(step) if step.isdigit() else step]
    return bool(json.loads(frame["text"][frame["start"] : frame["end"]]) == value)


def _played(
    running: Running, scripted: ScriptedSut, rule: str, *arguments: str
) -> tuple[int, dict[str, Any], str, str]:
    if rule in CALLS:
        member, before, told = CALLS[rule]
        scripted.operations["Reset"] = lambda payload: [*before, ("Reset", payload)]
    else:
        member, answers, told = ANSWERS[rule]
        scripted.answers |= answers
    outcome = running(CASE, *arguments, sut={"operator": True})
    assert "Traceback" not in outcome.stdout
    return outcome.code, outcome.only, member, told


MUST = [rule for rule in CALLS if PROTOCOL.book.rules[rule].level == "MUST"]
SHOULD = [rule for rule in (*CALLS, *ANSWERS) if rule not in MUST]


@pytest.mark.parametrize("rule", MUST)
def test_a_broken_must_fails_the_case_with_frame_and_member(running: Running, scripted: ScriptedSut, rule: str) -> None:
    code, case, member, told = _played(running, scripted, rule)

    assert (code, case["verdict"], case["failure"]["rule"]) == (1, "FAIL", rule)
    assert told in case["reason"]
    assert _marked(case["failure"]["frame"], member)
    assert PROTOCOL.book.rules[rule].sentence in " ".join(render(case, width=4000).split())


@pytest.mark.parametrize("rule", SHOULD)
def test_a_broken_should_is_a_finding_of_a_case_that_passes(running: Running, scripted: ScriptedSut, rule: str) -> None:
    code, case, _, told = _played(running, scripted, rule)

    assert (code, case["verdict"]) == (0, "PASS")
    assert {(finding["rule"], finding["level"]) for finding in case["findings"]} == {(rule, "SHOULD")}
    assert told in case["findings"][0]["message"]


def test_a_broken_should_fails_with_strict(running: Running, scripted: ScriptedSut) -> None:
    code, case, member, told = _played(running, scripted, "RES-04a", "--plugproof-strict")

    assert (code, case["verdict"], case["failure"]["rule"]) == (1, "FAIL", "RES-04a")
    assert told in case["reason"]
    assert _marked(case["failure"]["frame"], member)


def test_nothing_is_found_in_what_is_right(running: Running, scripted: ScriptedSut) -> None:
    right = (ALL_KEYS, sets(), sets(0), sends_list("A", "B"), ("GetConfiguration", {"key": ["NumberOfConnectors"]}))
    scripted.operations["Reset"] = lambda payload: [*right, ("Reset", payload)]
    outcome = running(CASE, sut={"operator": True})

    assert (outcome.code, outcome.only["verdict"], outcome.only["findings"]) == (0, "PASS", [])
