"""The rules that a frame breaks although its schema takes it: text and time in, findings out, and right frames, too."""

import json
from collections.abc import Mapping
from time import monotonic_ns, time
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from ocppj import frames
from ocppj.evidence.trace import Role
from ocppj.matchers import path_text
from ocppj.peers.base import wall_of_system
from ocppj.rules.known import MOST_PROFILES, Given, Wall
from ocppj.session.session import Memory
from ocppj.v16 import PROTOCOL
from tests.ocppj.support.line import SECOND
from tests.ocppj.support.talk import (
    BOOT,
    EPOCH,
    NOW,
    PERIOD,
    RESERVE,
    START,
    STARTED,
    STATUS,
    Payload,
    Talk,
    accepted,
    asked_for_schedule,
    authorized,
    boot_answer,
    metered,
    period,
    remote_start,
    schedule,
    set_profile,
    stopped,
    tags,
)

KEYS = {
    "NumberOfConnectors": "2",
    "GetConfigurationMaxKeys": "2",
    "SendLocalListMaxLength": "2",
    "ChargeProfileMaxStackLevel": "3",
    "ChargingScheduleMaxPeriods": "2",
    "ChargingScheduleAllowedChargingRateUnit": "Current",
}
"""What the station has told in each of the rows below."""

RIGHT: tuple[tuple[Role, tuple[str, Payload, Payload]], ...] = (
    ("csms", accepted("ChangeAvailability", connectorId=0, type="Operative")),
    ("csms", ("ClearChargingProfile", {"connectorId": 0}, {"status": "Unknown"})),
    ("csms", ("UnlockConnector", {"connectorId": 3}, {"status": "NotSupported"})),  # E 3.87: there is an answer for it
    ("csms", accepted("TriggerMessage", requestedMessage="Heartbeat")),
    ("csms", accepted("TriggerMessage", requestedMessage="BootNotification")),  # nobody saw it being accepted
    ("csms", accepted("TriggerMessage", requestedMessage="MeterValues", connectorId=2)),
    ("csms", remote_start(None)),
    ("csms", ("RemoteStartTransaction", {"idTag": "A1"}, {"status": "Accepted"})),
    ("csms", remote_start(chargingProfileKind="Recurring", recurrencyKind="Daily")),
    ("csms", tags("A1", "A2")),
    ("csms", ("SendLocalList", {"listVersion": 5, "updateType": "Full"}, {"status": "Accepted"})),
    ("csms", ("GetConfiguration", {"key": ["A", "B"]}, {"unknownKey": ["B", "A"]})),
    ("csms", accepted("ReserveNow", **{**RESERVE, "connectorId": 0})),
    ("csms", accepted("ReserveNow", **{**RESERVE, "expiryDate": "2026-11-21T09:59:57Z"})),  # clocks may differ
    ("csms", accepted("ReserveNow", **{**RESERVE, "expiryDate": "2026-12-31T23:59:60Z"})),  # a leap second
    ("csms", set_profile(0, chargingProfilePurpose="ChargePointMaxProfile")),
    ("csms", set_profile(0)),
    ("csms", set_profile(2, chargingProfilePurpose="TxProfile", transactionId=7)),
    ("csms", set_profile(stackLevel=3, validFrom=NOW, validTo="2026-11-22T10:00:00Z")),
    ("csms", set_profile(**schedule(period(numberPhases=1), period(startPeriod=1, limit=0), minChargingRate=0.1))),
    ("station", ("StatusNotification", {**STATUS, "connectorId": 0, "status": "Faulted"}, {})),
    ("station", ("StatusNotification", {**STATUS, "connectorId": 2, "status": "Charging", "timestamp": NOW}, {})),
    ("station", ("StatusNotification", {**STATUS, "timestamp": "2020-01-01T00:00:00Z"}, {})),  # it may have waited
    ("station", ("StatusNotification", {**STATUS, "timestamp": "2016-12-31T23:59:60Z"}, {})),  # a leap second
    ("station", ("StartTransaction", START, STARTED)),
    ("station", metered(NOW)),
    ("station", ("Heartbeat", {}, {"currentTime": "2026-11-21T09:59:56Z"})),
    ("station", boot_answer()),
    ("station", boot_answer(status="Rejected", interval=0)),
    ("station", authorized()),
    ("station", authorized(expiryDate="2026-11-21T10:00:01Z")),
    ("station", authorized(status="Expired", expiryDate="2025-11-21T10:00:01Z")),
    ("station", stopped(timestamp="2026-11-21T08:00:00Z")),  # it was Accepted when it ended
    ("station", ("StopTransaction", {"transactionId": 7, "meterStop": 1, "timestamp": NOW}, {})),
    ("csms", asked_for_schedule()),
    ("csms", ("GetCompositeSchedule", {"connectorId": 1, "duration": 60}, {"status": "Rejected"})),
    ("csms", ("DataTransfer", {"vendorId": "v", "data": "Zürich\n"}, {"status": "Accepted", "data": "\u2713"})),
    ("csms", ("InstallCertificate", {"certificateType": "CentralSystemRootCertificate", "certificate": "-\n-"},
              {"status": "Accepted"})),
    ("csms", ("ChangeConfiguration", {"key": "a\\b\"/", "value": "~ !"}, {"status": "Accepted"})),
)  # fmt: skip
"""Who sends the CALL, and an exchange that breaks no rule; many of them touch one."""

WRONG: dict[str, tuple[tuple[Role, tuple[str, Payload, Payload]], ...]] = {
    "VAL-04": (
        ("station", ("StatusNotification", {**STATUS, "timestamp": "2026-11-21T10:00:05Z"}, {})),
        ("station", metered("2099-01-01T00:00:00Z")),
    ),
    "VAL-06": (
        ("station", ("StatusNotification", {**STATUS, "info": "défaut"}, {})),
        ("station", ("Authorize", {"idTag": "A\x7f"}, {"idTagInfo": {"status": "Accepted"}})),
        ("station", authorized(parentIdTag="tab\there")),
        ("csms", ("ChangeConfiguration", {"key": "K", "value": "a\nb"}, {"status": "Rejected"})),
        ("csms", ("DataTransfer", {"vendorId": "vé"}, {"status": "UnknownVendorId"})),
        ("csms", tags("A1", "Ä2")),
    ),
    "VAL-16": (
        ("csms", accepted("ChangeAvailability", connectorId=-1, type="Operative")),
        ("csms", accepted("ReserveNow", **{**RESERVE, "connectorId": 3})),
        ("csms", accepted("TriggerMessage", requestedMessage="StatusNotification", connectorId=0)),
        ("csms", accepted("ExtendedTriggerMessage", requestedMessage="StatusNotification", connectorId=0)),
        ("csms", ("UnlockConnector", {"connectorId": 0}, {"status": "NotSupported"})),
        ("csms", remote_start(0)),
        ("csms", set_profile(3)),
        ("csms", ("ClearChargingProfile", {"connectorId": -1}, {"status": "Unknown"})),
        ("station", ("StartTransaction", {**START, "connectorId": 0}, STARTED)),
        ("station", ("StatusNotification", {**STATUS, "connectorId": 3}, {})),
        ("station", ("MeterValues", {**metered(NOW)[1], "connectorId": -1}, {})),
    ),
    "VAL-17": (
        ("station", ("StartTransaction", START, {**STARTED, "transactionId": 0})),
        ("station", ("StartTransaction", START, {**STARTED, "transactionId": -1})),
    ),
    "BOOT-08": (
        ("station", ("Heartbeat", {}, {"currentTime": "2026-11-21T10:00:05Z"})),
        ("station", boot_answer(currentTime="2026-11-21T11:00:00Z")),
        ("station", boot_answer(currentTime="1970-01-01T00:00:00Z")),
    ),
    "BOOT-08a": (
        ("station", boot_answer(interval=-1)),
        ("station", boot_answer(interval=-5, status="Pending")),
        ("station", boot_answer(interval=0)),
    ),
    "AUTH-03a": (
        ("station", authorized(expiryDate="2026-11-21T09:00:00Z")),
        ("station", ("StartTransaction", START,
                     {**STARTED, "idTagInfo": {"status": "Accepted", "expiryDate": "2026-11-20T10:00:00Z"}})),
        ("station", stopped()),
    ),
    "LIST-02": (("csms", tags("A1", listVersion=0)), ("csms", tags("A1", listVersion=-1))),
    "LIST-03a": (("csms", tags("tag", "TAG")),),
    "LIST-07": (("csms", tags("A1", "A2", "A3")),),
    "STAT-03": (("station", ("StatusNotification", {**STATUS, "connectorId": 0, "status": "Reserved"}, {})),),
    "CFG-02": (("csms", ("GetConfiguration", {"key": ["A", "B", "C"]}, {"unknownKey": ["A", "B", "C"]})),),
    "RES-04a": (
        ("csms", accepted("ReserveNow", **{**RESERVE, "expiryDate": "2026-11-21T09:59:55Z"})),
        ("csms", accepted("ReserveNow", **{**RESERVE, "expiryDate": "2016-12-31T23:59:60Z"})),  # a leap second
    ),
    "RMT-03": (
        ("csms", remote_start(chargingProfilePurpose="TxDefaultProfile")),
        ("csms", remote_start(chargingProfilePurpose="ChargePointMaxProfile")),
        ("csms", remote_start(transactionId=7)),
    ),
    "SC-01": (
        ("csms", set_profile(1, chargingProfilePurpose="ChargePointMaxProfile")),
        ("csms", set_profile(0, chargingProfilePurpose="TxProfile", transactionId=7)),
    ),
    "SC-04a": (("csms", set_profile(stackLevel=-1)), ("csms", remote_start(stackLevel=-1))),
    "SC-07": (
        ("csms", set_profile(**schedule(period(startPeriod=1)))),
        ("csms", set_profile(**schedule(PERIOD, PERIOD))),
        ("csms", remote_start(**schedule(PERIOD, period(startPeriod=-1)))),
        ("csms", asked_for_schedule(chargingSchedulePeriod=[period(startPeriod=60)])),
    ),
    "SC-09": (
        ("csms", set_profile(recurrencyKind="Daily")),
        ("csms", remote_start(chargingProfileKind="Relative", recurrencyKind="Weekly")),
    ),
    "SC-10a": (
        ("csms", set_profile(validTo="2026-11-21T09:00:00Z")),
        ("csms", remote_start(validFrom="2026-11-22T10:00:00Z", validTo="2026-11-22T10:00:00Z")),
        ("csms", remote_start(validFrom="2027-01-01T00:00:00Z", validTo="2026-12-31T23:59:60Z")),
    ),
    "SC-11a": (
        ("csms", set_profile(**schedule(period(numberPhases=0)))),
        ("csms", remote_start(**schedule(period(numberPhases=4)))),
        ("csms", asked_for_schedule(chargingSchedulePeriod=[period(numberPhases=0)])),
    ),
    "SC-12a": (
        ("csms", set_profile(**schedule(period(limit=-0.1)))),
        ("csms", remote_start(**schedule(minChargingRate=-1.0))),
        ("csms", asked_for_schedule(minChargingRate=-1.0)),
    ),
    "SC-18": (
        ("csms", set_profile(stackLevel=4)),
        ("csms", remote_start(**schedule(PERIOD, period(startPeriod=1), period(startPeriod=2)))),
        ("csms", set_profile(**schedule(chargingRateUnit="W"))),
    ),
}  # fmt: skip
"""For each rule exchanges that break it and nothing else."""

OF_THE_STATION = {"GetCompositeSchedule"}
"""Here it is the answer of the station that is wrong."""

LEVELS: Mapping[str, str] = {"BOOT-08": "SHOULD"}
"""Where the finding is less than the rule: the clock that is compared with may be the wrong one."""


@pytest.mark.parametrize(("sender", "exchange"), RIGHT)
def test_what_is_right_is_let_by(sender: Role, exchange: tuple[str, Payload, Payload]) -> None:
    line = Talk("station")
    line.configured(**KEYS)
    assert line.exchange(sender, *exchange) == []


def _blamed(rule: str, sender: Role, action: str) -> Role:
    if PROTOCOL.book.rules[rule].who != "both":
        return PROTOCOL.book.rules[rule].who  # type: ignore[return-value]
    return "station" if action in OF_THE_STATION else sender


@pytest.mark.parametrize(
    ("rule", "sender", "exchange"),
    [
        pytest.param(rule, *one, id=f"{rule}-{number}")
        for rule, exchanges in WRONG.items()
        for number, one in enumerate(exchanges, start=1)
    ],
)
def test_what_breaks_a_rule_is_found(
    rule: str, sender: Role, exchange: tuple[str, Payload, Payload], snapshot: SnapshotAssertion
) -> None:
    line = Talk("station")
    line.configured(**KEYS)
    found = line.exchange(sender, *exchange)

    assert [finding.rule for finding in found] == [rule]
    if (rule, exchange[2].get("interval")) != ("BOOT-08a", 0):
        assert found[0].level == LEVELS.get(rule, PROTOCOL.book.rules[rule].level)
    if rule != "VAL-06":
        assert found[0].party == _blamed(rule, sender, exchange[0])
    frame = frames.parse(line.trace.entries[(found[0].seq or 0) - 1].text)
    value: Any = frame.payload  # type: ignore[union-attr]
    for step in found[0].path:
        value = value[step]  # the path leads to a member that is there
    assert f"{path_text(found[0].path)}: {found[0].message}" == snapshot


# --- what nobody told is judged on nobody -----------------------------------------------------------------------------

UNTOLD = ("VAL-16", "LIST-07", "CFG-02", "SC-18")


@pytest.mark.parametrize("value", [None, "", "many", "-1"])
@pytest.mark.parametrize(
    ("sender", "exchange"),
    [
        ("station", ("StatusNotification", {**STATUS, "connectorId": 9}, {})),
        *(one for rule in UNTOLD[1:] for one in WRONG[rule]),
    ],
)
def test_a_limit_that_is_not_known_limits_nobody(
    sender: Role, exchange: tuple[str, Payload, Payload], value: str | None
) -> None:
    line = Talk("station")
    if value is not None:
        keys = {**dict.fromkeys(KEYS, value), "MaxChargingProfilesInstalled": value}
        line.configured(**{**keys, "ChargingScheduleAllowedChargingRateUnit": ""})
    assert line.exchange(sender, *exchange) == []


@pytest.mark.parametrize(
    ("key", "sender", "exchange"),
    [
        ("GetConfigurationMaxKeys", "csms", ("GetConfiguration", {"key": ["A"]}, {"unknownKey": ["A"]})),
        ("SendLocalListMaxLength", "csms", tags("A1")),
        ("NumberOfConnectors", "station", ("StatusNotification", {**STATUS, "connectorId": 1}, {})),
        ("ChargingScheduleMaxPeriods", "csms", set_profile()),
        ("MaxChargingProfilesInstalled", "csms", set_profile()),
    ],
)
def test_a_limit_that_forbids_every_request_limits_nobody(
    key: str, sender: Role, exchange: tuple[str, Payload, Payload]
) -> None:
    line = Talk("station")
    line.configured(**{key: "0"})
    assert line.exchange(sender, *exchange) == []


def test_0_is_a_limit_where_something_keeps_to_it() -> None:
    line = Talk("station")
    line.configured(ChargeProfileMaxStackLevel="0")
    assert line.exchange("csms", *set_profile(stackLevel=0)) == []
    assert [finding.rule for finding in line.exchange("csms", *set_profile(stackLevel=1))] == ["SC-18"]


@pytest.mark.parametrize(
    ("sender", "exchange"),
    [one for rule in ("VAL-04", "BOOT-08", "AUTH-03a", "RES-04a") for one in WRONG[rule]] + [WRONG["SC-10a"][0]],
)
def test_without_a_wall_time_no_date_is_judged(sender: Role, exchange: tuple[str, Payload, Payload]) -> None:
    assert Talk("station", wall=None).exchange(sender, *exchange) == []


def test_the_wall_time_is_that_of_the_frame_and_the_deviation_that_of_the_lab() -> None:
    line = Talk("csms", wall=Wall(lambda at: EPOCH + at / SECOND, deviation=60))
    line.passes(3600)
    assert line.exchange("station", "Heartbeat", {}, {"currentTime": "2026-11-21T11:00:59Z"}) == []
    found = line.exchange("station", "Heartbeat", {}, {"currentTime": NOW})
    assert [finding.message for finding in found] == ["currentTime is 3600 s behind the clock here"]


def test_a_changed_key_counts_once_it_was_accepted() -> None:
    line = Talk("csms")
    too_many: tuple[str, dict[str, Any], dict[str, Any]] = (
        "GetConfiguration",
        {"key": ["A", "B", "C"]},
        {"unknownKey": ["A", "B", "C"]},
    )
    change = {"key": "getconfigurationMAXkeys", "value": "2"}
    line.exchange("csms", "ChangeConfiguration", change, {"status": "Rejected"})
    assert line.exchange("csms", *too_many) == []

    line.exchange("csms", "ChangeConfiguration", change, {"status": "Accepted"})
    assert [finding.rule for finding in line.exchange("csms", *too_many)] == ["CFG-02"]


def test_keys_that_no_rule_asks_for_and_long_values_are_not_kept() -> None:
    line = Talk("csms")
    line.configured(AuthorizationKey="secret", NumberOfConnectors="9" * 400)
    assert line.session.memory.known.configuration == {"numberofconnectors": "9" * 100}


def test_what_an_answer_tells_counts_only_when_call_and_answer_are_right() -> None:
    line = Talk("csms")
    entry = {"key": "NumberOfConnectors", "readonly": True, "value": "1"}
    line.exchange("csms", "GetConfiguration", {"extra": 1}, {"configurationKey": [entry]})
    line.exchange("csms", "GetConfiguration", {}, {"configurationKey": [entry], "extra": 1})
    assert line.session.memory.known.configuration == {}


def test_facts_are_those_of_the_identity_and_outlive_a_connection() -> None:
    first = Talk("station")
    first.configured(**KEYS)
    second = Talk("station", memory=first.session.memory)
    found = second.exchange("station", "StatusNotification", {**STATUS, "connectorId": 3}, {})
    assert [finding.rule for finding in found] == ["VAL-16"]


# --- registration -----------------------------------------------------------------------------------------------------

TRIGGER = accepted("TriggerMessage", requestedMessage="BootNotification")
REMOTE = (
    ("RemoteStartTransaction", {"idTag": "A1"}, {"status": "Rejected"}),
    ("RemoteStopTransaction", {"transactionId": 1}, {"status": "Rejected"}),
)


def test_boot_09_no_boot_is_triggered_after_acceptance() -> None:
    line = Talk("csms")
    for status in ("Pending", "Rejected"):
        line.booted(status)
        assert line.exchange("csms", *TRIGGER) == []

    line.booted("Accepted")
    assert line.exchange("csms", *accepted("TriggerMessage", requestedMessage="Heartbeat")) == []
    found = line.exchange("csms", *TRIGGER)
    assert [(finding.rule, finding.level, finding.party, finding.path) for finding in found] == [
        ("BOOT-09", "MUST", "csms", ("requestedMessage",))
    ]

    # It boots again, and the CSMS has not answered yet.
    line.session.observe("station", frames.call("boot", "BootNotification", BOOT), line.now)
    assert line.session.observe("csms", frames.call("trigger", *TRIGGER[:2]), line.now).findings == ()


@pytest.mark.parametrize("remote", REMOTE)
def test_boot_05_nothing_is_started_or_stopped_while_pending(remote: tuple[str, Payload, Payload]) -> None:
    line = Talk("csms")
    assert line.exchange("csms", *remote) == []
    line.booted("Accepted")
    assert line.exchange("csms", *remote) == []

    line.booted("Pending")
    assert line.exchange("csms", "GetConfiguration", {"key": ["A"]}, {"unknownKey": ["A"]}) == []
    found = line.exchange("csms", *remote)
    assert [(finding.rule, finding.level, finding.party) for finding in found] == [("BOOT-05", "MUST", "csms")]
    assert remote[0] in found[0].message


def test_boot_05_the_connection_is_kept_while_pending() -> None:
    for status, by, broken in (
        ("Accepted", "csms", []),
        ("Pending", "station", []),
        ("Pending", "csms", [("BOOT-05", "SHOULD", "csms")]),
    ):
        line = Talk("csms")
        line.booted(status)
        line.session.close(by, line.now)  # type: ignore[arg-type]
        assert [(one.rule, one.level, one.party) for one in line.session.findings] == broken


def test_a_station_that_says_what_only_a_csms_says_teaches_nothing_and_breaks_one_rule() -> None:
    line = Talk("station")
    line.booted("Accepted")
    assert [finding.rule for finding in line.exchange("station", *TRIGGER)] == ["RPC-08"]


# --- transactions -----------------------------------------------------------------------------------------------------


def test_val_17_a_start_told_again_has_its_id_and_no_other_one() -> None:
    line = Talk("csms")
    assert line.exchange("station", "StartTransaction", START, STARTED) == []
    again = {**START, "idTag": "a1"}
    assert line.exchange("station", "StartTransaction", again, STARTED) == []

    found = line.exchange("station", "StartTransaction", {**START, "meterStart": 5}, STARTED)
    assert [(finding.rule, finding.level, finding.path) for finding in found] == [
        ("VAL-17", "SHOULD", ("transactionId",))
    ]
    assert found[0].message == "transactionId 7 was given to another start of this station"


def test_val_17_binds_over_the_stations_of_a_run() -> None:
    given = Given(most=2)
    first, second = (Talk("csms", memory=Memory(given=given)) for _ in range(2))
    assert first.exchange("station", "StartTransaction", START, STARTED) == []
    found = second.exchange("station", "StartTransaction", START, STARTED)
    assert [finding.message for finding in found] == ["transactionId 7 was given to a start of another station"]

    for id in (8, 9):
        start = {**START, "meterStart": id}
        assert second.exchange("station", "StartTransaction", start, {**STARTED, "transactionId": id}) == []
    assert given.start_of(7) is None  # the oldest went


def test_val_17_two_csms_that_know_nothing_of_each_other_may_count_alike() -> None:
    for line in (Talk("csms"), Talk("csms")):
        assert line.exchange("station", "StartTransaction", START, STARTED) == []


# --- the number of profiles -------------------------------------------------------------------------------------------


def _profiles(most: str) -> Talk:
    line = Talk("csms")
    line.configured(MaxChargingProfilesInstalled=most)
    return line


def _sets(line: Talk, id: int, connector: int = 1, status: str = "Accepted", **changes: Any) -> list[str]:
    action, members, _ = set_profile(connector, chargingProfileId=id, **changes)
    return [finding.rule for finding in line.exchange("csms", action, members, {"status": status})]


def test_sc_18_no_more_profiles_are_set_than_fit() -> None:
    line = _profiles("2")
    assert _sets(line, 1) == []
    assert _sets(line, 2, 2) == []
    assert _sets(line, 1, 3) == []  # the same id: it moves
    assert _sets(line, 3, 2) == []  # the same purpose, level and connector: it takes the place of the other
    assert _sets(line, 4, 1) == ["SC-18"]


def test_sc_18_counts_only_what_is_sure_to_be_there() -> None:
    line = _profiles("1")
    assert _sets(line, 1, status="Rejected") == []
    assert _sets(line, 2, chargingProfilePurpose="TxProfile", transactionId=7) == []
    assert _sets(line, 3, validTo="2026-11-22T10:00:00Z") == []
    assert _sets(line, 4, **schedule(duration=60)) == []
    assert _sets(line, 5) == []
    assert _sets(line, 6, 2) == ["SC-18"]

    line.exchange("csms", "ClearChargingProfile", {"id": 5}, {"status": "Accepted"})
    assert _sets(line, 7, 2) == []


def test_profiles_are_remembered_up_to_a_bound() -> None:
    line = Talk("csms")
    for id in range(MOST_PROFILES + 5):
        _sets(line, id, id)
    assert len(line.session.memory.known.profiles) == MOST_PROFILES


# --- text -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('[2,"1","Authorize",{"idTag":"A","idTag":"B"}]', ("idTag",)),
        ('[2,"1","Authorize",{"idTag":"A", "id\\u0054ag" : "A"}]', ("idTag",)),
        ('[2,"1","MeterValues",{"connectorId":1,"meterValue":[{"timestamp":"2026-11-21T10:00:00Z","sampledValue":'
         '[{"value":"1"},{"value":"2","unit":"Wh","unit":"kWh"}]}]}]', ("meterValue", 0, "sampledValue", 1, "unit")),
        ('[2,"1","Authorize",{"idTag":"A","x":1,"x":2}]', ("x",)),
        ('[2,"1","Authorize",{"idTag":"A","idTag"\t:"A"}]', ("idTag",)),
    ],
)  # fmt: skip
def test_val_14a_a_member_stands_once(text: str, path: tuple[str | int, ...]) -> None:
    line = Talk("station")
    seen = line.says(text)
    found = [finding for finding in seen.findings if finding.rule == "VAL-14a"]
    assert [(finding.level, finding.path) for finding in found] == [("SHOULD", path)]
    assert repr(path[-1]) in found[0].message


def test_val_14a_binds_answers_too() -> None:
    line = Talk("csms")
    line.is_called("1", "Authorize", {"idTag": "A"})
    line.says('[3,"1",{"idTagInfo":{"status":"Invalid","status":"Accepted"}}]')
    assert line.broken == [("VAL-14a", "SHOULD")]


@pytest.mark.parametrize(
    "text",
    [
        '[2,"1","Authorize", { "idTag" : "A" } ]',
        '[2,"1","Authorize",{"idTag":"\\"idTag\\":"}]',
        '[2,"1","DataTransfer",{"vendorId":"v","data":"{\\"a\\":1,\\"a\\":2}"}]',
        '[2,"1","MeterValues",{"connectorId":1,"meterValue":[{"timestamp":"2026-11-21T10:00:00Z","sampledValue":'
        '[{"value":"1"},{"value":"2"}]}]}]',
    ],
)
def test_val_14a_is_not_about_texts_that_look_like_members(text: str) -> None:
    line = Talk("station")
    assert json.loads(text)
    line.says(text)
    assert line.broken == []


def test_val_14a_a_text_that_cannot_be_looked_at_twice_is_left_alone() -> None:
    line = Talk("station")
    for depth in (500, 900, 5_000):
        deep = "[" * depth + "]" * depth
        seen = line.says(f'[2,"{depth}","DataTransfer",{{"vendorId":"v","data":{deep}}}]')
        assert "VAL-14a" not in [finding.rule for finding in seen.findings]


def test_val_14a_a_payload_that_cannot_be_written_again_is_left_alone() -> None:
    line = Talk("station")
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    text = f'[2,"1","DataTransfer",{{"vendorId":"v","data":{{"x":{"[" * 100_000}{"]" * 100_000}}}}}]'
    seen = line.session.send(frames.Call("1", "DataTransfer", {"vendorId": "v", "data": {"x": deep}}, text), line.now)
    assert "VAL-14a" not in [finding.rule for finding in seen.findings]


def test_the_clock_of_the_system_says_what_the_time_was_at_a_frame() -> None:
    wall = wall_of_system(7)
    before = time()
    at = monotonic_ns()
    after = time()
    earlier = wall.now(at - 60 * SECOND)

    assert wall.deviation == 7
    assert before - 61 < earlier < after - 59


def test_val_06_is_not_asked_of_what_breaks_its_schema() -> None:
    line = Talk("station")
    seen = line.calls("1", "Authorize", {"idTag": "é", "extra": 1})
    assert [finding.rule for finding in seen.findings] == ["VAL-14"]
    seen = line.calls("2", "Nönsense", {"idTag": "é"})
    assert "VAL-06" not in [finding.rule for finding in seen.findings]
