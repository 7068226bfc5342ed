"""Response times: what is kept of them, and what a percentile is (docs/load.md, "What the figures mean").

The first `MOST_EXACT` times of an action are kept in nanoseconds. All are also counted in classes that are 0.05 % wide,
so that a run of days needs no more memory than one of minutes, and the table on the screen costs nothing.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Mapping
from math import ceil

MOST_EXACT = 1 << 18
"""Times of one action that are kept as they are: 2 MiB."""

_BITS = 11  # significant bits of a class


class Samples:
    """The response times of one action, in nanoseconds."""

    __slots__ = ("_classes", "_exact", "count", "longest", "total")

    def __init__(self) -> None:
        self.count = 0
        self.total = 0
        self.longest = 0
        self._exact = array("q")
        self._classes: defaultdict[int, int] = defaultdict(int)

    def add(self, nanoseconds: int) -> None:
        """One more."""
        self.count += 1
        self.total += nanoseconds
        if nanoseconds > self.longest:
            self.longest = nanoseconds
        if self.count <= MOST_EXACT:
            self._exact.append(nanoseconds)
        shift = nanoseconds.bit_length() - _BITS  # as in `edge`, without the call
        self._classes[nanoseconds if shift <= 0 else ((nanoseconds >> shift) + 1 << shift) - 1] += 1

    def extend(self, others: Samples) -> None:
        """Take in those of another action."""
        self.count += others.count
        self.total += others.total
        self.longest = max(self.longest, others.longest)
        if self.count <= MOST_EXACT:
            self._exact.extend(others._exact)
        for upper, count in others._classes.items():
            self._classes[upper] += count

    @property
    def is_exact(self) -> bool:
        """Whether every single time is known."""
        return self.count == len(self._exact)

    @property
    def mean(self) -> float:
        """The arithmetic mean; there has to be one time at least."""
        return self.total / self.count

    def percentiles(self, *shares: float) -> tuple[int, ...]:
        """The nearest rank for each share (0.95 is p95): the shortest time that so large a share did not exceed.

        Exact, or the upper edge of its class when there are more times than are kept. Needs one time at least.
        """
        ranks = [max(1, ceil(share * self.count)) for share in shares]
        if self.is_exact:
            ordered = sorted(self._exact)
            return tuple(ordered[rank - 1] for rank in ranks)
        return self._by_classes(ranks)

    def glance(self) -> Samples:
        """The same without the single times."""
        same = Samples()
        same.count, same.total, same.longest = self.count, self.total, self.longest
        same._classes = self._classes.copy()
        return same

    def since(self, before: Samples) -> Samples:
        """Those that have come since `before`, which is a `glance` of these samples."""
        later = Samples()
        later.count, later.total = self.count - before.count, self.total - before.total
        later._exact = self._exact[before.count :]
        for upper, count in self._classes.items():
            if more := count - before._classes.get(upper, 0):
                later._classes[upper] = more
        whole = later._exact if later.is_exact else later._classes
        later.longest = min(max(whole, default=0), self.longest)
        return later

    @property
    def classes(self) -> Mapping[int, int]:
        """How many times there are by the upper edge of their class."""
        return self._classes

    def roughly(self, *shares: float) -> tuple[int, ...]:
        """As `percentiles`, from the classes alone: quick, and at most 0.1 % too long."""
        return self._by_classes([max(1, ceil(share * self.count)) for share in shares])

    def _by_classes(self, ranks: list[int]) -> tuple[int, ...]:
        return tuple(min(upper, self.longest) for upper in ranked(self._classes, ranks))


def edge(nanoseconds: int, bits: int) -> int:
    """The upper edge of the class of a time; a class has so many significant bits."""
    shift = nanoseconds.bit_length() - bits
    return nanoseconds if shift <= 0 else ((nanoseconds >> shift) + 1 << shift) - 1


def ranked(classes: Mapping[int, int], ranks: list[int]) -> tuple[int, ...]:
    """The classes in which the times with these ranks are."""
    found = [0] * len(ranks)
    places = sorted(range(len(ranks)), key=ranks.__getitem__)
    passed = done = 0
    for upper in sorted(classes):
        passed += classes[upper]
        while done < len(places) and ranks[places[done]] <= passed:
            found[places[done]] = upper
            done += 1
    return tuple(found)
