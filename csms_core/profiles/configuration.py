"""What the CSMS asks with GetConfiguration, and what it remembers of the answer: the limits of a station it has to
respect (OCPP 1.6 §5.8, §9)."""

from __future__ import annotations

from sqlalchemy import Connection

from csms_core import clock
from csms_core.context import StationContext
from csms_core.exchanges import Exchange, books
from csms_core.registry import Payload, Registry
from csms_core.store import configuration

registry = Registry()


@registry.checks("GetConfiguration")
def no_more_keys_than_the_station_takes(
    connection: Connection, station: StationContext, payload: Payload
) -> str | None:
    """CFG-02 (OCPP 1.6 §9.1.9). A request without keys asks for all and names none."""
    most = configuration.number(connection, station.identity, "GetConfigurationMaxKeys")
    asked = len(payload.get("key", []))
    if most is None or most < 1 or asked <= most:
        return None
    return (
        f"{asked} keys are more than the {most} this station takes (GetConfigurationMaxKeys, CFG-02); ask in parts, or "
        "without keys for all."
    )


@books(registry, "GetConfiguration")
def book_configuration(connection: Connection, exchange: Exchange) -> None:
    """Keep the keys the station told."""
    if exchange.outcome == "answered":
        asked = exchange.payload.get("key", [])
        configuration.book(connection, exchange.identity, asked, exchange.answer, clock.wire(exchange.at))
