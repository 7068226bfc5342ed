"""The WebSocket of one station: each message is handed on within the read of its frame (RFC 6455 §5).

`websockets` judges the handshake and reads and writes every frame. What is added here is that a client costs a buffer
and a timer until its request is there, that a message waits for no task, and that a station that sends much is read in
small pieces, so that the others get their turn.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Generator
from enum import Enum, Flag, auto
from typing import TYPE_CHECKING, Final, cast

from websockets.asyncio.messages import Assembler
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.exceptions import PayloadTooBig
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import OPEN, Event

from csms_core.auth.doorman import Admitted
from csms_core.auth.findings import Finding
from csms_core.auth.policy import Handshake
from csms_core.gateway.listening import Guest
from ocppj.errors import ConnectionClosed
from ocppj.peers.base import connection_closed

if TYPE_CHECKING:
    from csms_core.hub.link import Link

_END_OF_REQUEST = b"\r\n\r\n"
LONGEST_REQUEST = 1 << 14
"""Bytes of a request that are kept; longer ones are refused."""

_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

AT_ONCE = 4
"""Messages of a station that are handled before it has to rest; as many as come with one read of its socket would hold
up all others for the time of thousands of messages."""

PIECE = 1024
"""Bytes that `websockets` reads at once, for the same reason: most messages are shorter, no frame under six."""

PATIENCE = 1.0
"""Seconds a client may take to learn that its frame was too big. It is not read any more."""

REST = 0.002
"""Seconds of that rest. Without it one busy station would keep the event loop running all the time, and the thread that
writes would get its turn only where the interpreter forces it."""

_log = logging.getLogger("websockets.server")
_DATA = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)

Payload = bytes | bytearray | memoryview
Receiver = Callable[[str | bytes], bool]
"""Takes one message; False: it wants no more until `StationConnection.resume`."""


class _Unread:
    """Stands where `websockets` gathers the messages for `recv`, which nobody calls here."""

    def close(self) -> None:
        """The connection has ended."""


_UNREAD: Final = _Unread()
_JUDGED: Final = Request("", Headers()), Response(101, "", Headers())
"""In place of a request and its answer when nobody asks for them any more."""


class Phase(Enum):
    """How far a connection is."""

    ASKING = auto()  # its request is not there: there is nothing but the transport
    IN_LINE = auto()  # its request is there, its turn to be judged has not come
    IN = auto()  # it is a connection of websockets
    FAILED = auto()  # it broke the protocol: what still comes is no message


class Held(Flag):
    """Why a connection is not read."""

    NOT = 0
    UNWANTED = auto()  # there is no receiver yet, or it takes nothing now
    RESTING = auto()  # it is the turn of the others
    FOR_GOOD = auto()  # it only has to learn why it ends


class StationConnection(ServerConnection):
    """A connection, what its handshake found out, and who takes its messages."""

    identity: str = ""
    policy: Handshake = Handshake()
    admitted: Admitted = Admitted(0)
    findings: tuple[Finding, ...] = ()  # what was let pass in the handshake
    link: Link | None = None  # since it was entered into the hub
    guest: Guest
    open_timeout: float = 10.0  # seconds for the request
    patience: asyncio.Timeout  # with the client, from its request to the end of the handshake

    _phase = Phase.ASKING
    _held = Held.NOT
    _deadline: asyncio.TimerHandle | None = None  # for the request
    _receiver: Receiver | None = None
    _fragments: bytearray | None = None  # of the message that is not there as a whole
    _waiting: deque[tuple[Payload, bool]] | None = None  # messages that were read and not handed over
    _left = AT_ONCE  # messages that are handled before it has to rest

    def take_over(self) -> None:
        """Hold what comes from now on until there is a receiver; called as soon as the handshake has ended.

        What only the handshake needed is let go of: it is a sixth of all that a connection takes.
        """
        self.guest.leave()
        if self.request is not None:
            self.request.headers.clear()  # what parses the connection holds it to the end
        self.request, self.response = _JUDGED
        self.recv_messages = cast("Assembler", _UNREAD)
        self._hold(Held.UNWANTED)

    def rest(self, seconds: float) -> None:
        """Read nothing for a while."""
        if Held.RESTING not in self._held:
            self._hold(Held.RESTING)
            self.loop.call_later(seconds, self._release, Held.RESTING)

    async def deliver(self, receiver: Receiver) -> ConnectionClosed:
        """Give every message to `receiver` until the connection has ended; returns how it did."""
        self._receiver = receiver
        self.resume()
        try:
            return await asyncio.shield(self._ended)
        finally:
            self._receiver = None

    def forget(self) -> None:
        """It has ended: let go of what holds it, so that it is gone when nobody else holds it.

        As garbage it would have to be found among all that lives, and everybody would wait for that.
        """
        self.link = None
        self.logger = self.protocol.logger = _log
        vars(self.protocol).pop("select_subprotocol", None)

    def resume(self) -> None:
        """The receiver takes messages again."""
        self._release(Held.UNWANTED)

    def send_now(self, text: str) -> bool:
        """Send a text message; False: it was not sent, because the station has to read first or the connection ends."""
        if self.paused or self.protocol.state is not OPEN or self.transport.is_closing():
            return False
        self.protocol.send_text(text.encode())
        self.send_data()
        return True

    async def send_text(self, text: str, patience: float | None) -> None:
        """Send a text message; as `send`, but a station that reads nothing for `patience` seconds is cut off."""
        if self.paused:
            try:
                async with asyncio.timeout(patience):
                    await self.drain()
            except TimeoutError:
                self.transport.abort()
            except OSError:
                raise self.close_exc from None
        if not self.send_now(text):
            await self.send(text)  # which knows why not

    # --- asyncio.Protocol --------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection begins: with a wait for the request, which costs next to nothing."""
        self._part = bytearray()  # the beginning of the request
        self._rest, self._place = b"", 0  # what websockets is still to read, from this place on
        self.guest.transport = self.transport = cast("asyncio.Transport", transport)
        self._deadline = self.loop.call_later(self.open_timeout, self.transport.abort)

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self._phase in (Phase.ASKING, Phase.IN_LINE):
            self._part += data
            if self._phase is Phase.IN_LINE:
                pass  # it was on its way when reading was paused
            elif _END_OF_REQUEST in self._part:
                self._ask()
            elif len(self._part) > LONGEST_REQUEST:
                self._part.clear()
                self.transport.write(_TOO_LONG)
                self.transport.close()
        elif self._held:  # it was on its way when reading was paused
            self._rest, self._place = self._rest[self._place :] + data, 0
        else:
            self._left = AT_ONCE
            self._read(data, 0)

    def process_event(self, event: Event) -> None:
        """websockets has read a frame."""
        if not isinstance(event, Frame) or event.opcode not in _DATA:
            self._left -= 1
            super().process_event(event)
            return
        if event.opcode is not Opcode.CONT:
            self._is_text = event.opcode is Opcode.TEXT
        payload = event.data
        if not event.fin or self._fragments is not None:
            self._fragments = self._fragments or bytearray()  # a list would grow with fragments that are empty
            self._fragments += payload
            if not event.fin:
                return
            payload, self._fragments = self._fragments, None
        if self._waiting or self._held or self._left <= 0:
            self._wait(payload, self._is_text)
        else:
            self._hand_over(payload, self._is_text)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self.guest.leave()
        if self._phase in (Phase.ASKING, Phase.IN_LINE):
            self._cancel_deadline()
            self.guest.judged()  # if its turn came when it was about to go
            return
        super().connection_lost(exc)
        self.protocol.parser = _nothing_more()  # the one that read it holds it
        self.protocol.parser_exc = None
        if not self._ended.done():
            self._ended.set_result(connection_closed(self.close_exc))

    def eof_received(self) -> None:
        """The client sends no more."""
        if self._phase not in (Phase.ASKING, Phase.IN_LINE):
            super().eof_received()

    def _ask(self) -> None:
        """The request is there; nothing more is read until it is its turn."""
        self._phase = Phase.IN_LINE
        self._cancel_deadline()
        self.transport.pause_reading()
        self.guest.ask(self._go_in)

    def _go_in(self) -> None:
        """From now on it is a connection of websockets."""
        if self.transport.is_closing():
            return
        self._phase = Phase.IN
        self._ended: asyncio.Future[ConnectionClosed] = self.loop.create_future()
        self._is_text = True  # the message that they are of
        data = bytes(self._part)
        self._part.clear()
        super().connection_made(self.transport)
        self.transport.resume_reading()
        self.data_received(data)
        if self.request is None:  # there is nothing to judge
            self.guest.judged()

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _read(self, data: bytes, place: int) -> None:
        """Let websockets read from this place on, until something is in the way."""
        size = len(data)
        while True:
            super().data_received(data if size <= PIECE else data[place : place + PIECE])
            place += PIECE
            if self.protocol.state is not OPEN and isinstance(self.protocol.parser_exc, PayloadTooBig):
                self._hold(Held.FOR_GOOD)
                self.loop.call_later(PATIENCE, self.transport.abort)
            elif self._left <= 0 and (self._waiting or place < size):
                self.rest(REST)
            if place >= size:
                return
            if self._held:
                self._rest, self._place = data, place
                return

    def _release(self, reason: Held) -> None:
        """One reason less to hold it: take up what was left, as far as nothing is in the way, then read on."""
        if reason not in self._held:
            return
        self._held &= ~reason
        if self._held or self._ended.done():
            return
        self._left = AT_ONCE
        while self._waiting and not self._held:
            if self._left <= 0:
                self.rest(REST)
            else:
                self._hand_over(*self._waiting.popleft())
        if not self._waiting:
            self._waiting = None
        if self._rest and not self._held:
            data, place = self._rest, self._place
            self._rest, self._place = b"", 0
            self._read(data, place)
        if not self._held and not self.transport.is_closing():
            self.transport.resume_reading()

    def _hand_over(self, payload: Payload, is_text: bool) -> None:
        if self._phase is Phase.FAILED:
            return
        try:
            message = str(payload, "utf-8") if is_text else bytes(payload)
        except UnicodeDecodeError:
            self._phase = Phase.FAILED
            self.protocol.fail(CloseCode.INVALID_DATA, "not UTF-8")
            self.send_data()
            return
        self._left -= 1
        if self._receiver is None:  # it did not wait for the end of the handshake
            self._wait(payload, is_text)
            self._hold(Held.UNWANTED)
        elif not self._receiver(message):
            self._hold(Held.UNWANTED)

    def _wait(self, payload: Payload, is_text: bool) -> None:
        """Keep a message; there is no queue as long as none waits, for an empty one takes as much as any."""
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append((payload, is_text))

    def _hold(self, reason: Held) -> None:
        self._held |= reason
        if not self.transport.is_closing():
            self.transport.pause_reading()


def _nothing_more() -> Generator[None, None, None]:
    return
    yield
