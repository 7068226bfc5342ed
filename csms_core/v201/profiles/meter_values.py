"""Block J, meter values that belong to no transaction (J01)."""

from __future__ import annotations

from csms_core.hub.context import StationContext
from csms_core.hub.registry import Payload, Registry
from csms_core.v201.store import meter_values as kept_values

registry = Registry()


@registry.handles("MeterValues")
async def meter_values(station: StationContext, payload: Payload) -> Payload:
    """Keep meter values before they are acknowledged."""
    values = kept_values.MeterValues(station.identity, payload, station.now())
    await station.store.book(kept_values.book, values)
    return {}
