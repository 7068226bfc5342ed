"""One station and its CSMS: what comes from the one is written to the other, as it came.

The only thing that is held is the opening request, until its empty line: by `--to` it goes to another path and host.
A side that reads slowly slows the other one down, as it would without a proxy between them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic_ns
from typing import Final, Protocol, cast

from harness.instruments.proxy.faults.tamper import Piece, Tamper
from harness.instruments.proxy.wire.opening import END, LONGEST_HEAD
from ocppj.evidence.trace import Role
from ocppj.session.session import OTHER

HIGH, LOW = 256 << 10, 64 << 10
"""Bytes that wait to be written to a side when the other is no longer read, and when it is read again."""

LINGER: Final = 30.0
"""Seconds that what is left has to reach a side, after the other has gone."""

AT_THE_END: Final = 1.0
"""The same when the proxy ends."""

TURNED_AWAY: Final = (
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b"
)


class Watcher(Protocol):
    """Who is told what a tunnel does, after it was done."""

    def asked(self, head: bytes, changed: list[str], at: int) -> None:
        """The opening request has come; `changed` is what was rewritten."""

    def passed(self, sender: Role, data: bytes, at: int) -> None:
        """Bytes were passed on."""

    def faulted(self, sender: Role, fault: str, at: int) -> None:
        """A fault was put in."""

    def ended(self, by: str, reason: str, at: int) -> None:
        """Both sides have gone."""


Rewrite = Callable[[bytes], tuple[bytes, list[str]]]
"""The opening request as it is passed on, and what was changed."""


class Side(asyncio.Protocol):
    """The socket of the station, or that of the CSMS."""

    def __init__(self, tunnel: Tunnel, party: Role) -> None:
        self._tunnel = tunnel
        self.party: Role = party
        self.transport: asyncio.Transport | None = None
        self.is_lost = False
        self.has_ended = False  # it sends nothing more

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is there."""
        self.transport = cast("asyncio.Transport", transport)  # that of uvloop is none by its class
        self.transport.set_write_buffer_limits(HIGH, LOW)
        self._tunnel.made(self)

    def data_received(self, data: bytes) -> None:
        """It has sent something."""
        self._tunnel.received(self, bytes(data), monotonic_ns())

    def eof_received(self) -> bool:
        """It sends nothing more, and may still read."""
        return self._tunnel.finished(self)

    def pause_writing(self) -> None:
        """It does not read as fast as the other one sends."""
        self._tunnel.slow(self)

    def resume_writing(self) -> None:
        """It has read."""
        self._tunnel.quick(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        self.is_lost = True
        self._tunnel.lost(self, exc)

    def write(self, data: bytes) -> None:
        """Send it this."""
        if data and self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)

    def stop_reading(self) -> None:
        """Take nothing from it for now."""
        if self.transport is not None and not self.transport.is_closing() and self.transport.is_reading():
            self.transport.pause_reading()

    def go_on_reading(self) -> None:
        """Take what it sends."""
        if self.transport is not None and not self.transport.is_closing() and not self.transport.is_reading():
            self.transport.resume_reading()


class Tunnel:
    """Both sides of one connection."""

    def __init__(self, watcher: Watcher, rewrite: Rewrite, tamper: Callable[[bytes], Tamper] | None = None) -> None:
        """`tamper` makes the faults of a connection out of its opening request."""
        self.station = Side(self, "station")
        self.csms = Side(self, "csms")
        self._sides: dict[Role, Side] = {"station": self.station, "csms": self.csms}
        self._watcher = watcher
        self._rewrite = rewrite
        self._make_tamper = tamper
        self._tamper: Tamper | None = None
        self._loop = asyncio.get_running_loop()
        self._head: bytearray | None = bytearray()
        self._first = b""  # for the CSMS, once it is there
        self._refusal = b""
        self._ended_by = ""
        self._reason = ""
        self._linger = LINGER
        self._timers: set[asyncio.TimerHandle] = set()
        self.is_over = False

    def made(self, side: Side) -> None:
        """A side is there."""
        if self.is_over and side.transport is not None:  # the station did not wait for it
            side.transport.abort()
        elif side is self.csms:
            side.write(self._first)
            self._first = b""
            if self.station.has_ended:
                self._end_of(side)
            else:
                self.station.go_on_reading()

    def received(self, side: Side, data: bytes, at: int) -> None:
        """A side has sent something."""
        if side is self.station and self._head is not None:
            self._ask(data, at)
        elif self._tamper is None:
            self._pass(side.party, data, at)
        else:
            self._tampered(self._tamper.feed(side.party, data), at)

    def finished(self, side: Side) -> bool:
        """A side sends nothing more; True: it may still be written to."""
        side.has_ended = True
        if side is self.station and self._head:
            self._flush_head(monotonic_ns())
        if self._tamper is not None:
            self._pass(side.party, self._tamper.rest(side.party), monotonic_ns())
        other = self._sides[OTHER[side.party]]
        # within TLS a transport closes whatever is returned, and says so in a log
        may_stay = side.transport is not None and side.transport.can_write_eof()
        if other.transport is None and not self._refusal:
            return may_stay  # the CSMS will be told when it is there
        return self._end_of(other) and may_stay

    def _end_of(self, other: Side) -> bool:
        """Tell a side that the other sends nothing more; False: that was the end of both."""
        if other.transport is None or not other.transport.can_write_eof() or other.has_ended:
            self._leave(other)
            return False
        if not other.transport.is_closing():
            other.transport.write_eof()
        return True

    def slow(self, side: Side) -> None:
        """A side does not read as fast as the other sends."""
        self._sides[OTHER[side.party]].stop_reading()

    def quick(self, side: Side) -> None:
        """A side has read."""
        self._sides[OTHER[side.party]].go_on_reading()

    def lost(self, side: Side, error: Exception | None) -> None:
        """A side has gone."""
        if not self._ended_by:
            self._ended_by = side.party
            self._reason = "" if error is None else str(error) or type(error).__name__
        other = self._sides[OTHER[side.party]]
        self._leave(other)
        if other.is_lost or other.transport is None:
            self._over()

    def refuse(self, sentence: str) -> None:
        """The CSMS cannot be reached: the station is told, as soon as it has asked."""
        text = f"{sentence}\n".encode()
        self._refusal = TURNED_AWAY % (len(text), text)
        self._ended_by, self._reason = "csms", sentence
        if self._head is None:
            self._turn_away()
        else:
            self._after(LINGER, self._turn_away)

    def cut(self) -> None:
        """End it: what is left is sent, no more is taken."""
        self._ended_by = self._ended_by or "proxy"
        self._linger = AT_THE_END
        for side in self._sides.values():
            self._leave(side)

    def _ask(self, data: bytes, at: int) -> None:
        assert self._head is not None
        self._head += data
        if END in self._head or len(self._head) > LONGEST_HEAD:
            self._flush_head(at)

    def _flush_head(self, at: int) -> None:
        """Pass the opening request on, and what came behind it."""
        assert self._head is not None
        head, end, rest = bytes(self._head).partition(END)
        self._head = None
        if self._refusal:
            self._watcher.asked(head + end, [], at)
            self._turn_away()
            return
        request, changed = self._rewrite(head + end) if end else (head, [])
        if end and self._make_tamper is not None:
            self._tamper = self._make_tamper(head)
        self._to_csms(request)
        self._watcher.asked(head + end, changed, at)
        if rest:
            self.received(self.station, rest, at)
        if self.csms.transport is None:
            self.station.stop_reading()

    def _to_csms(self, data: bytes) -> None:
        if self.csms.transport is None:
            self._first += data
        else:
            self.csms.write(data)

    def _pass(self, sender: Role, data: bytes, at: int) -> None:
        if not data:
            return
        if sender == "station":
            self._to_csms(data)
        else:
            self.station.write(data)
        self._watcher.passed(sender, data, at)

    def _tampered(self, pieces: list[Piece], at: int) -> None:
        for piece in pieces:
            if piece.fault:
                self._watcher.faulted(piece.sender, piece.fault, at)
            if piece.delay:
                self._after(piece.delay, self._release, piece)
            else:
                self._pass(piece.sender, piece.data, at)

    def _release(self, piece: Piece) -> None:
        assert self._tamper is not None
        at = monotonic_ns()
        for each in self._tamper.release(piece):
            self._pass(each.sender, each.data, at)

    def _turn_away(self) -> None:
        self.station.write(self._refusal)
        self._leave(self.station)

    def _leave(self, side: Side) -> None:
        """Close a side when it has got what is left for it."""
        if side.transport is not None and not side.is_lost and not side.transport.is_closing():
            side.transport.close()
            self._after(self._linger, side.transport.abort)

    def _after(self, seconds: float, what: Callable[..., None], *arguments: object) -> None:
        def do() -> None:
            self._timers.discard(timer)
            if not self.is_over:
                what(*arguments)

        timer = self._loop.call_later(seconds, do)
        self._timers.add(timer)

    def _over(self) -> None:
        if self.is_over:
            return
        self.is_over = True
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._watcher.ended(self._ended_by, self._reason, monotonic_ns())
