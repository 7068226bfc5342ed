"""What is remembered of a log to be told at the end: counts, and of every rule at every station the first and the worst
example. All of it bounded; what was left out is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import msgspec

from harness.instruments.analysis.extent import Extent
from ocppj.evidence.outside import shown
from ocppj.evidence.trace import Role
from ocppj.rules import Finding
from simulator.fleet.counting.samples import Samples

MOST_STATIONS: Final = 20_000
"""That are told of one by one; the others are one together."""
OTHERS: Final = "(others)"
MOST_FRAMES: Final = 20_000
"""Examples that are told with their frame."""
LONGEST_FRAME: Final = 1_000
LONGEST_MESSAGE: Final = 500
MOST_BARS: Final = 240
"""Intervals of the course over time."""

LEVELS: Final = ("MUST", "SHOULD", "INFO")


class Example(msgspec.Struct, frozen=True):
    """One finding: ``where`` it is in the logs, ``time`` of the log, and the frame unless there were too many."""

    where: str
    station: str
    time: str | None
    level: str
    party: Role
    message: str
    path: str
    frame: str | None


class Broken(msgspec.Struct):
    """A rule that was broken: how often, by whom, at which level; the first and the worst example."""

    rule: str
    version: str
    level: str
    count: int = 0
    parties: dict[str, int] = {}
    first: Example | None = None
    worst: Example | None = None
    extent: Extent | None = None

    def document(self) -> dict[str, Any]:
        """As it stands in a report."""
        return {
            "rule": self.rule,
            "version": self.version,
            "level": self.level,
            "count": self.count,
            "parties": dict(sorted(self.parties.items())),
            "first": msgspec.to_builtins(self.first),
            "worst": msgspec.to_builtins(self.worst),
        }


class Times(msgspec.Struct):
    """Answers of one party to one station: how many, how long altogether, and the longest, in nanoseconds."""

    count: int = 0
    total: int = 0
    longest: int = 0

    def add(self, ns: int) -> None:
        """One more."""
        self.count += 1
        self.total += ns
        self.longest = max(self.longest, ns)

    def document(self) -> dict[str, Any] | None:
        """In milliseconds; None when there was none."""
        if not self.count:
            return None
        return {"n": self.count, "mean": _ms(self.total / self.count), "max": _ms(self.longest)}


class StationRecord(msgspec.Struct):
    """What is told of one station."""

    station: str
    version: str = ""
    connections: int = 0
    cut_off: int = 0
    first: float | None = None
    last: float | None = None
    frames: dict[str, int] = {}
    levels: dict[str, int] = {}
    rules: dict[tuple[str, str], Broken] = {}
    answers: dict[str, Times] = {}
    transactions: int = 0
    remarks: int = 0


class Action(msgspec.Struct):
    """The CALLs of one action that one party sent."""

    sent: int = 0
    answered: int = 0
    errors: int = 0
    unanswered: int = 0
    samples: Samples = msgspec.field(default_factory=Samples)

    def document(self, sender: Role, action: str) -> dict[str, Any]:
        """As it stands in a report; times in milliseconds."""
        times = None
        if self.samples.count:
            p50, p95, p99 = self.samples.percentiles(0.5, 0.95, 0.99)
            times = {
                "n": self.samples.count,
                "mean": _ms(self.samples.mean),
                "p50": _ms(p50),
                "p95": _ms(p95),
                "p99": _ms(p99),
                "max": _ms(self.samples.longest),
            }
        return {
            "sender": sender,
            "action": action,
            "sent": self.sent,
            "answered": self.answered,
            "errors": self.errors,
            "unanswered": self.unanswered,
            "milliseconds": times,
        }


class Course:
    """Frames and findings over the time of the log, in intervals that grow with it."""

    def __init__(self) -> None:
        self.seconds = 1
        self._bars: dict[int, list[int]] = {}

    def add(self, at: float, must: int = 0, should: int = 0, frames: int = 0) -> None:
        """So many at this time."""
        bar = self._bars.get(int(at // self.seconds))
        if bar is None:
            bar = self._bars[int(at // self.seconds)] = [0, 0, 0]
            while len(self._bars) > MOST_BARS or max(self._bars) - min(self._bars) >= MOST_BARS:
                self._widen()
            bar = self._bars[int(at // self.seconds)]
        bar[0] += frames
        bar[1] += must
        bar[2] += should

    def _widen(self) -> None:
        self.seconds *= 2
        wider: dict[int, list[int]] = {}
        for place, bar in self._bars.items():
            into = wider.setdefault(place // 2, [0, 0, 0])
            for number, count in enumerate(bar):
                into[number] += count
        self._bars = wider

    def document(self) -> dict[str, Any]:
        """As it stands in a report; an interval without anything is left out."""
        bars = [
            {"at": float(place * self.seconds), "frames": frames, "must": must, "should": should}
            for place, (frames, must, should) in sorted(self._bars.items())
        ]
        return {"seconds": self.seconds, "intervals": bars}


class Records:
    """All of it."""

    def __init__(self) -> None:
        self.stations: dict[str, StationRecord] = {}
        self.rules: dict[tuple[str, str], Broken] = {}
        self.actions: dict[tuple[Role, str], Action] = {}
        self.course = Course()
        self.levels: Counter[str] = Counter()
        self.not_judged: Counter[str] = Counter()
        self.guessed = 0
        self.frames = 0
        self.first: float | None = None
        self.last: float | None = None
        self._framed = 0

    def station(self, name: str) -> StationRecord:
        """That of a station, or of all those that there is no room for."""
        record = self.stations.get(name)
        if record is None:
            if len(self.stations) >= MOST_STATIONS:
                name = OTHERS
            record = self.stations.setdefault(name, StationRecord(name))
        return record

    def action(self, sender: Role, action: str) -> Action:
        """The figures of an action."""
        found = self.actions.get((sender, action))
        if found is None:
            found = self.actions[sender, action] = Action()
        return found

    def broke(
        self, record: StationRecord, version: str, finding: Finding, size: Extent, example: Callable[[], Example]
    ) -> None:
        """A rule was broken at a station; ``example`` is made only where it is the first or the worst."""
        level, rule, party = finding.level, finding.rule, finding.party
        self.levels[level] += 1
        record.levels[level] = record.levels.get(level, 0) + 1
        made: Example | None = None
        for rules in (record.rules, self.rules):
            broken = rules.get((version, rule))
            if broken is None:
                broken = rules[version, rule] = Broken(rule, version, level)
            broken.count += 1
            broken.parties[party] = broken.parties.get(party, 0) + 1
            if broken.extent is None or size > broken.extent:
                made = made or self._with_frame(example())
                broken.first = broken.first or made
                broken.worst, broken.extent, broken.level = made, size, level

    def _with_frame(self, example: Example) -> Example:
        """The example with its frame as it may be shown, while there is room for frames."""
        frame = None
        if example.frame is not None and self._framed < MOST_FRAMES:
            self._framed += 1
            frame = shown(example.frame, longest=LONGEST_FRAME)
        message = shown(example.message, longest=LONGEST_MESSAGE)
        return msgspec.structs.replace(example, frame=frame, message=message)


def _ms(ns: float) -> float:
    return round(ns / 1e6, 3)
