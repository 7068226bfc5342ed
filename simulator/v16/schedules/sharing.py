"""One connection to the grid for several transactions: together they stay within it (1.6 §3.13.3, §3.13.4).

The standard leaves the strategy to the station. Here all get the same current per phase, who needs less leaves the rest
to the others, and who would get less than its minChargingRate waits, the newest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from simulator.v16.schedules.cap import Cap


class Demand(NamedTuple):
    """What one connector may draw by itself, and the least that is worth it, in tenths of a watt."""

    cap: Cap
    minimum: int


def shares(demands: Sequence[Demand], station: Cap, voltage: int) -> list[int]:
    """The power for each demand in tenths of a watt, rounded down; the oldest transaction comes first.

    Every demand has to be within `station` already.
    """
    if len(demands) == 1:  # the usual case, and no share of anything
        return [demands[0].cap.rate("W", voltage)]
    active = list(range(len(demands)))
    while True:
        powers = _even([demands[index].cap for index in active], station, voltage)
        wasted = [index for index, power in zip(active, powers, strict=True) if power < _least(demands[index], voltage)]
        if not wasted:
            break
        active.remove(wasted[-1])
    given = dict(zip(active, powers, strict=True))
    return [given.get(index, 0) for index in range(len(demands))]


def _least(demand: Demand, voltage: int) -> int:
    """A demand whose own limit is below its minChargingRate is content with that limit."""
    return min(demand.minimum, demand.cap.rate("W", voltage))


def _even(caps: Sequence[Cap], station: Cap, voltage: int) -> list[int]:
    volts = [voltage * cap.phases for cap in caps]
    currents = [Fraction(cap.rate("W", voltage), volt) for cap, volt in zip(caps, volts, strict=True)]
    by_current = _level(list(zip(currents, [1] * len(caps), strict=True)), station.current)
    by_power = _level(list(zip(currents, volts, strict=True)), station.power)
    levels = [level for level in (by_current, by_power) if level is not None]
    return [int(min([current, *levels]) * volt) for current, volt in zip(currents, volts, strict=True)]


def _level(wanted: list[tuple[Fraction, int]], capacity: int) -> Fraction | None:
    """The highest current nobody may exceed, so that the weighted sum fits; None when all fits as it is."""
    left, weight = Fraction(capacity), sum(weight for _, weight in wanted)
    for current, own in sorted(wanted):
        if current * weight > left:
            return left / weight
        left -= current * own
        weight -= own
    return None
