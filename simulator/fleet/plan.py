"""What a fleet is to do: facts, and the seeded chances that are drawn from them.

A chance depends on the seed, the station and what it is for, and on nothing that happens while the fleet runs: however
the answers of the CSMS fall, the same seed brings the same drivers at the same times after a station has come online.
"""

from __future__ import annotations

import math
import ssl as ssl_module
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

from simulator.fleet.profile.dealing import dealt
from simulator.fleet.profile.rhythm import Rhythm, rhythm
from simulator.fleet.profile.security import Security
from simulator.fleet.profile.stages import Move, Stage, moves, present
from simulator.fleet.profile.trace import Visit

if TYPE_CHECKING:
    from simulator.kernel.timekeeping import CsmsClock
    from simulator.models import Model

SHORTEST_SESSION = 1.0
"""Seconds a vehicle stays at the least."""

STRANGER = "UNKNOWN-"
"""Stands in the identity of a station that the CSMS is not to know."""

MOST_SKEW = 10 * 365 * 86_400.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Make:
    """One of several makes of stations: a model, or None for a plain station, and its share of all of them."""

    model: Model | None
    share: float


@dataclass(frozen=True)
class Plan:
    """What a fleet is and does. All times are in seconds; means are those of exponential distributions.

    Who it is:
        url: endpoint of the CSMS; prefix: of the identities, before their numbers.
        stations: how many; first, step: of those which this process has, where several share them.
        model: of which make, makes: of which several; connectors: of a station without one.
        tags: the cards that drivers hold.
        auth_key, ssl: how all come in; security: several ways instead, by share.
        configuration: first values of configuration keys.
        sources: own addresses that stations connect from, in turn; none: as the system chooses.
        strangers: share of the stations that the CSMS is not to know, and has to turn away.

    When it is there:
        ramp: stations switched on in a second; stages: who is there and when, instead.
        duration: from the first station to the end of the arrivals, the ramp included.
        grace: for the end: running sessions are stopped, what is queued is delivered.
        churn_every, churn_length: mean time between two outages of one station (0: none), and how long they last.
        back_off: pauses between attempts to connect grow; else they are a second each.

    What it does:
        session_every: mean time from the end of a session to the next driver (0: no sessions); session_length: mean.
        curve: how often drivers come, beside the mean, in equal parts of the duration.
        visits: sessions of real drivers, instead of those that chances bring.
        meter_every: MeterValueSampleInterval.
        call_timeout: how long the CSMS has to answer.
        csms_clock: what stations make of the time of the CSMS; None: nothing.
        clock_skew: the clock of each is off by at most so much, one way or the other.

    How it is looked at:
        check: share of the stations whose messages are held against all rules; the schemas are for all.
        seed: the same one draws the same; profile: the name of what these facts were read from.

    Raises `ValueError` for what cannot be.
    """

    url: str
    stations: int = 10
    first: int = 1
    step: int = 1
    ramp: float = 10.0
    duration: float = 60.0
    seed: int = 1
    prefix: str = "FLEET-"
    tags: tuple[str, ...] = ("TAG-1",)
    connectors: int = 1
    model: Model | None = None
    session_every: float = 120.0
    session_length: float = 60.0
    meter_every: float = 60.0
    churn_every: float = 0.0
    churn_length: float = 5.0
    call_timeout: float = 30.0
    grace: float = 10.0
    configuration: Mapping[str, str] = field(default_factory=dict)
    csms_clock: CsmsClock | None = None
    clock_skew: float = 0.0
    check: float = 1.0
    auth_key: bytes | None = field(default=None, repr=False)
    ssl: ssl_module.SSLContext | None = None
    profile: str | None = None
    stages: tuple[Stage, ...] = ()
    makes: tuple[Make, ...] = ()
    security: tuple[Security, ...] = ()
    curve: tuple[float, ...] = ()
    visits: tuple[Visit, ...] = ()
    sources: tuple[str, ...] = ()
    strangers: float = 0.0
    back_off: bool = True
    dealt: tuple[int, ...] = field(init=False, repr=False, default=())  # which of the makes each station is of
    secured: tuple[int, ...] = field(init=False, repr=False, default=())  # which of `security` each station has
    rhythm: Rhythm = field(init=False, repr=False)
    booked: Mapping[int, Sequence[Visit]] = field(init=False, repr=False)  # the visits by station

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
        if not self.most:
            raise ValueError(f"stations is too small a number, {self.stations}: no stage has one of them")
        of_makes = dealt([make.share for make in self.makes], self.stations)
        object.__setattr__(self, "dealt", of_makes)
        object.__setattr__(self, "secured", dealt([one.share for one in self.security], self.stations, of_makes))
        paces = rhythm(self.session_every, self.session_length, self.stages, self.curve, self.duration)
        object.__setattr__(self, "rhythm", paces)
        object.__setattr__(self, "booked", self._booked())

    def identity(self, number: int) -> str:
        """The identity of a station; numbers begin at 1."""
        return f"{self.prefix}{STRANGER if self.is_stranger(number) else ''}{number:05d}"

    def is_stranger(self, number: int) -> bool:
        """Whether a station is one that the CSMS is not to know."""
        return self.strangers > 0.0 and self.chance(number, "stranger", 0) < self.strangers

    def passwords(self) -> tuple[str, ...]:
        """Those of all stations, which are shown nowhere."""
        keys = {self.auth_key, *(one.auth_key for one in self.security)}
        return tuple(sorted(key.decode(errors="replace") for key in keys if key))

    def source(self, number: int) -> str | None:
        """The address a station connects from; None: as the system chooses."""
        return self.sources[(number - 1) % len(self.sources)] if self.sources else None

    def numbers(self) -> range:
        """The stations of this process, in the order in which they are switched on."""
        return range(self.first, self.stations + 1, self.step)

    def moves(self) -> Iterator[Move]:
        """When the stations of this process are switched on and taken away, in the order of time."""
        if self.stages:
            own = self.numbers()
            return (move for move in moves(self.stages, self.stations) if move.number in own)
        return (Move((number - 1) / self.ramp, number, True) for number in self.numbers())

    @property
    def most(self) -> int:
        """How many stations of all processes are there when the most are."""
        return max((present(stage, self.stations) for stage in self.stages), default=self.stations)

    def full(self) -> float:
        """When the last of the most stations is switched on."""
        if not self.stages:
            return (self.stations - 1) / self.ramp
        return min(move.at for move in moves(self.stages, self.stations) if move.number == self.most and move.comes)

    def model_of(self, number: int) -> Model | None:
        """Of which make a station is."""
        return self.makes[self.make_of(number)].model if self.makes else self.model

    def make_of(self, number: int) -> int:
        """Which of the makes a station is of, from 0; one beyond the number of stations is dealt as they were."""
        return self.dealt[(number - 1) % self.stations] if self.makes else 0

    def security_of(self, number: int) -> int:
        """Which of the security profiles a station has, in the same way; only where there are some."""
        return self.secured[(number - 1) % self.stations]

    def chance(self, number: int, what: str, turn: int) -> float:
        """A number from 0 to below 1 for one decision at one station."""
        digest = blake2b(f"{self.seed}/{number}/{what}/{turn}".encode(), digest_size=8).digest()
        return (int.from_bytes(digest) >> 11) / (1 << 53)

    def time(self, mean: float, number: int, what: str, turn: int) -> float:
        """A time of an exponential distribution with this mean."""
        return -mean * math.log(1.0 - self.chance(number, what, turn))

    @property
    def has_drivers(self) -> bool:
        """Whether anybody ever comes."""
        return bool(self.visits) or self.rhythm.has_drivers

    def _booked(self) -> dict[int, list[Visit]]:
        """A station of the trace is one of ours; whoever comes to any station comes to one that a chance picks."""
        booked: dict[int, list[Visit]] = {}
        named: dict[str, int] = {}
        for row, visit in enumerate(self.visits):
            if visit.station:
                number = 1 + named.setdefault(visit.station, len(named)) % self.stations
            else:
                number = 1 + self._pick(self.stations, row, "visit", 0)
            booked.setdefault(number, []).append(visit)
        return booked

    def pause(self, number: int, turn: int, now: float = 0.0) -> float | None:
        """How long nobody comes before the session `turn`, from `now` on; None: for ever.

        The first one comes at any time within a mean pause and a mean session, as if the fleet had been there before.
        """
        if self.visits:
            own = self.booked.get(number, ())
            return max(0.0, own[turn].at - now) if turn < len(own) else None
        if turn == 0:
            piece = self.rhythm.at(now)
            mean = 1.0 + (piece.length / piece.every if piece.every else 0.0)
            return self.rhythm.wait(now, self.chance(number, "first", 0) * mean)
        return self.rhythm.wait(now, self.time(1.0, number, "pause", turn))

    def stay(self, number: int, turn: int, now: float = 0.0) -> float:
        """How long the session `turn` lasts that begins `now`."""
        if self.visits:
            return max(SHORTEST_SESSION, self.booked[number][turn].stay)
        return max(SHORTEST_SESSION, self.time(self.rhythm.at(now).length, number, "stay", turn))

    def skew(self, number: int) -> float:
        """By how much the clock of a station is off: seconds, less than zero when it is behind."""
        return self.clock_skew * (2.0 * self.chance(number, "clock", 0) - 1.0) if self.clock_skew else 0.0

    def is_checked(self, number: int) -> bool:
        """Whether the messages of a station are held against all rules."""
        return self.chance(number, "check", 0) < self.check

    def place(self, number: int, turn: int) -> int:
        """At which connector."""
        model = self.model_of(number)
        there_are = self.connectors if model is None else model.made.facts.connectors
        return 1 + self._pick(there_are, number, "place", turn)

    def tag(self, number: int, turn: int) -> str:
        """With which card."""
        if self.visits and (own := self.booked[number][turn].tag):
            return own
        return self.tags[self._pick(len(self.tags), number, "tag", turn)]

    def _pick(self, there_are: int, number: int, what: str, turn: int) -> int:
        """One of so many, from 0; where there is no choice no chance is drawn."""
        return 0 if there_are == 1 else int(self.chance(number, what, turn) * there_are)
