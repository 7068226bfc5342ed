"""An OCPP-J peer on asyncio: the thin shell between a socket and a ``Session``.

The peer is fed texts (``feed``) and writes through a transport, so the socket library can be changed; ``connect`` and
``Peer.over_websocket`` do it with ``websockets``. Incoming CALLs are handled one after the other, in the order they
came; answers to own CALLs are delivered at once. Times are taken right before the write and right after the read.
"""

import asyncio
import base64
import logging
import secrets
import ssl as ssl_module
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from time import monotonic_ns
from typing import Any, Final, Protocol, cast
from urllib.parse import quote

import websockets.asyncio.client
import websockets.exceptions
from websockets.typing import Subprotocol

import schemas as schema_sets
from ocppj import frames
from ocppj.errors import BadAnswer, CallRefused, CallTimeout, ConnectFailed, ConnectionClosed, OcppError
from ocppj.frames import Call, CallError, CallResult, Frame, Malformed
from ocppj.payload import as_payload
from ocppj.peer_handshake import connect_failed
from ocppj.refusal import refusal
from ocppj.rules import Finding
from ocppj.session import Memory, Seen, Session
from ocppj.trace import Role, Trace
from schemas import SchemaSet

__all__ = [
    "BadAnswer",
    "CallRefused",
    "CallTimeout",
    "ConnectFailed",
    "ConnectionClosed",
    "Handler",
    "OcppError",
    "Peer",
    "connect",
]

log = logging.getLogger(__name__)

Handler = Callable[[Call], Awaitable[dict[str, Any]]]
"""Answers an incoming CALL whose payload is valid with the payload of the CALLRESULT, or raises ``OcppError``."""

Observer = Callable[[Seen], None]
"""Is shown every frame, in both directions, right after the session has judged it."""

DEFAULT_CALL_TIMEOUT: Final = 30.0
MAX_FRAME_BYTES: Final = 1 << 20
MAX_WAITING: Final = 64
"""Incoming CALLs that wait for their turn; while there are more, nothing is read from the socket."""


class Transport(Protocol):
    """What a peer needs of a socket."""

    async def send(self, message: str, /) -> None: ...

    async def close(self, code: int = 1000, reason: str = "") -> None: ...


class Peer:
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
        self.session = session
        self.call_timeout = call_timeout
        self.subprotocol: str | None = None
        self._transport = transport
        self._handler = handler
        self._on_call = on_call or self._handle
        self._observer = observer
        self._waiting: dict[str, asyncio.Future[Frame]] = {}
        self._calling = asyncio.Lock()
        self._inbox: asyncio.Queue[Seen] = asyncio.Queue(MAX_WAITING)
        self._room = asyncio.Event()
        self._closed: asyncio.Future[ConnectionClosed] = asyncio.get_running_loop().create_future()
        self._prefix = secrets.token_hex(8)
        self._number = 0
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
    def role(self) -> Role:
        """Which end this is."""
        return self.session.local

    @property
    def trace(self) -> Trace | None:
        """Where the frames are recorded, if anywhere."""
        return self.session.trace

    @property
    def findings(self) -> list[Finding]:
        """The rules that were broken on this connection, by either party (bounded)."""
        return self.session.findings

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
        if type(answer) is CallResult:
            return {} if answer.payload is None else answer.payload
        if type(answer) is CallError:
            raise CallRefused(action, answer)
        raise BadAnswer(action, answer.raw, cast("Malformed", answer).message)

    async def exchange(self, action: str, payload: Any, *, timeout: float, id: str | None = None) -> Frame:
        """Send a CALL and wait for whatever frame answers it. Raises ``CallTimeout`` or ``ConnectionClosed``."""
        async with self._calling:
            self._number += 1
            frame = frames.call(id or f"{self._prefix}-{self._number}", action, payload)
            waiter: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
            self._waiting[frame.id] = waiter
            try:
                await self.send(frame)
                async with asyncio.timeout(timeout):
                    return await waiter
            except TimeoutError:
                self.session.time_out(frame.id, monotonic_ns())
                raise CallTimeout(action, timeout) from None
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
        seen = self.session.send(frame, monotonic_ns())
        if self._observer is not None:
            self._observer(seen)
        try:
            await self._transport.send(frame.raw)
        except websockets.exceptions.ConnectionClosed as error:
            raise _closed(error) from None
        return seen

    async def send_raw(self, text: str) -> Seen:
        """Write any text, a malformed one too; the session sees what it is."""
        return await self.send(frames.parse(text))

    # --- receiving ---------------------------------------------------------------------------------------------------

    def feed(self, text: str | bytes, at: int) -> None:
        """A message was read at ``at`` (monotonic nanoseconds). ``has_room`` says whether more may be read."""
        seen = self.session.receive(text, at)
        if self._observer is not None:
            self._observer(seen)
        frame = seen.frame
        if type(frame) is Call or (type(frame) is Malformed and frame.type == 2):
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
        worker = asyncio.create_task(self._work())
        try:
            while True:
                message = await websocket.recv()
                self.feed(message, monotonic_ns())
                if self._inbox.full():
                    self._room.clear()
                    await self._room.wait()
        except websockets.exceptions.ConnectionClosed as error:
            self.lost(_closed(error))
        finally:
            worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker
            self.lost(ConnectionClosed(1006, "", by_remote=False))

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
            if not waiter.done():
                waiter.set_exception(closed)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection and wait until it is closed."""
        await self._transport.close(code, reason)
        if self._run is not None:
            await self._run

    async def ping(self) -> None:
        """Send a WebSocket ping and wait for its pong (RFC 6455 §5.5.2). Only over ``websockets``."""
        try:
            await (await cast("websockets.asyncio.client.ClientConnection", self._transport).ping())
        except websockets.exceptions.ConnectionClosed as error:
            raise _closed(error) from None

    async def abort(self) -> None:
        """Drop the TCP connection without a closing handshake, as an outage does. Only over ``websockets``."""
        cast("websockets.asyncio.client.ClientConnection", self._transport).transport.abort()
        if self._run is not None:
            await self._run

    async def wait_closed(self) -> ConnectionClosed:
        """Wait for the end of the connection and say how it came."""
        return await asyncio.shield(self._closed)

    async def _work(self) -> None:
        while True:
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
        if refused is None:
            if type(seen.frame) is Call:
                await self._on_call(seen)
        elif seen.frame.id is not None:
            await self.refuse(seen.frame.id, *refused)

    async def _handle(self, seen: Seen) -> None:
        call = cast("Call", seen.frame)
        if self._handler is None:
            await self.refuse(call.id, "NotSupported", f"{call.action} is not supported")
            return
        try:
            payload = await self._handler(call)
        except OcppError as error:
            await self.refuse(call.id, error.code, error.description, error.details)
        except ConnectionClosed:
            raise
        except Exception:
            log.exception("the handler of %s failed", call.action)
            await self.refuse(call.id, "InternalError", f"{call.action} could not be processed")
        else:
            await self.reply(call, payload)


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
    all_headers = dict(headers or {})
    if basic_auth is not None:
        user, key = basic_auth
        all_headers["Authorization"] = "Basic " + base64.b64encode(user.encode() + b":" + key).decode()
    try:
        websocket = await websockets.asyncio.client.connect(
            address,
            subprotocols=[Subprotocol(name) for name in subprotocols],
            ssl=ssl,
            additional_headers=all_headers,
            open_timeout=open_timeout,
            compression=None,
            ping_interval=None,
            max_size=MAX_FRAME_BYTES,
            user_agent_header="plugproof",
            proxy=None,
        )
    except (OSError, ssl_module.SSLError, websockets.exceptions.WebSocketException, ValueError) as error:
        raise connect_failed(address, error) from error
    if subprotocols and websocket.subprotocol is None:
        await websocket.close()
        raise ConnectFailed(address, f"the server agreed on no subprotocol, {' or '.join(subprotocols)} was offered")
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


def station_url(url: str, identity: str) -> str:
    """The address a station connects to: endpoint, slash, percent-encoded identity (J §3.1.1)."""
    return f"{url.rstrip('/')}/{quote(identity, safe='')}"


def _closed(error: websockets.exceptions.ConnectionClosed) -> ConnectionClosed:
    by_remote = error.rcvd_then_sent if error.rcvd_then_sent is not None else error.sent is None
    if error.rcvd is not None:
        return ConnectionClosed(error.rcvd.code, error.rcvd.reason, bool(by_remote))
    return ConnectionClosed(1006, "", bool(by_remote))
