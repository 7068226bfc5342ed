"""An OCPP-J peer on asyncio: the thin shell between a socket and a ``Session``.

The peer is fed texts (``feed``) and writes through a transport, so the socket library can be changed; ``connect`` and
``Peer.over_websocket`` do it with ``websockets``. Incoming CALLs are handled one after the other, in the order they
came; answers to own CALLs are delivered at once. Times are taken right before the write and right after the read.
"""

import asyncio
import logging
import ssl as ssl_module
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from time import monotonic_ns
from typing import Any, Protocol, cast

import websockets.asyncio.client
import websockets.exceptions

import schemas as schema_sets
from ocppj import frames
from ocppj.errors import BadAnswer, CallRefused, CallTimeout, ConnectFailed, ConnectionClosed, OcppError
from ocppj.frames import Call, Frame
from ocppj.payload import as_payload
from ocppj.peer_common import (
    DEFAULT_CALL_TIMEOUT,
    MAX_FRAME_BYTES,
    MAX_WAITING,
    Observer,
    PeerBase,
    connection_closed,
    is_for_worker,
    payload_of,
)
from ocppj.peer_handshake import CONNECT_ERRORS, connect_failed, handshake_options, no_subprotocol, station_url
from ocppj.refusal import refusal
from ocppj.session import Memory, Seen, Session
from ocppj.trace import Role, Trace
from schemas import SchemaSet

__all__ = [
    "DEFAULT_CALL_TIMEOUT",
    "MAX_FRAME_BYTES",
    "MAX_WAITING",
    "BadAnswer",
    "CallRefused",
    "CallTimeout",
    "ConnectFailed",
    "ConnectionClosed",
    "Handler",
    "Observer",
    "OcppError",
    "Peer",
    "Transport",
    "connect",
    "station_url",
]

log = logging.getLogger(__name__)

IN_A_ROW = 4
"""CALLs of one connection that are handled before the other connections get their turn."""

Handler = Callable[[Call], Awaitable[dict[str, Any]]]
"""Answers an incoming CALL whose payload is valid with the payload of the CALLRESULT, or raises ``OcppError``."""


class Transport(Protocol):
    """What a peer needs of a socket."""

    async def send(self, message: str, /) -> None: ...

    async def close(self, code: int = 1000, reason: str = "") -> None: ...


class Feeder(Transport, Protocol):
    """A transport that hands over each message as it comes, instead of being asked for it."""

    async def deliver(self, receiver: Callable[[str | bytes], bool], /) -> ConnectionClosed:
        """Give each message to ``receiver`` until the connection ends; after False no more before ``resume``."""

    def resume(self) -> None:
        """The receiver takes messages again."""


class Peer(PeerBase):
    """One end of one OCPP-J connection."""

    def __init__(
        self,
        session: Session,
        transport: Transport,
        *,
        handler: Handler | None = None,
        on_call: Callable[[Seen], Awaitable[None]] | None = None,
        observer: Observer | None = None,
        call_timeout: float = DEFAULT_CALL_TIMEOUT,
    ) -> None:
        """Give a ``handler``, or ``on_call`` to be shown each processable CALL and to answer it with ``reply``."""
        super().__init__(session, observer, call_timeout)
        self._transport = transport
        self._handler = handler
        self._on_call = on_call or self._handle
        self._waiting: dict[str, asyncio.Future[Frame]] = {}
        self._calling = asyncio.Lock()
        self._inbox: asyncio.Queue[Seen] = asyncio.Queue(MAX_WAITING)
        self._room = asyncio.Event()
        self._feeder: Feeder | None = None
        self._closed: asyncio.Future[ConnectionClosed] = asyncio.get_running_loop().create_future()
        self._worker: asyncio.Task[None] | None = None
        self._run: asyncio.Task[None] | None = None

    @classmethod
    def over_websocket(
        cls,
        websocket: Any,
        role: Role,
        *,
        handler: Handler | None = None,
        on_call: Callable[[Seen], Awaitable[None]] | None = None,
        observer: Observer | None = None,
        call_timeout: float = DEFAULT_CALL_TIMEOUT,
        trace: Trace | None = None,
        schemas: SchemaSet | None = None,
        memory: Memory | None = None,
    ) -> "Peer":
        """A peer for an open connection of ``websockets`` (asyncio, either end); ``await peer.run()`` drives it."""
        session = Session(role, schemas or schema_sets.load("1.6"), trace=trace, memory=memory)
        peer = cls(session, websocket, handler=handler, on_call=on_call, observer=observer, call_timeout=call_timeout)
        peer.subprotocol = websocket.subprotocol
        return peer

    @property
    def is_closed(self) -> bool:
        """Whether the connection has ended."""
        return self._closed.done()

    # --- sending -----------------------------------------------------------------------------------------------------

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

    # --- receiving ---------------------------------------------------------------------------------------------------

    def feed(self, text: str | bytes, at: int) -> None:
        """A message was read at ``at`` (monotonic nanoseconds). ``has_room`` says whether more may be read."""
        seen = self._received(text, at)
        frame = seen.frame
        if is_for_worker(frame):
            with suppress(asyncio.QueueFull):  # `run` stops reading before this can happen
                self._inbox.put_nowait(seen)
        elif frame.id is not None and (waiter := self._waiting.get(frame.id)) is not None and not waiter.done():
            waiter.set_result(frame)

    @property
    def has_room(self) -> bool:
        """Whether another message may be fed without being dropped."""
        return not self._inbox.full()

    async def run(self) -> None:
        """Read until the connection ends. Only for peers over ``websockets``."""
        websocket = cast("websockets.asyncio.client.ClientConnection", self._transport)
        worker = self._worker = asyncio.create_task(self._work())
        try:
            while True:
                message = await websocket.recv()
                self.feed(message, monotonic_ns())
                if self._inbox.full():
                    self._room.clear()
                    await self._room.wait()
        except websockets.exceptions.ConnectionClosed as error:
            self.lost(connection_closed(error))
        except Exception:
            await websocket.close(1011, "internal error")
            raise
        finally:
            worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker
            self.lost(ConnectionClosed(1006, "", by_remote=False))

    async def run_fed(self) -> None:
        """Take what the transport delivers until the connection ends. Only for transports that are a ``Feeder``."""
        feeder = self._feeder = cast("Feeder", self._transport)
        worker = self._worker = asyncio.create_task(self._work())
        try:
            self.lost(await feeder.deliver(self._take))
        finally:
            worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker
            self.lost(ConnectionClosed(1006, "", by_remote=False))

    def _take(self, message: str | bytes) -> bool:
        self.feed(message, monotonic_ns())
        return not self._inbox.full()

    def start(self) -> None:
        """Run in a task of its own; ``close`` ends it."""
        self._run = asyncio.create_task(self.run())

    def lost(self, closed: ConnectionClosed) -> None:
        """The connection has ended; every waiting CALL fails with ``closed``."""
        if self._closed.done():
            return
        self._closed.set_result(closed)
        self.session.close(self.session.remote if closed.by_remote else self.session.local, monotonic_ns())
        for waiter in self._waiting.values():
            waiter.cancel()  # not an exception: nobody may be left to take it

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection and wait until it is closed; a handler may do so, too."""
        await self._transport.close(code, reason)
        await self._end_of_run()

    async def ping(self) -> None:
        """Send a WebSocket ping and wait for its pong (RFC 6455 §5.5.2). Only over ``websockets``."""
        try:
            await (await cast("websockets.asyncio.client.ClientConnection", self._transport).ping())
        except websockets.exceptions.ConnectionClosed as error:
            raise connection_closed(error) from None

    async def abort(self) -> None:
        """Drop the TCP connection without a closing handshake, as an outage does. Only over ``websockets``."""
        cast("websockets.asyncio.client.ClientConnection", self._transport).transport.abort()
        await self._end_of_run()

    async def _end_of_run(self) -> None:
        if self._run is not None and asyncio.current_task() is not self._worker:
            await asyncio.shield(self._run)

    async def wait_closed(self) -> ConnectionClosed:
        """Wait for the end of the connection and say how it came."""
        return await asyncio.shield(self._closed)

    async def _work(self) -> None:
        served = 0
        while True:
            if self._feeder is not None and self._inbox.empty():
                self._feeder.resume()
            served += 1
            if served % IN_A_ROW == 0 and not self._inbox.empty():
                await asyncio.sleep(0)  # neither getting, handling nor sending may ever have waited
            seen = await self._inbox.get()
            self._room.set()
            try:
                await self._serve(seen)
            except ConnectionClosed:
                pass  # nobody is left to answer
            except Exception:
                log.exception("a CALL could not be answered")

    async def _serve(self, seen: Seen) -> None:
        refused = refusal(seen, self.session.schemas, self.role)
        if refused is not None:
            await self.refuse(cast("str", seen.frame.id), *refused)  # what has no id is not refused
        elif type(seen.frame) is Call:
            await self._on_call(seen)

    async def _handle(self, seen: Seen) -> None:
        call = cast("Call", seen.frame)
        if self._handler is None:
            await self.refuse(call.id, "NotSupported", f"{call.action} is not supported")
            return
        try:
            answer = frames.result(call.id, as_payload(await self._handler(call)))
        except OcppError as error:
            await self.refuse(call.id, error.code, error.description, error.details)
        except ConnectionClosed:
            raise
        except Exception:
            log.exception("the handler of %s failed", call.action)
            await self.refuse(call.id, "InternalError", f"{call.action} could not be processed")
        else:
            await self.send(answer)


async def connect(
    url: str,
    identity: str,
    *,
    handler: Handler | None = None,
    on_call: Callable[[Seen], Awaitable[None]] | None = None,
    observer: Observer | None = None,
    subprotocols: Sequence[str] = ("ocpp1.6",),
    ssl: ssl_module.SSLContext | None = None,
    headers: Mapping[str, str] | None = None,
    basic_auth: tuple[str, bytes] | None = None,
    open_timeout: float = 10.0,
    call_timeout: float = DEFAULT_CALL_TIMEOUT,
    trace: Trace | None = None,
    schemas: SchemaSet | None = None,
    memory: Memory | None = None,
) -> Peer:
    """Connect as the station ``identity`` to the endpoint ``url`` and start reading.

    The identity is appended to the path, percent-encoded (J §3.1.1). ``basic_auth`` is the user name and the raw bytes
    of the key (J §6.2). Raises ``ConnectFailed`` with a sentence; a server that agrees on no subprotocol fails too.
    """
    address = station_url(url, identity)
    options = handshake_options(subprotocols, ssl, headers, basic_auth, open_timeout)
    try:
        websocket = await websockets.asyncio.client.connect(address, **options)
    except CONNECT_ERRORS as error:
        raise connect_failed(address, error) from error
    if subprotocols and websocket.subprotocol is None:
        await websocket.close()
        raise no_subprotocol(address, subprotocols)
    peer = Peer.over_websocket(
        websocket,
        "station",
        handler=handler,
        on_call=on_call,
        observer=observer,
        call_timeout=call_timeout,
        trace=trace,
        schemas=schemas,
        memory=memory,
    )
    peer.start()
    return peer
