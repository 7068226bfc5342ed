"""What passed and what happened at one station lately: frames and events, for a screen or an API to look at.

Bounded in entries and in characters. Secrets are masked when an entry is looked at, not when it is kept, so that a
station nobody looks at pays next to nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, TypeVar

from ocppj.evidence.masking import mask
from ocppj.evidence.trace import Role
from ocppj.frames import Call, CallError, CallResult
from ocppj.rules import Finding
from ocppj.session.session import Seen
from simulator.faults.catalogue import Catalogue
from simulator.kernel.events import Event
from simulator.views.subject import Subject

MAX_FRAMES = 500
MAX_EVENTS = 500
MAX_TEXT = 8 << 20
"""How many entries, and how many characters of frames, are kept."""

FrameType = Literal["CALL", "CALLRESULT", "CALLERROR", "malformed"]
_E = TypeVar("_E")
_TYPES: dict[type[object], FrameType] = {Call: "CALL", CallResult: "CALLRESULT", CallError: "CALLERROR"}


@dataclass(frozen=True, slots=True)
class FrameSeen:
    """A frame; `at` on the station's clock, `action` that of its CALL where it is known, `text` as on the wire."""

    number: int
    at: datetime
    sender: Role
    type: FrameType
    action: str | None
    text: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the station."""

    number: int
    at: datetime
    kind: str
    text: str
    connector: int | None = None


@dataclass(slots=True)
class Record:
    """Frames and events of a station from now on; `on_change` is called after each of them, and at the end."""

    station: Subject
    catalogue: Catalogue  # of the faults it can be given
    on_change: list[Callable[[], None]] = field(default_factory=list)
    closed: bool = False
    _frames: deque[FrameSeen] = field(default_factory=lambda: deque(maxlen=MAX_FRAMES))
    _events: deque[Happened] = field(default_factory=lambda: deque(maxlen=MAX_EVENTS))
    _text: int = 0
    _seen: int = 0
    _happened: int = 0

    def __post_init__(self) -> None:
        self.station.observe(self._see)
        self.station.events.listen(self._hear)

    def frames(self, last: int = MAX_FRAMES) -> list[FrameSeen]:
        """The last frames, the oldest first, masked."""
        return [
            replace(one, text=self.mask(one.text), findings=tuple(map(self._masked, one.findings)))
            for one in _tail(self._frames, last)
        ]

    def events(self, last: int = MAX_EVENTS, after: int = 0) -> list[Happened]:
        """The last events beyond the number `after`, the oldest first, masked."""
        newer = min(last, self._happened - after)
        return [replace(one, text=self.mask(one.text)) for one in _tail(self._events, newer)]

    def note(self, kind: str, text: str) -> None:
        """Add an event that is not the station's own."""
        self._add(kind, self.station.clock.now(), text, None)

    def close(self) -> None:
        """Nothing more will happen."""
        self.closed = True
        self._changed()

    def mask(self, text: str) -> str:
        """`text` without secrets: those the protocol knows, and the passwords of this station anywhere."""
        return mask(text, self.station.secrets())

    def _masked(self, finding: Finding) -> Finding:
        return Finding(finding.rule, finding.level, finding.party, self.mask(finding.message), finding.path)

    def _see(self, seen: Seen) -> None:
        frame, request = seen.frame, seen.request
        action = frame.action if isinstance(frame, Call) else None if request is None else request.action
        self._seen += 1
        if len(self._frames) == MAX_FRAMES:
            self._forget()
        self._text += len(frame.raw)
        while self._frames and self._text > MAX_TEXT:
            self._forget()
        now, kind = self.station.clock.now(), _TYPES.get(type(frame), "malformed")
        self._frames.append(FrameSeen(self._seen, now, seen.sender, kind, action, frame.raw, seen.findings))
        self._changed()

    def _forget(self) -> None:
        self._text -= len(self._frames.popleft().text)

    def _hear(self, event: Event) -> None:
        if event.kind != "queue":  # of interest to programs only
            self._add(event.kind, event.at, event.text, event.connector)
        else:
            self._changed()

    def _add(self, kind: str, at: datetime, text: str, connector: int | None) -> None:
        self._happened += 1
        self._events.append(Happened(self._happened, at, kind, text, connector))
        self._changed()

    def _changed(self) -> None:
        for listener in self.on_change:
            listener()


def _tail(entries: deque[_E], last: int) -> list[_E]:
    return list(entries)[-last:] if last > 0 else []
