"""What happens, as it happens: every text of every connection, and the coming and going of stations.

The newest events are kept so that somebody who begins to look sees what led there. Readers have bounded queues; one
that does not keep up is dropped, for nothing here may ever wait for a reader. Texts are kept as they were on the wire,
also what a fault made of them, and are masked when they are shown. Refusals are kept apart, because anybody can bring
about as many as he likes.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from heapq import merge
from typing import Final, Literal

import msgspec

from csms_core.hub import readers
from csms_core.hub.readers import Readers
from ocppj.evidence.masking import mask

Kind = Literal["frame", "connected", "disconnected", "refused", "finding", "ended"]
Direction = Literal["station->csms", "csms->station"]

MAX_KEPT: Final = 500
MAX_REFUSED: Final = 100
"""Refusals that are kept beside these: so many of strangers, and so many of stations that are known."""

LONGEST_TEXT: Final = 8 << 10
"""Characters of a frame that are kept; `size` says how many there were."""


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


Reader = readers.Reader[Event]
"""One who looks, at one station when it is named. Made by `Feed.open`, ended by `Feed.leave`."""

_Refusals = OrderedDict[tuple[str, str], _Fields]
"""Of the refusals that say the same of the same station the newest; a guess that is repeated pushes out no other."""


class Feed:
    """The newest events, and who reads them."""

    def __init__(self) -> None:
        self._kept: deque[_Fields] = deque(maxlen=MAX_KEPT)
        self._strangers: _Refusals = OrderedDict()
        self._turned_away: _Refusals = OrderedDict()
        self._seq = 0
        self._readers: Readers[Event] = Readers()

    @property
    def readers(self) -> int:
        """How many read."""
        return len(self._readers)

    @property
    def dropped(self) -> int:
        """Readers that were dropped because they fell behind."""
        return self._readers.dropped

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
        wants = None if station is None else lambda event: event.station == station
        return self._readers.open(self.kept(station=station, after=after), wants)

    def leave(self, reader: Reader) -> None:
        """The reader looks no longer."""
        self._readers.leave(reader)

    def close(self) -> None:
        """No more events come, for anybody."""
        self._readers.close()

    def _keep(self, kind: Kind, station: str, direction: Direction | None, text: str, size: int) -> None:
        self._kept.append(self._tell(kind, station, direction, text, size))

    def _tell(self, kind: Kind, station: str, direction: Direction | None, text: str, size: int) -> _Fields:
        """Give an event its number, and those who read their copy of it."""
        self._seq = seq = self._seq + 1
        fields = (seq, time.time(), kind, station, direction, text, size)
        if self._readers:
            self._readers.tell(Event(*fields))
        return fields
