"""What the peers on asyncio have in common: own CALLs and their answers, and the end of the connection.

A peer is told what was read and writes through a transport, so the socket library can be changed. Answers to own CALLs
are delivered at once, whatever is being handled meanwhile. Times are taken right before the write and right after the
read.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic_ns
from typing import Any, Protocol

import websockets.exceptions

from ocppj import frames
from ocppj.errors import CallTimeout, ConnectionClosed
from ocppj.frames import Call, Frame
from ocppj.payload import as_payload
from ocppj.peers.base import Observer, PeerBase, connection_closed, payload_of
from ocppj.session.session import Seen, Session

Handler = Callable[[Call], Awaitable[dict[str, Any]]]
"""Answers an incoming CALL whose payload is valid with the payload of the CALLRESULT, or raises ``OcppError``."""


class Transport(Protocol):
    """What a peer needs of a socket."""

    async def send(self, message: str, /) -> None:
        """Write a text message."""

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with a close frame (RFC 6455 §5.5.1)."""


class AsyncPeer(PeerBase):
    """The half of a peer on asyncio that sends; how CALLs come in is the business of those that build on it."""

    def __init__(self, session: Session, transport: Transport, observer: Observer | None, call_timeout: float) -> None:
        super().__init__(session, observer, call_timeout)
        self._transport = transport
        self._waiting: dict[str, asyncio.Future[Frame]] = {}
        self._calling = asyncio.Lock()
        self._closed: asyncio.Future[ConnectionClosed] = asyncio.get_running_loop().create_future()

    @property
    def is_closed(self) -> bool:
        """Whether the connection has ended."""
        return self._closed.done()

    async def call(
        self, action: str, payload: Any = None, *, timeout: float | None = None, id: str | None = None
    ) -> Any:
        """Send a CALL and wait for the payload of its CALLRESULT.

        ``payload`` is a mapping in the names of the wire or an ``ocpp.v16.call`` object; ``timeout`` is in seconds. One
        CALL is open at a time, further ones wait for their turn (J §4.1.1). Raises ``CallTimeout``, ``CallRefused``,
        ``BadAnswer`` or ``ConnectionClosed``.
        """
        seconds = self.call_timeout if timeout is None else timeout
        answer = await self.exchange(action, {} if payload is None else as_payload(payload), timeout=seconds, id=id)
        return payload_of(action, answer)

    async def exchange(self, action: str, payload: Any, *, timeout: float, id: str | None = None) -> Frame:
        """Send a CALL and wait for whatever frame answers it. Raises ``CallTimeout`` or ``ConnectionClosed``."""
        async with self._calling:
            frame = self._next_call(action, payload, id)
            waiter: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
            self._waiting[frame.id] = waiter
            try:
                await self.send(frame)
                await asyncio.wait((waiter,), timeout=timeout)
                if waiter.cancelled():
                    raise self._closed.result()
                if waiter.done():
                    return waiter.result()
                self.session.time_out(frame.id, monotonic_ns())
                raise CallTimeout(action, timeout)
            finally:
                del self._waiting[frame.id]

    async def reply(self, call: Call, payload: Any) -> None:
        """Answer an incoming CALL with a CALLRESULT."""
        await self.send(frames.result(call.id, as_payload(payload)))

    async def refuse(self, id: str, code: str, description: str = "", details: dict[str, Any] | None = None) -> None:
        """Answer an incoming CALL with a CALLERROR."""
        await self.send(frames.error(id, code, description, details))

    async def send(self, frame: Frame) -> Seen:
        """Write a frame as it is, after the session has recorded it. Raises ``ConnectionClosed``."""
        if self._closed.done():
            raise self._closed.result()
        seen = self._sent(frame)
        try:
            await self._transport.send(frame.raw)
        except websockets.exceptions.ConnectionClosed as error:
            raise connection_closed(error) from None
        return seen

    async def send_raw(self, text: str) -> Seen:
        """Write any text, a malformed one too; the session sees what it is."""
        return await self.send(frames.parse(text))

    def _take_answer(self, frame: Frame) -> None:
        """A frame came that is no CALL; who waits for it gets it."""
        if frame.id is not None and (waiter := self._waiting.get(frame.id)) is not None and not waiter.done():
            waiter.set_result(frame)

    def lost(self, closed: ConnectionClosed) -> None:
        """The connection has ended; every waiting CALL fails with ``closed``."""
        if self._closed.done():
            return
        self._closed.set_result(closed)
        self.session.close(self.session.remote if closed.by_remote else self.session.local, monotonic_ns())
        for waiter in self._waiting.values():
            waiter.cancel()  # not an exception: nobody may be left to take it

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection."""
        await self._transport.close(code, reason)

    async def wait_closed(self) -> ConnectionClosed:
        """Wait for the end of the connection and say how it came."""
        return await asyncio.shield(self._closed)
