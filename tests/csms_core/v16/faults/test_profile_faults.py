"""Every rule a case of Reservation, Smart Charging, Local List or Remote Trigger judges on a CSMS has a fault.

The right message fulfils the rule, and under each of its faults what leaves the CSMS does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from schemas import load
from tests.csms_core.support.bench import what_leaves
from tests.csms_core.v16.profile_messages import EXPIRY, MESSAGES, TRANSACTION, said_by_station

SCHEMAS = load("1.6")
MISSING: Any = object()

Judge = Callable[[Any, Any], bool]
"""Takes the payload that left and the payloads of the whole session by name."""
Rule = tuple[str, Judge, tuple[str, ...]]
"""The message a rule is about, the rule, and the faults that break it."""


def at(path: str, payload: Any) -> Any:
    for step in path.split("."):
        if isinstance(payload, list) and int(step) < len(payload):
            payload = payload[int(step)]
        elif isinstance(payload, dict) and step in payload:
            payload = payload[step]
        else:
            return MISSING
    return payload


def equals(path: str, *values: Any) -> Judge:
    return lambda payload, session: at(path, payload) in values


def differs(path: str, value: Any) -> Judge:
    return lambda payload, session: at(path, payload) not in (value, MISSING)


def has(path: str) -> Judge:
    return lambda payload, session: at(path, payload) is not MISSING


def lacks(path: str) -> Judge:
    return lambda payload, session: at(path, payload) is MISSING


def both(*judges: Judge) -> Judge:
    return lambda payload, session: all(judge(payload, session) for judge in judges)


def valid(action: str) -> Judge:
    return lambda payload, session: bool(SCHEMAS.call[action](payload))


def entries_have_info(payload: Any, session: Any) -> bool:
    return all("idTagInfo" in entry for entry in at("localAuthorizationList", payload))


def just_the_chosen(payload: Any, session: Any) -> bool:
    return [entry["idTag"] for entry in at("localAuthorizationList", payload)] == ["V"] and entries_have_info(
        payload, session
    )


def ids_differ(payload: Any, session: Any) -> bool:
    ids = [at("csChargingProfiles.chargingProfileId", session[name]) for name in ("max", "default", "tx")]
    return len(set(ids)) == 3


def complete(holder: str) -> Judge:
    """What an Absolute profile has to have."""
    members = ("validFrom", "validTo", "chargingSchedule.startSchedule", "chargingSchedule.duration")
    return both(*(has(f"{holder}.{member}") for member in members))


CS, START = "csChargingProfiles", "chargingProfile"
PERIOD = f"{CS}.chargingSchedule.chargingSchedulePeriod.0"
INCOMPLETE = ("without-valid-from", "without-valid-to", "without-start", "without-duration")
SET_INCOMPLETE = tuple(f"set-profile-{name}" for name in INCOMPLETE)
START_INCOMPLETE = tuple(f"remote-start-profile-{name}" for name in INCOMPLETE)

full = ("full list", equals("updateType", "Full"), ("send-local-list-full-as-differential", "send-local-list-not-sent"))
version = (
    "list version",
    valid("GetLocalListVersion"),
    ("get-local-list-version-not-sent", "get-local-list-version-with-extra-member"),
)
connector: Rule = (
    "reserve",
    equals("connectorId", 1),
    ("reserve-now-wrong-connector", "reserve-now-without-connector", "reserve-now-not-sent"),
)
tag: Rule = ("reserve", equals("idTag", "T"), ("reserve-now-wrong-tag", "reserve-now-without-tag"))
has_id: Rule = ("reserve", has("reservationId"), ("reserve-now-without-id",))
has_tag: Rule = ("reserve", has("idTag"), ("reserve-now-without-tag",))
not_0: Rule = ("reserve", differs("connectorId", 0), ("reserve-now-any-connector", "reserve-now-without-connector"))
accepted: Rule = ("start", equals("idTagInfo.status", "Accepted"), ("start-with-reservation-invalid",))

RULES: dict[str, Rule] = {
    "TC_042_1_CSMS.R1": version,
    "TC_042_2_CSMS.R1": version,
    "TC_043_1_CSMS.R1": full,
    "TC_043_3_CSMS.R1": full,
    "TC_043_4_CSMS.R1": full,
    "TC_043_4_CSMS.R2": ("full list", entries_have_info, ("send-local-list-full-without-info",)),
    "TC_043_5_CSMS.R2": (
        "differential",
        equals("updateType", "Differential"),
        ("send-local-list-differential-as-full",),
    ),
    "TC_043_5_CSMS.R3": (
        "differential",
        lambda payload, session: payload["listVersion"] > session["full list"]["listVersion"],
        ("send-local-list-same-version",),
    ),
    "TC_043_5_CSMS.R4": (
        "differential",
        just_the_chosen,
        (
            "send-local-list-differential-with-more",
            "send-local-list-differential-wrong-tag",
            "send-local-list-differential-without-info",
        ),
    ),
    "TC_046_CSMS.R1": connector,
    "TC_046_CSMS.R2": tag,
    "TC_046_CSMS.R6": accepted,
    "TC_047_CSMS.R1": connector,
    "TC_047_CSMS.R2": tag,
    "TC_047_CSMS.R3": (
        "reserve",
        equals("expiryDate", EXPIRY),
        ("reserve-now-wrong-expiry", "reserve-now-without-expiry"),
    ),
    "TC_048_1_CSMS.R1": connector,
    "TC_048_1_CSMS.R2": tag,
    "TC_048_2_CSMS.R3": connector,
    "TC_048_2_CSMS.R4": tag,
    "TC_048_3_CSMS.R1": (
        "make unavailable",
        equals("connectorId", 1),
        ("change-availability-wrong-connector", "change-availability-not-sent"),
    ),
    "TC_048_3_CSMS.R2": ("make unavailable", equals("type", "Inoperative"), ("change-availability-type-swapped",)),
    "TC_048_3_CSMS.R6": connector,
    "TC_048_3_CSMS.R7": tag,
    "TC_048_4_CSMS.R1": connector,
    "TC_048_4_CSMS.R2": tag,
    "TC_049_CSMS.R1": ("reserve station", equals("connectorId", 0), ("reserve-now-wrong-connector",)),
    "TC_049_CSMS.R2": has_id,
    "TC_049_CSMS.R3": has_tag,
    "TC_051_CSMS.R1": not_0,
    "TC_051_CSMS.R2": has_id,
    "TC_051_CSMS.R3": has_tag,
    "TC_051_CSMS.R4": ("reserve", has("expiryDate"), ("reserve-now-without-expiry",)),
    "TC_051_CSMS.R7": (
        "cancel",
        equals("reservationId", 5),
        ("cancel-reservation-wrong-id", "cancel-reservation-without-id", "cancel-reservation-not-sent"),
    ),
    "TC_052_CSMS.R1": has_id,
    "TC_052_CSMS.R4": (
        "cancel unknown",
        differs("reservationId", 5),
        ("cancel-reservation-last-id", "cancel-reservation-without-id"),
    ),
    "TC_053_CSMS.R1": not_0,
    "TC_053_CSMS.R2": has_id,
    "TC_053_CSMS.R3": has_tag,
    "TC_053_CSMS.R4": ("reserve", has("parentIdTag"), ("reserve-now-without-parent",)),
    "TC_053_CSMS.R7": accepted,
    "TC_054_CSMS.R1": (
        "trigger meter",
        equals("requestedMessage", "MeterValues"),
        ("trigger-wrong-message", "trigger-without-message", "trigger-not-sent", "trigger-asks-for-boot"),
    ),
    "TC_054_CSMS.R2": (
        "trigger meter",
        equals("connectorId", 1),
        ("trigger-wrong-connector", "trigger-without-connector"),
    ),
    "TC_054_CSMS.R4": ("trigger heartbeat", equals("requestedMessage", "Heartbeat"), ("trigger-wrong-message",)),
    "TC_054_CSMS.R6": ("trigger status", equals("requestedMessage", "StatusNotification"), ("trigger-wrong-message",)),
    "TC_054_CSMS.R7": (
        "trigger status",
        equals("connectorId", 1),
        ("trigger-wrong-connector", "trigger-without-connector"),
    ),
    "TC_054_CSMS.R9": (
        "trigger diagnostics",
        equals("requestedMessage", "DiagnosticsStatusNotification"),
        ("trigger-wrong-message",),
    ),
    "TC_054_CSMS.R12": (
        "trigger firmware",
        equals("requestedMessage", "FirmwareStatusNotification"),
        ("trigger-wrong-message",),
    ),
    "TC_055_CSMS.R1": (
        "trigger meter",
        equals("requestedMessage", "MeterValues"),
        ("trigger-wrong-message", "trigger-not-sent"),
    ),
    "TC_056_CSMS.R1": ("default", equals("connectorId", 1), ("set-profile-wrong-connector", "set-profile-not-sent")),
    "TC_056_CSMS.R2": ("default", equals(f"{CS}.stackLevel", 2), ("set-profile-wrong-stack-level",)),
    "TC_056_CSMS.R3": (
        "default",
        equals(f"{CS}.chargingProfilePurpose", "TxDefaultProfile"),
        ("set-profile-wrong-purpose",),
    ),
    "TC_056_CSMS.R4": ("default", equals(f"{CS}.chargingProfileKind", "Absolute"), ("set-profile-wrong-kind",)),
    "TC_056_CSMS.R5": ("default", has(f"{CS}.validFrom"), ("set-profile-without-valid-from",)),
    "TC_056_CSMS.R6": ("default", has(f"{CS}.validTo"), ("set-profile-without-valid-to",)),
    "TC_056_CSMS.R7": ("default", lacks(f"{CS}.transactionId"), ("set-profile-with-transaction",)),
    "TC_056_CSMS.R8": ("default", lacks(f"{CS}.recurrencyKind"), ("set-profile-with-recurrency",)),
    "TC_056_CSMS.R9": ("default", has(f"{CS}.chargingSchedule.startSchedule"), ("set-profile-without-start",)),
    "TC_056_CSMS.R10": (
        "default",
        equals(f"{CS}.chargingSchedule.chargingRateUnit", "A"),
        ("set-profile-wrong-unit",),
    ),
    "TC_056_CSMS.R11": (
        "default",
        equals(f"{CS}.chargingSchedule.duration", 300),
        ("set-profile-wrong-duration", "set-profile-without-duration"),
    ),
    "TC_056_CSMS.R12": ("default", equals(f"{PERIOD}.startPeriod", 0), ("set-profile-starts-late",)),
    "TC_056_CSMS.R13": (
        "default",
        equals(f"{PERIOD}.limit", 6.0, 6000.0),
        ("set-profile-wrong-limit", "set-profile-with-two-decimals"),
    ),
    "TC_056_CSMS.R14": ("default", equals(f"{PERIOD}.numberPhases", 3, MISSING), ("set-profile-wrong-phases",)),
    "TC_057_CSMS.R1": ("tx", equals("connectorId", 1), ("set-profile-wrong-connector", "set-profile-not-sent")),
    "TC_057_CSMS.R2": ("tx", equals(f"{CS}.chargingProfilePurpose", "TxProfile"), ("set-profile-wrong-purpose",)),
    "TC_057_CSMS.R3": (
        "tx",
        equals(f"{CS}.transactionId", TRANSACTION),
        ("set-profile-wrong-transaction", "set-profile-without-transaction"),
    ),
    "TC_057_CSMS.R4": ("tx", lacks(f"{CS}.recurrencyKind"), ("set-profile-with-recurrency",)),
    "TC_057_CSMS.R5": (
        "tx",
        equals(f"{CS}.chargingProfileKind", "Absolute", "Relative"),
        ("set-profile-wrong-kind",),
    ),
    "TC_057_CSMS.R6": ("tx", complete(CS), SET_INCOMPLETE),
    "TC_057_CSMS.R7": (
        "tx relative",
        lacks(f"{CS}.chargingSchedule.startSchedule"),
        ("set-profile-relative-with-start",),
    ),
    "TC_059_CSMS.R1": ("remote start", equals("idTag", "T"), ("remote-start-wrong-tag", "remote-start-not-sent")),
    "TC_059_CSMS.R2": ("remote start", equals("connectorId", 1), ("remote-start-wrong-connector",)),
    "TC_059_CSMS.R3": (
        "remote start",
        equals(f"{START}.chargingProfilePurpose", "TxProfile"),
        ("remote-start-profile-wrong-purpose", "remote-start-without-profile"),
    ),
    "TC_059_CSMS.R4": ("remote start", lacks(f"{START}.transactionId"), ("remote-start-profile-with-transaction",)),
    "TC_059_CSMS.R5": ("remote start", lacks(f"{START}.recurrencyKind"), ("remote-start-profile-with-recurrency",)),
    "TC_059_CSMS.R6": (
        "remote start",
        equals(f"{START}.chargingProfileKind", "Absolute", "Relative"),
        ("remote-start-profile-wrong-kind",),
    ),
    "TC_059_CSMS.R7": (
        "remote start",
        equals(f"{START}.chargingSchedule.chargingSchedulePeriod.0.startPeriod", 0),
        ("remote-start-profile-starts-late",),
    ),
    "TC_059_CSMS.R8": ("remote start", complete(START), START_INCOMPLETE),
    "TC_059_CSMS.R9": (
        "remote start relative",
        lacks(f"{START}.chargingSchedule.startSchedule"),
        ("remote-start-profile-relative-with-start",),
    ),
    "TC_059_CSMS.R17": ("start", equals("idTagInfo.status", "Accepted"), ("start-transaction-invalid",)),
    "TC_066_CSMS.R1": (
        "composite",
        equals("connectorId", 1),
        ("composite-schedule-wrong-connector", "composite-schedule-not-sent"),
    ),
    "TC_066_CSMS.R2": ("composite", equals("duration", 300), ("composite-schedule-wrong-duration",)),
    "TC_066_CSMS.R3": (
        "composite",
        equals("chargingRateUnit", "A"),
        ("composite-schedule-wrong-unit", "composite-schedule-without-unit"),
    ),
    "TC_067_CSMS.R1": ("max", equals(f"{CS}.stackLevel", 2), ("set-profile-wrong-stack-level",)),
    "TC_067_CSMS.R2": ("max", equals("connectorId", 0), ("set-profile-wrong-connector",)),
    "TC_067_CSMS.R3": (
        "max",
        equals(f"{CS}.chargingProfilePurpose", "ChargePointMaxProfile"),
        ("set-profile-wrong-purpose",),
    ),
    "TC_067_CSMS.R4": (
        "max",
        both(equals("connectorId", 0), lacks(f"{CS}.transactionId")),
        ("set-profile-with-transaction", "set-profile-wrong-connector"),
    ),
    "TC_067_CSMS.R5": (
        "default",
        both(equals(f"{CS}.chargingProfilePurpose", "TxDefaultProfile"), lacks(f"{CS}.transactionId")),
        ("set-profile-with-transaction", "set-profile-wrong-purpose"),
    ),
    "TC_067_CSMS.R6": (
        "tx",
        both(equals("connectorId", 1), equals(f"{CS}.transactionId", TRANSACTION)),
        ("set-profile-wrong-transaction", "set-profile-wrong-connector"),
    ),
    "TC_067_CSMS.R7": ("tx", ids_differ, ("set-profile-same-id",)),
    "TC_067_CSMS.R9": ("clear one", equals("id", 11), ("clear-profile-wrong-id", "clear-profile-not-sent")),
    "TC_067_CSMS.R10": ("clear one", lacks("connectorId"), ("clear-profile-with-connector",)),
    "TC_067_CSMS.R11": ("clear one", lacks("chargingProfilePurpose"), ("clear-profile-with-purpose",)),
    "TC_067_CSMS.R12": ("clear one", lacks("stackLevel"), ("clear-profile-with-stack-level",)),
    "TC_067_CSMS.R14": ("clear some", lacks("id"), ("clear-profile-with-id",)),
    "TC_067_CSMS.R15": ("clear some", equals("connectorId", 1), ("clear-profile-wrong-connector",)),
    "TC_067_CSMS.R16": (
        "clear some",
        equals("chargingProfilePurpose", "TxDefaultProfile"),
        ("clear-profile-wrong-purpose",),
    ),
    "TC_067_CSMS.R17": ("clear some", equals("stackLevel", 2), ("clear-profile-wrong-stack-level",)),
    "TC_067_CSMS.R19": ("clear all", lacks("id"), ("clear-profile-with-id",)),
    "TC_067_CSMS.R20": ("clear all", lacks("connectorId"), ("clear-profile-with-connector",)),
    "TC_067_CSMS.R21": ("clear all", lacks("chargingProfilePurpose"), ("clear-profile-with-purpose",)),
    "TC_067_CSMS.R22": ("clear all", lacks("stackLevel"), ("clear-profile-with-stack-level",)),
    # beyond the cases: rules of the standard these profiles have to keep
    "BOOT-09": ("trigger heartbeat", differs("requestedMessage", "BootNotification"), ("trigger-asks-for-boot",)),
    "LIST-02": ("full list", differs("listVersion", 0), ("send-local-list-version-0",)),
    "LIST-05": ("full again", has("listVersion"), ("full-list-after-mismatch-not-sent",)),
    "VAL-08": ("remote start", valid("RemoteStartTransaction"), ("remote-start-profile-with-two-decimals",)),
    "reservationId": ("reserve", equals("reservationId", 5), ("reserve-now-same-id",)),
}
"""TC_059_CSMS.R12 is about Authorize.conf: `authorize-invalid`, shown in test_faults.py."""

JUDGED_ELSEWHERE = {"TC_059_CSMS.R12"}
CASES = [(rid, name) for rid, (_, _, names) in RULES.items() for name in names]


def session(*faults: str) -> dict[str, Any]:
    return what_leaves(MESSAGES, *faults, says=said_by_station)


def fulfilled(rid: str, left: dict[str, Any]) -> bool:
    name, judge, _ = RULES[rid]
    return name in left and judge(left[name], left)


@pytest.mark.parametrize("rid", RULES)
def test_the_right_message_fulfils_the_rule(rid: str) -> None:
    assert fulfilled(rid, session())


@pytest.mark.parametrize(("rid", "name"), CASES)
def test_the_fault_breaks_the_rule(rid: str, name: str) -> None:
    assert not fulfilled(rid, session(name))


def test_every_rule_of_the_cases_has_a_fault() -> None:
    judged = {rid for rid in RULES if rid.startswith("TC_")} | JUDGED_ELSEWHERE

    assert len(judged) == 102
    assert len({rid.partition(".")[0] for rid in judged}) == 23


def test_no_message_of_this_session_breaks_its_schema() -> None:
    for action, payload, *answer in MESSAGES.values():
        assert SCHEMAS.call[action](payload), action
        assert not answer or SCHEMAS.result[action](answer[0])
