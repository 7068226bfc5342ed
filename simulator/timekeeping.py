"""The time of day of a station: set by a mechanic, or taken over from the CSMS (1.6 §4.2, §4.6).

The standard recommends to take over `currentTime` and leaves open how. A station ignores it unless it is told
otherwise, so that its timestamps are those of the machine it runs on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from ocppj.times import moment
from simulator.clock import ShiftedClock
from simulator.metering import timestamp
from simulator.parts import Parts

FIRST_YEAR, LAST_YEAR = 2000, 2099
"""A clock is set to no other year."""

TOLD_FROM = 1.0
"""Seconds by which the clock has to change to be a security event; corrections of less come with every heartbeat."""


@dataclass(frozen=True, slots=True)
class CsmsClock:
    """What a station makes of `currentTime`: it sets its clock when that deviates by more than `above` seconds.

    None: never, which is the default; 0: always.
    """

    above: float | None = None

    @classmethod
    def of(cls, text: str) -> CsmsClock:
        """Out of `ignore`, `take`, or a number of seconds. Raises `ValueError` with a sentence."""
        if text in _WORDS:
            return _WORDS[text]
        try:
            seconds = float(text)
        except ValueError:
            seconds = math.nan
        if not 0 <= seconds < math.inf:
            raise ValueError(f"{text!r} is none of ignore, take, or the seconds above which it is taken")
        return cls(seconds)


IGNORED = CsmsClock()
_WORDS = {"ignore": IGNORED, "take": CsmsClock(0.0)}


def set_time(parts: Parts, to: datetime, *, is_event: bool = True) -> None:
    """Set the clock of a station to an aware moment, and tell everybody who waits for a time of day.

    `is_event`: it is a security event.
    """
    by = to - parts.clock.now()
    parts.clock = ShiftedClock.by(parts.clock, by)
    parts.events.clock = parts.clock
    if is_event:
        from simulator.security.events import record  # whose features need what needs this

        record(parts, "SettingSystemTime", f"the clock was set to {timestamp(to)}")
    parts.sampler.clock_set()
    parts.features.clock_set()


class Timekeeper:
    """Compares the clock of the station with that of the CSMS, and sets it where that is wanted."""

    __slots__ = ("ahead", "parts", "rule")

    def __init__(self, parts: Parts, rule: CsmsClock) -> None:
        self.parts = parts
        self.rule = rule
        self.ahead: float | None = None
        """Seconds by which the clock of the CSMS was ahead when it last told its time."""

    def told(self, current_time: str) -> None:
        """The CSMS has told its time."""
        parts, at = self.parts, moment(current_time)
        self.ahead = (at - parts.clock.now()).total_seconds()
        if self.rule.above is None or abs(self.ahead) <= self.rule.above:
            return
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            parts.events.publish("problem", f"the CSMS says that it is {current_time}; the clock is not set to that")
            return
        is_event = abs(self.ahead) >= TOLD_FROM
        set_time(parts, at, is_event=is_event)
        if is_event:
            text = f"the clock is set by {self.ahead:+.1f} s to that of the CSMS"
            parts.events.publish("csms", text, ahead=self.ahead)
