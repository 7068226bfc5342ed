"""Looks at a fleet once a second for its timeline: what was counted, where stations are, whether timers are late."""

from __future__ import annotations

from typing import Final, Protocol

from simulator.fleet.counting.states import States
from simulator.fleet.counting.tally import Tally
from simulator.fleet.counting.timeline import LOOK, Timeline
from simulator.fleet.engine.resources import memory
from simulator.fleet.engine.wheel import Wheel
from simulator.kernel.clock import Clock

PROBED: Final = 0.02
"""Seconds from one timer to the next that does nothing but show whether timers are late, also where no other is due."""

SHORTEST: Final = 0.05
"""Seconds since the last look at the end of a run that are an interval of their own."""


class Seen(Protocol):
    """The fleet."""

    @property
    def clock(self) -> Clock: ...
    @property
    def tally(self) -> Tally: ...
    @property
    def timeline(self) -> Timeline: ...
    @property
    def states(self) -> States: ...
    @property
    def is_over(self) -> bool: ...


class Looks:
    """At one fleet, from `begin` to `end`."""

    def __init__(self, fleet: Seen) -> None:
        self._fleet = fleet
        self._last = 0.0  # monotonic

    def begin(self, since: float = 0.0) -> None:
        """The time of the run begins, or has begun elsewhere so many seconds ago, in which there was nothing to see."""
        fleet = self._fleet
        for _ in range(int(since / LOOK)):
            fleet.timeline.look(fleet.tally, States())
        self._last = fleet.clock.monotonic()
        self._next(self._last + LOOK)
        self._probe()

    def end(self) -> None:
        """It is over: a last look."""
        self._look(SHORTEST)

    def _next(self, due: float) -> None:
        def look() -> None:
            if not self._fleet.is_over:
                self._look()
                self._next(due + LOOK)

        self._fleet.clock.call_later(due - self._fleet.clock.monotonic(), look)

    def _look(self, least: float = 0.0) -> None:
        fleet, now = self._fleet, self._fleet.clock.monotonic()
        if (seconds := now - self._last) > least:
            late = fleet.clock.lateness() if isinstance(fleet.clock, Wheel) else 0.0
            fleet.timeline.look(fleet.tally, fleet.states, seconds, late, memory())
            self._last = now

    def _probe(self) -> None:
        if isinstance(self._fleet.clock, Wheel) and not self._fleet.is_over:
            self._fleet.clock.call_later(PROBED, self._probe)
