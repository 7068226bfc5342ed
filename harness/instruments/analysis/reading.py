"""Reading logs, one after the other: each in its shape, frame by frame to whoever judges, and nothing kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from harness.instruments.analysis.judging import Judge
from harness.instruments.analysis.logs import BROKEN, Log
from harness.instruments.analysis.shapes.known import SHAPES, recognised
from harness.instruments.analysis.shapes.model import Entry, Read, Unread
from harness.instruments.analysis.shapes.shape import Shape
from ocppj.evidence.outside import shown
from ocppj.evidence.trace import Role

AUTO: Final = "auto"
MOST_FIRST: Final = 3
"""Lines that are shown of each kind that was not read."""
MOST_REASONS: Final = 50
LONGEST_LINE: Final = 300
EVERY: Final = 512
"""Entries between two tellings of how far it is."""


class Unusable(Exception):
    """A log cannot be worked with; the text is one sentence with the fix."""


class Lines(msgspec.Struct):
    """Lines of one kind that were not read: how many, and the first of them."""

    count: int = 0
    first: list[tuple[int, str]] = []

    def add(self, line: int, text: str) -> None:
        """One more."""
        self.count += 1
        if len(self.first) < MOST_FIRST:
            self.first = [*self.first, (line, shown(text, longest=LONGEST_LINE))]

    def document(self) -> dict[str, Any]:
        """As it stands in a report."""
        return {"count": self.count, "first": [{"line": line, "text": text} for line, text in self.first]}


class LogRead(msgspec.Struct):
    """What became of a log; ``sure`` is None when its shape was told, ``trouble`` why it was not read to its end."""

    log: str
    shape: str
    title: str
    sure: float | None
    bytes: int = 0
    frames: int = 0
    events: int = 0
    unread: dict[str, Lines] = {}
    passed_over: Lines = msgspec.field(default_factory=Lines)
    trouble: str | None = None

    @property
    def unread_count(self) -> int:
        """Lines that may hold a frame and could not be read."""
        return sum(lines.count for lines in self.unread.values())

    def missed(self, part: Unread) -> None:
        """A line that gave nothing."""
        if not part.why:
            if part.text.strip():
                self.passed_over.add(part.line, part.text)
            return
        why = part.why if part.why in self.unread or len(self.unread) < MOST_REASONS else "other reasons"
        self.unread.setdefault(why, Lines()).add(part.line, part.text)

    def document(self) -> dict[str, Any]:
        """As it stands in a report."""
        reasons = [{"why": why, **lines.document()} for why, lines in self.unread.items()]
        return {
            "log": self.log,
            "format": self.shape,
            "title": self.title,
            "sure": None if self.sure is None else round(self.sure, 3),
            "bytes": self.bytes,
            "frames": self.frames,
            "events": self.events,
            "unread": reasons,
            "passed_over": self.passed_over.document(),
            "trouble": self.trouble,
        }


class Taker:
    """Who is given what was read, beside the judge: nobody, unless somebody wants a masked copy."""

    def take(self, part: Read, station: str, sender: Role | None) -> None:
        """A frame or an event of a station; the sender as it was made out."""


def read(
    path: str,
    judge: Judge,
    *,
    into: list[LogRead],
    shape: str = AUTO,
    keys: Mapping[str, str] | None = None,
    taker: Taker | None = None,
    progress: Callable[[Log], None] = lambda log: None,
) -> None:
    """Read one log, and tell of it in ``into``. Raises ``Unusable`` when it is not there, or in no shape that is known.

    A log that ends in the middle of itself is judged as far as it goes, and says so.
    """
    try:
        log = Log(path, keys)
    except FileNotFoundError:
        raise Unusable(f"{path}: there is no such file; name a log, or - for standard input") from None
    except BROKEN as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise Unusable(f"{path}: cannot be read, {why}; name a log that can") from None
    try:
        found, sure = _shape(log, shape)
        result = LogRead(log.name, found.name, found.title, sure)
        into.append(result)
        judge.begin(log.name, log.stem)
        try:
            _read(log, found, result, judge, taker or Taker(), progress)
        except BROKEN as error:
            result.trouble = f"it ends in the middle of itself: {str(error) or type(error).__name__}"
        finally:
            result.bytes = log.done
            if log.cut_lines:
                result.unread["lines that are longer than any frame"] = Lines(log.cut_lines)
        progress(log)
    finally:
        log.close()


def _read(log: Log, shape: Shape, result: LogRead, judge: Judge, taker: Taker, progress: Callable[[Log], None]) -> None:
    for number, part in enumerate(shape.read(log)):
        if number % EVERY == 0:
            progress(log)
        if type(part) is Unread:
            result.missed(part)
            continue
        sender = judge.take(part)  # type: ignore[arg-type]
        if type(part) is Entry:
            result.frames += 1
        else:
            result.events += 1
        taker.take(part, part.station or log.stem, sender)  # type: ignore[union-attr]


def _shape(log: Log, name: str) -> tuple[Shape, float | None]:
    if name != AUTO:
        return SHAPES[name], None
    found, sure = recognised(log.head)
    if found is None:
        raise Unusable(f"{log.name}: no format that is known fits{_beginning(log.head.lines)}; name it with --format")
    return found, sure


def _beginning(lines: Sequence[str]) -> str:
    first = next((line for line in lines if line.strip()), None)
    return "" if first is None else f" (it begins with {shown(first, longest=80)!r})"
