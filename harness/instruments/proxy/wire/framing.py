"""WebSocket frames read off a stream (RFC 6455 §5.2), without any opinion on what is in them.

`websockets` ends a connection at the first frame that is wrong. Here nothing ends: what is wrong passes, and is told.
"""

from __future__ import annotations

from typing import Final

import msgspec
from websockets.utils import apply_mask

CONTINUATION: Final = 0
TEXT: Final = 1
BINARY: Final = 2
CLOSE: Final = 8
PING: Final = 9
PONG: Final = 10

_FIN, _RESERVED, _OPCODE = 0x80, 0x70, 0x0F
_MASKED, _SIZE = 0x80, 0x7F
_MOST: Final = 1 << 63
"""The first bit of a size of eight bytes is 0."""


class Frame(msgspec.Struct, gc=False):
    """One frame. `length` is how many bytes it was with its header, `end` where it ended in what was fed last.

    `payload` is without its mask, and None when it is longer than what is kept.
    """

    opcode: int
    fin: bool
    reserved: int
    mask: bytes | None
    size: int
    payload: bytes | None
    length: int
    end: int

    @property
    def is_control(self) -> bool:
        """Close, ping, pong: they may stand between the parts of a message."""
        return self.opcode >= CLOSE


class FrameReader:
    """Finds the frames in one direction of a connection, whatever the pieces it comes in.

    `keep` is how many bytes of a payload are kept; a longer one is passed over. `broken` says why nothing more can be
    read, when the stream is no WebSocket stream.
    """

    __slots__ = ("_body", "_head", "_keep", "_left", "_need", "broken")

    def __init__(self, keep: int = 0) -> None:
        self._keep = keep
        self._head = bytearray()
        self._need = 2
        self._left = -1  # bytes of the payload that are to come, -1 in a header
        self._body: bytearray | None = None
        self.broken = ""

    @property
    def is_too_long(self) -> bool:
        """Whether the frame that has begun is longer than what is kept."""
        return self._left >= 0 and self._body is None

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are complete with these bytes."""
        found: list[Frame] = []
        at, length = 0, len(data)
        while not self.broken:
            if self._left < 0:
                at = self._read_head(data, at)
                if self._left < 0:
                    break
            take = min(self._left, length - at)
            if self._body is not None:
                self._body += data[at : at + take]
            at += take
            self._left -= take
            if self._left:
                break
            found.append(self._frame(at))
        return found

    def _read_head(self, data: bytes, at: int) -> int:
        """Read on in the header, which says itself how long it is; returns up to where."""
        head = self._head
        while len(head) < self._need:
            piece = data[at : at + self._need - len(head)]
            if not piece:
                return at
            head += piece
            at += len(piece)
            if len(head) == 2:
                self._need = 2 + _extended(head[1] & _SIZE) + (4 if head[1] & _MASKED else 0)
        size = _size(head)
        if size >= _MOST:
            self.broken = "a frame tells a size that no frame has"
        else:
            self._left = size
            self._body = bytearray() if size <= self._keep else None
        return at

    def _frame(self, end: int) -> Frame:
        head, body = self._head, self._body
        mask = bytes(head[-4:]) if head[1] & _MASKED else None
        payload = None if body is None else bytes(body)
        if payload and mask is not None:
            payload = apply_mask(payload, mask)
        size = _size(head)
        frame = Frame(
            head[0] & _OPCODE, bool(head[0] & _FIN), head[0] & _RESERVED, mask, size, payload, len(head) + size, end
        )
        self._head.clear()
        self._need, self._left, self._body = 2, -1, None
        return frame


def _extended(kind: int) -> int:
    """How many bytes of the size stand behind the first one."""
    return {126: 2, 127: 8}.get(kind, 0)


def _size(head: bytearray) -> int:
    kind = head[1] & _SIZE
    return int.from_bytes(head[2 : 2 + _extended(kind)]) if kind > 125 else kind


def written(opcode: int, payload: bytes, mask: bytes | None) -> bytes:
    """A whole frame as it is on the wire, with the same `mask` always the same."""
    size = len(payload)
    head = bytearray([_FIN | opcode])
    bit = _MASKED if mask is not None else 0
    if size <= 125:
        head.append(bit | size)
    elif size < 1 << 16:
        head.append(bit | 126)
        head += size.to_bytes(2)
    else:
        head.append(bit | 127)
        head += size.to_bytes(8)
    if mask is None:
        return bytes(head) + payload
    return bytes(head) + mask + apply_mask(payload, mask)
