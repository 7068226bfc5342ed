"""What a ChangeConfiguration of AuthorizationKey or SecurityProfile means for the next handshake (A01, A05)."""

from __future__ import annotations

from sqlalchemy import Connection

from csms_core.auth import basic
from csms_core.hub.context import StationContext
from csms_core.hub.handling.answers import status_of
from csms_core.hub.registry import Payload, Registry, Send

registry = Registry()

KEY, PROFILE = "authorizationkey", "securityprofile"
"""Configuration keys in lower case: their case does not matter (OCPP 1.6 §7.3, CiString)."""

RISES = ("1", "2", "3")
"""Values of SecurityProfile that a station can rise to (A05)."""


@registry.keeps("ChangeConfiguration")
async def keep(station: StationContext, payload: Payload, send: Send) -> Payload:
    """Follow a change of what the station may connect with."""
    key, value = payload["key"].lower(), payload["value"]
    if key == KEY:
        octets = basic.key_of_value(value)
        secret = value.encode() if octets is None else octets
        return await station.backroom.changes.key(station.identity, secret, send, status_of)
    if key == PROFILE and value in RISES:
        return await station.backroom.changes.profile(station.identity, int(value), send, status_of)
    return await send()


@registry.checks("ChangeConfiguration")
def objection(connection: Connection, station: StationContext, payload: Payload) -> str | None:
    """A key is 16 to 20 octets in hex digits (A00.FR.205)."""
    if payload["key"].lower() != KEY or basic.key_of_value(payload["value"]) is not None:
        return None
    return (
        f"the value of AuthorizationKey has to be {basic.SHORTEST_KEY} to {basic.LONGEST_KEY} octets, written as "
        f"{2 * basic.SHORTEST_KEY} to {2 * basic.LONGEST_KEY} hex digits."
    )
