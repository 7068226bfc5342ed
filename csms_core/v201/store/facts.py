"""What the events of a transaction say together: a fold over them in the order of their seqNo (E01 to E08).

Events may come in any order (E04, E08: those of an offline station are sent later), so a fact is never what came last
but what was said last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from csms_core.store import clock, codec

_UNITS: Final = {"Wh": 1.0, "kWh": 1000.0}
_ENERGY: Final = "Energy.Active.Import.Register"
_STOPS: Final = frozenset(("Deauthorized", "StopAuthorized"))
"""Trigger reasons of an event whose idToken ends the charging, and is not what it began with."""

DEFAULT_STOP: Final = "Local"
"""The stoppedReason of an Ended event that tells none (TransactionType)."""


class Said(msgspec.Struct, frozen=True):
    """An event: its payload, and the idTokenInfo it was answered with."""

    payload: dict[str, Any]
    id_token_info: dict[str, Any] | None


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """A transaction. Energy in Wh, as its register told first and last; times in UTC in their normal spelling.

    `has_started`: its Started event has come. `id_token` is what it was authorized with, `stop_token` what it was
    stopped with. `trigger_reason` is that of the last event.
    """

    first_at: str
    last_at: str
    trigger_reason: str
    events: int = 0
    has_started: bool = False
    evse_id: int | None = None
    connector_id: int | None = None
    id_token: dict[str, Any] | None = None
    id_token_info: dict[str, Any] | None = None
    stop_token: dict[str, Any] | None = None
    remote_start_id: int | None = None
    reservation_id: int | None = None
    charging_state: str | None = None
    time_spent_charging: int | None = None
    energy_first: float | None = None
    energy_last: float | None = None
    ended_at: str | None = None
    stopped_reason: str | None = None


def seq_no_of(payload: dict[str, Any]) -> int:
    """The seqNo of an event."""
    number: int = codec.number(payload["seqNo"])
    return number


def folded(events: Iterable[Said]) -> Facts:
    """The facts of events, which come in the order of their seqNo. Raises ValueError when there are none."""
    facts: Facts | None = None
    for event in events:
        facts = after(facts, event)
    if facts is None:
        raise ValueError("a transaction without events")
    return facts


def after(facts: Facts | None, event: Said) -> Facts:
    """The facts once this event, which is later than all before it, is known."""
    payload = event.payload
    info, at = payload["transactionInfo"], clock.normal(payload["timestamp"])
    if facts is None:
        facts = Facts(at, at, payload["triggerReason"])
    changes: dict[str, Any] = {"last_at": at, "trigger_reason": payload["triggerReason"], "events": facts.events + 1}
    changes |= dict(_numbers(payload, info))
    if "chargingState" in info:
        changes["charging_state"] = info["chargingState"]
    changes |= _token(facts, event)
    changes |= _energy(facts, payload)
    if payload["eventType"] == "Started":
        changes |= {"has_started": True, "first_at": at}
    elif payload["eventType"] == "Ended":
        changes |= {"ended_at": at, "stopped_reason": info.get("stoppedReason", DEFAULT_STOP)}
    return msgspec.structs.replace(facts, **changes)


def _numbers(payload: dict[str, Any], info: dict[str, Any]) -> Iterator[tuple[str, int]]:
    evse = payload.get("evse", {})
    for name, holder, member in (
        ("evse_id", evse, "id"),
        ("connector_id", evse, "connectorId"),
        ("remote_start_id", info, "remoteStartId"),
        ("reservation_id", payload, "reservationId"),
        ("time_spent_charging", info, "timeSpentCharging"),
    ):
        if member in holder:
            yield name, codec.number(holder[member])


def _token(facts: Facts, event: Said) -> dict[str, Any]:
    token = event.payload.get("idToken")
    if token is None:
        return {}
    is_stop = event.payload["triggerReason"] in _STOPS or event.payload["eventType"] == "Ended"
    if is_stop and facts.id_token is not None:
        return {"stop_token": token}
    if facts.id_token is not None and is_same(facts.id_token, token):
        return {"id_token_info": event.id_token_info}
    return {"id_token": token, "id_token_info": event.id_token_info}


def is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two idTokens are one; their case does not matter (IdTokenType)."""
    return bool(one["idToken"].lower() == other["idToken"].lower() and one["type"] == other["type"])


def _energy(facts: Facts, payload: dict[str, Any]) -> dict[str, Any]:
    registers = list(_registers(payload.get("meterValue", [])))
    if not registers:
        return {}
    first = registers[0] if facts.energy_first is None else facts.energy_first
    return {"energy_first": first, "energy_last": registers[-1]}


def _registers(values: list[dict[str, Any]]) -> Iterator[float]:
    """The imported energy in Wh, over all phases, in the order of time."""
    for value in sorted(values, key=lambda value: clock.normal(value["timestamp"])):
        for sample in value["sampledValue"]:
            unit = sample.get("unitOfMeasure", {})
            factor = _UNITS.get(unit.get("unit", "Wh"))
            if sample.get("measurand", _ENERGY) != _ENERGY or "phase" in sample or factor is None:
                continue
            yield float(sample["value"]) * factor * 10.0 ** max(-30, min(30, codec.number(unit.get("multiplier", 0))))
