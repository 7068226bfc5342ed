"""The trace: everything that passed, in one total order, with the text as it was on the wire.

Directions are absolute (``station->csms``), whoever keeps the trace. Times come from the caller: monotonic nanoseconds
for durations, wall time for reading. Secrets are masked when the trace is written out, not when it is kept, because the
verdict needs the true text.
"""

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Literal

import msgspec

from ocppj.evidence.masking import MASK, mask

__all__ = ["DIRECTION", "MASK", "Direction", "Entry", "Kind", "Role", "Trace", "mask"]

Role = Literal["station", "csms"]
Kind = Literal["frame", "handshake", "operator", "driver", "note"]
Direction = Literal["station->csms", "csms->station"]

DIRECTION: Final[dict[Role, Direction]] = {"station": "station->csms", "csms": "csms->station"}
"""The direction of what a party sends."""

DEFAULT_MAX_ENTRIES: Final = 100_000
DEFAULT_MAX_TEXT: Final = 64 << 20


class Entry(msgspec.Struct, frozen=True):
    """One line of the trace. ``at`` is monotonic nanoseconds, ``wall`` seconds since 1970, ``text`` the raw frame."""

    seq: int
    kind: Kind
    direction: Direction | None
    at: int
    wall: float
    text: str
    phase: str


class Trace:
    """An ordered record, bounded in entries and in characters of text. The oldest go; ``dropped`` counts them."""

    def __init__(
        self,
        *,
        max_entries: int = DEFAULT_MAX_ENTRIES,
        max_text: int = DEFAULT_MAX_TEXT,
        secrets: Iterable[str] = (),
    ) -> None:
        """``secrets`` are texts (passwords, keys) that must never be written out, whatever member they stand in."""
        self._entries: deque[Entry] = deque()
        self._max_entries = max_entries
        self._max_text = max_text
        self._text = 0
        self._secrets = [secret for secret in secrets if secret]
        self._next = 1
        self._drained = 0
        self._follower: Callable[[str], object] | None = None
        self.phase = ""

    def add_frame(self, direction: Direction, text: str, at: int) -> int:
        """Record a frame; ``at`` is when it was written to or read from the socket. Returns its number."""
        return self._add("frame", direction, text, at)

    def add_handshake(self, direction: Direction, text: str, at: int) -> int:
        """Record one message of an opening handshake (TLS, HTTP) in words; ``at`` as in ``add_frame``."""
        return self._add("handshake", direction, text, at)

    def add(self, kind: Kind, text: str, at: int | None = None) -> int:
        """Record what a person, a driver or the harness did. Returns its number."""
        return self._add(kind, None, text, time.monotonic_ns() if at is None else at)

    def _add(self, kind: Kind, direction: Direction | None, text: str, at: int) -> int:
        seq = self._next
        self._next = seq + 1
        entry = Entry(seq, kind, direction, at, time.time(), text, self.phase)
        self._entries.append(entry)
        if self._follower is not None:
            self._follower(self._line(entry))
        self._text += len(text)
        while len(self._entries) > self._max_entries or self._text > self._max_text:
            self._text -= len(self._entries.popleft().text)
        return seq

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is kept, oldest first."""
        return tuple(self._entries)

    @property
    def dropped(self) -> int:
        """How many old entries had to go."""
        return self._next - 1 - self._drained - len(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def hide(self, secrets: Iterable[str]) -> None:
        """Mask these texts as well, also in what was recorded before: they became known on the way."""
        self._secrets += [secret for secret in secrets if secret]

    def follow(self, follower: Callable[[str], object]) -> None:
        """Give every entry from now on to ``follower`` as well, as the line it will be: for whoever watches."""
        self._follower = follower

    def mask(self, text: str) -> str:
        """``text`` with passwords and the given secrets replaced by a mask."""
        return mask(text, self._secrets)

    def to_jsonl(self) -> str:
        """JSON Lines (``schemas/documents/trace.schema.json``), masked; they end with a line break unless empty."""
        return "".join(self._line(entry) for entry in self._entries)

    def drain(self) -> str:
        """As ``to_jsonl``, and keep nothing of it: for whoever writes while the connection goes on."""
        lines = self.to_jsonl()
        self._drained += len(self._entries)
        self._entries.clear()
        self._text = 0
        return lines

    def _line(self, entry: Entry) -> str:
        line = {
            "seq": entry.seq,
            "kind": entry.kind,
            "direction": entry.direction,
            "at_ns": entry.at,
            "time": _timestamp(entry.wall),
            "phase": entry.phase,
            "text": self.mask(entry.text),
        }
        return json.dumps(line, ensure_ascii=False) + "\n"


def _timestamp(wall: float) -> str:
    seconds, fraction = divmod(wall, 1)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(fraction * 1e6):06d}Z"
