"""Block P, data transfer (P02)."""

from __future__ import annotations

from csms_core.hub.context import StationContext
from csms_core.hub.handling import notices
from csms_core.hub.registry import Payload, Registry

registry = Registry()


@registry.handles("DataTransfer")
async def data_transfer(station: StationContext, payload: Payload) -> Payload:
    """Keep what is meant for a vendor and message the CSMS was told about, refuse the rest (P02.FR.06, P02.FR.07)."""
    return await notices.take_data(station, "DataTransfer", payload)
