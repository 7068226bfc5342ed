"""The connection of a fleet station: `simulator.link.Connect` on picows (RFC 6455, OCPP-J §3).

What comes is handed to the session inside the callback that read it, and what leaves is written at once, so that a CALL
and its answer need no task, no lock and no queue of this module. One CALL is open at a time; the station sees to it.
"""

from __future__ import annotations

import asyncio
import logging
import ssl as ssl_module
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic_ns
from typing import Any, Final, cast

import picows
from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake, InvalidMessage, InvalidStatus
from websockets.http11 import Response

import schemas
from ocppj import frames
from ocppj.errors import CallTimeout, ConnectFailed, ConnectionClosed
from ocppj.frames import Call, CallResult, Frame
from ocppj.payload import as_payload
from ocppj.peer_common import DEFAULT_CALL_TIMEOUT, MAX_FRAME_BYTES, MAX_WAITING, PeerBase, is_for_worker
from ocppj.peer_handshake import connect_failed, handshake_options, no_subprotocol, station_url
from ocppj.refusal import refusal
from ocppj.session import Memory, Seen, Session
from ocppj.trace import Trace
from simulator.clock import Clock, Timer
from simulator.dialing import Outcome
from simulator.fleet.standing import Standing
from simulator.fleet.tally import Tally

log = logging.getLogger(__name__)

SUBPROTOCOL: Final = "ocpp1.6"
READ_BUFFER: Final = 1024
"""Bytes; it grows when a longer frame comes."""

KEPT_FINDINGS: Final = 8
"""Broken rules a connection keeps of itself: the tally counts them all."""

_SLACK: Final = 0.001
"""Seconds a timer may fire early."""

CLOSING: Final = 2.0
"""Seconds the CSMS has to answer a close frame."""

_quiet = logging.getLogger("plugproof.fleet.picows")
_quiet.setLevel(logging.CRITICAL)  # picows tells every connection and every frame that is none, the tally counts them
_TEXT, _BINARY, _MORE = picows.WSMsgType.TEXT, picows.WSMsgType.BINARY, picows.WSMsgType.CONTINUATION
_PONG, _CLOSE = picows.WSMsgType.PONG, picows.WSMsgType.CLOSE
_PLAIN_CODES: Final = range(1000, 5000)


class FleetLine(PeerBase, picows.WSListener):
    """One end of one connection, `simulator.link.Line` to the station."""

    def __init__(
        self,
        session: Session,
        tally: Tally,
        clock: Clock,
        on_call: Callable[[Seen], Awaitable[None]],
        on_closed: Callable[[ConnectionClosed], None],
    ) -> None:
        super().__init__(session, tally.sent, DEFAULT_CALL_TIMEOUT)
        self._tally = tally
        self._clock = clock
        self._on_call = on_call
        self._on_closed = on_closed
        self._transport: picows.WSTransport | None = None
        self._open: Call | None = None  # the CALL that waits
        self._done: Callable[[Outcome], None] | None = None  # is told what became of it
        self._due = self._timeout = 0.0  # until when it may wait (monotonic seconds), and for how long in all
        self._timer: Timer | None = None
        self._inbox: deque[Seen] | None = None  # CALLs of the CSMS that wait for their turn
        self._working: asyncio.Task[None] | None = None
        self._parts: list[bytes] | None = None  # of a fragmented message
        self._parts_are_text = True
        self._pong: asyncio.Future[None] | None = None
        self.closed: ConnectionClosed | None = None
        self._is_ready = False  # the station has it
        self._is_left = False  # the station has closed it, or cut it
        self.standing = Standing()  # of the station
        self.endings: set[asyncio.Task[None]] = set()  # of the dialler: what waits for the last word of picows

    # --- sending ------------------------------------------------------------------------------------------------------

    def request(self, action: str, payload: Any, timeout: float, done: Callable[[Outcome], None]) -> None:
        """Send a CALL; `done` is told once what became of it (`simulator.dialing.RequestLine`)."""
        self._number += 1
        call = frames.call(f"{self._prefix}-{self._number}", action, payload)
        transport = self._transport
        if transport is None or self.closed is not None or transport.is_close_frame_sent:
            closed = self.closed or ConnectionClosed(1006, "it is being closed", by_remote=False)
            asyncio.get_running_loop().call_soon(done, closed)
            return
        self._tally.sent(self.session.observe("station", call, monotonic_ns()))
        transport.send(_TEXT, call.raw)
        self._open, self._done = call, done
        self._due = self._clock.monotonic() + timeout
        self._timeout = timeout
        if self._timer is None:
            self._timer = self._clock.call_later(timeout, self._look)

    def _look(self) -> None:
        """One timer that looks when it fires how long the open CALL may wait: cheaper than one for each CALL."""
        self._timer = None
        if self._open is not None:
            left = self._due - self._clock.monotonic()
            if left > _SLACK:
                self._timer = self._clock.call_later(left, self._look)
            else:
                self._time_out(self._open)

    def _time_out(self, call: Call) -> None:
        session, now = self.session, monotonic_ns()
        sent_at = self._sent_at(call, now)
        self._tally.broken(session.time_out(call.id, now), call.action, call.raw)
        self._tally.unanswered(call.action, now - sent_at)
        self._over(CallTimeout(call.action, self._timeout))

    def _over(self, outcome: Outcome) -> None:
        """The open CALL is over."""
        done = self._done
        if self._open is not None and self._open.action == "BootNotification":
            self._booted(outcome)
        self._open = self._done = None
        if done is not None:
            done(outcome)

    def _booted(self, outcome: Outcome) -> None:
        if type(outcome) is Seen:
            frame = outcome.frame
            self.standing.booted(frame.payload["status"] if type(frame) is CallResult and outcome.valid else "")
        elif isinstance(outcome, CallTimeout):
            self.standing.booted("")

    def _sent_at(self, call: Call, now: int) -> int:
        return next((one.at for one in self.session.open_calls("station") if one.id == call.id), now)

    async def send(self, frame: Frame) -> Seen:
        """Send a frame as it is."""
        return self._write(frame)

    async def reply(self, call: Call, payload: Any) -> None:
        """Answer a CALL of the CSMS."""
        self._write(frames.result(call.id, as_payload(payload)))

    async def refuse(self, id: str, code: str, description: str = "", details: dict[str, Any] | None = None) -> None:
        """Answer a CALL of the CSMS with a CALLERROR."""
        self._write(frames.error(id, code, description, details))

    def _write(self, frame: Frame) -> Seen:
        transport = self._transport
        if self.closed is not None:
            raise self.closed
        if transport is None or transport.is_close_frame_sent:
            raise ConnectionClosed(1006, "it is being closed", by_remote=False)
        seen = self._sent(frame)
        transport.send(_TEXT, frame.raw)
        return seen

    async def ping(self) -> None:
        """Send a ping and wait for its pong. Raises `ConnectionClosed`."""
        if self.closed is not None or self._transport is None:
            raise self.closed or ConnectionClosed(1006, "", by_remote=False)
        if self._pong is None:
            self._pong = asyncio.get_running_loop().create_future()
            self._transport.send_ping(b"")
        pong = self._pong
        await asyncio.shield(pong)
        if self.closed is not None:
            raise self.closed

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with a close frame, and wait a little for that of the CSMS."""
        transport = self._transport
        if transport is None or self.closed is not None:
            return
        self._is_left = True
        self._shut(code, reason)
        ended = asyncio.ensure_future(transport.wait_disconnected())
        await asyncio.wait((ended,), timeout=CLOSING)
        if not ended.done() or ended.cancelled() or ended.exception() is not None:
            ended.cancel()
            await self.abort()

    async def abort(self) -> None:
        """Drop the connection without a word."""
        if self._transport is not None and self.closed is None:
            self._is_left = True
            self._lost(ConnectionClosed(1006, "", by_remote=False))
            self._transport.disconnect(False)

    def _shut(self, code: int, reason: str) -> None:
        transport = self._transport
        if transport is not None and not transport.is_close_frame_sent:
            transport.send_close(cast("picows.WSCloseCode", code), reason.encode()[:120])

    # --- receiving: picows calls --------------------------------------------------------------------------------------

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        """The handshake is over."""
        self._transport = transport

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        """A frame was read."""
        at = monotonic_ns()
        kind = frame.msg_type
        if kind == _TEXT and frame.fin:
            try:
                text = frame.get_payload_as_utf8_text()
            except UnicodeDecodeError:
                self._shut(1007, "not UTF-8")
                return
            self._take(frames.parse(text), at)
        elif kind in (_TEXT, _BINARY, _MORE):
            self._fragment(kind, frame, at)
        elif kind == _PONG:
            if self._pong is not None:
                self._pong.set_result(None)
                self._pong = None
        elif kind == _CLOSE:
            if not transport.is_close_frame_sent:
                self._lost(ConnectionClosed(_code(frame), frame.get_close_reason() or "", by_remote=True))
                code = _code(frame)
                transport.send_close(cast("picows.WSCloseCode", code if code != 1005 else 1000))
            transport.disconnect()

    def on_ws_disconnected(self, transport: picows.WSTransport) -> None:
        """The connection has ended."""
        sent = getattr(transport.close_handshake, "sent", None) is not None  # there is none before a close frame
        self._lost(ConnectionClosed(1000 if sent else 1006, "", by_remote=not sent))
        ending = asyncio.get_running_loop().create_task(self._ending(transport))
        self.endings.add(ending)
        ending.add_done_callback(self.endings.discard)

    async def _ending(self, transport: picows.WSTransport) -> None:
        """Hear what picows has to say about the end, which it would complain about to the terminal otherwise."""
        try:
            await transport.wait_disconnected()
        except picows.WSError as error:
            self._tally.problem(f"the CSMS sent what is no WebSocket frame: {error}")
        except Exception as error:  # of a callback of ours
            self._tally.failed(error)

    def _fragment(self, kind: picows.WSMsgType, frame: picows.WSFrame, at: int) -> None:
        if self._parts is None:
            self._parts, self._parts_are_text = [], kind == _TEXT
        self._parts.append(frame.get_payload_as_bytes())
        if sum(map(len, self._parts)) > MAX_FRAME_BYTES:
            self._parts = None
            self._shut(1009, f"a message has at most {MAX_FRAME_BYTES} bytes")
        elif frame.fin:
            message, self._parts = b"".join(self._parts), None
            try:
                whole = frames.parse(message.decode()) if self._parts_are_text else frames.binary(message)
            except UnicodeDecodeError:
                self._shut(1007, "not UTF-8")
                return
            self._take(whole, at)

    def _take(self, frame: Frame, at: int) -> None:
        seen = self.session.observe("csms", frame, at)
        self._tally.received(seen)
        if type(frame) is CallResult or not is_for_worker(frame):
            if self._open is not None and frame.id == self._open.id:
                self._over(seen)
            return
        if self._inbox is None:
            self._inbox = deque()
        self._inbox.append(seen)
        if len(self._inbox) == MAX_WAITING and self._transport is not None:
            self._transport.underlying_transport.pause_reading()
        self._begin_work()

    def ready(self) -> None:
        """The station takes CALLs from now on."""
        self._is_ready = True
        self._begin_work()

    def _begin_work(self) -> None:
        if self._is_ready and self._inbox and self._working is None:
            self._working = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        """Handle the CALLs of the CSMS one after the other."""
        assert self._inbox is not None
        held = False
        while self._inbox:
            held = held or len(self._inbox) >= MAX_WAITING
            seen = self._inbox.popleft()
            try:
                refused = refusal(seen, self.session.schemas, "station")
                if refused is not None:
                    await self.refuse(cast("str", seen.frame.id), *refused)
                elif type(seen.frame) is Call:
                    await self._on_call(seen)
            except ConnectionClosed:
                pass  # nobody is left to answer
            except Exception:
                log.exception("a CALL could not be answered")
        self._inbox = self._working = None
        if held and self.closed is None and self._transport is not None:
            self._transport.underlying_transport.resume_reading()

    # --- the end ------------------------------------------------------------------------------------------------------

    def _lost(self, closed: ConnectionClosed) -> None:
        if self.closed is not None:
            return
        self.closed = closed
        session, open_call, now = self.session, self._open, monotonic_ns()
        if self._timer is not None:
            self._timer.cancel()
        if open_call is not None:
            self._tally.cut(open_call.action, now - self._sent_at(open_call, now))
            asyncio.get_running_loop().call_soon(self._over, closed)  # when everybody knows that it is gone
        if self._pong is not None:
            self._pong.set_result(None)
            self._pong = None
        self._tally.broken(session.close("csms" if closed.by_remote else "station", now), "", "")
        if self._is_ready:  # else it never was the station's, and the attempt has failed
            self._tally.lost += not self._is_left
            self.standing.is_cut_off = not self._is_left
            self._on_closed(closed)


def _code(frame: picows.WSFrame) -> int:
    code = frame.get_close_code()
    number = int(cast("int", code))  # an enumeration of integers, though not to its type stub
    return number if number in _PLAIN_CODES else 1005


class Dialler:
    """Makes the connections of one fleet; `connect` is the seam of `Station`."""

    def __init__(self, tally: Tally, clock: Clock, open_timeout: float = 10.0) -> None:
        self._tally = tally
        self._clock = clock
        self._open_timeout = open_timeout
        self._schemas = schemas.load("1.6")
        self._endings: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Wait until the last word about all connections is heard."""
        await asyncio.gather(*self._endings)

    async def connect(
        self,
        url: str,
        identity: str,
        *,
        on_call: Callable[[Seen], Awaitable[None]],
        on_closed: Callable[[ConnectionClosed], None],
        memory: Memory | None = None,
        ssl: ssl_module.SSLContext | None = None,
        headers: Mapping[str, str] | None = None,
        basic_auth: tuple[str, bytes] | None = None,
        trace: Trace | None = None,
        observer: Callable[[Seen], None] | None = None,
        standing: Standing | None = None,
    ) -> FleetLine:
        """Connect one station, and keep its `standing`. Raises `ConnectFailed`. The tally is the only observer."""
        self._tally.attempts += 1
        standing = standing or Standing()
        try:
            line = await self._open(url, identity, on_call, on_closed, memory, ssl, headers, basic_auth, trace)
        except ConnectFailed as error:
            self._tally.failed_to_connect(str(error).removeprefix(error.url).removeprefix(": "))
            standing.is_cut_off = True
            raise
        self._tally.connected += 1
        standing.connected, standing.is_cut_off = True, False
        line.standing = standing
        return line

    async def _open(
        self,
        url: str,
        identity: str,
        on_call: Callable[[Seen], Awaitable[None]],
        on_closed: Callable[[ConnectionClosed], None],
        memory: Memory | None,
        ssl: ssl_module.SSLContext | None,
        headers: Mapping[str, str] | None,
        basic_auth: tuple[str, bytes] | None,
        trace: Trace | None,
    ) -> FleetLine:
        address = station_url(url, identity)
        options = handshake_options([SUBPROTOCOL], ssl, headers, basic_auth, self._open_timeout)
        session = Session("station", self._schemas, trace=trace, memory=memory, max_findings=KEPT_FINDINGS)
        line = FleetLine(session, self._tally, self._clock, on_call, on_closed)
        line.endings = self._endings
        try:
            transport, _ = await picows.ws_connect(
                lambda: line,
                address,
                ssl_context=ssl,
                websocket_handshake_timeout=self._open_timeout,
                logger_name=_quiet,
                max_frame_size=MAX_FRAME_BYTES,
                extra_headers={
                    "Sec-WebSocket-Protocol": SUBPROTOCOL,
                    "User-Agent": "plugproof",
                    **options["additional_headers"],
                },
                max_redirects=0,
                read_buffer_init_size=READ_BUFFER,
                use_aiofastnet=False,  # it makes Python sockets, which are not themselves where gevent has patched
            )
        except picows.WSHandshakeError as error:
            raise _handshake_failed(address, error) from error
        except (OSError, ValueError, picows.WSError) as error:
            raise connect_failed(address, error) from error
        response = transport.response
        if response is None:  # picows takes a connection that ended without a word for one that was made
            raise connect_failed(address, InvalidMessage("did not receive a valid HTTP response"))
        if response.headers.get("Sec-WebSocket-Protocol") != SUBPROTOCOL:
            await line.close(1002, "no subprotocol")
            raise no_subprotocol(address, [SUBPROTOCOL])
        if line.closed is not None:
            raise ConnectFailed(address, f"{line.closed} right after the handshake")
        line.subprotocol = SUBPROTOCOL
        line.ready()
        return line


def _handshake_failed(url: str, error: picows.WSHandshakeError) -> ConnectFailed:
    """The same sentences as with `websockets`, whose errors `connect_failed` knows."""
    response = error.response
    if isinstance(error, picows.WSInvalidStatusError) and response is not None:
        plain = Response(int(response.status), "", Headers())
        return connect_failed(url, InvalidStatus(plain))
    return connect_failed(url, InvalidHandshake(str(error)))
