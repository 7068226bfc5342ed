"""What one process of a fleet has counted, and what all of them have (docs/load.md, "Several processes")."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from simulator.fleet.counting.clocks import Clocks
from simulator.fleet.counting.course import Passed
from simulator.fleet.counting.course import together as course_of
from simulator.fleet.counting.interventions import Intervention
from simulator.fleet.counting.interventions import together as interventions_of
from simulator.fleet.counting.standing import Stations
from simulator.fleet.counting.states import States
from simulator.fleet.counting.tally import Tally
from simulator.fleet.counting.timeline import Timeline
from simulator.fleet.fleet import Fleet
from simulator.fleet.plan import Plan


class Counted(Protocol):
    """What a table, a result and its limits are made from: a `Fleet`, or the parts of several."""

    @property
    def plan(self) -> Plan: ...
    @property
    def tally(self) -> Tally: ...
    @property
    def timeline(self) -> Timeline: ...
    @property
    def stations(self) -> Stations: ...
    @property
    def states(self) -> States: ...
    @property
    def clocks(self) -> Clocks: ...
    @property
    def course(self) -> list[Passed]: ...
    @property
    def interventions(self) -> list[Intervention]: ...
    @property
    def lasted(self) -> float: ...
    @property
    def late(self) -> float: ...
    @property
    def bytes_before(self) -> int | None: ...
    @property
    def bytes_with_all(self) -> int | None: ...


@dataclass(slots=True)
class Part:
    """The counts of a process at one moment, fit to be sent to another."""

    plan: Plan
    tally: Tally
    timeline: Timeline
    stations: Stations = field(default_factory=Stations)
    lasted: float = 0.0  # until its time was over, or it was stopped
    late: float = 0.0
    bytes_before: int | None = None
    bytes_with_all: int | None = None
    cpu_seconds: float = 0.0
    seconds: float = 0.0  # that the fleet ran, its orderly end included
    in_time: bool = True
    clocks: Clocks = field(default_factory=Clocks)
    course: list[Passed] = field(default_factory=list)  # what was counted in each stage
    states: States = field(default_factory=States)
    interventions: list[Intervention] = field(default_factory=list)

    @classmethod
    def empty(cls, plan: Plan) -> Part:
        """Before anything has happened."""
        return cls(plan, Tally(), Timeline())


def glance(fleet: Fleet, plan: Plan) -> Part:
    """What a table that lives needs to know."""
    return Part(
        plan,
        fleet.tally.glance(),
        fleet.timeline.glance(),
        fleet.stations,
        late=fleet.late,
        clocks=fleet.clocks,
        states=fleet.timeline.latest.states,  # of the last look, as to look takes its time
        interventions=fleet.interventions,
    )


async def run(fleet: Fleet, plan: Plan) -> Part:
    """Run a fleet to its end; `plan` is what stands for its own."""
    began, cpu = time.monotonic(), time.process_time()
    in_time = await fleet.run()
    return ended(fleet, plan, time.process_time() - cpu, time.monotonic() - began, in_time=in_time)


def ended(fleet: Fleet, plan: Plan, cpu_seconds: float, seconds: float, *, in_time: bool) -> Part:
    """What a fleet whose time is over has counted; it took so many seconds, its orderly end included."""
    return Part(
        plan,
        fleet.tally,
        fleet.timeline,
        fleet.stations,
        fleet.lasted,
        fleet.late,
        fleet.bytes_before,
        fleet.bytes_with_all,
        cpu_seconds,
        seconds,
        in_time,
        fleet.clocks,
        fleet.course,
        fleet.states,
        fleet.interventions,
    )


def together(plan: Plan, parts: Sequence[Part]) -> Part:
    """All processes as one. The timelines of the parts change."""
    sum_of = Part(plan, Tally(), Timeline.together(part.timeline for part in parts))
    for part in parts:
        sum_of.tally.include(part.tally)
    sum_of.stations = Stations.together(part.stations for part in parts)
    sum_of.clocks = Clocks.together(part.clocks for part in parts)
    sum_of.course = course_of([part.course for part in parts])
    sum_of.states = States.together(part.states for part in parts)
    sum_of.interventions = interventions_of([part.interventions for part in parts])
    sum_of.lasted = max(part.lasted for part in parts)
    sum_of.late = max(part.late for part in parts)
    sum_of.bytes_before = _sum([part.bytes_before for part in parts])
    sum_of.bytes_with_all = _sum([part.bytes_with_all for part in parts])
    sum_of.cpu_seconds = sum(part.cpu_seconds for part in parts)
    sum_of.seconds = max(part.seconds for part in parts)
    sum_of.in_time = all(part.in_time for part in parts)
    return sum_of


def _sum(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None
