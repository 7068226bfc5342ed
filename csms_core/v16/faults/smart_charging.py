"""Faults of the Smart Charging profile (OCPP 1.6 §3.13, §5.5, §5.7, §5.16)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from csms_core.faults.edits import Condition, Edit, call_of, drop, fault, put, silence
from csms_core.faults.model import Fault, Outgoing

SET, START = "csChargingProfiles", "chargingProfile"
"""Where SetChargingProfile and RemoteStartTransaction hold the profile."""

PURPOSES = {
    "ChargePointMaxProfile": "TxDefaultProfile",
    "TxDefaultProfile": "ChargePointMaxProfile",
    "TxProfile": "TxDefaultProfile",
}
TIMES = (
    ("validFrom", "valid-from"),
    ("validTo", "valid-to"),
    ("chargingSchedule.startSchedule", "start"),
    ("chargingSchedule.duration", "duration"),
)


def faults() -> Iterator[Fault]:
    """The faults of this profile."""
    yield from _both("set-profile", "SetChargingProfile", SET)
    yield from _both("remote-start-profile", "RemoteStartTransaction", START)
    yield from _set()
    yield from _remote_start()
    yield from _composite_schedule()
    yield from _clear()


def _with(action: str, holder: str, holds: Callable[[dict[str, Any]], bool] = lambda profile: True) -> Condition:
    """A CALL of this action that has a profile for which something holds."""
    return call_of(action, lambda message: holder in message.payload and holds(message.payload[holder]))


def _plus_one(path: str) -> Edit:
    """The number at a path is one more."""

    def more(message: Outgoing) -> int:
        value = message.payload
        for step in path.split("."):
            value = value[step]
        return int(value) + 1

    return put(path, more)


def _periods(holder: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Edit:
    """Every period of the schedule is another one."""

    def changed(message: Outgoing) -> list[dict[str, Any]]:
        periods = message.payload[holder]["chargingSchedule"]["chargingSchedulePeriod"]
        return [period | change(period) for period in periods]

    return put(f"{holder}.chargingSchedule.chargingSchedulePeriod", changed)


def _has(path: str) -> Callable[[dict[str, Any]], bool]:
    holder, _, name = path.rpartition(".")
    return lambda profile: name in (profile[holder] if holder else profile)


def _both(name: str, action: str, holder: str) -> Iterator[Fault]:
    """What goes wrong in a profile, whichever message brings it."""
    profile = f"The profile of {action}"
    anywhere = _with(action, holder)
    yield fault(
        f"{name}-wrong-purpose",
        f"{profile} has another chargingProfilePurpose.",
        anywhere,
        put(
            f"{holder}.chargingProfilePurpose",
            lambda message: PURPOSES[message.payload[holder]["chargingProfilePurpose"]],
        ),
    )
    yield fault(
        f"{name}-wrong-kind",
        f"{profile} is of the kind Recurring.",
        anywhere,
        put(f"{holder}.chargingProfileKind", "Recurring"),
    )
    yield fault(
        f"{name}-with-recurrency",
        f"{profile} has a recurrencyKind.",
        anywhere,
        put(f"{holder}.recurrencyKind", "Daily"),
    )
    yield fault(
        f"{name}-starts-late",
        f"{profile} has a first startPeriod above 0.",
        anywhere,
        _periods(holder, lambda period: {"startPeriod": period["startPeriod"] + 1}),
    )
    yield fault(
        f"{name}-hundredfold",
        f"{profile} has limits that are a hundred times as high.",
        anywhere,
        _periods(holder, lambda period: {"limit": period["limit"] * 100}),
    )
    yield fault(
        f"{name}-with-two-decimals",
        f"{profile} has limits with two decimals.",
        anywhere,
        _periods(holder, lambda period: {"limit": 7.25}),
    )
    yield fault(
        f"{name}-relative-with-start",
        f"{profile} has a startSchedule although it is Relative.",
        _with(action, holder, lambda one: one["chargingProfileKind"] == "Relative"),
        put(f"{holder}.chargingSchedule.startSchedule", "2026-01-01T00:00:00.000Z"),
    )
    for path, word in TIMES:
        yield fault(
            f"{name}-without-{word}",
            f"{profile} lacks {path}.",
            _with(action, holder, _has(path)),
            drop(f"{holder}.{path}"),
        )


def _set() -> Iterator[Fault]:
    anywhere = call_of("SetChargingProfile")
    tx = _with("SetChargingProfile", SET, lambda profile: "transactionId" in profile)
    other = _with("SetChargingProfile", SET, lambda profile: profile["chargingProfilePurpose"] != "TxProfile")
    schedule = f"{SET}.chargingSchedule"
    yield fault("set-profile-not-sent", "SetChargingProfile is not sent.", anywhere, silence)
    yield fault(
        "set-profile-wrong-connector",
        "SetChargingProfile names another connectorId.",
        anywhere,
        _plus_one("connectorId"),
    )
    yield fault(
        "set-profile-wrong-stack-level",
        "The profile of SetChargingProfile has another stackLevel.",
        anywhere,
        _plus_one(f"{SET}.stackLevel"),
    )
    yield fault(
        "set-profile-same-id", "Every charging profile has the id 1.", anywhere, put(f"{SET}.chargingProfileId", 1)
    )
    yield fault(
        "set-profile-wrong-transaction",
        "A TxProfile names another transactionId.",
        tx,
        _plus_one(f"{SET}.transactionId"),
    )
    yield fault("set-profile-without-transaction", "A TxProfile lacks transactionId.", tx, drop(f"{SET}.transactionId"))
    yield fault(
        "set-profile-with-transaction",
        "A profile that is no TxProfile has a transactionId.",
        other,
        put(f"{SET}.transactionId", 1),
    )
    yield fault(
        "set-profile-wrong-unit",
        "The profile of SetChargingProfile has the other chargingRateUnit.",
        anywhere,
        put(f"{schedule}.chargingRateUnit", _other_unit),
    )
    yield fault(
        "set-profile-wrong-duration",
        "The schedule of SetChargingProfile lasts another time.",
        _with("SetChargingProfile", SET, _has("chargingSchedule.duration")),
        _plus_one(f"{schedule}.duration"),
    )
    yield fault(
        "set-profile-wrong-limit",
        "The schedule of SetChargingProfile has another limit.",
        anywhere,
        _periods(SET, lambda period: {"limit": 1.0}),
    )
    yield fault(
        "set-profile-wrong-phases",
        "The schedule of SetChargingProfile has another numberPhases.",
        anywhere,
        _periods(SET, lambda period: {"numberPhases": 2 if period.get("numberPhases", 3) == 1 else 1}),
    )


def _other_unit(message: Outgoing) -> str:
    return "W" if message.payload[SET]["chargingSchedule"]["chargingRateUnit"] == "A" else "A"


def _remote_start() -> Iterator[Fault]:
    anywhere = _with("RemoteStartTransaction", START)
    yield fault(
        "remote-start-wrong-connector",
        "RemoteStartTransaction names another connectorId.",
        call_of("RemoteStartTransaction", lambda message: "connectorId" in message.payload),
        _plus_one("connectorId"),
    )
    yield fault(
        "remote-start-without-profile", "RemoteStartTransaction lacks its chargingProfile.", anywhere, drop(START)
    )
    yield fault(
        "remote-start-profile-with-transaction",
        "The profile of RemoteStartTransaction has a transactionId.",
        anywhere,
        put(f"{START}.transactionId", 1),
    )


def _composite_schedule() -> Iterator[Fault]:
    ask = call_of("GetCompositeSchedule")
    with_unit = call_of("GetCompositeSchedule", lambda message: "chargingRateUnit" in message.payload)
    yield fault("composite-schedule-not-sent", "GetCompositeSchedule is not sent.", ask, silence)
    yield fault(
        "composite-schedule-wrong-connector",
        "GetCompositeSchedule names another connectorId.",
        ask,
        _plus_one("connectorId"),
    )
    yield fault(
        "composite-schedule-wrong-duration", "GetCompositeSchedule names another duration.", ask, _plus_one("duration")
    )
    yield fault(
        "composite-schedule-wrong-unit",
        "GetCompositeSchedule asks for the other chargingRateUnit.",
        with_unit,
        put("chargingRateUnit", lambda message: "W" if message.payload["chargingRateUnit"] == "A" else "A"),
    )
    yield fault(
        "composite-schedule-without-unit",
        "GetCompositeSchedule lacks chargingRateUnit.",
        with_unit,
        drop("chargingRateUnit"),
    )


def _clear() -> Iterator[Fault]:
    action = "ClearChargingProfile"
    yield fault("clear-profile-not-sent", "ClearChargingProfile is not sent.", call_of(action), silence)
    values: tuple[tuple[str, str, Any, Any], ...] = (
        ("id", "id", 1, lambda value: value + 1),
        ("connectorId", "connector", 1, lambda value: value + 1),
        ("chargingProfilePurpose", "purpose", "TxDefaultProfile", PURPOSES.__getitem__),
        ("stackLevel", "stack-level", 1, lambda value: value + 1),
    )
    for member, name, value, another in values:
        yield fault(
            f"clear-profile-with-{name}",
            f"ClearChargingProfile has {member} although nobody named one.",
            call_of(action, _lacks(member)),
            put(member, value),
        )
        yield fault(
            f"clear-profile-wrong-{name}",
            f"ClearChargingProfile names another {member}.",
            call_of(action, _names(member)),
            put(member, _changed(member, another)),
        )


def _lacks(member: str) -> Condition:
    return lambda message: member not in message.payload


def _names(member: str) -> Condition:
    return lambda message: member in message.payload


def _changed(member: str, another: Callable[[Any], Any]) -> Callable[[Outgoing], Any]:
    return lambda message: another(message.payload[member])
