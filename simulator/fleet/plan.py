"""What a fleet is to do: facts, and the seeded chances that are drawn from them.

A chance depends on the seed, the station and what it is for, and on nothing that happens while the fleet runs: however
the answers of the CSMS fall, the same seed brings the same drivers at the same times after a station has come online.
"""

from __future__ import annotations

import math
import ssl as ssl_module
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.kernel.timekeeping import CsmsClock
    from simulator.models import Model

SHORTEST_SESSION = 1.0
"""Seconds a vehicle stays at the least."""

MOST_SKEW = 10 * 365 * 86_400.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All times are in seconds; means are those of exponential distributions. Raises `ValueError`."""

    url: str
    stations: int = 10  # of all processes together
    first: int = 1  # this process has the stations first, first + step and so on
    step: int = 1
    ramp: float = 10.0  # stations a second
    duration: float = 60.0  # from the first station to the end of the arrivals, the ramp included
    seed: int = 1
    prefix: str = "FLEET-"
    tags: tuple[str, ...] = ("TAG-1",)
    connectors: int = 1  # of a station without a model
    model: Model | None = None
    session_every: float = 120.0  # mean time between the end of one session and the next driver; 0: no sessions
    session_length: float = 60.0  # mean
    meter_every: float = 60.0  # MeterValueSampleInterval
    churn_every: float = 0.0  # mean time between two outages of one station; 0: none
    churn_length: float = 5.0  # mean length of an outage
    call_timeout: float = 30.0
    grace: float = 10.0  # for the end: running sessions are stopped, what is queued is delivered
    configuration: Mapping[str, str] = field(default_factory=dict)
    csms_clock: CsmsClock | None = None  # what stations make of the time of the CSMS; None: nothing
    clock_skew: float = 0.0  # the clock of each is off by at most so much, one way or the other
    check: float = 1.0  # share of the stations whose messages are held against all rules; the schemas are for all
    auth_key: bytes | None = None
    ssl: ssl_module.SSLContext | None = None

    def __post_init__(self) -> None:
        for name in ("stations", "first", "step", "connectors", "ramp", "duration", "session_length", "call_timeout"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is more than zero, not {getattr(self, name):g}")
        for name in ("session_every", "meter_every", "churn_every", "churn_length", "grace", "clock_skew"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is zero or more, not {getattr(self, name):g}")
        if self.meter_every % 1:
            raise ValueError(f"meter_every is in whole seconds, as the configuration key is, not {self.meter_every:g}")
        if self.clock_skew > MOST_SKEW:
            raise ValueError(f"clock_skew is at most {MOST_SKEW:g} (ten years), not {self.clock_skew:g}")
        if not 0.0 <= self.check <= 1.0:
            raise ValueError(f"check is a share from 0% to 100%, not {100 * self.check:g}%")
        if not self.tags:
            raise ValueError("tags holds one idTag at least")

    def identity(self, number: int) -> str:
        """The identity of a station; numbers begin at 1."""
        return f"{self.prefix}{number:05d}"

    def numbers(self) -> range:
        """The stations of this process, in the order in which they are switched on."""
        return range(self.first, self.stations + 1, self.step)

    def begins(self, number: int) -> float:
        """When a station is switched on, after the first one."""
        return (number - 1) / self.ramp

    def chance(self, number: int, what: str, turn: int) -> float:
        """A number from 0 to below 1 for one decision at one station."""
        digest = blake2b(f"{self.seed}/{number}/{what}/{turn}".encode(), digest_size=8).digest()
        return (int.from_bytes(digest) >> 11) / (1 << 53)

    def time(self, mean: float, number: int, what: str, turn: int) -> float:
        """A time of an exponential distribution with this mean."""
        return -mean * math.log(1.0 - self.chance(number, what, turn))

    def pause(self, number: int, turn: int) -> float:
        """How long nobody comes before the session `turn`. The first one comes at any time within a mean pause and a
        mean session, as if the fleet had been there before."""
        if turn == 0:
            return self.chance(number, "first", 0) * (self.session_every + self.session_length)
        return self.time(self.session_every, number, "pause", turn)

    def stay(self, number: int, turn: int) -> float:
        """How long the session `turn` lasts."""
        return max(SHORTEST_SESSION, self.time(self.session_length, number, "stay", turn))

    def skew(self, number: int) -> float:
        """By how much the clock of a station is off: seconds, less than zero when it is behind."""
        return self.clock_skew * (2.0 * self.chance(number, "clock", 0) - 1.0) if self.clock_skew else 0.0

    def is_checked(self, number: int) -> bool:
        """Whether the messages of a station are held against all rules."""
        return self.chance(number, "check", 0) < self.check

    def place(self, number: int, turn: int) -> int:
        """At which connector."""
        there_are = self.connectors if self.model is None else self.model.made.facts.connectors
        return 1 + self._pick(there_are, number, "place", turn)

    def tag(self, number: int, turn: int) -> str:
        """With which card."""
        return self.tags[self._pick(len(self.tags), number, "tag", turn)]

    def _pick(self, there_are: int, number: int, what: str, turn: int) -> int:
        """One of so many, from 0; where there is no choice no chance is drawn."""
        return 0 if there_are == 1 else int(self.chance(number, what, turn) * there_are)
