"""Which connectors a CALL of the CSMS may name, whatever its profile (OCPP 1.6 §3.8).

Connectors are numbered from 1 to NumberOfConnectors without a gap, and 0 is the station as a whole, where the action
knows such a thing.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from csms_core.hub.context import StationContext
from csms_core.hub.registry import Check, Payload, Registry
from csms_core.v16.store import configuration

registry = Registry()

LOWEST: Mapping[str, int] = {
    "ChangeAvailability": 0,
    "ClearChargingProfile": 0,
    "ExtendedTriggerMessage": 1,
    "GetCompositeSchedule": 0,
    "RemoteStartTransaction": 1,
    "ReserveNow": 0,
    "SetChargingProfile": 0,
    "TriggerMessage": 1,
    "UnlockConnector": 1,
}
"""The first connectorId each action may name."""

UNLIMITED = frozenset({"UnlockConnector"})
"""The errata sheet (3.87) gives a station an answer for a connector it does not have, and TC_031_CSMS asks for it."""


def _check(lowest: int, limited: bool) -> Check:
    def no_connector_the_station_does_not_have(
        connection: Connection, station: StationContext, payload: Payload
    ) -> str | None:
        """VAL-16. What the station has not told (NumberOfConnectors) is not limited."""
        connector_id = payload.get("connectorId")
        if connector_id is None:
            return None
        if connector_id < lowest:
            return f"connectorId is at least {lowest}, not {connector_id} (VAL-16)."
        most = configuration.limit(connection, station.identity, "NumberOfConnectors") if limited else None
        if most is not None and connector_id > most:
            return f"the station has connectors up to {most} (NumberOfConnectors), not {connector_id} (VAL-16)."
        return None

    return no_connector_the_station_does_not_have


for _action, _lowest in LOWEST.items():
    registry.checks(_action)(_check(_lowest, _action not in UNLIMITED))
