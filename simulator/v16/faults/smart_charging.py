"""Faults of the Smart Charging profile (OCPP 1.6 §3.13, §5.5, §5.7, §5.16)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ocppj.times import moment, timestamp
from simulator.faults.model import Fault, Message, Payload
from simulator.faults.words import answered, drop, misheard, operation, pretended, put

_SCHEDULE = "chargingSchedule"


def faults() -> Iterator[Fault]:
    """The faults of this profile."""
    set_, clear, get = "SetChargingProfile", "ClearChargingProfile", "GetCompositeSchedule"
    yield operation(
        "set-profile-rejected", "SetChargingProfile is always Rejected.", set_, pretended(status="Rejected")
    )
    yield operation(
        "set-profile-undone", "SetChargingProfile is Accepted, and nothing is kept.", set_, pretended(status="Accepted")
    )
    yield operation(
        "set-profile-accepts-everything",
        "SetChargingProfile is Accepted also when it should not be.",
        set_,
        answered(put("status", "Accepted")),
    )
    yield operation(
        "stack-level-ignored",
        "Every charging profile is kept with stackLevel 0.",
        set_,
        misheard(put("csChargingProfiles.stackLevel", 0)),
    )
    yield operation(
        "clear-profile-unknown", "ClearChargingProfile always says Unknown.", clear, pretended(status="Unknown")
    )
    yield operation(
        "clear-profile-undone",
        "ClearChargingProfile is Accepted, and every profile stays.",
        clear,
        pretended(status="Accepted"),
    )
    yield operation("composite-rejected", "GetCompositeSchedule is always Rejected.", get, pretended(status="Rejected"))
    for name, sentence, change in (
        ("connector-wrong", "has another connectorId", put("connectorId", lambda number: number + 1)),
        ("shorter", "is shorter than asked for", put(f"{_SCHEDULE}.duration", lambda seconds: seconds - 30)),
        (
            "other-unit",
            "is in the other unit",
            put(f"{_SCHEDULE}.chargingRateUnit", lambda unit: "AW"["WA".index(unit)]),
        ),
        ("starts-late", "starts an hour from now", _late),
        ("limits-wrong", "allows one more than the profiles", _one_more),
        (
            "periods-missing",
            "has its first period only",
            put(f"{_SCHEDULE}.chargingSchedulePeriod", lambda all: all[:1]),
        ),
    ):
        yield operation(f"composite-{name}", f"A composite schedule {sentence}.", get, answered(change, _accepted))
    yield operation(
        "remote-start-without-profile",
        "The chargingProfile of a RemoteStartTransaction is ignored.",
        "RemoteStartTransaction",
        misheard(drop("chargingProfile")),
    )


def _accepted(payload: Payload) -> bool:
    return bool(payload["status"] == "Accepted")


def _late(_: Message, payload: Payload) -> Payload:
    start = timestamp(moment(payload["scheduleStart"]) + timedelta(hours=1))
    return {**payload, "scheduleStart": start, _SCHEDULE: {**payload[_SCHEDULE], "startSchedule": start}}


def _one_more(_: Message, payload: Payload) -> Payload:
    schedule = payload[_SCHEDULE]
    periods = [{**period, "limit": period["limit"] + 1} for period in schedule["chargingSchedulePeriod"]]
    return {**payload, _SCHEDULE: {**schedule, "chargingSchedulePeriod": periods}}
