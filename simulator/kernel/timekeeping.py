"""The time of day of a station: set by a mechanic, or taken over from the CSMS (1.6 §4.2, §4.6).

The standard recommends to take over `currentTime` and leaves open how. A station ignores it unless it is told
otherwise, so that its timestamps are those of the machine it runs on.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ocppj.times import moment
from simulator.kernel.base import Base
from simulator.kernel.clock import ShiftedClock

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


class Timekeeper:
    """Compares the clock of the station with that of the CSMS, and sets it where that is wanted."""

    __slots__ = ("_on_set", "ahead", "base", "corrections", "first", "left", "rule")

    def __init__(self, base: Base, rule: CsmsClock, *, on_set: Callable[[bool], None]) -> None:
        """`on_set` is called when the clock was set; True: by so much that it is a security event."""
        self.base = base
        self.rule = rule
        self.ahead: float | None = None
        """Seconds by which the clock of the CSMS was ahead when it last told its time."""
        self.first = 0.0
        """The same when it told its time for the first time."""
        self.left = 0.0
        """The same after it last told its time: nothing, if the clock was set by it."""
        self.corrections = 0
        """How often the clock was set by it."""
        self._on_set = on_set

    @property
    def is_told(self) -> bool:
        """Whether the CSMS has told its time yet."""
        return self.ahead is not None

    def set(self, to: datetime, *, is_event: bool = True) -> None:
        """Set the clock to an aware moment, and tell everybody who waits for a time of day."""
        base = self.base
        base.clock = base.events.clock = ShiftedClock.by(base.clock, to - base.clock.now())
        self._on_set(is_event)

    def told(self, current_time: str) -> None:
        """The CSMS has told its time."""
        base, at = self.base, moment(current_time)
        ahead = (at - base.clock.now()).total_seconds()
        if self.ahead is None:
            self.first = ahead
        self.ahead = self.left = ahead
        if self.rule.above is None or abs(ahead) <= self.rule.above:
            return
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            base.events.publish("problem", f"the CSMS says that it is {current_time}; the clock is not set to that")
            return
        is_event = abs(ahead) >= TOLD_FROM
        self.set(at, is_event=is_event)
        self.corrections += 1
        self.left = 0.0
        if is_event:
            base.events.publish("csms", f"the clock is set by {ahead:+.1f} s to that of the CSMS", ahead=ahead)
