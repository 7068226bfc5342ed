"""An OCPP-J peer on threads, or on greenlets once gevent has patched them: ``peer`` again, over ``websockets.sync``.

Two threads serve a connection: one reads, the other handles the incoming CALLs one after the other, in the order they
came. Any thread may call; one CALL is open at a time (J §4.1.1). Times are taken as in ``peer``.
"""

import logging
import ssl as ssl_module
import threading
import typing
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from time import monotonic_ns
from types import TracebackType
from typing import Any, Self

import websockets.exceptions
import websockets.sync.client

from ocppj import frames
from ocppj.errors import BadAnswer, CallRefused, CallTimeout, ConnectFailed, ConnectionClosed, OcppError
from ocppj.evidence.trace import Trace
from ocppj.frames import Call, Frame
from ocppj.payload import as_payload
from ocppj.peers.base import (
    DEFAULT_CALL_TIMEOUT,
    MAX_WAITING,
    Observer,
    PeerBase,
    connection_closed,
    is_for_worker,
    payload_of,
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
from ocppj.session.refusal import refusal
from ocppj.session.session import Memory, Seen, Session

__all__ = [
    "BadAnswer",
    "CallRefused",
    "CallTimeout",
    "ConnectFailed",
    "ConnectionClosed",
    "Handler",
    "Observer",
    "OcppError",
    "PeerSync",
    "Transport",
    "connect",
]

log = logging.getLogger(__name__)

Handler = Callable[[Call], dict[str, Any]]
"""Answers an incoming CALL whose payload is valid with the payload of the CALLRESULT, or raises ``OcppError``."""


class Transport(typing.Protocol):
    """What the peer needs of a socket: that of ``websockets.sync``."""

    def send(self, message: str, /) -> None:
        """Write a text message."""

    def recv(self) -> str | bytes:
        """Wait for the next message."""
        ...

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with a close frame (RFC 6455 §5.5.1)."""


class PeerSync(PeerBase):
    """One end of one OCPP-J connection; a context manager that closes it."""

    def __init__(
        self,
        session: Session,
        transport: Transport,
        *,
        handler: Handler | None = None,
        on_call: Callable[[Seen], None] | None = None,
        observer: Observer | None = None,
        call_timeout: float = DEFAULT_CALL_TIMEOUT,
    ) -> None:
        """Give a ``handler``, or ``on_call`` to be shown each processable CALL and to answer it with ``reply``.

        ``observer`` runs while the session is locked, so that it sees the frames in the order of the trace; it must
        not call the peer.
        """
        super().__init__(session, observer, call_timeout)
        self._transport = transport
        self._handler = handler
        self._on_call = on_call or self._handle
        self._calling = threading.Lock()
        self._writing = threading.Lock()  # the order of the trace is the order on the wire
        self._changed = threading.Condition()  # guards the session and all that follows
        self._answers: dict[str, Frame | None] = {}
        self._inbox: deque[Seen] = deque()  # bounded: `_deliver` waits while it is full
        self._closed: ConnectionClosed | None = None
        self._closing = False
        self._reader = threading.Thread(target=self._read, name="ocppj-reader", daemon=True)
        self._worker = threading.Thread(target=self._work, name="ocppj-worker", daemon=True)

    @property
    def is_closed(self) -> bool:
        """Whether the connection has ended."""
        return self._closed is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    # --- sending -----------------------------------------------------------------------------------------------------

    def call(self, action: str, payload: Any = None, *, timeout: float | None = None, id: str | None = None) -> Any:
        """Send a CALL and wait for the payload of its CALLRESULT; arguments and errors as in ``Peer.call``."""
        seconds = self.call_timeout if timeout is None else timeout
        answer = self.exchange(action, {} if payload is None else as_payload(payload), timeout=seconds, id=id)
        return payload_of(action, answer)

    def exchange(self, action: str, payload: Any, *, timeout: float, id: str | None = None) -> Frame:
        """Send a CALL and wait for whatever frame answers it. Raises ``CallTimeout`` or ``ConnectionClosed``."""
        with self._calling:
            frame = self._next_call(action, payload, id)
            with self._changed:
                self._answers[frame.id] = None
            try:
                self.send(frame)
                return self._answer_to(frame, timeout)
            finally:
                with self._changed:
                    del self._answers[frame.id]

    def _answer_to(self, frame: Call, timeout: float) -> Frame:
        with self._changed:
            self._changed.wait_for(lambda: self._answers[frame.id] is not None or self._closed is not None, timeout)
            answer = self._answers[frame.id]
            if answer is not None:
                return answer
            self._raise_if_closed()
            self.session.time_out(frame.id, monotonic_ns())
            raise CallTimeout(frame.action, timeout)

    def reply(self, call: Call, payload: Any) -> None:
        """Answer an incoming CALL with a CALLRESULT."""
        self.send(frames.result(call.id, as_payload(payload)))

    def refuse(self, id: str, code: str, description: str = "", details: dict[str, Any] | None = None) -> None:
        """Answer an incoming CALL with a CALLERROR."""
        self.send(frames.error(id, code, description, details))

    def send(self, frame: Frame) -> Seen:
        """Write a frame as it is, after the session has recorded it. Raises ``ConnectionClosed``."""
        # Reading goes on while the write waits for a slow reader at the other end, or both ends would wait for ever.
        with self._writing:
            with self._changed:
                self._raise_if_closed()
                seen = self._sent(frame)
            try:
                self._transport.send(frame.raw)
            except websockets.exceptions.ConnectionClosed as error:
                raise connection_closed(error) from None
        return seen

    def send_raw(self, text: str) -> Seen:
        """Write any text, a malformed one too; the session sees what it is."""
        return self.send(frames.parse(text))

    # --- the life of the connection ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to read and to handle."""
        self._worker.start()
        self._reader.start()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection and wait until it is closed. A handler that is at work ends in its own time."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._transport.close(code, reason)
        self._reader.join()

    def wait_closed(self, timeout: float | None = None) -> ConnectionClosed:
        """Wait for the end of the connection and say how it came. Raises ``TimeoutError`` after ``timeout`` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed is not None, timeout)
            if self._closed is None:
                raise TimeoutError("the connection is still open")
            return self._closed

    def _lost(self, closed: ConnectionClosed) -> None:
        with self._changed:
            self._closed = closed
            self.session.close(self.session.remote if closed.by_remote else self.session.local, monotonic_ns())
            self._inbox.clear()  # nobody is left to answer
            self._changed.notify_all()

    def _raise_if_closed(self) -> None:
        if self._closed is not None:
            raise ConnectionClosed(self._closed.code, self._closed.reason, self._closed.by_remote)

    # --- receiving ---------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        closed = ConnectionClosed(1006, "", by_remote=False)
        try:
            while True:
                message = self._transport.recv()
                self._deliver(message, monotonic_ns())
        except websockets.exceptions.ConnectionClosed as error:
            closed = connection_closed(error)
        except Exception:
            log.exception("a frame could not be taken in")
            self._transport.close(1011, "internal error")
        finally:
            self._lost(closed)

    def _deliver(self, text: str | bytes, at: int) -> None:
        with self._changed:
            seen = self._received(text, at)
            frame = seen.frame
            if is_for_worker(frame):
                self._changed.wait_for(lambda: len(self._inbox) < MAX_WAITING or self._closing)
                if not self._closing:
                    self._inbox.append(seen)
            elif frame.id in self._answers and self._answers[frame.id] is None:
                self._answers[frame.id] = frame
            self._changed.notify_all()

    def _work(self) -> None:
        while (seen := self._next()) is not None:
            try:
                self._serve(seen)
            except ConnectionClosed:
                pass  # nobody is left to answer
            except Exception:
                log.exception("a CALL could not be answered")

    def _next(self) -> Seen | None:
        with self._changed:
            self._changed.wait_for(lambda: bool(self._inbox) or self._closed is not None)
            if self._closed is not None:
                return None
            seen = self._inbox.popleft()
            self._changed.notify_all()
            return seen

    def _serve(self, seen: Seen) -> None:
        refused = refusal(seen, self.session.protocol, self.role)
        if refused is not None:
            self.send(refused)
        elif type(seen.frame) is Call:
            self._on_call(seen)

    def _handle(self, seen: Seen) -> None:
        call = seen.frame
        assert type(call) is Call
        if self._handler is None:
            self.refuse(call.id, "NotSupported", f"{call.action} is not supported")
            return
        try:
            answer = frames.result(call.id, as_payload(self._handler(call)))
        except OcppError as error:
            self.refuse(call.id, error.code, error.description, error.details)
        except ConnectionClosed:
            raise
        except Exception:
            log.exception("the handler of %s failed", call.action)
            self.refuse(call.id, "InternalError", f"{call.action} could not be processed")
        else:
            self.send(answer)


def connect(
    url: str,
    identity: str,
    *,
    protocol: Protocol,
    handler: Handler | None = None,
    on_call: Callable[[Seen], None] | None = None,
    observer: Observer | None = None,
    subprotocols: Sequence[str] | None = None,
    ssl: ssl_module.SSLContext | None = None,
    headers: Mapping[str, str] | None = None,
    basic_auth: tuple[str, bytes] | None = None,
    open_timeout: float = 10.0,
    call_timeout: float = DEFAULT_CALL_TIMEOUT,
    trace: Trace | None = None,
    memory: Memory | None = None,
) -> PeerSync:
    """Connect as the station ``identity`` to the endpoint ``url`` and start reading; as ``peer.connect``."""
    offered = (protocol.subprotocol,) if subprotocols is None else subprotocols
    address = station_url(url, identity)
    options = handshake_options(offered, ssl, headers, basic_auth, open_timeout)
    try:
        # legacy: a connection at once, not a context manager around one
        websocket = websockets.sync.client.connect(address, legacy=True, **options)
    except CONNECT_ERRORS as error:
        raise connect_failed(address, error, protocol.version) from error
    if offered and websocket.subprotocol is None:
        websocket.close()
        raise no_subprotocol(address, offered)
    session = Session("station", protocol, trace=trace, memory=memory)
    session.shake_hands(seen_at(websocket))
    peer = PeerSync(session, websocket, handler=handler, on_call=on_call, observer=observer, call_timeout=call_timeout)
    peer.subprotocol = websocket.subprotocol
    peer.start()
    return peer
