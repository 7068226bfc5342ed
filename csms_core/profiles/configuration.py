"""What the CSMS remembers of GetConfiguration: the limits of a station it has to respect (OCPP 1.6 §5.8, §9)."""

from __future__ import annotations

from sqlalchemy import Connection

from csms_core import clock
from csms_core.exchanges import Exchange, books
from csms_core.registry import Registry
from csms_core.store import configuration

registry = Registry()


@books(registry, "GetConfiguration")
def book_configuration(connection: Connection, exchange: Exchange) -> None:
    """Keep the keys the station told."""
    if exchange.outcome == "answered":
        asked = exchange.payload.get("key", [])
        configuration.book(connection, exchange.identity, asked, exchange.answer, clock.wire(exchange.at))
