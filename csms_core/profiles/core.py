"""Core profile, station -> CSMS (OCPP 1.6 §4.1 to §4.10).

Starts, stops and meter values are answered and not argued with: the station cannot do anything about a doubt of the
CSMS, and would only send them again (OCPP 1.6 §4.7, §4.8, §4.10). A connectorId that the table of the message rules out
is no doubt: it gets a CALLERROR, and nothing is booked (docs/conformance-notes.md).
"""

from __future__ import annotations

from datetime import datetime

from csms_core import clock
from csms_core.context import StationContext
from csms_core.registry import Payload, Registry
from csms_core.store import meter_values as kept_values
from csms_core.store import starts, stations, stops, tags
from ocppj.errors import OcppError

registry = Registry()


@registry.handles("BootNotification")
async def boot_notification(station: StationContext, payload: Payload) -> Payload:
    """Register the station; the outcome outlives its connection (OCPP 1.6 §4.2)."""
    known = await station.store.look_up(lambda connection: stations.find(connection, station.identity))
    status = (known.registration if known else None) or station.config.registration
    own_interval = known.interval if known else None
    usual = station.config.heartbeat_interval if status == "Accepted" else station.config.boot_retry_interval
    at = clock.wire(station.now())
    await station.store.write(lambda c: stations.book_boot(c, station.identity, payload, status, at))
    station.registered_as = status
    if status == "Accepted":
        station.invited.clear()
    interval = usual if own_interval is None else own_interval
    return {"status": status, "currentTime": clock.wire(station.now()), "interval": interval}


@registry.handles("Heartbeat")
async def heartbeat(station: StationContext, payload: Payload) -> Payload:
    """Tell the time (OCPP 1.6 §4.6)."""
    return {"currentTime": clock.wire(station.now())}


@registry.handles("StatusNotification")
async def status_notification(station: StationContext, payload: Payload) -> Payload:
    """Keep the state of a connector (OCPP 1.6 §4.9)."""
    _check_connector(payload, 0)
    status = stations.Status(station.identity, payload, station.now())
    if not await station.store.book(stations.book_statuses, status):
        raise OcppError("InternalError", "There is no room for one more connector of this station.")
    return {}


@registry.handles("Authorize")
async def authorize(station: StationContext, payload: Payload) -> Payload:
    """Judge a tag (OCPP 1.6 §4.1)."""
    return {"idTagInfo": await _judged(station, payload["idTag"], station.now())}


@registry.handles("StartTransaction")
async def start_transaction(station: StationContext, payload: Payload) -> Payload:
    """Book a start and judge its tag, also when the station has let it in already (OCPP 1.6 §4.8)."""
    _check_connector(payload, 1)
    at = station.now()
    info = await _judged(station, payload["idTag"], at)
    start = starts.Start(station.identity, payload, info, at, station.config.concurrent_transactions)
    transaction_id, info = await station.store.book(starts.book, start)
    return {"transactionId": transaction_id, "idTagInfo": info}


@registry.handles("MeterValues")
async def meter_values(station: StationContext, payload: Payload) -> Payload:
    """Keep meter values (OCPP 1.6 §4.7)."""
    _check_connector(payload, 0)
    values = kept_values.MeterValues(station.identity, payload, station.now())
    await station.store.book(kept_values.book, values)
    return {}


@registry.handles("StopTransaction")
async def stop_transaction(station: StationContext, payload: Payload) -> Payload:
    """Book a stop (OCPP 1.6 §4.10)."""
    at = station.now()
    await station.store.book(stops.book, stops.Stop(station.identity, payload, at))
    if "idTag" not in payload:
        return {}
    return {"idTagInfo": await _judged(station, payload["idTag"], at)}


@registry.handles("DataTransfer")
async def data_transfer(station: StationContext, payload: Payload) -> Payload:
    """Keep what is meant for a vendor and message the CSMS was told about, refuse the rest (OCPP 1.6 §4.3)."""
    messages = station.config.data_transfer.get(payload["vendorId"])
    if messages is None:
        return {"status": "UnknownVendorId"}
    if messages and payload.get("messageId") not in messages:
        return {"status": "UnknownMessageId"}
    at = clock.wire(station.now())
    await station.store.write(lambda c: stations.book_notice(c, station.identity, "DataTransfer", payload, at))
    return {"status": "Accepted"}


def _check_connector(payload: Payload, lowest: int) -> None:
    """The schemas say that it is an integer, the tables of OCPP 1.6 §6.31, §6.45 and §6.47 from where on."""
    if payload["connectorId"] < lowest:
        raise OcppError("PropertyConstraintViolation", f"connectorId is at least {lowest} here.")


async def _judged(station: StationContext, id_tag: str, at: datetime) -> Payload:
    """The idTagInfo of a tag."""
    return tags.id_tag_info(await station.store.tag(id_tag), at, any_tag=station.config.any_tag)
