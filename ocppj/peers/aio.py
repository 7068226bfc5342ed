"""An OCPP-J peer on asyncio: the thin shell between a socket and a ``Session``.

``connect`` and ``Peer.over_websocket`` drive it with ``websockets``. Incoming CALLs are handled one after the other, in
the order they came, by a task of the connection.
"""

import asyncio
import logging
import ssl as ssl_module
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from time import monotonic_ns
from typing import Any, cast

import websockets.asyncio.client
import websockets.exceptions

from ocppj import frames
from ocppj.errors import BadAnswer, CallRefused, CallTimeout, ConnectFailed, ConnectionClosed, OcppError
from ocppj.evidence.trace import Role, Trace
from ocppj.frames import Call
from ocppj.payload import as_payload
from ocppj.peers.aio_base import AsyncPeer, Handler, Transport
from ocppj.peers.base import (
    DEFAULT_CALL_TIMEOUT,
    MAX_FRAME_BYTES,
    MAX_WAITING,
    Observer,
    connection_closed,
    is_for_worker,
)
from ocppj.peers.handshake import (
    CONNECT_ERRORS,
    connect_failed,
    handshake_options,
    no_subprotocol,
    seen_at,
    station_url,
)
from ocppj.protocol import Protocol
from ocppj.rules.known import Wall
from ocppj.session.refusal import refusal
from ocppj.session.session import Memory, Seen, Session

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


class Peer(AsyncPeer):
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
        super().__init__(session, transport, observer, call_timeout)
        self._handler = handler
        self._on_call = on_call or self._handle
        self._inbox: asyncio.Queue[Seen] = asyncio.Queue(MAX_WAITING)
        self._room = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._run: asyncio.Task[None] | None = None

    @classmethod
    def over_websocket(
        cls,
        websocket: Any,
        role: Role,
        *,
        protocol: Protocol,
        handler: Handler | None = None,
        on_call: Callable[[Seen], Awaitable[None]] | None = None,
        observer: Observer | None = None,
        call_timeout: float = DEFAULT_CALL_TIMEOUT,
        trace: Trace | None = None,
        memory: Memory | None = None,
        wall: Wall | None = None,
    ) -> "Peer":
        """A peer for an open connection of ``websockets`` (asyncio, either end); ``await peer.run()`` drives it."""
        session = Session(role, protocol, trace=trace, memory=memory, wall=wall)
        if hasattr(websocket, "request"):  # what stands for a connection in somebody's tests may have had none
            session.shake_hands(seen_at(websocket))
        peer = cls(session, websocket, handler=handler, on_call=on_call, observer=observer, call_timeout=call_timeout)
        peer.subprotocol = websocket.subprotocol
        return peer

    # --- receiving ---------------------------------------------------------------------------------------------------

    def feed(self, text: str | bytes, at: int) -> None:
        """A message was read at ``at`` (monotonic nanoseconds). ``has_room`` says whether more may be read."""
        seen = self._received(text, at)
        frame = seen.frame
        if is_for_worker(frame):
            with suppress(asyncio.QueueFull):  # `run` stops reading before this can happen
                self._inbox.put_nowait(seen)
        else:
            self._take_answer(frame)

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

    def start(self) -> None:
        """Run in a task of its own; ``close`` ends it."""
        self._run = asyncio.create_task(self.run())

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection and wait until it is closed; a handler may do so, too."""
        await super().close(code, reason)
        await self._end_of_run()

    async def ping(self, body: bytes | None = None) -> None:
        """Send a WebSocket ping and wait for its pong (RFC 6455 §5.5.2), which repeats the ``body``; None: any.

        Only over ``websockets``.
        """
        try:
            await (await cast("websockets.asyncio.client.ClientConnection", self._transport).ping(body))
        except websockets.exceptions.ConnectionClosed as error:
            raise connection_closed(error) from None

    async def send_in_pieces(self, text: str, pieces: int) -> Seen:
        """Write any text in so many fragments of one message (RFC 6455 §5.4). Only over ``websockets``.

        Raises ``ConnectionClosed``.
        """
        websocket = cast("websockets.asyncio.client.ClientConnection", self._transport)
        size = -(-len(text) // pieces)
        seen = self._sent(frames.parse(text))
        try:
            await websocket.send([text[start : start + size] for start in range(0, len(text), size)])
        except websockets.exceptions.ConnectionClosed as error:
            raise connection_closed(error) from None
        return seen

    async def abort(self) -> None:
        """Drop the TCP connection without a closing handshake, as an outage does. Only over ``websockets``."""
        cast("websockets.asyncio.client.ClientConnection", self._transport).transport.abort()
        await self._end_of_run()

    async def _end_of_run(self) -> None:
        if self._run is not None and asyncio.current_task() is not self._worker:
            await asyncio.shield(self._run)

    async def _work(self) -> None:
        served = 0
        while True:
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
        refused = refusal(seen, self.session.protocol, self.role)
        if refused is not None:
            await self.send(refused)
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
    protocol: Protocol,
    handler: Handler | None = None,
    on_call: Callable[[Seen], Awaitable[None]] | None = None,
    observer: Observer | None = None,
    subprotocols: Sequence[str] | None = None,
    ssl: ssl_module.SSLContext | None = None,
    headers: Mapping[str, str] | None = None,
    basic_auth: tuple[str, bytes] | None = None,
    open_timeout: float = 10.0,
    call_timeout: float = DEFAULT_CALL_TIMEOUT,
    trace: Trace | None = None,
    memory: Memory | None = None,
) -> Peer:
    """Connect as the station ``identity`` to the endpoint ``url`` and start reading.

    The identity is appended to the path, percent-encoded (J §3.1.1). ``basic_auth`` is the user name and the raw bytes
    of the key (J §6.2). Unless ``subprotocols`` are given, that of ``protocol`` is offered. Raises ``ConnectFailed``
    with a sentence; a server that agrees on no subprotocol fails too.
    """
    offered = (protocol.subprotocol,) if subprotocols is None else subprotocols
    address = station_url(url, identity)
    options = handshake_options(offered, ssl, headers, basic_auth, open_timeout)
    try:
        websocket = await websockets.asyncio.client.connect(address, **options)
    except CONNECT_ERRORS as error:
        raise connect_failed(address, error, protocol.version) from error
    if offered and websocket.subprotocol is None:
        await websocket.close()
        raise no_subprotocol(address, offered)
    peer = Peer.over_websocket(
        websocket,
        "station",
        protocol=protocol,
        handler=handler,
        on_call=on_call,
        observer=observer,
        call_timeout=call_timeout,
        trace=trace,
        memory=memory,
    )
    peer.start()
    return peer
