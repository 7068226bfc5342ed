"""A connection as its peer has it: with the live events, the leniency and the faults in between."""

from __future__ import annotations

from asyncio import sleep
from functools import cached_property

from csms_core.faults.model import Reaction
from csms_core.faults.switchboard import Switchboard, Wire
from csms_core.gateway.connection import Receiver, StationConnection
from csms_core.gateway.leniency import Mender
from csms_core.hub.feed import Feed
from ocppj.errors import ConnectionClosed


class Tapped:
    """The transport of a peer: the connection, with the faults that are on for the station in between."""

    def __init__(
        self,
        connection: StationConnection,
        subprotocol: str,
        switchboard: Switchboard,
        feed: Feed,
        patience: float | None,
    ) -> None:
        """`subprotocol` is that of the version that is spoken, whatever the handshake has named."""
        self._connection = connection
        self._faults = switchboard.on
        self._identity = connection.identity
        self._switchboard = switchboard
        self._spoken = subprotocol
        self._feed = feed
        self._patience = patience
        self.subprotocol = connection.subprotocol
        self.mender: Mender | None = None  # of a lenient CSMS

    @cached_property
    def _wire(self) -> Wire:
        """What faults have to know of this connection, from the first message on that one of them may change."""
        return Wire(self._switchboard, self._identity, self._spoken)

    async def deliver(self, receiver: Receiver) -> ConnectionClosed:
        """Give every message of the station to `receiver` until the connection has ended; returns how it did."""

        identity, faults, show, mender = self._identity, self._faults, self._feed.frame, self.mender

        def take(message: str | bytes) -> bool:
            if type(message) is str:
                show(identity, "station->csms", message)
                if mender is not None:
                    message = mender.mended(message)
                if faults and (reaction := self._wire.arrived(message)) is not None:
                    return self._reacts(reaction, receiver)
            return receiver(message)

        return await self._connection.deliver(take)

    def _reacts(self, reaction: Reaction, receiver: Receiver) -> bool:
        """Do what a fault makes of a text that came."""
        for text in reaction.texts:
            self._feed.frame(self._identity, "csms->station", text)
            self._connection.send_now(text)  # what cannot be sent at once is lost, as it is a fault's
        if reaction.ends:
            self._connection.transport.close()  # what was written leaves before
        return reaction.seen is None or receiver(reaction.seen)

    def resume(self) -> None:
        """The receiver takes messages again."""
        self._connection.resume()

    def rest(self, seconds: float) -> None:
        """Read nothing for a while."""
        self._connection.rest(seconds)

    def send_now(self, message: str, /) -> bool:
        """Send a text if no fault is on for anybody and nothing has to be waited for; False: it was not sent."""
        if self._faults or not self._connection.send_now(message):
            return False
        if self.mender is not None:
            self.mender.sent(message)
        self._feed.frame(self._identity, "csms->station", message)
        return True

    async def send(self, message: str, /) -> None:
        """Send a text, or what a fault makes of it."""
        if self.mender is not None:
            self.mender.sent(message)
        instead = self._wire.leaves(message)
        if instead is None:
            self._feed.frame(self._identity, "csms->station", message)
            await self._connection.send_text(message, self._patience)
            return
        if instead.delay:
            await sleep(instead.delay)
        for text in instead.texts:
            self._feed.frame(self._identity, "csms->station", text)
            await self._connection.send_text(text, self._patience)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection."""
        await self._connection.close(code, reason)
