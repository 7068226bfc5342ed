"""Response times: what is kept of them, and what a percentile is (docs/load.md, "What the figures mean").

The first `MOST_EXACT` times of an action are kept in nanoseconds. All are also counted in classes of three decimal
digits: one has all times from 1.23 ms on that are shorter than 1.24 ms. So a run of days needs no more memory than one
of minutes, the table on the screen costs nothing, and a limit of at most three digits, which lies between two classes,
is judged as if every time were known.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from math import ceil
from operator import add, sub
from typing import Any, Final

MOST_EXACT = 1 << 13
"""Times of one action that are kept as they are: 64 KiB."""

STEPS: Final = 1000
"""Classes of a page: the times below 1000 of its unit, which is a power of ten of nanoseconds. Those below 100 units
are on the page before, so that a class is at most 1 % wide. A page has 8 KiB, and up to 1000 s there are ten."""

_UNITS: Final[list[int]] = [10 ** max(0, len(str(1 << max(0, bits - 1))) - 3) for bits in range(65)]
"""By the bits of a time: the unit of its page, or a tenth of it."""

_WIDE: Final[list[int]] = [
    step | 1 if step < 200 else step | 3 if step < 500 else step - step % 10 + 9 for step in range(STEPS)
]
"""The last of the classes that are one in `wide`."""

_EMPTY: Final = bytes(8 * STEPS)

Pages = dict[int, "array[int]"]
"""How many times there are: by the unit of a page, and there by their class."""


class Samples:
    """The response times of one action, in nanoseconds."""

    __slots__ = ("_exact", "_pages", "count", "longest", "total")

    def __init__(self) -> None:
        self.count = 0
        self.total = 0
        self.longest = 0
        self._exact = array("q")
        self._pages: Pages = {}

    def add(self, nanoseconds: int) -> None:
        """One more."""
        self.count += 1
        self.total += nanoseconds
        if nanoseconds > self.longest:
            self.longest = nanoseconds
        if self.count <= MOST_EXACT:
            self._exact.append(nanoseconds)
        unit = _UNITS[nanoseconds.bit_length()]
        step = nanoseconds // unit
        if step >= STEPS:
            unit *= 10
            step //= 10
        page = self._pages.get(unit)
        if page is None:  # here and not in `_page`, so that the calls of functions do not hang on how long answers take
            page = self._pages[unit] = array("Q", _EMPTY)
        page[step] += 1

    def _page(self, unit: int) -> array[int]:
        return self._pages.setdefault(unit, array("Q", _EMPTY))

    def extend(self, others: Samples) -> None:
        """Take in those of another action."""
        self.count += others.count
        self.total += others.total
        self.longest = max(self.longest, others.longest)
        if self.count <= MOST_EXACT:
            self._exact.extend(others._exact)
        for unit, page in others._pages.items():
            self._pages[unit] = array("Q", map(add, self._page(unit), page))

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

        Exact, or the last nanosecond of its class when there are more times than are kept: never too short, and at most
        1 % too long. Needs one time at least.
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
        same._pages = {unit: page[:] for unit, page in self._pages.items()}
        return same

    def since(self, before: Samples) -> Samples:
        """Those that have come since `before`, which is a `glance` of these samples."""
        later = Samples()
        later.count, later.total = self.count - before.count, self.total - before.total
        later._exact = self._exact[before.count :]
        for unit, page in self._pages.items():
            known = before._pages.get(unit)
            if known is None:
                later._pages[unit] = page[:]
            elif known != page:
                later._pages[unit] = array("Q", map(sub, page, known))
        whole = later._exact if later.is_exact else later.classes
        later.longest = min(max(whole, default=0), self.longest)
        return later

    def news(self, known: Pages) -> Iterator[tuple[int, int]]:
        """The classes with more times than are `known`, and how many more. They are known from then on."""
        for unit, page in self._pages.items():
            before = known.get(unit)
            if before == page:
                continue
            known[unit] = page[:]
            then = bytes(STEPS) if before is None else before
            for step, (old, new) in enumerate(zip(then, page, strict=True)):
                if old != new:
                    yield (step + 1) * unit - 1, new - old

    @property
    def classes(self) -> Mapping[int, int]:
        """How many times there are by the last nanosecond of their class, in order."""
        found: dict[int, int] = {}
        for unit, page in sorted(self._pages.items()):
            found.update({(step + 1) * unit - 1: count for step, count in enumerate(page) if count})
        return found

    def roughly(self, *shares: float) -> tuple[int, ...]:
        """As `percentiles`, from the classes alone: quick, and at most 1 % too long."""
        return self._by_classes([max(1, ceil(share * self.count)) for share in shares])

    def _by_classes(self, ranks: list[int]) -> tuple[int, ...]:
        return tuple(min(last, self.longest) for last in ranked(self.classes, ranks))

    def __getstate__(self) -> tuple[Any, ...]:
        """For another process, which is told of the classes that have something."""
        pages = {unit: {step: count for step, count in enumerate(page) if count} for unit, page in self._pages.items()}
        return self.count, self.total, self.longest, self._exact, pages

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.count, self.total, self.longest, self._exact, pages = state
        self._pages = {}
        for unit, counts in pages.items():
            page = self._page(unit)
            for step, count in counts.items():
                page[step] = count


def wide(nanoseconds: int) -> int:
    """The last nanosecond of a class that is some of those of `Samples` together, and at most 2 % wide."""
    unit = _UNITS[nanoseconds.bit_length()]
    if nanoseconds // unit >= STEPS:
        unit *= 10
    return (_WIDE[nanoseconds // unit] + 1) * unit - 1


def ranked(classes: Mapping[int, int], ranks: list[int]) -> tuple[int, ...]:
    """The classes in which the times with these ranks are."""
    found = [0] * len(ranks)
    places = sorted(range(len(ranks)), key=ranks.__getitem__)
    passed = done = 0
    for last in sorted(classes):
        passed += classes[last]
        while done < len(places) and ranks[places[done]] <= passed:
            found[places[done]] = last
            done += 1
    return tuple(found)
