"""Messages that are kept for a person to look at, and ask for nothing else."""

from __future__ import annotations

from csms_core.hub.context import StationContext
from csms_core.hub.registry import Payload
from csms_core.store import stations
from ocppj.times import timestamp


async def keep(station: StationContext, action: str, payload: Payload) -> None:
    """Keep one before it is answered."""
    at = timestamp(station.now())
    await station.store.write(lambda c: stations.book_notice(c, station.identity, action, payload, at))


async def take_data(station: StationContext, action: str, payload: Payload) -> Payload:
    """Keep data that are meant for a vendor and message the CSMS was told about, refuse the rest (OCPP 1.6 §4.3;
    OCPP 2.0.1 Part 2, P02)."""
    messages = station.config.data_transfer.get(payload["vendorId"])
    if messages is None:
        return {"status": "UnknownVendorId"}
    if messages and payload.get("messageId") not in messages:
        return {"status": "UnknownMessageId"}
    await keep(station, action, payload)
    return {"status": "Accepted"}
