"""What every feature of a station shares, and the errors of its physical side."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Protocol

from simulator.clock import Clock
from simulator.configuration import Configuration
from simulator.events import Events
from simulator.tasks import Tasks


class Offline(Exception):
    """The CSMS cannot be reached now, or has not accepted the station."""


class Unanswered(Exception):
    """The CSMS was reached and gave no usable answer: none in time, a CALLERROR, or one against the schema."""


class NotPossible(Exception):
    """A physical act that this station cannot take part in now, for example plugging into an occupied socket."""


class Uplink(Protocol):
    """The way to the CSMS as the features see it: open only while the station is connected and accepted."""

    @property
    def online(self) -> bool: ...

    def submit(self, action: str, payload: dict[str, Any]) -> asyncio.Future[dict[str, Any]]:
        """Queue a CALL; CALLs leave in the order of `submit`. The future has the payload of the answer, or fails with
        `Offline` or `Unanswered`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Core:
    """The clock, the keys, the event stream and the tasks of one station."""

    clock: Clock
    configuration: Configuration
    events: Events
    tasks: Tasks


def same_tag(one: str | None, other: str | None) -> bool:
    """idTags are CiStrings: letter case does not matter (rule VAL-06)."""
    return one is not None and other is not None and one.lower() == other.lower()
