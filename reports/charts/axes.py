"""Axes of a chart: which scale helps, where the ticks are, and how a time is written beside one."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

LEAST_SPAN: Final = 0.001
"""Share of the highest value below which values are nearly the same."""
WIDE: Final = 20.0
"""From this ratio of the largest to the smallest value on, a logarithmic axis shows more."""
MOST_TICKS: Final = 8
_STEPS: Final = (1.0, 2.0, 5.0)


@dataclass(frozen=True)
class Axis:
    """Values from ``low`` to ``high`` laid out from ``start`` to ``end``, which may be the smaller one."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def at(self, value: float) -> float:
        """Where a value is."""
        low, high, value = (log10(x) for x in (self.low, self.high, value)) if self.is_log else self._values(value)
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def share(self, low: float, high: float) -> float:
        """The part of the length that the values from ``low`` to ``high`` take."""
        return (self.at(high) - self.at(low)) / (self.end - self.start)

    def value(self, share: float) -> float:
        """The value at a share of the length: 0 is ``low``, 1 is ``high``."""
        if self.is_log:
            return float(self.low * (self.high / self.low) ** share)
        return self.low + (self.high - self.low) * share

    def ticks(self) -> list[float]:
        """Round values on the axis, not more than can be read."""
        return self._decades() if self.is_log else _linear(self.low, self.high)

    def _values(self, value: float) -> tuple[float, float, float]:
        return self.low, self.high, value

    def _decades(self) -> list[float]:
        decades = range(floor(log10(self.low)), ceil(log10(self.high)) + 1)
        for steps in (_STEPS, (1.0,)):
            ticks = [_round(step * 10.0**power) for power in decades for step in steps]
            inside = [tick for tick in ticks if self.low <= tick <= self.high]
            if len(inside) <= MOST_TICKS:
                break
        return inside[:: -(-len(inside) // MOST_TICKS) or 1] or [self.low]


def axis_of(values: Sequence[float], start: float, end: float, *, from_zero: bool = True) -> Axis:
    """An axis that shows all of the values (one at least, none negative), with some room around them.

    Logarithmic when they are far apart. A linear one begins at zero unless ``from_zero`` is false.
    """
    low, high = min(values), max(values)
    if low > 0 and high / low > WIDE:
        return Axis(low / 1.3, high * 1.3, start, end, is_log=True)
    if from_zero:
        return Axis(0.0, high * 1.08 or 1.0, start, end)
    room = high * 0.1 or 1.0  # values that are nearly the same would leave no axis to draw on
    if high - low > high * LEAST_SPAN:
        room = (high - low) * 0.04
    return Axis(max(low - room, 0.0), high + room, start, end)


def written(ms: float) -> str:
    """A time in milliseconds with the digits that matter, from a second on in seconds."""
    return f"{_round(ms / 1000, 3):g} s" if ms >= 1000 else f"{_round(ms, 3):g} ms"


def counts(most: int) -> list[int]:
    """Ticks of an axis of whole numbers from 0 to ``most``."""
    return sorted({round(tick) for tick in _linear(0, max(most, 1)) if abs(tick - round(tick)) < 1e-9})


def _linear(low: float, high: float) -> list[float]:
    magnitude = 10.0 ** floor(log10((high - low) / MOST_TICKS))
    step = next(s * magnitude for s in (*_STEPS, 10.0) if (high - low) / (s * magnitude) <= MOST_TICKS)
    return [_round(number * step) for number in range(ceil(low / step), floor(high / step) + 1)]


def _round(value: float, digits: int = 10) -> float:
    """To significant digits, so that 0.30000000000000004 is written as what it is meant to be."""
    return float(f"{value:.{digits}g}")
