"""How a run went over time: stations, messages, errors and response times of each interval (docs/load.md, "Over time").

An interval in which the timers of the load generator itself were late is marked: its response times contain that.

An interval is what the tally has counted more than at the look before, so that nothing is counted twice or when a
message is on its way. A long run has longer intervals, and not more of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import accumulate
from math import ceil
from typing import Any, Final

from simulator.fleet.counting.kinds import KINDS, OF_CALLS, kinds
from simulator.fleet.counting.samples import Pages, Samples, ranked, wide
from simulator.fleet.counting.states import States
from simulator.fleet.counting.tally import Tally

LOOK: Final = 1.0
"""Seconds from one look at the tally to the next."""

MOST: Final = 240
"""Intervals; beyond them two become one."""

SHARES: Final = (0.5, 0.95, 0.99)
NAMES: Final = ("p50", "p95", "p99")
LATE: Final = 0.05
"""Seconds by which the latest timer of an interval may be late before the interval is marked."""

_CLASSES: Final[dict[int, int]] = {}  # each once, as most intervals have the same; there are some thousands of them


@dataclass(slots=True)
class Interval:
    """What happened between two looks."""

    seconds: float = 0.0
    sent: int = 0  # messages of the stations
    received: int = 0
    states: States = field(default_factory=States)  # the last time that was looked
    late: float = 0.0  # seconds, of the latest timer
    resident: int | None = None  # bytes of memory, the last time that was looked
    kinds: Counter[str] = field(default_factory=Counter)  # what went wrong
    times: dict[str, defaultdict[int, int]] = field(default_factory=dict)  # classes of nanoseconds, by action

    @property
    def messages(self) -> int:
        """In both directions."""
        return self.sent + self.received

    @property
    def errors(self) -> int:
        """CALLs without a usable answer."""
        return sum(self.kinds[kind] for kind in OF_CALLS)

    def percentiles(self, action: str | None = None) -> tuple[int, ...] | None:
        """p50, p95 and p99 of an action or of all, in nanoseconds; None when nothing was answered."""
        if action is not None:
            return _percentiles(self.times.get(action, {}))
        whole: Counter[int] = Counter()
        for classes in self.times.values():
            whole.update(classes)
        return _percentiles(whole)

    @property
    def is_late(self) -> bool:
        """Whether the load generator itself was too busy to measure well."""
        return self.late > LATE

    def follow(self, other: Interval) -> None:
        """Go on with the next interval."""
        self.seconds += other.seconds
        self.states, self.resident = other.states, other.resident
        self._count(other)

    def accompany(self, other: Interval) -> None:
        """Add what another process did at the same time."""
        self.seconds = max(self.seconds, other.seconds)
        self.stand_by(other)
        self._count(other)

    def stand_by(self, other: Interval) -> None:
        """Add what is there in another process, and nothing that has happened."""
        self.states = States.together((self.states, other.states))
        if other.resident is not None:
            self.resident = (self.resident or 0) + other.resident

    def _count(self, other: Interval) -> None:
        self.sent += other.sent
        self.received += other.received
        self.late = max(self.late, other.late)
        self.kinds.update(other.kinds)
        for action, classes in other.times.items():
            mine = self.times.setdefault(action, defaultdict(int))
            for last, count in classes.items():
                mine[last] += count


class Timeline:
    """The intervals of a run, in order."""

    def __init__(self) -> None:
        self.intervals: list[Interval] = []
        self.latest = Interval()
        """Between the last two looks, however long the intervals are."""
        self.looks_each = 1  # looks that make an interval
        self._looks = 0
        self._sent = self._received = 0
        self._kinds: Mapping[str, int] = {}
        self._known: dict[str, Pages] = {}  # response times by action, at the last look

    def look(
        self, tally: Tally, states: States, seconds: float = LOOK, late: float = 0.0, resident: int | None = None
    ) -> None:
        """So many seconds have passed since the last time, in which the latest timer was so many seconds late."""
        now = Interval(seconds, tally.frames_sent - self._sent, tally.frames_received - self._received, states, late)
        self._sent, self._received, now.resident = tally.frames_sent, tally.frames_received, resident
        counts = kinds(tally)
        now.kinds.update({kind: more for kind, count in counts.items() if (more := count - self._kinds.get(kind, 0))})
        self._kinds = counts
        for name, action in tally.actions.items():
            self._look_at(name, action.samples, now)
        self.latest = now
        if self._looks % self.looks_each == 0:
            self.intervals.append(Interval())
        self.intervals[-1].follow(now)
        self._looks += 1
        if len(self.intervals) > MOST:
            self._halve()

    def _look_at(self, action: str, samples: Samples, now: Interval) -> None:
        found: defaultdict[int, int] = defaultdict(int)
        for last, more in samples.news(self._known.setdefault(action, {})):
            wider = wide(last)
            found[_CLASSES.setdefault(wider, wider)] += more
        if found:
            now.times[action] = found

    def _halve(self) -> None:
        pairs = [self.intervals[at : at + 2] for at in range(0, len(self.intervals), 2)]
        for first, *second in pairs:
            for other in second:
                first.follow(other)
        self.intervals = [first for first, *_ in pairs]
        self.looks_each *= 2

    def glance(self) -> Timeline:
        """What a table that lives needs to know."""
        same = Timeline()
        same.latest = self.latest
        return same

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
            whole.latest.accompany(one.latest)
            for sum_of, interval in zip(whole.intervals, one.intervals, strict=False):
                sum_of.accompany(interval)
            for sum_of in whole.intervals[
                len(one.intervals) :
            ]:  # it was over a moment earlier, its stations were there
                if one.intervals:
                    sum_of.stand_by(one.intervals[-1])
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


def _percentiles(classes: Mapping[int, int]) -> tuple[int, ...] | None:
    count = sum(classes.values())
    return ranked(classes, [max(1, ceil(share * count)) for share in SHARES]) if count else None


def _facts(begin: float, interval: Interval) -> dict[str, Any]:
    resident = interval.resident
    return {
        "at_s": round(begin, 3),
        "seconds": round(interval.seconds, 3),
        "messages": interval.messages,
        "sent": interval.sent,
        "received": interval.received,
        "errors": interval.errors,
        "kinds": {kind: interval.kinds[kind] for kind in KINDS},
        "online": interval.states.all_online,
        "states": asdict(interval.states),
        "late_ms": round(interval.late * 1e3, 1),
        "is_late": interval.is_late,
        "rss_mib": None if resident is None else round(resident / (1 << 20), 1),
        "milliseconds": _shown(interval.percentiles()),
        "actions": {name: _shown(interval.percentiles(name)) for name in sorted(interval.times)},
    }


def _shown(times: tuple[int, ...] | None) -> dict[str, float] | None:
    return None if times is None else dict(zip(NAMES, (time / 1e6 for time in times), strict=True))


def late_sentence(share: float | None) -> str:
    """What there is to say about figures taken while the load generator was late; empty: nothing."""
    return f"{100 * share:.3g} % of the figures were taken while the load generator itself was late" if share else ""
