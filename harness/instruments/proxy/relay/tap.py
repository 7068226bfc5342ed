"""The copy of one direction of a connection for the judge, whole messages at a time when it is behind."""

from __future__ import annotations

from harness.instruments.proxy.relay.outlet import Outlet
from harness.instruments.proxy.wire.framing import FrameReader
from harness.instruments.proxy.wire.opening import END, LONGEST_HEAD, read_answer
from harness.instruments.proxy.wire.records import Behind, Passed, Unseen
from ocppj.evidence.trace import Role


class Tap:
    """Sees what was passed on, after it was.

    What has no room is not copied, up to the next message that has. To know where that begins, the headers of frames
    are read here; payloads are not looked at.
    """

    def __init__(self, outlet: Outlet, connection: int, sender: Role, *, after_answer: bool) -> None:
        """`after_answer`: the direction begins with the answer to the opening request."""
        self._outlet = outlet
        self._connection = connection
        self._sender: Role = sender
        self._reader = FrameReader()
        self._head: bytearray | None = bytearray() if after_answer else None
        self._is_opaque = False  # no frames come: the CSMS has refused
        self._within = False  # between the frames of a message
        self._missed = 0
        self._missed_bytes = 0

    def passed(self, data: bytes, at: int) -> None:
        """These bytes were passed on, having come at `at`."""
        if self._head is not None:
            self._answer(data, at)
        elif self._is_opaque:
            if self._outlet.has_room(self._connection, len(data)):
                self._keep(data, at)
        else:
            self._frames(data, at)

    def end(self, at: int) -> None:
        """The direction has ended; what was missed last is told."""
        self._tell(at)

    def _answer(self, data: bytes, at: int) -> None:
        assert self._head is not None
        self._head += data
        end = self._head.find(END)
        if end < 0 and len(self._head) <= LONGEST_HEAD:
            self._keep(data, at)  # whatever else is missed, without this nothing can be read
            return
        rest = len(self._head) - end - len(END) if end >= 0 else 0
        answer = read_answer(bytes(self._head[:end])) if end >= 0 else None
        self._head = None
        self._is_opaque = answer is None or not answer.is_upgrade
        self._keep(data[: len(data) - rest], at)
        if rest:
            self.passed(data[-rest:], at)

    def _frames(self, data: bytes, at: int) -> None:
        frames = self._reader.feed(data)
        is_missing = self._missed_bytes > 0
        if not is_missing and self._outlet.has_room(self._connection, len(data)):
            for frame in frames:
                self._within = self._within if frame.is_control else not frame.fin
            self._keep(data, at)
            return
        if not is_missing:
            self._outlet.put(self._connection, Behind(self._connection, at, self._sender))
        begun = 0  # up to where the bytes are missed
        for frame in frames:
            self._within = self._within if frame.is_control else not frame.fin
            if begun < 0:
                continue
            self._missed += 0 if self._within else 1
            self._missed_bytes += frame.end - begun
            begun = frame.end
            if not self._within and self._outlet.has_room(self._connection, len(data) - frame.end):
                self._tell(at)
                if frame.end < len(data):
                    self._keep(data[frame.end :], at)
                begun = -1
        if begun >= 0:
            self._missed_bytes += len(data) - begun

    def _tell(self, at: int) -> None:
        if self._missed_bytes:
            told = Unseen(self._connection, at, self._sender, self._missed, self._missed_bytes)
            self._outlet.put(self._connection, told)
        self._missed = self._missed_bytes = 0

    def _keep(self, data: bytes, at: int) -> None:
        if data:
            self._outlet.put(self._connection, Passed(self._connection, at, self._sender, data))
