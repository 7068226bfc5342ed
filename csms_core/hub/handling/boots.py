"""Registration: what a BootNotification is answered with (OCPP 1.6 §4.2; OCPP 2.0.1 Part 2, B01 to B03)."""

from __future__ import annotations

from csms_core.hub.context import StationContext
from csms_core.hub.registry import Payload
from csms_core.store import stations
from ocppj.times import timestamp


async def register(station: StationContext, payload: Payload) -> Payload:
    """Register the station; the outcome outlives its connection."""
    known = await station.store.look_up(lambda connection: stations.find(connection, station.identity))
    status = (known.registration if known else None) or station.config.registration
    own_interval = known.interval if known else None
    usual = station.config.heartbeat_interval if status == "Accepted" else station.config.boot_retry_interval
    at = timestamp(station.now())
    booked = stations.Boot(station.identity, station.protocol.version, payload, status, at)
    await station.store.book(stations.book_boots, booked)
    station.registered_as = status
    if status == "Accepted":
        station.invited.clear()
    interval = usual if own_interval is None else own_interval
    return {"status": status, "currentTime": timestamp(station.now()), "interval": interval}
