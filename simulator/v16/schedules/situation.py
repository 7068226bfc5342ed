"""All that decides how much may be drawn: the site, the profiles, and the transactions that run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from simulator.v16.schedules.book import EMPTY, Book
from simulator.v16.schedules.site import Site


@dataclass(frozen=True, slots=True)
class Running:
    """What the schedules have to know about a transaction.

    `started` is where a relative schedule begins, `transactionId` is None as long as the CSMS has not given one, and
    `phases` are those in use, None as long as the choice is open.
    """

    started: datetime
    transactionId: int | None = None
    phases: int | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """A station at one moment; `running` has the transactions by connectorId."""

    site: Site
    book: Book = EMPTY
    running: Mapping[int, Running] = field(default_factory=dict)
