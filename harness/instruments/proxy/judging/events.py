"""What happens, told as it happens to whoever looks: the newest is kept, readers are bounded, nobody is waited for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, Literal

import msgspec

from csms_core.hub import readers
from csms_core.hub.readers import Readers
from ocppj.evidence.outside import shown
from ocppj.evidence.trace import Direction

Kind = Literal["connected", "refused", "closed", "frame", "finding", "fault", "note"]

MOST_KEPT: Final = 400
LONGEST: Final = 4 << 10
"""Characters of a frame."""


class Event(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """`at` is seconds since 1970. A finding has `rule`, `level` and `party`; `text` is harmless, secrets are masked."""

    seq: int
    at: float
    kind: Kind
    connection: int
    identity: str
    text: str
    direction: Direction | None = None
    rule: str = ""
    level: str = ""
    party: str = ""

    def to_json(self) -> bytes:
        """In one line."""
        return msgspec.json.encode(self)


Reader = readers.Reader[Event]


class Feed:
    """The events, and who follows them."""

    def __init__(self) -> None:
        self.kept: deque[Event] = deque(maxlen=MOST_KEPT)
        self._seq = 0
        self._readers: Readers[Event] = Readers()
        self._listeners: list[Callable[[Event], None]] = []

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Have somebody of this process called for each event; it must not wait."""
        self._listeners.append(listener)

    def tell(
        self,
        at: float,
        kind: Kind,
        connection: int,
        identity: str,
        text: str,
        *,
        direction: Direction | None = None,
        rule: str = "",
        level: str = "",
        party: str = "",
    ) -> None:
        """Something has happened; what others wrote is made harmless here."""
        self._seq += 1
        said, name = shown(text, longest=LONGEST), shown(identity, longest=100)
        event = Event(self._seq, at, kind, connection, name, said, direction, rule, level, party)
        self.kept.append(event)
        for listener in self._listeners:
            listener(event)
        self._readers.tell(event)

    def open(self, after: int = 0) -> Reader:
        """A reader, who first gets what is kept and newer than `after`. Raises `TooManyReaders`."""
        return self._readers.open(event for event in self.kept if event.seq > after)

    def leave(self, reader: Reader) -> None:
        """A reader has gone."""
        self._readers.leave(reader)

    def close(self) -> None:
        """Nothing more happens."""
        self._readers.close()
