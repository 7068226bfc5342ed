"""What happens, told as it happens to whoever looks: the newest is kept, readers are bounded, nobody is waited for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, Literal

import msgspec

from ocppj.evidence.outside import shown
from ocppj.evidence.trace import Direction

Kind = Literal["connected", "refused", "closed", "frame", "finding", "fault", "note"]

MOST_KEPT: Final = 400
MOST_READERS: Final = 16
MOST_WAITING: Final = 2_000
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


class TooManyReaders(Exception):
    """As many follow the events as may; the text is one sentence."""


class Reader:
    """Somebody who follows, and what waits for him."""

    def __init__(self) -> None:
        self._waiting: deque[Event] = deque()
        self._news = asyncio.Event()
        self.has_ended = False

    def offer(self, event: Event) -> bool:
        """False: too much waits, the reader is dropped."""
        if len(self._waiting) >= MOST_WAITING:
            self.end()
            return False
        self._waiting.append(event)
        self._news.set()
        return True

    def end(self) -> None:
        """Nothing more comes."""
        self.has_ended = True
        self._news.set()

    async def take(self) -> list[Event] | None:
        """Wait, and take all there is; None: nothing more comes."""
        while not self._waiting and not self.has_ended:
            self._news.clear()
            await self._news.wait()
        events = list(self._waiting)
        self._waiting.clear()
        return events or None


class Feed:
    """The events, and who follows them."""

    def __init__(self) -> None:
        self.kept: deque[Event] = deque(maxlen=MOST_KEPT)
        self._seq = 0
        self._readers: set[Reader] = set()
        self._listeners: list[Callable[[Event], None]] = []
        self._is_closed = False

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
        for reader in [reader for reader in self._readers if not reader.offer(event)]:
            self._readers.discard(reader)

    def open(self, after: int = 0) -> Reader:
        """A reader, who first gets what is kept and newer than `after`. Raises `TooManyReaders`."""
        if len(self._readers) >= MOST_READERS:
            raise TooManyReaders(f"{MOST_READERS} readers follow the events already; close one of them")
        reader = Reader()
        for event in self.kept:
            if event.seq > after:
                reader.offer(event)
        if self._is_closed:
            reader.end()
        else:
            self._readers.add(reader)
        return reader

    def leave(self, reader: Reader) -> None:
        """A reader has gone."""
        self._readers.discard(reader)

    def close(self) -> None:
        """Nothing more happens."""
        self._is_closed = True
        for reader in self._readers:
            reader.end()
        self._readers.clear()
