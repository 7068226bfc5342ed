"""Messages out of frames (RFC 6455 §5.4), decompressed for whoever judges them (RFC 7692); the bytes stay as they were.

What is wrong is told in a sentence and passed over, because the two who talk decide what becomes of it.
"""

from __future__ import annotations

import zlib
from typing import Final, Literal

import msgspec

from harness.instruments.proxy.wire.framing import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Frame, FrameReader
from harness.instruments.proxy.wire.opening import Compression
from ocppj.evidence.trace import Role

LONGEST: Final = 4 << 20
"""Bytes of a message that is looked at, also after it was decompressed."""

_COMPRESSED: Final = 0x40
_TAIL: Final = b"\x00\x00\xff\xff"
_LONGEST_CONTROL: Final = 125

Kind = Literal["text", "binary", "ping", "pong", "close", "wrong", "unjudged"]


class Message(msgspec.Struct, frozen=True):
    """A message; `text` is what a text says, or a sentence about anything that is none.

    `wrong` breaks WebSocket, `unjudged` is right and was not looked at.
    """

    kind: Kind
    text: str
    data: bytes = b""
    code: int = 0


class Assembler:
    """One direction."""

    def __init__(self, sender: Role, agreed: Compression | None) -> None:
        self._sender: Role = sender
        self._reader = FrameReader(LONGEST)
        self._agreed = agreed
        self._inflater = self._new_inflater()
        self._has_lost_context = False
        self._parts: list[bytes] = []
        self._opcode = 0
        self._compressed = False
        self._size = 0
        self._is_broken = False

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are complete with these bytes."""
        found = [message for frame in self._reader.feed(data) if (message := self._take(frame)) is not None]
        if self._reader.broken and not self._is_broken:
            self._is_broken = True
            found.append(self._wrong(f"{self._reader.broken}; nothing more can be read"))
        return found

    def missed(self) -> None:
        """Whole messages passed unseen; what comes next begins with one."""
        self._reader = FrameReader(LONGEST)
        self._parts, self._opcode, self._size = [], 0, 0
        if self._agreed is not None and not self._stands_alone:
            self._has_lost_context = True

    @property
    def _stands_alone(self) -> bool:
        agreed = self._agreed or Compression()
        return agreed.station_alone if self._sender == "station" else agreed.csms_alone

    def _new_inflater(self) -> zlib._Decompress | None:
        if self._agreed is None:
            return None
        bits = self._agreed.station_bits if self._sender == "station" else self._agreed.csms_bits
        return zlib.decompressobj(wbits=-bits)

    def _take(self, frame: Frame) -> Message | None:
        if (frame.mask is not None) != (self._sender == "station"):
            how = "without a mask" if self._sender == "station" else "with a mask"
            return self._wrong(f"a frame came {how} (RFC 6455 §5.1)")
        if frame.is_control:
            return self._control(frame)
        return self._data(frame)

    def _control(self, frame: Frame) -> Message:
        if frame.opcode not in (CLOSE, PING, PONG):
            return self._wrong(f"a frame has the opcode {frame.opcode}, which means nothing (RFC 6455 §5.2)")
        if frame.size > _LONGEST_CONTROL or not frame.fin:
            return self._wrong("a ping, pong or close is in parts or has more than 125 bytes (RFC 6455 §5.5)")
        data = frame.payload or b""
        if frame.opcode == CLOSE:
            code = int.from_bytes(data[:2]) if len(data) >= 2 else 1005
            return Message("close", data[2:].decode("utf-8", "replace"), data, code)
        return Message("ping" if frame.opcode == PING else "pong", f"{len(data)} bytes", data)

    def _data(self, frame: Frame) -> Message | None:
        if frame.opcode not in (CONTINUATION, TEXT, BINARY):
            return self._wrong(f"a frame has the opcode {frame.opcode}, which means nothing (RFC 6455 §5.2)")
        if frame.opcode != CONTINUATION:
            is_early = self._opcode != 0
            self._opcode, self._parts, self._size = frame.opcode, [], 0
            self._compressed = bool(frame.reserved & _COMPRESSED)
            if is_early:
                return self._wrong("a message began before the one before it had ended (RFC 6455 §5.4)")
        elif not self._opcode:
            return self._wrong("a frame goes on with a message that has not begun (RFC 6455 §5.4)")
        if frame.reserved & ~(_COMPRESSED if frame.opcode else 0) or (self._compressed and self._agreed is None):
            self._opcode = 0
            return self._wrong("a frame has a reserved bit that nobody has agreed on (RFC 6455 §5.2)")
        self._size += frame.size
        if frame.payload is not None and self._size <= LONGEST:
            self._parts.append(frame.payload)
        return self._whole() if frame.fin else None

    def _whole(self) -> Message:
        opcode, data, self._opcode, self._parts = self._opcode, b"".join(self._parts), 0, []
        if self._size > LONGEST:
            self._has_lost_context |= self._compressed and not self._stands_alone
            return Message("unjudged", f"a message of {self._size} bytes is longer than what is judged, {LONGEST}")
        if self._compressed:
            if self._has_lost_context:
                return Message("unjudged", "a message is compressed by what was not seen before it")
            inflated = self._inflated(data)
            if isinstance(inflated, Message):
                return inflated
            data = inflated
        if opcode == BINARY:
            return Message("binary", f"{len(data)} bytes", data)
        try:
            return Message("text", data.decode())
        except UnicodeDecodeError:
            return self._wrong("a text is no UTF-8 (RFC 6455 §8.1)")

    def _inflated(self, data: bytes) -> bytes | Message:
        assert self._inflater is not None
        try:
            found = self._inflater.decompress(data + _TAIL, LONGEST + 1)
        except zlib.error as error:
            self._has_lost_context = True
            return self._wrong(f"a message cannot be decompressed ({error})")
        if len(found) > LONGEST:
            self._has_lost_context = True
            return Message("unjudged", f"a message is longer than what is judged, {LONGEST} bytes, when decompressed")
        if self._stands_alone:
            self._inflater = self._new_inflater()
        return found

    def _wrong(self, sentence: str) -> Message:
        return Message("wrong", sentence)
