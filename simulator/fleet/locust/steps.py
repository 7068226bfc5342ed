"""A plan as locust can follow it: how many users there are to be from when on, and how quickly they come and go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from simulator.fleet.plan import Plan
from simulator.fleet.profile.stages import begins, present

TICK: Final = 1.0
"""Seconds from one time that locust asks a shape to the next."""


@dataclass(frozen=True, slots=True)
class Step:
    """From when on how many users there are to be, and how many come or go a second until then."""

    at: float
    users: int
    rate: float


def steps(plan: Plan) -> tuple[Step, ...]:
    """The steps of a plan, in order; a rate is more than zero also where nobody comes or goes."""
    if not plan.stages:
        return (Step(0.0, plan.stations, plan.ramp),)
    found, there = [], 0
    for at, stage in zip(begins(plan.stages), plan.stages, strict=True):
        wanted = present(stage, plan.stations)
        change = abs(wanted - there) or 1
        found.append(Step(at, wanted, float(change) if stage.at_once else change / stage.length))
        there = wanted
    return tuple(found)


def at(steps: Sequence[Step], now: float) -> Step | None:
    """The step of a moment."""
    return next((step for step in reversed(steps) if step.at <= now), None)


def soon(steps: Sequence[Step], duration: float, now: float) -> float | None:
    """When the next step begins, or all is over, if locust does not ask again before that."""
    edges = (*(step.at for step in steps), duration)
    return next((edge for edge in edges if now < edge < now + TICK), None)
