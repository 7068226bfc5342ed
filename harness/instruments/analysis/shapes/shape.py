"""What a shape is: how sure it is that a log is its own, and how it reads one, line by line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO, Final, Protocol

import msgspec

from harness.instruments.analysis.shapes.model import Closed, Entry, Opened, Read, Told, Unread
from harness.instruments.analysis.shapes.times import moment_in

Line = tuple[int, str]
"""Its number, from 1, and its text without the line break."""

FRAME: Final = re.compile(r"\[\s*[234]\s*,\s*(?:\"|\d)")
"""How a message of OCPP-J begins."""

CUT: Final = ("...", "…", "[truncated]", "(truncated)")
"""How loggers mark that they cut a line."""

MOST_LINES: Final = 500
MOST_TEXT: Final = 1 << 20
"""Lines and characters of a frame that is printed over several lines."""
_HEADER: Final = 400
"""Characters before a frame in which its time is looked for."""

_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")


class Source(Protocol):
    """A log that is open: its lines, or its bytes."""

    @property
    def name(self) -> str:
        """What it is called in a report."""

    @property
    def keys(self) -> Mapping[str, str]:
        """Where in a record the user said that something stands: station, direction, message, time."""

    def lines(self) -> Iterator[Line]:
        """Its lines; those that are longer than any frame come cut."""

    def binary(self) -> IO[bytes]:
        """The bytes from the beginning, decompressed."""


class Head(msgspec.Struct, frozen=True):
    """The beginning of a log, to be recognised by: its bytes, and its first lines if it is text."""

    data: bytes
    lines: tuple[str, ...]
    keys: Mapping[str, str]

    @property
    def candidates(self) -> list[str]:
        """The lines in which a frame may stand."""
        return [line for line in self.lines if may_hold_a_frame(line)]


class Shape(Protocol):
    """One way to write down what passed."""

    name: str
    """What ``--format`` calls it."""
    title: str
    """What a report calls it."""

    def sniff(self, head: Head) -> float:
        """How sure it is, from 0 to 1: the share of what may be frames that it reads."""

    def read(self, source: Source) -> Iterator[Read]:
        """All that stands there, in the order of the log; nothing is kept."""


def share(found: int, of: int) -> float:
    """What part of the candidates was read; 0 when there are none."""
    return found / of if of else 0.0


class ByLine:
    """A shape of which ``read_one`` makes something of each line; a frame may be printed over several of them."""

    def __init__(self, name: str, title: str, read_one: Callable[[int, str], Read]) -> None:
        self.name = name
        self.title = title
        self._read_one = read_one

    def sniff(self, head: Head) -> float:
        """As ``Shape``."""
        lines = head.candidates
        return share(sum(type(self._read_one(number, line)) is Entry for number, line in enumerate(lines)), len(lines))

    def read(self, source: Source) -> Iterator[Read]:
        """As ``Shape``."""
        return whole_frames(self._read_one(number, plain(line)) for number, line in source.lines())


class LineShape(ByLine):
    """A shape in which a frame begins behind a ``mark`` in its line, and goes on to the end.

    ``mark`` may have the groups ``station`` and ``sender``; ``words`` says what a sender is called. ``opened`` and
    ``closed`` find lines about connections, with a group ``station``. A frame that is printed over several lines ends
    where it is whole, or where the next marked line begins.
    """

    def __init__(
        self,
        name: str,
        title: str,
        mark: str,
        words: Mapping[str, Told],
        *,
        opened: str | None = None,
        closed: str | None = None,
        station: Callable[[str], str] = str,
    ) -> None:
        super().__init__(name, title, self._one)
        self._mark = re.compile(mark)
        self._words = words
        self._opened = None if opened is None else re.compile(opened)
        self._closed = None if closed is None else re.compile(closed)
        self._station = station
        self._has = self._mark.groupindex

    def _one(self, number: int, line: str) -> Read:
        entry = self._entry(number, line)
        if entry is not None:
            return entry
        for pattern, event in ((self._opened, Opened), (self._closed, Closed)):
            found = None if pattern is None else pattern.search(line)
            if found is not None:
                stamp = moment_in(line[: found.start() + 1][-_HEADER:])
                at, zoned = stamp or (None, False)
                return event(number, self._station(found["station"]), at, zoned)
        return Unread(number, line, "no frame of this shape" if FRAME.search(line) else "")

    def _entry(self, number: int, line: str) -> Entry | None:
        found = self._mark.search(line)
        if found is None:
            return None
        stamp = moment_in(line[: found.start() + 1][-_HEADER:])
        at, zoned = stamp or (None, False)
        station = self._station(found["station"]) if "station" in self._has else None
        sender = self._words.get(found["sender"].lower()) if "sender" in self._has else None
        return Entry(number, line[found.end() :].strip(), station, sender, at, zoned)


def may_hold_a_frame(line: str) -> bool:
    """Whether something in a line looks like the beginning of a frame, be it with its quotation marks escaped."""
    return FRAME.search(line.replace("\\", "").replace('""', '"')) is not None


def plain(line: str) -> str:
    """A line without the colours of a terminal."""
    return _COLOUR.sub("", line) if "\x1b" in line else line


def whole_frames(parts: Iterable[Read]) -> Iterator[Read]:
    """The entries with the lines that belong to them, and those that a logger cut as unread."""
    open_entry: Entry | None = None
    more: list[Unread] = []
    size = 0
    for part in parts:
        if open_entry is not None:
            if type(part) is Unread and len(more) < MOST_LINES and size < MOST_TEXT:
                more.append(part)
                size += len(part.text)
                if part.text.rstrip().endswith("]") and (text := _whole(open_entry.text, more)) is not None:
                    open_entry.text = text
                    yield open_entry
                    open_entry = None
                continue
            yield from _given_up(open_entry, more)
            open_entry = None
        if type(part) is Entry and not part.text.endswith("]") and part.text.lstrip().startswith("["):
            open_entry, more, size = part, [], 0
        else:
            yield part
    if open_entry is not None:
        yield from _given_up(open_entry, more)


def _whole(first: str, more: Sequence[Unread]) -> str | None:
    text = "\n".join((first, *(part.text for part in more)))
    try:
        msgspec.json.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return text


def _given_up(entry: Entry, more: Sequence[Unread]) -> Iterator[Read]:
    """The first line by itself: what the wire had, unless the logger says that it cut it."""
    if entry.text.endswith(CUT):
        yield Unread(entry.line, entry.text, "a frame that the logger cut")
    else:
        yield entry
    yield from more
