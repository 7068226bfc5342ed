"""The jobs of one transaction: bookings of one kind together, as far as the order of each station allows.

Bookings of different stations that wait for the same commit may be made in any order, since none of them was answered
before the others came. In one round each station has one booking at most, so a round may go kind by kind, each with
statements for all of its bookings. Any other job stays where it is, between two rounds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import Connection

from csms_core.store.line import Line


class Booking(Protocol):
    """What a batch makes: the data of a message of a station."""

    @property
    def identity(self) -> str:
        """The station."""


B_contra = TypeVar("B_contra", bound=Booking, contravariant=True)
R_co = TypeVar("R_co", covariant=True)


class Batch(Protocol[B_contra, R_co]):
    """Makes bookings of different stations; gives what each brought, in the same order."""

    def __call__(self, line: Line, bookings: Sequence[B_contra], /) -> Sequence[R_co]: ...


class Job(NamedTuple):
    """What somebody waits for on `loop`. `task` is a booking of the batch, or without one a function."""

    batch: Batch[Any, Any] | None
    task: Any
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[Any]


Outcome = tuple[Job, Any, Exception | None]


def run(line: Line, jobs: Sequence[Job]) -> list[Outcome]:
    """Run the jobs; gives their outcomes in any order, raises what one of them raised."""
    outcomes: list[Outcome] = []
    kinds: dict[Batch[Any, Any], list[Job]] = {}
    stations: set[str] = set()
    for job in jobs:
        if job.batch is None:
            _end(line, kinds, stations, outcomes)
            function: Callable[[Connection], Any] = job.task
            outcomes.append((job, function(line.connection), None))
            line.forget()
            continue
        identity = job.task.identity
        if identity in stations:
            _end(line, kinds, stations, outcomes)
        stations.add(identity)
        kinds.setdefault(job.batch, []).append(job)
    _end(line, kinds, stations, outcomes)
    return outcomes


def _end(line: Line, kinds: dict[Batch[Any, Any], list[Job]], stations: set[str], outcomes: list[Outcome]) -> None:
    for batch, its in kinds.items():
        values = batch(line, [job.task for job in its])
        outcomes.extend((job, value, None) for job, value in zip(its, values, strict=True))
    kinds.clear()
    stations.clear()
