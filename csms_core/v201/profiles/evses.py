"""Which EVSEs and connectors a CALL of the CSMS may name, whatever its block: both are numbered from 1 (EVSEType).

The station as a whole is meant by naming none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sqlalchemy import Connection

from csms_core.hub.context import StationContext
from csms_core.hub.registry import Check, Payload, Registry

registry = Registry()

Named = Callable[[Payload], Iterator[tuple[str, int]]]
"""The members of a payload that are such numbers, each with its path."""


def _plain(*names: str) -> Named:
    def named(payload: Payload) -> Iterator[tuple[str, int]]:
        yield from ((name, payload[name]) for name in names if name in payload)

    return named


def _within(payload: Payload) -> Iterator[tuple[str, int]]:
    evse = payload.get("evse", {})
    yield from ((f"evse.{name}", evse[name]) for name in ("id", "connectorId") if name in evse)


NAMED: Mapping[str, Named] = {
    "ChangeAvailability": _within,
    "RequestStartTransaction": _plain("evseId"),
    "Reset": _plain("evseId"),
    "TriggerMessage": _within,
    "UnlockConnector": _plain("evseId", "connectorId"),
}


def _check(named: Named) -> Check:
    def numbers_that_a_station_can_have(
        connection: Connection, station: StationContext, payload: Payload
    ) -> str | None:
        wrong = [f"{path} is at least 1, not {number}" for path, number in named(payload) if number < 1]
        return f"{'; '.join(wrong)} (EVSEType)." if wrong else None

    return numbers_that_a_station_can_have


for _action, _named in NAMED.items():
    registry.checks(_action)(_check(_named))
