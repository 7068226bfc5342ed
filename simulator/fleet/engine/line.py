"""The connection of a fleet station: `simulator.wire.dialing.RequestLine` on picows (RFC 6455, OCPP-J §3).

What comes is handed to the session inside the callback that read it, and what leaves is written at once, so that a CALL
and its answer need no task, no lock and no queue of this module. One CALL is open at a time; the station sees to it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from time import monotonic_ns
from typing import Any, Final, cast

import picows

from ocppj import frames
from ocppj.errors import CallTimeout, ConnectionClosed
from ocppj.frames import Call, CallResult, Frame
from ocppj.payload import as_payload
from ocppj.peers.base import DEFAULT_CALL_TIMEOUT, MAX_FRAME_BYTES, MAX_WAITING, Observer, PeerBase, is_for_worker
from ocppj.session.refusal import refusal
from ocppj.session.session import Seen, Session
from simulator.fleet.counting.account import Account
from simulator.fleet.counting.tally import Tally
from simulator.fleet.engine.in_flight import InFlight
from simulator.kernel.clock import Clock
from simulator.wire.dialing import Outcome

log = logging.getLogger(__name__)

CLOSING: Final = 2.0
"""Seconds the CSMS has to answer a close frame."""

_TEXT, _BINARY, _MORE = picows.WSMsgType.TEXT, picows.WSMsgType.BINARY, picows.WSMsgType.CONTINUATION
_PONG, _CLOSE = picows.WSMsgType.PONG, picows.WSMsgType.CLOSE
_PLAIN_CODES: Final = range(1000, 5000)


class FleetLine(PeerBase, picows.WSListener):
    """One end of one connection, `simulator.wire.link.Line` to the station."""

    def __init__(
        self,
        session: Session,
        tally: Tally,
        clock: Clock,
        on_call: Callable[[Seen], Awaitable[None]],
        on_closed: Callable[[ConnectionClosed], None],
        observer: Observer | None = None,
    ) -> None:
        super().__init__(session, observer, DEFAULT_CALL_TIMEOUT)
        self.account = Account(session, tally)
        self._in_flight = InFlight(clock, self._timed_out)
        self._waited = 0  # nanoseconds that the open CALL was due before it was written
        self._on_call = on_call
        self._on_closed = on_closed
        self._transport: picows.WSTransport | None = None
        self._inbox: deque[Seen] | None = None  # CALLs of the CSMS that wait for their turn
        self._working: asyncio.Task[None] | None = None
        self._parts: list[bytes] | None = None  # of a fragmented message
        self._parts_are_text = True
        self._pong: asyncio.Future[None] | None = None
        self.closed: ConnectionClosed | None = None
        self._is_ready = False  # the station has it
        self._is_left = False  # the station has closed it, or cut it
        self.endings: set[asyncio.Task[None]] = set()  # of the dialler: what waits for the last word of picows

    # --- sending ------------------------------------------------------------------------------------------------------

    def request(
        self, action: str, payload: Any, timeout: float, done: Callable[[Outcome], None], waited: float = 0.0
    ) -> None:
        """Send a CALL; `done` is told once what became of it (`simulator.wire.dialing.RequestLine`)."""
        self._number += 1
        call = frames.call(f"{self._prefix}-{self._number}", action, payload)
        transport = self._transport
        if transport is None or self.closed is not None or transport.is_close_frame_sent:
            closed = self.closed or ConnectionClosed(1006, "it is being closed", by_remote=False)
            asyncio.get_running_loop().call_soon(done, closed)
            return
        self._send(call, transport)
        self._waited = round(waited * 1e9)
        self._in_flight.begin(call, timeout, done)

    def _timed_out(self, call: Call) -> None:
        self.account.timed_out(call, monotonic_ns())
        self._over(CallTimeout(call.action, self._in_flight.timeout))

    def _over(self, outcome: Outcome) -> None:
        """The open CALL is over."""
        call = self._in_flight.call
        if call is not None and call.action == "BootNotification":
            self.account.booted(outcome)
        self._in_flight.over(outcome)

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
        return self._send(frame, transport)

    def _send(self, frame: Frame, transport: picows.WSTransport) -> Seen:
        seen = self.session.observe("station", frame, monotonic_ns())
        self.account.tally.sent(seen)
        if self._observer is not None:
            self._observer(seen)
        transport.send(_TEXT, frame.raw)
        return seen

    def give_up(self, frame: Frame) -> None:
        """A CALL that left by `send` has waited long enough."""
        self.account.timed_out(frame, monotonic_ns())

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
            self.account.tally.problem(f"the CSMS sent what is no WebSocket frame: {error}")
        except Exception as error:  # of a callback of ours
            self.account.tally.failed(error)

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
        call = self._in_flight.call
        is_awaited = call is not None and frame.id == call.id
        self.account.tally.received(seen, self._waited if is_awaited else 0)
        if self._observer is not None:
            self._observer(seen)
        if type(frame) is CallResult or not is_for_worker(frame):
            if is_awaited:
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
                refused = refusal(seen, self.session.protocol, "station")
                if refused is not None:
                    await self.send(refused)
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
        call = self._in_flight.call
        self._in_flight.stop()
        self.account.ended(closed, call, monotonic_ns())
        if call is not None:
            asyncio.get_running_loop().call_soon(self._over, closed)  # when everybody knows that it is gone
        if self._pong is not None:
            self._pong.set_result(None)
            self._pong = None
        if self._is_ready:  # else it never was the station's, and the attempt has failed
            self.account.without(is_left=self._is_left)
            self._on_closed(closed)


def _code(frame: picows.WSFrame) -> int:
    code = frame.get_close_code()
    number = int(cast("int", code))  # an enumeration of integers, though not to its type stub
    return number if number in _PLAIN_CODES else 1005
