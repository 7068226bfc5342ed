"""Changes of what a station may connect with that are under way to it (white paper A01, A05).

The key is kept (hashed) before it is sent, because the station may come back with it before its answer has been booked,
or without its answer having arrived at all. A handshake that begins while an answer is being booked waits for the
booking, so that an Accepted ends the old key at once (OCPP-J §6.2.2).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy import Connection

from csms_core.auth import terms
from csms_core.auth.passwords import Vault
from csms_core.auth.policy import Handshake
from csms_core.store import Store, credentials

A = TypeVar("A")

Send = Callable[[], Awaitable[A]]
"""Sends the change and gives the answer of the station."""

StatusOf = Callable[[A], str | None]
"""The status that an answer tells of the change."""


class Changes:
    """Follows the changes under way; one for the whole CSMS. `policy_of` is how a station is judged."""

    def __init__(self, store: Store, vault: Vault, policy_of: Callable[[str], Handshake]) -> None:
        self._store = store
        self._vault = vault
        self._policy_of = policy_of
        self._booking: dict[str, asyncio.Future[None]] = {}

    async def settled(self, identity: str) -> None:
        """Wait until what a station has answered is booked."""
        while (booking := self._booking.get(identity)) is not None:
            await asyncio.shield(booking)

    async def arrived(self, identity: str, pending: str) -> None:
        """The station has used the key that was under way to it; no other is valid from now on."""
        await self._store.write(lambda connection: credentials.take_pending(connection, identity, pending))

    async def key(self, identity: str, octets: bytes, send: Send[A], status_of: StatusOf[A]) -> A:
        """A new key goes to a station."""
        hashed = await self._vault.hash(octets)
        await self._put(identity, pending=hashed)
        answer = await send()  # when it raises, nobody knows what the station has done, and both stay valid
        await self._book(identity, lambda c: self._settle_key(c, identity, hashed, status_of(answer)))
        return answer

    async def profile(self, identity: str, to: int, send: Send[A], status_of: StatusOf[A]) -> A:
        """A station is asked to rise to a security profile."""
        await self._put(identity, announced=to)
        answer = await send()
        await self._book(identity, lambda c: _settle_profile(c, identity, to, status_of(answer)))
        return answer

    async def _book(self, identity: str, booking: Callable[[Connection], None]) -> None:
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._booking[identity] = mine
        try:
            await self._store.write(booking)
        finally:
            if self._booking.get(identity) is mine:
                del self._booking[identity]
            mine.set_result(None)

    async def _put(self, identity: str, **changes: Any) -> None:
        await self._store.write(lambda connection: credentials.put(connection, identity, **changes))

    def _settle_key(self, connection: Connection, identity: str, hashed: str, status: str | None) -> None:
        valid = self._policy_of(identity).settle(status)
        if valid == "new":
            credentials.take_pending(connection, identity, hashed)
        elif valid == "old":
            credentials.drop_pending(connection, identity, hashed)


def _settle_profile(connection: Connection, identity: str, announced: int, status: str | None) -> None:
    if terms.settle(status) == "old":
        credentials.drop_announced(connection, identity, announced)
