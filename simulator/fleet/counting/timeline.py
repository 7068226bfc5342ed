"""How a run went over time: messages, errors and response times of each interval (docs/load.md, "Over time").

An interval in which the timers of the load generator itself were late is marked: its response times contain that.

An interval is what the tally has counted more than at the look before, so that nothing is counted twice or when a
message is on its way. A long run has longer intervals, and not more of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate
from math import ceil
from typing import Any, Final

from simulator.fleet.counting.samples import edge, ranked
from simulator.fleet.counting.tally import Tally

LOOK: Final = 1.0
"""Seconds from one look at the tally to the next."""

MOST: Final = 240
"""Intervals; beyond them two become one."""

SHARES: Final = (0.5, 0.95, 0.99)
LATE: Final = 0.05
"""Seconds by which the latest timer of an interval may be late before the interval is marked."""

_BITS: Final = 7  # significant bits of a response time here: at most 1.6 % too long


@dataclass(slots=True)
class Interval:
    """What happened between two looks."""

    seconds: float = 0.0
    messages: int = 0
    errors: int = 0
    online: int = 0  # stations, the last time that was looked
    late: float = 0.0  # seconds, of the latest timer
    classes: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))  # response times, in nanoseconds

    def percentiles(self) -> tuple[int, ...] | None:
        """p50, p95 and p99 of all actions, in nanoseconds; None when nothing was answered."""
        count = sum(self.classes.values())
        return ranked(self.classes, [max(1, ceil(share * count)) for share in SHARES]) if count else None

    @property
    def is_late(self) -> bool:
        """Whether the load generator itself was too busy to measure well."""
        return self.late > LATE

    def follow(self, other: Interval) -> None:
        """Go on with the next interval."""
        self.seconds += other.seconds
        self.online = other.online
        self._count(other)

    def accompany(self, other: Interval) -> None:
        """Add what another process did at the same time."""
        self.seconds = max(self.seconds, other.seconds)
        self.online += other.online
        self._count(other)

    def _count(self, other: Interval) -> None:
        self.messages += other.messages
        self.errors += other.errors
        self.late = max(self.late, other.late)
        for upper, count in other.classes.items():
            self.classes[upper] += count


class Timeline:
    """The intervals of a run, in order."""

    def __init__(self) -> None:
        self.intervals: list[Interval] = []
        self.looks_each = 1  # looks that make an interval
        self._looks = 0
        self._frames = self._errors = 0
        self._before: dict[str, dict[int, int]] = {}

    def look(self, tally: Tally, online: int, seconds: float = LOOK, late: float = 0.0) -> None:
        """So many seconds have passed since the last time, in which the latest timer was so many seconds late."""
        now = Interval(seconds, online=online, late=late)
        errors = sum(action.errors for action in tally.actions.values())
        now.messages, self._frames = tally.frames - self._frames, tally.frames
        now.errors, self._errors = errors - self._errors, errors
        for name, action in tally.actions.items():
            before = self._before.setdefault(name, {})
            for upper, count in action.samples.classes.items():
                if (more := count - before.get(upper, 0)) > 0:
                    now.classes[edge(upper, _BITS)] += more
                    before[upper] = count
        if self._looks % self.looks_each == 0:
            self.intervals.append(now)
        else:
            self.intervals[-1].follow(now)
        self._looks += 1
        if len(self.intervals) > MOST:
            self._halve()

    def _halve(self) -> None:
        pairs = [self.intervals[at : at + 2] for at in range(0, len(self.intervals), 2)]
        for first, *second in pairs:
            for other in second:
                first.follow(other)
        self.intervals = [first for first, *_ in pairs]
        self.looks_each *= 2

    @classmethod
    def together(cls, timelines: Iterable[Timeline]) -> Timeline:
        """Those of several processes as one; they began at the same time. The timelines that are given change."""
        whole, timelines = cls(), list(timelines)
        whole.looks_each = max((one.looks_each for one in timelines), default=1)
        for one in timelines:
            while one.looks_each < whole.looks_each:
                one._halve()
        longest = max((len(one.intervals) for one in timelines), default=0)
        whole.intervals = [Interval() for _ in range(longest)]
        for one in timelines:
            for sum_of, interval in zip(whole.intervals, one.intervals, strict=False):
                sum_of.accompany(interval)
            for sum_of in whole.intervals[
                len(one.intervals) :
            ]:  # it was over a moment earlier, its stations were there
                sum_of.online += one.intervals[-1].online if one.intervals else 0
        return whole

    @property
    def late_share(self) -> float | None:
        """Which share of the messages lies in intervals that are late; None: there was no message."""
        messages = sum(one.messages for one in self.intervals)
        return sum(one.messages for one in self.intervals if one.is_late) / messages if messages else None

    def facts(self) -> list[dict[str, Any]]:
        """As it stands in a result."""
        begins = accumulate((one.seconds for one in self.intervals), initial=0.0)
        return [_facts(begin, one) for begin, one in zip(begins, self.intervals, strict=False)]


def _facts(begin: float, interval: Interval) -> dict[str, Any]:
    times = interval.percentiles()
    shown = None if times is None else dict(zip(("p50", "p95", "p99"), (time / 1e6 for time in times), strict=True))
    return {
        "at_s": round(begin, 3),
        "seconds": round(interval.seconds, 3),
        "messages": interval.messages,
        "errors": interval.errors,
        "online": interval.online,
        "late_ms": round(interval.late * 1e3, 1),
        "is_late": interval.is_late,
        "milliseconds": shown,
    }


def late_sentence(share: float | None) -> str:
    """What there is to say about figures taken while the load generator was late; empty: nothing."""
    return f"{100 * share:.3g} % of the figures were taken while the load generator itself was late" if share else ""
