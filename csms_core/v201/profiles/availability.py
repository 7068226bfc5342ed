"""Block G, availability: states of connectors, and the time (G01, G02)."""

from __future__ import annotations

from csms_core.hub.context import StationContext
from csms_core.hub.registry import Payload, Registry
from csms_core.v201.store import statuses
from ocppj.errors import OcppError
from ocppj.times import timestamp

registry = Registry()


@registry.handles("Heartbeat")
async def heartbeat(station: StationContext, payload: Payload) -> Payload:
    """Tell the time (G02)."""
    return {"currentTime": timestamp(station.now())}


@registry.handles("StatusNotification")
async def status_notification(station: StationContext, payload: Payload) -> Payload:
    """Keep the state of a connector (G01)."""
    status = statuses.Status(station.identity, payload, station.now())
    if not await station.store.book(statuses.book, status):
        raise OcppError("InternalError", "There is no room for one more connector of this station.")
    return {}
