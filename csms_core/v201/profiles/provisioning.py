"""Block B, provisioning: boots and reports of the device model; `variables` has what is read and set of it."""

from __future__ import annotations

from sqlalchemy import Connection

from csms_core.hub.context import StationContext
from csms_core.hub.exchanges import Exchange, bookkeeper
from csms_core.hub.handling import boots
from csms_core.hub.handling.answers import status_of
from csms_core.hub.registry import Payload, Registry, Send
from csms_core.v201 import registration
from csms_core.v201.store import reports, variables
from ocppj.errors import OcppError
from ocppj.times import timestamp

registry = Registry()


@registry.handles("BootNotification")
async def boot_notification(station: StationContext, payload: Payload) -> Payload:
    """Register the station; the outcome outlives its connection (B01 to B03)."""
    return await boots.register(station, payload)


@registry.handles("NotifyReport")
async def notify_report(station: StationContext, payload: Payload) -> Payload:
    """Keep a part of a report before it is acknowledged (B07)."""
    at = timestamp(station.now())
    data = payload.get("reportData", [])

    def book(connection: Connection) -> bool:
        fits = variables.book_report(connection, station.identity, data, at)
        if fits:
            reports.book_part(connection, station.identity, payload, at)
        return fits

    if not await station.store.write(book):
        raise OcppError("InternalError", "There is no room for more variables of this station.")
    if station.registered_as != "Accepted" and not payload.get("tbc", False):
        registration.has_ended(station, "NotifyReport")
    return {}


def book_report_answer(connection: Connection, exchange: Exchange) -> None:
    """Keep whether the station makes the report."""
    if exchange.outcome == "answered":
        reports.book_answer(connection, exchange.identity, exchange.payload["requestId"], status_of(exchange.answer))


_book_report_answer = bookkeeper("GetBaseReport", book_report_answer)


@registry.keeps("GetBaseReport")
async def keep_report(station: StationContext, payload: Payload, send: Send) -> Payload:
    """Keep what was asked for before it is sent, because its report may come before its answer is booked."""
    at = timestamp(station.now())
    await station.store.write(lambda connection: reports.request(connection, station.identity, payload, at))
    return await _book_report_answer(station, payload, send)
