"""Core profile, station -> CSMS (OCPP 1.6 §4.1 to §4.10).

Starts, stops and meter values are answered and not argued with: the station cannot do anything about a doubt of the
CSMS, and would only send them again (OCPP 1.6 §4.7, §4.8, §4.10). A connectorId that the table of the message rules out
is no doubt: it gets a CALLERROR, and nothing is booked (docs/conformance-notes.md).
"""

from __future__ import annotations

from datetime import datetime

from csms_core.hub.context import StationContext
from csms_core.hub.handling import boots, notices
from csms_core.hub.registry import Payload, Registry
from csms_core.store import tags
from csms_core.v16.id_tags import id_tag_info
from csms_core.v16.store import meter_values as kept_values
from csms_core.v16.store import starts, statuses, stops
from ocppj.errors import OcppError
from ocppj.times import timestamp

registry = Registry()


@registry.handles("BootNotification")
async def boot_notification(station: StationContext, payload: Payload) -> Payload:
    """Register the station; the outcome outlives its connection (OCPP 1.6 §4.2)."""
    return await boots.register(station, payload)


@registry.handles("Heartbeat")
async def heartbeat(station: StationContext, payload: Payload) -> Payload:
    """Tell the time (OCPP 1.6 §4.6)."""
    return {"currentTime": timestamp(station.now())}


@registry.handles("StatusNotification")
async def status_notification(station: StationContext, payload: Payload) -> Payload:
    """Keep the state of a connector (OCPP 1.6 §4.9)."""
    _check_connector(payload, 0)
    status = statuses.Status(station.identity, payload, station.now())
    if not await station.store.book(statuses.book, status):
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
    return await notices.take_data(station, "DataTransfer", payload)


def _check_connector(payload: Payload, lowest: int) -> None:
    """The schemas say that it is an integer, the tables of OCPP 1.6 §6.31, §6.45 and §6.47 from where on."""
    if payload["connectorId"] < lowest:
        raise OcppError("PropertyConstraintViolation", f"connectorId is at least {lowest} here.")


async def _judged(station: StationContext, id_tag: str, at: datetime) -> Payload:
    """The idTagInfo of a tag."""
    tag = await station.store.recall(tags.find, tags.fold(id_tag))
    return id_tag_info(tag, at, any_tag=station.config.any_tag)
