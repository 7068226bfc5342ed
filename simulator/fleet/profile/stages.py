"""The stages of a run: how many stations there are, how often drivers come, what breaks (docs/load-profiles.md).

Everything here is a fact of the plan. Who is switched on and taken away when follows from the stages alone, so that it
is the same whatever the CSMS answers, and in however many processes the fleet runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final, Literal

Cause = Literal["network", "power"]

WHOLE: Final = 1.0
"""The share that is everybody."""


@dataclass(frozen=True, slots=True)
class Outage:
    """Something breaks when a stage begins, for a share of its stations, and is whole again after `length` seconds."""

    cause: Cause
    length: float
    share: float = WHOLE


@dataclass(frozen=True, slots=True)
class Wave:
    """Stations install firmware, each at a moment of its own within `over` seconds from when a stage begins."""

    version: str
    share: float = WHOLE
    over: float = 0.0
    download: float = 0.0  # seconds that a station takes to fetch it


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a run; times are in seconds, None is what the plan says."""

    name: str
    length: float
    share: float = WHOLE  # of the stations of the plan that are there at its end
    at_once: bool = False  # they come or go when it begins, and not one after the other
    session_every: float | None = None
    session_length: float | None = None
    outage: Outage | None = None
    firmware: Wave | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A station is switched on, or taken away."""

    at: float
    number: int
    comes: bool


def begins(stages: Sequence[Stage]) -> list[float]:
    """When each stage begins, after the first one."""
    return list(accumulate((stage.length for stage in stages[:-1]), initial=0.0))[: len(stages)]


def present(stage: Stage, stations: int) -> int:
    """How many stations there are at the end of a stage, of so many altogether."""
    return int(stage.share * stations + 0.5)


def moves(stages: Sequence[Stage], stations: int) -> Iterator[Move]:
    """Who comes and goes, in the order of time. The last one that came goes first."""
    there = 0
    for begin, stage in zip(begins(stages), stages, strict=True):
        wanted = present(stage, stations)
        numbers = range(there + 1, wanted + 1) if wanted > there else range(there, wanted, -1)
        between = 0.0 if stage.at_once or not numbers else stage.length / len(numbers)
        yield from (Move(begin + turn * between, number, wanted > there) for turn, number in enumerate(numbers))
        there = wanted


def scaled(stages: Sequence[Stage], duration: float) -> tuple[Stage, ...]:
    """The same stages, together as long as `duration`; outages stay as long as they are."""
    factor = duration / sum(stage.length for stage in stages)
    return tuple(replace(stage, length=stage.length * factor) for stage in stages)
