"""Rules of stacks, durations, phases and composite schedules, broken (OCPP 1.6 §3.13.2, §5.5, §5.7; SC-03 to SC-14)."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.faults.model import Fault, Message, Operate, Payload
from simulator.faults.words import drop, misheard, operation, pretended, put
from simulator.wire.operations import Answer, status

_SET, _CLEAR, _GET = "SetChargingProfile", "ClearChargingProfile", "GetCompositeSchedule"
_PROFILE, _SCHEDULE = "csChargingProfiles", "chargingSchedule"
_LOWEST = 50


def faults() -> Iterator[Fault]:
    """The faults of these rules."""
    for name, sentence, change in (
        ("profile-ids-ignored", "Every charging profile is kept under an id of its own.", _own_id),
        ("profile-levels-spread", "Every charging profile is kept on a level of its own.", _own_level),
        ("duration-ignored", "The duration of a schedule is ignored.", drop(f"{_PROFILE}.{_SCHEDULE}.duration")),
        ("recurring-as-absolute", "A schedule that recurs is taken for one that does not.", _absolute),
        ("validity-ignored", "validFrom and validTo are ignored.", _always_valid),
        ("missing-phases-as-one", "A period without numberPhases is taken for one of a single phase.", _one_phase),
    ):
        yield operation(name, sentence, _SET, misheard(change))
    yield operation(
        "older-profile-stays",
        "A profile of a purpose and level that is taken already is Accepted and ignored.",
        _SET,
        _first_of_level,
    )
    yield operation(
        "clear-by-level",
        "ClearChargingProfile ignores the id where it names a stackLevel.",
        _CLEAR,
        misheard(drop("id"), lambda message: "stackLevel" in message.payload),
    )
    yield operation(
        "clear-any-level",
        "ClearChargingProfile ignores the stackLevel.",
        _CLEAR,
        misheard(drop("stackLevel")),
    )
    yield operation(
        "composite-needs-unit",
        "GetCompositeSchedule is Rejected without a unit.",
        _GET,
        pretended(lambda message: "chargingRateUnit" not in message.payload, status="Rejected"),
    )
    yield operation(
        "composite-of-any-connector",
        "GetCompositeSchedule of a connector that does not exist is answered with that of connector 1.",
        _GET,
        _of_the_first,
    )
    yield operation("watt-per-phase", "A composite schedule in watt is that of one phase.", _GET, _per_phase)


def _own_id(message: Message, payload: Payload) -> Payload:
    message.memory["sets"] = number = message.memory.get("sets", 0) + 1
    return put(f"{_PROFILE}.chargingProfileId", lambda id: id + 10_000 * number)(message, payload)


def _own_level(message: Message, payload: Payload) -> Payload:
    message.memory["sets"] = number = message.memory.get("sets", 0) + 1
    return put(f"{_PROFILE}.stackLevel", _LOWEST + number)(message, payload)


def _absolute(_: Message, payload: Payload) -> Payload:
    profile = {**payload[_PROFILE], "chargingProfileKind": "Absolute"}
    profile.pop("recurrencyKind", None)
    return {**payload, _PROFILE: profile}


def _always_valid(_: Message, payload: Payload) -> Payload:
    profile = {name: value for name, value in payload[_PROFILE].items() if name not in ("validFrom", "validTo")}
    return {**payload, _PROFILE: profile}


def _one_phase(_: Message, payload: Payload) -> Payload:
    schedule = payload[_PROFILE][_SCHEDULE]
    periods = [{"numberPhases": 1, **period} for period in schedule["chargingSchedulePeriod"]]
    profile = {**payload[_PROFILE], _SCHEDULE: {**schedule, "chargingSchedulePeriod": periods}}
    return {**payload, _PROFILE: profile}


def _first_of_level(message: Message, operate: Operate) -> Answer:
    profile = message.payload[_PROFILE]
    place = (message.payload["connectorId"], profile["chargingProfilePurpose"], profile["stackLevel"])
    if place in message.memory.setdefault("taken", set()):
        return status("Accepted")
    message.memory["taken"].add(place)
    return operate(message.payload)


def _of_the_first(message: Message, operate: Operate) -> Answer:
    answer = operate(message.payload)
    if answer.payload["status"] == "Accepted":
        return answer
    answer = operate({**message.payload, "connectorId": 1})
    return Answer({**answer.payload, "connectorId": message.payload["connectorId"]})


def _per_phase(message: Message, operate: Operate) -> Answer:
    answer = operate(message.payload)
    schedule = answer.payload.get(_SCHEDULE)
    if schedule is None or schedule["chargingRateUnit"] != "W":
        return answer
    periods = [
        {**period, "limit": period["limit"] // period["numberPhases"]} for period in schedule["chargingSchedulePeriod"]
    ]
    return Answer({**answer.payload, _SCHEDULE: {**schedule, "chargingSchedulePeriod": periods}})
