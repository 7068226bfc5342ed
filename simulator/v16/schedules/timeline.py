"""One profile over time: which period rules at an instant, and until when (1.6 §5.16.4, §7.8, §7.13, errata 3.43, 3.44,
3.79; rules SC-08 to SC-10).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from simulator.v16.schedules.moments import NEVER, SECOND, instant
from simulator.v16.schedules.profile import ChargingProfile, ChargingSchedule, ChargingSchedulePeriod

_CYCLES = {"Daily": 86_400 * SECOND, "Weekly": 7 * 86_400 * SECOND}


class Piece(NamedTuple):
    """What rules from an instant to `until`: a period of a schedule, or None when nothing does."""

    ruling: tuple[ChargingSchedule, ChargingSchedulePeriod] | None
    until: int


def is_valid(profile: ChargingProfile, at: int) -> bool:
    """Whether `at` lies from validFrom up to, and without, validTo."""
    return _valid_from(profile) <= at < _valid_to(profile)


def piece(profile: ChargingProfile, began: int, at: int) -> Piece:
    """What the profile says at an instant; `began` is where a schedule without a date of its own starts."""
    if not is_valid(profile, at):
        valid_from = _valid_from(profile)
        return Piece(None, valid_from if at < valid_from else NEVER)
    found = _within_schedule(profile, began, at)
    return Piece(found.ruling, min(found.until, _valid_to(profile)))


def prevailing(profiles: Iterable[tuple[ChargingProfile, int]], at: int) -> Piece:
    """What the highest profile of a stack says that has something to say; each comes with its `began`.

    A profile gives way to the next lower one outside its validity, before its schedule starts, and after it ended
    (1.6 §3.13.2, erratum 3.43, rules SC-04, SC-08).
    """
    until = NEVER
    for profile, began in profiles:
        found = piece(profile, began, at)
        until = min(until, found.until)
        if found.ruling is not None:
            return Piece(found.ruling, until)
    return Piece(None, until)


def _within_schedule(profile: ChargingProfile, began: int, at: int) -> Piece:
    schedule = profile.chargingSchedule
    start = began
    if schedule.startSchedule is not None and profile.chargingProfileKind != "Relative":
        start = instant(schedule.startSchedule)
    if at < start:
        return Piece(None, start)
    again = NEVER
    if profile.recurrencyKind is not None:
        cycle = _CYCLES[profile.recurrencyKind]
        start += (at - start) // cycle * cycle
        again = start + cycle
    end = again if schedule.duration is None else min(again, start + schedule.duration * SECOND)
    if at >= end:
        return Piece(None, again)
    periods = schedule.chargingSchedulePeriod
    after = bisect_right(periods, (at - start) // SECOND, key=lambda period: period.startPeriod)
    until = start + periods[after].startPeriod * SECOND if after < len(periods) else NEVER
    return Piece((schedule, periods[after - 1]), min(until, end))


def _valid_from(profile: ChargingProfile) -> int:
    return -NEVER if profile.validFrom is None else instant(profile.validFrom)


def _valid_to(profile: ChargingProfile) -> int:
    return NEVER if profile.validTo is None else instant(profile.validTo)
