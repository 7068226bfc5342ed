"""What the CSMS asks with GetConfiguration, and what it remembers of the answer: the limits of a station it has to
respect (OCPP 1.6 §5.8, §9)."""

from __future__ import annotations

from sqlalchemy import Connection

from csms_core.hub.context import StationContext
from csms_core.hub.exchanges import Exchange, books
from csms_core.hub.registry import Payload, Registry
from csms_core.v16.store import configuration
from ocppj.times import timestamp

registry = Registry()


@registry.checks("GetConfiguration")
def no_more_keys_than_the_station_takes(
    connection: Connection, station: StationContext, payload: Payload
) -> str | None:
    """CFG-02 (OCPP 1.6 §9.1.9). A request without keys asks for all and names none."""
    most = configuration.limit(connection, station.identity, "GetConfigurationMaxKeys")
    asked = len(payload.get("key", []))
    if most is None or asked <= most:
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
        configuration.book(connection, exchange.identity, asked, exchange.answer, timestamp(exchange.at))
