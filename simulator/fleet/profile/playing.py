"""The stages of a plan while a fleet plays them: what begins with each, and what was counted (docs/load-profiles.md).

Who comes and goes is not said here: a fleet does that by itself, and locust by its users.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final, Protocol

from simulator.fleet.counting.course import Passed, Recovery
from simulator.fleet.counting.standing import Stations
from simulator.fleet.counting.tally import Tally
from simulator.fleet.member import Member
from simulator.fleet.plan import Plan
from simulator.fleet.profile.returning import returns
from simulator.fleet.profile.stages import Outage, Wave, begins
from simulator.kernel.clock import Clock

RECOVERING: Final = 0.1
"""Seconds from one look whether a fleet has recovered to the next."""


class Player(Protocol):
    """The fleet."""

    @property
    def plan(self) -> Plan: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def tally(self) -> Tally: ...
    @property
    def members(self) -> Mapping[int, Member]: ...
    @property
    def online(self) -> int: ...
    @property
    def stations(self) -> Stations: ...
    @property
    def is_over(self) -> bool: ...


class Playing:
    """Of one fleet, from `begin` to `end`."""

    def __init__(self, fleet: Player) -> None:
        self._fleet = fleet
        self.course: list[Passed] = []
        """What was counted in each stage so far; the one that runs is added when it is over."""
        self._began = 0.0  # the stage that runs, monotonic
        self._mark: Tally | None = None  # the tally then
        self._recovery: Recovery | None = None

    def begin(self, since: float = 0.0) -> None:
        """The time of the run begins, or has begun elsewhere so many seconds ago."""
        for at, begin in enumerate(begins(self._fleet.plan.stages)):
            if begin <= since:
                self._next(at)
            else:
                self._fleet.clock.call_later(begin - since, partial(self._next, at))

    def end(self) -> None:
        """It is over, and with it the stage that runs."""
        if self._mark is not None:
            self._is_over()

    def _next(self, at: int) -> None:
        fleet = self._fleet
        if fleet.is_over:
            return
        if at:
            self._is_over()
        self._mark, self._began = fleet.tally.mark(), fleet.clock.monotonic()
        if (outage := fleet.plan.stages[at].outage) is not None:
            self._break(at, outage)
        if (wave := fleet.plan.stages[at].firmware) is not None:
            self._update(at, wave)

    def _is_over(self) -> None:
        """The one that runs, whose number is that of those before it."""
        assert self._mark is not None
        fleet = self._fleet
        stage, seconds = fleet.plan.stages[len(self.course)], fleet.clock.monotonic() - self._began
        part = fleet.tally.since(self._mark)
        self.course.append(Passed(stage.name, seconds, part, fleet.stations, self._recovery))
        self._mark = self._recovery = None

    def _break(self, at: int, outage: Outage) -> None:
        """The outage of a stage begins."""
        fleet, plan = self._fleet, self._fleet.plan
        self._recovery = Recovery(fleet.online)
        for number, member in fleet.members.items():
            if plan.chance(number, f"outage {at}", 0) < outage.share:
                member.strike(outage.cause, returns(plan, number, at, outage.cause, outage.length))
        whole = fleet.clock.monotonic() + outage.length
        fleet.clock.call_later(outage.length, partial(self.look_for_recovery, self._recovery, whole))

    def _update(self, at: int, wave: Wave) -> None:
        """The firmware wave of a stage begins."""
        plan = self._fleet.plan
        for number, member in self._fleet.members.items():
            if plan.chance(number, f"firmware {at}", 0) < wave.share:
                member.update(wave, wave.over * plan.chance(number, f"firmware {at}", 1))

    def look_for_recovery(self, recovery: Recovery, whole: float) -> None:
        """Look until as many stations are online as before, or as there are by now; it is `whole` since that moment."""
        fleet = self._fleet
        if fleet.is_over:
            return
        recovery.waited = fleet.clock.monotonic() - whole
        if fleet.online >= min(recovery.before, len(fleet.members)):
            recovery.seconds = recovery.waited
        else:
            fleet.clock.call_later(RECOVERING, partial(self.look_for_recovery, recovery, whole))
