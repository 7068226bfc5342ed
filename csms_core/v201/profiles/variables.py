"""Block B, provisioning: variables of the device model that are set and read (B05, B06)."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from sqlalchemy import Connection

from csms_core.hub.context import StationContext
from csms_core.hub.exchanges import Exchange, bookkeeper, books
from csms_core.hub.registry import Payload, Registry, Send
from csms_core.v201 import passwords
from csms_core.v201.store import variables
from ocppj.times import timestamp

registry = Registry()

SET: Final = frozenset(("Accepted", "RebootRequired"))
"""Answers of a station that has taken a value, which counts at once or from its next boot on (B05)."""


@registry.checks("GetVariables")
def no_more_read_than_the_station_takes(
    connection: Connection, station: StationContext, payload: Payload
) -> str | None:
    """B06: no more items than ItemsPerMessageGetVariables."""
    return _too_many(connection, station.identity, "GetVariables", len(payload["getVariableData"]))


@registry.checks("SetVariables")
def no_more_set_than_the_station_takes(connection: Connection, station: StationContext, payload: Payload) -> str | None:
    """B05: no more items than ItemsPerMessageSetVariables, and no attribute twice."""
    items = payload["setVariableData"]
    named = Counter((_key(item), item.get("attributeType", variables.ACTUAL)) for item in items)
    if max(named.values()) > 1:
        return "it sets an attribute of a variable two times, of which nobody knows which one counts (B05)."
    return _too_many(connection, station.identity, "SetVariables", len(items))


@books(registry, "GetVariables")
def book_values(connection: Connection, exchange: Exchange) -> None:
    """Keep what a station told of its variables, and which it does not have."""
    if exchange.outcome != "answered":
        return
    identity, at = exchange.identity, timestamp(exchange.at)
    for result in exchange.answer["getVariableResult"]:
        component, variable = result["component"], result["variable"]
        attribute = result.get("attributeType", variables.ACTUAL)
        if result["attributeStatus"] == "Accepted":
            told = result.get("attributeValue", "")
            variables.put(connection, identity, component, variable, attribute, at, value=told)
        elif result["attributeStatus"] in ("UnknownComponent", "UnknownVariable"):
            variables.forget(connection, identity, component, variable)
        elif result["attributeStatus"] == "NotSupportedAttributeType":
            variables.forget(connection, identity, component, variable, attribute)


def book_set(connection: Connection, exchange: Exchange) -> None:
    """Keep the values a station has taken; what an answer does not name was not set."""
    if exchange.outcome != "answered":
        return
    asked = {_place(item): item["attributeValue"] for item in exchange.payload["setVariableData"]}
    for result in exchange.answer["setVariableResult"]:
        value = asked.get(_place(result))
        if value is None or result["attributeStatus"] not in SET:
            continue
        variables.put(
            connection,
            exchange.identity,
            result["component"],
            result["variable"],
            result.get("attributeType", variables.ACTUAL),
            timestamp(exchange.at),
            value=value,
        )


_book_set = bookkeeper("SetVariables", book_set)


@registry.keeps("SetVariables")
async def keep_set(station: StationContext, payload: Payload, send: Send) -> Payload:
    """Keep the books, and follow a change of the password the station connects with (A01)."""
    password = passwords.set_by(payload)
    if password is None:
        return await _book_set(station, payload, send)

    async def send_password() -> Payload:
        return await station.backroom.changes.key(station.identity, password.encode(), send, passwords.status_of)

    return await _book_set(station, payload, send_password)


def _too_many(connection: Connection, identity: str, action: str, asked: int) -> str | None:
    most = variables.number(connection, identity, "DeviceDataCtrlr", "ItemsPerMessage", action)
    if most is None or most < 1 or asked <= most:
        return None
    return f"{asked} items are more than the {most} this station takes (ItemsPerMessage{action}); send them in parts."


def _key(item: dict[str, Any]) -> str:
    return variables.key(item["component"], item["variable"])


def _place(item: dict[str, Any]) -> tuple[str, str]:
    return _key(item), item.get("attributeType", variables.ACTUAL)
