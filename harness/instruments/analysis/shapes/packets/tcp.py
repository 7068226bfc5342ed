"""The bytes of TCP connections, put in order from captured packets; bounded, so what never comes is not waited for."""

from __future__ import annotations

from typing import Final

MOST_WAITING: Final = 1 << 20
"""Bytes that came ahead of those before them."""

_WHOLE: Final = 1 << 32
_HALF: Final = 1 << 31


class Gap(Exception):
    """Bytes are missing in the capture; the text says so."""


class Stream:
    """One direction of a connection."""

    __slots__ = ("_next", "_waiting", "_waits")

    def __init__(self) -> None:
        self._next: int | None = None
        self._waiting: dict[int, bytes] = {}
        self._waits = 0

    def begin(self, seq: int) -> None:
        """A SYN with this number was seen."""
        self._next = (seq + 1) % _WHOLE

    def add(self, seq: int, data: bytes) -> bytes:
        """What can be read now that ``data`` came. Raises ``Gap`` when too much is ahead of something that is missing.

        Without a SYN the first bytes that are seen are the first.
        """
        if self._next is None:
            self._next = seq
        fresh = self._new(seq, data)
        if not fresh:
            return b""
        ready = bytearray(fresh)
        while self._waiting:
            seq = next((seq for seq in self._waiting if _ahead(seq, self._next) <= 0), -1)
            if seq < 0:
                break
            held = self._waiting.pop(seq)
            self._waits -= len(held)
            ready += self._new(seq, held) or b""
        return bytes(ready)

    def _new(self, seq: int, data: bytes) -> bytes | None:
        """The part that was not seen before, and that is next; None when it has to wait."""
        assert self._next is not None
        ahead = _ahead(seq, self._next)
        if ahead > 0:
            if seq not in self._waiting:
                self._waiting[seq] = data
                self._waits += len(data)
            if self._waits > MOST_WAITING:
                raise Gap("bytes are missing in the capture")
            return None
        fresh = data[-ahead:] if ahead else data
        self._next = (self._next + len(fresh)) % _WHOLE
        return fresh


def _ahead(seq: int, of: int) -> int:
    """How far a number is ahead of another one; numbers go round."""
    distance = (seq - of) % _WHOLE
    return distance - _WHOLE if distance >= _HALF else distance
