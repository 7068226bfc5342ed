"""What a ChangeConfiguration of AuthorizationKey or SecurityProfile means for the next handshake (A01, A05).

The key is kept (hashed) before it is sent, because the station may come back with it before its answer has been booked,
or without its answer having arrived at all. A handshake that begins while an answer is being booked waits for the
booking, so that an Accepted ends the old key at once (OCPP-J §6.2.2).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from csms_core.auth import basic, terms
from csms_core.auth.passwords import Vault
from csms_core.context import StationContext
from csms_core.faults import Switchboard
from csms_core.registry import Payload, Registry, Send
from csms_core.store import Store, credentials

KEY, PROFILE = "authorizationkey", "securityprofile"
"""Configuration keys in lower case: their case does not matter (OCPP 1.6 §7.3, CiString)."""

RISES = ("1", "2", "3")
"""Values of SecurityProfile that a station can rise to (A05)."""


class Changes:
    """Follows the changes under way; one for the whole CSMS."""

    def __init__(self, store: Store, vault: Vault, switchboard: Switchboard) -> None:
        self._store = store
        self._vault = vault
        self._switchboard = switchboard
        self._booking: dict[str, asyncio.Future[None]] = {}
        self.registry = Registry()
        """What ChangeConfiguration means here, for `csms_core.operations`."""
        self.registry.keeps("ChangeConfiguration")(self.keep)
        self.registry.checks("ChangeConfiguration")(objection)

    async def settled(self, identity: str) -> None:
        """Wait until what a station has answered is booked."""
        while (booking := self._booking.get(identity)) is not None:
            await asyncio.shield(booking)

    async def arrived(self, identity: str, pending: str) -> None:
        """The station has used the key that was under way to it; no other is valid from now on."""
        await self._store.write(lambda connection: credentials.take_pending(connection, identity, pending))

    async def keep(self, station: StationContext, payload: Payload, send: Send) -> Payload:
        """Bookkeeper of ChangeConfiguration (`csms_core.registry`)."""
        identity, key = station.identity, payload["key"].lower()
        if key == KEY:
            octets = basic.key_of_value(payload["value"])
            hashed = await self._vault.hash(payload["value"].encode() if octets is None else octets)
            await self._put(identity, pending=hashed)
            return await self._settled(send, identity, lambda c, status: self._settle_key(c, identity, hashed, status))
        if key == PROFILE and payload["value"] in RISES:
            to = int(payload["value"])
            await self._put(identity, announced=to)
            return await self._settled(send, identity, lambda c, status: _settle_profile(c, identity, to, status))
        return await send()

    async def _settled(self, send: Send, identity: str, book: Callable[[Connection, str | None], None]) -> Payload:
        answer = await send()  # when it raises, nobody knows what the station has done, and both stay valid
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._booking[identity] = mine
        try:
            await self._store.write(lambda connection: book(connection, answer.get("status")))
        finally:
            if self._booking.get(identity) is mine:
                del self._booking[identity]
            mine.set_result(None)
        return answer

    async def _put(self, identity: str, **changes: Any) -> None:
        await self._store.write(lambda connection: credentials.put(connection, identity, **changes))

    def _settle_key(self, connection: Connection, identity: str, hashed: str, status: str | None) -> None:
        valid = self._switchboard.handshake(identity).settle(status)
        if valid == "new":
            credentials.take_pending(connection, identity, hashed)
        elif valid == "old":
            credentials.drop_pending(connection, identity, hashed)


def objection(connection: Connection, station: StationContext, payload: Payload) -> str | None:
    """Judge of ChangeConfiguration (`csms_core.registry`): a key is 16 to 20 octets in hex digits (A00.FR.205)."""
    if payload["key"].lower() != KEY or basic.key_of_value(payload["value"]) is not None:
        return None
    return (
        f"the value of AuthorizationKey has to be {basic.SHORTEST_KEY} to {basic.LONGEST_KEY} octets, written as "
        f"{2 * basic.SHORTEST_KEY} to {2 * basic.LONGEST_KEY} hex digits."
    )


def _settle_profile(connection: Connection, identity: str, announced: int, status: str | None) -> None:
    if terms.settle(status) == "old":
        credentials.drop_announced(connection, identity, announced)
