"""The WebSocket of one station, with a short way for the messages that come all the time (RFC 6455 §5).

`websockets` judges the handshake and does everything that is rare: fragments, pings, closing, limits, broken frames.
A text message that arrived in one whole frame, which is nearly all there is, is unmasked here and handed on at once:
without a queue, and without a task that has to wake up for it. Only whole frames are shown to `websockets`, so that
both always agree where the next one begins. After a few frames of one station it is the turn of the others.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from websockets.asyncio.server import ServerConnection
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import OPEN, Event

try:
    from websockets.speedups import apply_mask
except ImportError:  # a build without the extension
    from websockets.utils import apply_mask

from csms_core.auth.doorman import Admitted
from csms_core.faults.model import Handshake
from csms_core.leniency import Finding
from csms_core.listening import Guest
from ocppj.errors import ConnectionClosed
from ocppj.peer_common import connection_closed

if TYPE_CHECKING:
    from csms_core.hub import Link

_WHOLE_TEXT = 0x81  # FIN, no reserved bits, opcode 1
_MASKED = 0x80
_MASK_BYTES = 4
_END_OF_REQUEST = b"\r\n\r\n"
LONGEST_REQUEST = 1 << 14
"""Bytes of a request that are kept before `websockets` looks at them; longer ones it reads by itself, and refuses."""

AT_ONCE = 4
"""Frames of a station that are read before it has to rest; as many as come with one read of its socket would hold up
all others for the time of thousands of messages."""

PATIENCE = 1.0
"""Seconds a client may take to learn that its frame was too big. It is not read any more."""

REST = 0.002
"""Seconds of that rest. Without it one busy station would keep the event loop running all the time, and the thread that
writes would get its turn only where the interpreter forces it."""

_DATA = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)

Receiver = Callable[[str | bytes], bool]
"""Takes one message; False: it wants no more until `StationConnection.resume`."""


class StationConnection(ServerConnection):
    """A connection, what its handshake found out, and who takes its messages."""

    identity: str = ""
    policy: Handshake = Handshake()
    admitted: Admitted = Admitted(0)
    findings: tuple[Finding, ...] = ()  # what was let pass in the handshake
    link: Link | None = None  # since it was entered into the hub
    guest: Guest
    open_timeout: float = 10.0  # seconds for the request

    _is_in = False  # its request is there; before that, there is nothing but the transport
    _deadline: asyncio.TimerHandle | None = None  # for the request
    _receiver: Receiver | None = None
    _is_direct = False  # nothing is in the way of the next frame
    _taken_over = False  # the handshake is over
    _early = False  # the client did not wait for the end of the handshake: websockets reads this connection alone
    _unwanted = False  # the receiver wants nothing now
    _resting = False  # it is the turn of the others
    _needed = 0  # bytes of `_part` that make it a frame

    def take_over(self) -> None:
        """Hold what comes from now on until there is a receiver; called as soon as the handshake has ended."""
        self.guest.leave()
        self._rest, self._place = b"", 0  # frames that were not looked at yet, from this place on
        self._ended: asyncio.Future[ConnectionClosed] = self.loop.create_future()
        self._taken_over = self._unwanted = True
        self.transport.pause_reading()

    def rest(self, seconds: float) -> None:
        """Read nothing for a while."""
        if not self._resting:
            self._resting, self._is_direct = True, False
            if not self.transport.is_closing():
                self.transport.pause_reading()
            self.loop.call_later(seconds, self._end_rest)

    async def deliver(self, receiver: Receiver) -> ConnectionClosed:
        """Give every message to `receiver` until the connection has ended; returns how it did."""
        self._receiver = receiver
        self.resume()
        return await asyncio.shield(self._ended)

    def resume(self) -> None:
        """The receiver takes messages again."""
        if self._unwanted:
            self._unwanted = False
            self._go_on()

    def send_now(self, text: str) -> bool:
        """Send a text message; False: it was not sent, because the station has to read first or the connection ends."""
        if self.paused or self.protocol.state is not OPEN or self.transport.is_closing():
            return False
        payload = text.encode()
        size = len(payload)
        if size < 126:
            head = bytes((_WHOLE_TEXT, size))
        elif size < 1 << 16:
            head = b"\x81\x7e" + size.to_bytes(2, "big")
        else:
            head = b"\x81\x7f" + size.to_bytes(8, "big")
        self.transport.write(head + payload)
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
        self._message: bytearray | None = None  # the fragments so far
        self._message_is_text = True
        self._waiting: deque[str | bytes] = deque()  # came in one piece of data with a message that was the last wanted
        self._part = bytearray()  # the beginning of the request, then of a frame
        self.guest.transport = self.transport = cast("asyncio.Transport", transport)
        self._deadline = self.loop.call_later(self.open_timeout, self.transport.abort)

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self._is_direct and not self._part and self._message is None and (text := self._whole(data)) is not None:
            if not self._receiver(text):  # type: ignore[misc]
                self._hold()
        elif not self._is_in:
            self._part += data
            if not self.guest.has_asked and (_END_OF_REQUEST in self._part or len(self._part) > LONGEST_REQUEST):
                self._ask()
        elif not self._taken_over:
            self._early = self._early or self.request is not None
            super().data_received(data)
            self._early = self._early or (self.request is not None and not data.endswith(b"\r\n\r\n"))
        elif self._early:
            super().data_received(data)
        elif self._unwanted or self._resting:  # it was on its way when reading was paused
            self._rest, self._place = self._rest[self._place :] + data, 0
        elif not self._part:
            self._read(data, 0)
        else:
            self._part += data
            if len(self._part) >= self._needed:
                data = bytes(self._part)
                self._part.clear()
                self._read(data, 0)

    def _whole(self, data: bytes) -> str | None:
        """The text of the one whole frame that `data` is; None when it is anything else."""
        size = len(data)
        if size < 7 or data[0] != _WHOLE_TEXT:
            return None
        if size < 126 + 6:
            begin = 6
            if data[1] != _MASKED + size - begin:
                return None
        else:
            begin = 8
            if data[1] != _MASKED + 126 or (data[2] << 8 | data[3]) != size - begin:
                return None
        protocol = self.protocol
        limit = protocol.max_message_size
        if (limit is not None and size - begin > limit) or protocol.state is not OPEN:
            return None
        try:
            return apply_mask(data[begin:], data[begin - _MASK_BYTES : begin]).decode()
        except UnicodeDecodeError:
            return None

    def process_event(self, event: Event) -> None:
        """websockets has read a frame."""
        if not isinstance(event, Frame) or event.opcode not in _DATA:
            super().process_event(event)
            return
        if self._message is None:
            self._message, self._message_is_text = bytearray(), event.opcode is Opcode.TEXT
        self._message += event.data
        if event.fin:
            message, self._message = bytes(self._message), None
            if self._message_is_text:
                self._decode(message)
            else:
                self._hand_over(message)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self.guest.leave()
        if not self._is_in:
            self._cancel_deadline()
            return
        super().connection_lost(exc)
        if self._taken_over and not self._ended.done():
            self._ended.set_result(connection_closed(self.close_exc))

    def eof_received(self) -> None:
        """The client sends no more."""
        if self._is_in:
            super().eof_received()

    def _ask(self) -> None:
        """The request is there; nothing more is read until it is its turn."""
        self._cancel_deadline()
        self.transport.pause_reading()
        self.guest.ask(self._go_in)

    def _go_in(self) -> None:
        """From now on it is a connection of websockets."""
        if self.transport.is_closing():
            return
        self._is_in = True
        data = bytes(self._part)
        self._part.clear()
        super().connection_made(self.transport)
        self.transport.resume_reading()
        self.data_received(data)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _read(self, data: bytes, place: int) -> None:
        size, left = len(data), AT_ONCE
        while place < size:
            if not left:
                self.rest(REST)
            if self._is_held():
                self._rest, self._place, self._is_direct = data, place, False
                return
            left -= 1
            begin, length = _header(data, place, size)
            limit = self.protocol.max_message_size
            if limit is not None and length > limit:
                self._refuse_size(length)
                return
            end = begin + length
            if end > size:
                self._needed = end - place
                self._part += data[place:]
                return
            if (
                data[place] == _WHOLE_TEXT
                and data[place + 1] & _MASKED
                and self._message is None
                and self.protocol.state is OPEN
            ):
                self._decode(apply_mask(data[begin:end], data[begin - _MASK_BYTES : begin]))
            else:
                super().data_received(data[place:end])
            place = end

    def _refuse_size(self, length: int) -> None:
        """End the connection without reading what was announced."""
        self._hold()
        self.protocol.fail(CloseCode.MESSAGE_TOO_BIG, f"frame of {length} bytes")
        self.send_data()
        self.loop.call_later(PATIENCE, self.transport.abort)

    def _end_rest(self) -> None:
        self._resting = False
        self._go_on()

    def _go_on(self) -> None:
        """Take up what was left, as far as it is wanted, then read on."""
        while self._waiting and not self._unwanted:
            self._hand_over(self._waiting.popleft())
        if self._is_held() or self._ended.done():
            return
        if self._rest:
            data, place = self._rest, self._place
            self._rest, self._place = b"", 0
            if self._part:  # more came while it was not wanted
                data, place = bytes(self._part) + data[place:], 0
                self._part.clear()
            self._read(data, place)
        if not self._is_held():
            self._is_direct = not self._early
            if not self.transport.is_closing():
                self.transport.resume_reading()

    def _is_held(self) -> bool:
        return self._unwanted or self._resting

    def _decode(self, payload: bytes) -> None:
        try:
            text = payload.decode()
        except UnicodeDecodeError:
            self.protocol.fail(CloseCode.INVALID_DATA, "not UTF-8")
            self.send_data()
            return
        self._hand_over(text)

    def _hand_over(self, message: str | bytes) -> None:
        if self._unwanted or self._receiver is None:
            self._waiting.append(message)
            if not self._unwanted:  # before the end of the handshake
                self._hold()
        elif not self._receiver(message):
            self._hold()

    def _hold(self) -> None:
        self._unwanted, self._is_direct = True, False
        if not self.transport.is_closing():
            self.transport.pause_reading()


def _header(data: bytes, place: int, size: int) -> tuple[int, int]:
    """Where the payload of the frame at `place` begins, and its length; both are more than there is while the header is
    not there."""
    if size - place < 2:
        return place + 2, 0
    second = data[place + 1]
    length = second & 0x7F
    begin = place + (2 + _MASK_BYTES if second & _MASKED else 2)
    if length == 126:
        begin += 2
        length = int.from_bytes(data[place + 2 : place + 4], "big") if size >= place + 4 else 126
    elif length == 127:
        begin += 8
        length = int.from_bytes(data[place + 2 : place + 10], "big") if size >= place + 10 else 127
    return begin, length
