"""What happens, as it happens: every text of every connection, and the coming and going of stations.

The newest events are kept so that somebody who begins to look sees what led there. Readers have bounded queues; one
that does not keep up is dropped, for nothing here may ever wait for a reader. Texts are kept as they were on the wire,
also what a fault made of them, and are masked when they are shown. Refusals are kept apart, because anybody can bring
about as many as he likes.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from heapq import merge
from typing import Final, Literal

import msgspec

from ocppj.evidence.masking import mask

Kind = Literal["frame", "connected", "disconnected", "refused", "finding", "ended"]
Direction = Literal["station->csms", "csms->station"]

MAX_KEPT: Final = 500
MAX_REFUSED: Final = 100
"""Refusals that are kept beside these: so many of strangers, and so many of stations that are known."""

LONGEST_TEXT: Final = 8 << 10
"""Characters of a frame that are kept; `size` says how many there were."""

MAX_READERS: Final = 32
MAX_WAITING: Final = 2_000
"""Events that wait for one reader."""


class TooManyReaders(Exception):
    """As many readers are there as may be; the text is one sentence."""


class Event(msgspec.Struct, frozen=True, gc=False):
    """`at` is seconds since 1970; `direction` belongs to a frame, `text` too, or says why a station may not
    stay or come in, what it was let pass, or which transaction was ended."""

    seq: int
    at: float
    kind: Kind
    station: str
    direction: Direction | None = None
    text: str = ""
    size: int = 0

    def to_json(self) -> bytes:
        """As a JSON object in one line, secrets masked."""
        return msgspec.json.encode(msgspec.structs.replace(self, text=mask(self.text)) if self.text else self)


_Fields = tuple[int, float, Kind, str, Direction | None, str, int]
"""Those of an `Event`, which is made only when somebody looks."""


class Reader:
    """The events of one who looks, of one station when it is named. Made by `Feed.open`, ended by `Feed.leave`."""

    def __init__(self, station: str | None) -> None:
        self.station = station
        self.fell_behind = False
        self._waiting: deque[Event] = deque()
        self._news = asyncio.Event()
        self._ended = False

    def offer(self, event: Event) -> bool:
        """Put an event in the queue; False when the queue is full, and the reader has thereby fallen behind."""
        if self.station is not None and event.station != self.station:
            return True
        if len(self._waiting) >= MAX_WAITING:
            self.fell_behind = True
            self.end()
            return False
        self._waiting.append(event)
        self._news.set()
        return True

    def end(self) -> None:
        """No more events come."""
        self._ended = True
        self._news.set()

    async def take(self) -> list[Event] | None:
        """Wait for events and take all there are; None when the feed has ended, or the reader fell behind."""
        while not self._waiting and not self._ended:
            self._news.clear()
            await self._news.wait()
        if self._ended and (self.fell_behind or not self._waiting):
            return None
        return self.take_now()

    def take_now(self) -> list[Event]:
        """Take what waits, without waiting."""
        events = list(self._waiting)
        self._waiting.clear()
        return events


_Refusals = OrderedDict[tuple[str, str], _Fields]
"""Of the refusals that say the same of the same station the newest; a guess that is repeated pushes out no other."""


class Feed:
    """The newest events, and who reads them."""

    def __init__(self) -> None:
        self._kept: deque[_Fields] = deque(maxlen=MAX_KEPT)
        self._strangers: _Refusals = OrderedDict()
        self._turned_away: _Refusals = OrderedDict()
        self._seq = 0
        self._readers: set[Reader] = set()
        self._closed = False
        self.dropped = 0
        """Readers that were dropped because they fell behind."""

    @property
    def readers(self) -> int:
        """How many read."""
        return len(self._readers)

    def frame(self, station: str, direction: Direction, text: str) -> None:
        """A text went over the wire."""
        size = len(text)
        self._keep("frame", station, direction, text if size <= LONGEST_TEXT else text[:LONGEST_TEXT], size)

    def connected(self, station: str) -> None:
        """A station is there."""
        self._keep("connected", station, None, "", 0)

    def disconnected(self, station: str, reason: str = "") -> None:
        """A station is gone; `reason` when the CSMS did not let it stay."""
        self._keep("disconnected", station, None, reason, len(reason))

    def refused(self, station: str, reason: str, *, stranger: bool) -> None:
        """A station, or who says to be one, was not let in; a `stranger` is one that is not known here."""
        kept = self._strangers if stranger else self._turned_away
        kept[station, reason] = self._tell("refused", station, None, reason, len(reason))
        kept.move_to_end((station, reason))
        if len(kept) > MAX_REFUSED:
            kept.popitem(last=False)

    def finding(self, station: str, sentence: str) -> None:
        """A station does something wrong that is let pass."""
        self._keep("finding", station, None, sentence, len(sentence))

    def ended(self, station: str, sentence: str) -> None:
        """A transaction was ended in the books, without a StopTransaction; the sentence says which, and why."""
        self._keep("ended", station, None, sentence, len(sentence))

    def kept(self, *, station: str | None = None, after: int = 0) -> Iterator[Event]:
        """The events that are kept, oldest first; of one station, and after a number, when these are given."""
        if after > self._seq:  # a number of an earlier life of this process
            after = 0
        by_kind = tuple(self._kept), tuple(self._strangers.values()), tuple(self._turned_away.values())
        return (Event(*e) for e in merge(*by_kind) if e[0] > after and (station is None or e[3] == station))

    def open(self, *, station: str | None = None, after: int = 0) -> Reader:
        """A new reader, who first gets what is kept. Raises TooManyReaders."""
        if len(self._readers) >= MAX_READERS:
            raise TooManyReaders(f"{MAX_READERS} readers follow the events already; close one of them.")
        reader = Reader(station)
        for event in self.kept(station=station, after=after):
            reader.offer(event)
        if self._closed:
            reader.end()
        else:
            self._readers.add(reader)
        return reader

    def leave(self, reader: Reader) -> None:
        """The reader looks no longer."""
        self._readers.discard(reader)

    def close(self) -> None:
        """No more events come, for anybody."""
        self._closed = True
        while self._readers:
            self._readers.pop().end()

    def _keep(self, kind: Kind, station: str, direction: Direction | None, text: str, size: int) -> None:
        self._kept.append(self._tell(kind, station, direction, text, size))

    def _tell(self, kind: Kind, station: str, direction: Direction | None, text: str, size: int) -> _Fields:
        """Give an event its number, and those who read their copy of it."""
        self._seq = seq = self._seq + 1
        fields = (seq, time.time(), kind, station, direction, text, size)
        if self._readers:
            event = Event(*fields)
            for reader in [reader for reader in self._readers if not reader.offer(event)]:
                self._readers.discard(reader)
                self.dropped += 1
        return fields
