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
_MANY = 256
"""Times that are counted together: cheaper than one by one, where every answer comes by."""


class Samples:
    """The response times of one action, in nanoseconds."""

    __slots__ = ("_classes", "_count", "_exact", "_longest", "_new", "_total")

    def __init__(self) -> None:
        self._count = 0
        self._total = 0
        self._longest = 0
        self._exact = array("q")
        self._classes: defaultdict[int, int] = defaultdict(int)
        self._new: list[int] = []  # what is not counted yet

    def add(self, nanoseconds: int) -> None:
        """One more."""
        new = self._new
        new.append(nanoseconds)
        if len(new) == _MANY:
            self._take_in()

    def _take_in(self) -> None:
        new, self._new = self._new, []
        if not new:
            return
        self._exact.extend(new[: max(0, MOST_EXACT - self._count)])
        self._count += len(new)
        self._total += sum(new)
        self._longest = max(self._longest, max(new))
        classes = self._classes
        for nanoseconds in new:
            shift = nanoseconds.bit_length() - _BITS  # as in `edge`, without the call
            classes[nanoseconds if shift <= 0 else ((nanoseconds >> shift) + 1 << shift) - 1] += 1

    def extend(self, others: Samples) -> None:
        """Take in those of another action."""
        self._take_in()
        others._take_in()
        self._count += others._count
        self._total += others._total
        self._longest = max(self._longest, others._longest)
        if self._count <= MOST_EXACT:
            self._exact.extend(others._exact)
        for upper, count in others._classes.items():
            self._classes[upper] += count

    @property
    def count(self) -> int:
        """How many there are."""
        return self._count + len(self._new)

    @property
    def total(self) -> int:
        """Their sum."""
        self._take_in()
        return self._total

    @property
    def longest(self) -> int:
        """The longest one; 0 while there is none."""
        self._take_in()
        return self._longest

    @property
    def is_exact(self) -> bool:
        """Whether every single time is known."""
        self._take_in()
        return self._count == len(self._exact)

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
        self._take_in()
        same = Samples()
        same._count, same._total, same._longest = self._count, self._total, self._longest
        same._classes = self._classes.copy()
        return same

    @property
    def classes(self) -> Mapping[int, int]:
        """How many times there are by the upper edge of their class."""
        self._take_in()
        return self._classes

    def roughly(self, *shares: float) -> tuple[int, ...]:
        """As `percentiles`, from the classes alone: quick, and at most 0.1 % too long."""
        return self._by_classes([max(1, ceil(share * self.count)) for share in shares])

    def _by_classes(self, ranks: list[int]) -> tuple[int, ...]:
        return tuple(min(upper, self.longest) for upper in ranked(self.classes, ranks))


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
