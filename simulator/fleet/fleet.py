"""N stations in one process: one event loop, one timer structure, one set of facts, as few TLS contexts as can be.

    fleet = Fleet(Plan("ws://127.0.0.1:9000/ocpp", stations=500, ramp=50, duration=60, seed=7))
    await fleet.run()
    print(fleet.tally.calls)

`come`, `leave` and `remove` are for those who bring stations up and down themselves, between `begin` and `over`, as the
users of locust do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from simulator.fleet.charger import Charger
from simulator.fleet.counting.clocks import Clocks
from simulator.fleet.counting.course import Passed
from simulator.fleet.counting.interventions import Intervention
from simulator.fleet.counting.standing import Standing, Stations
from simulator.fleet.counting.states import States
from simulator.fleet.counting.tally import Sink, Tally
from simulator.fleet.counting.timeline import Timeline
from simulator.fleet.engine.credentials import Credentials
from simulator.fleet.engine.dialler import Dialler
from simulator.fleet.engine.looks import Looks
from simulator.fleet.engine.resources import memory
from simulator.fleet.engine.wheel import Wheel
from simulator.fleet.member import Member
from simulator.fleet.plan import Plan
from simulator.fleet.profile.playing import Playing
from simulator.fleet.profile.returning import EVEN, GROWING
from simulator.fleet.steering.gate import Gate
from simulator.hardware.make import Facts
from simulator.kernel.clock import Clock, ShiftedClock
from simulator.kernel.timekeeping import IGNORED
from simulator.models import Model
from simulator.v16.station import Station

Make = Callable[..., Charger]
"""Makes a station, out of what `Fleet` gives it by the names that `Station` has for it."""

REMEMBERED = 4
"""CALLs of each side that a station knows again."""

SETTLED = 1.0
"""Seconds after the last station was switched on until the memory of all is taken."""

OPENING = 10.0
"""Seconds an opening handshake may take at the least, and as long as a CALL may: a CSMS to which all come at once lets
them wait in a line, and whoever gives up and comes again makes that longer."""

ENDING_AT_ONCE = 200
"""Stations that are taken away at the same time."""


class Fleet:
    """Make it inside the event loop that it is to run on. Raises `UnknownKey` and `BadValue` for the configuration, and
    `CredentialsError`.
    """

    def __init__(
        self, plan: Plan, sink: Sink | None = None, clock: Clock | None = None, make: Make | None = None
    ) -> None:
        """`make` makes the stations, None: as the plan says."""
        self.plan = plan
        self.tally = Tally(sink, plan.passwords())
        self.timeline = Timeline()
        self.clock: Clock = Wheel() if clock is None else clock
        self.members: dict[int, Member] = {}
        self._gone = Stations()  # that were taken away
        self._off: dict[int, Member] = {}  # that a stage has switched off, and another one may switch on again
        self._leaving: dict[int, asyncio.Task[None]] = {}  # those that are on their way to that
        self._ending = asyncio.Semaphore(ENDING_AT_ONCE)
        self._began: float | None = None  # when `run` did, monotonic
        self.interventions: list[Intervention] = []
        """What was done by hand."""
        self.gate = Gate()
        self._clocks_gone = Clocks()  # theirs
        self._at_end: Stations | None = None  # before all were
        self.lasted = 0.0
        """Seconds that `run` took from its first station until its time was over, or it was stopped."""
        self.bytes_with_all: int | None = None  # when the last station of the ramp had been switched on for a second
        self._dialler = Dialler(self.tally, self.clock, max(OPENING, plan.call_timeout))
        self._credentials = Credentials(plan)
        self._makes = (make,) if make is not None else tuple(_make(plan, one) for one in _models(plan))
        self._configuration = {"MeterValueSampleInterval": str(int(plan.meter_every)), **plan.configuration}
        self._tasks: set[asyncio.Task[None]] = set()
        self._enough = asyncio.Event()
        self.playing = Playing(self)
        self._looks = Looks(self)
        self._in_time = False
        for each in range(len(self._makes)):  # wrong configuration keys show here, and not after the ramp has begun
            self._station(1, Standing(), each)
        self.bytes_before = memory()

    # --- by number ----------------------------------------------------------------------------------------------------

    def add(self, number: int) -> Member:
        """Switch a station on; it plays its part from now on."""
        standing = Standing(is_stranger=self.plan.is_stranger(number))
        station = self._station(number, standing, self.plan.make_of(number))
        member = Member(number, station, standing, self.plan, self.tally, self._spawn, self.elapsed, self.gate)
        self.members[number] = member
        member.begin()
        return member

    async def remove(self, number: int) -> None:
        """Take a station away: its session is stopped, what is queued is delivered, within the grace of the plan."""
        member = self.members.pop(number, None) or self._off.pop(number, None)
        if member is not None:
            self._gone = Stations.together((self._gone, Stations.taken_away([member.standing])))
            self._clocks_gone = Clocks.together((self._clocks_gone, Clocks.of([member.station.timekeeper])))
            await member.end(self.plan.grace)

    def _station(self, number: int, standing: Standing, make: int) -> Charger:
        plan, skew = self.plan, self.plan.skew(number)
        return self._makes[make](
            **self._credentials.of(number),
            id=plan.identity(number),
            configuration=self._configuration,
            clock=ShiftedClock.by(self.clock, timedelta(seconds=skew)) if skew else self.clock,
            csms_clock=plan.csms_clock or IGNORED,
            retry=True,
            back_off=GROWING if plan.back_off else EVEN,
            seed=int(plan.chance(number, "back-off", 0) * (1 << 32)),
            call_timeout=plan.call_timeout,
            remember=REMEMBERED,
            connect=partial(
                self._dialler.connect,
                standing=standing,
                is_checked=plan.is_checked(number),
                source=plan.source(number),
            ),
        )

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        hold = self.clock.hold()
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)

        def done(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            hold.release()

        task.add_done_callback(done)
        return task

    # --- as a whole ---------------------------------------------------------------------------------------------------

    @property
    def online(self) -> int:
        """Stations that are connected and accepted now, but strangers."""
        return sum(member.station.online and not member.standing.is_stranger for member in self.members.values())

    @property
    def stations(self) -> Stations:
        """How far they have come; once the time of `run` is over, as it was before they were taken away."""
        if self._at_end is not None:
            return self._at_end
        present = ((member.standing, member.station.online) for member in list(self.members.values()))
        off = Stations.taken_away(member.standing for member in list(self._off.values()))
        return Stations.together((Stations.of(present), off, self._gone))

    @property
    def states(self) -> States:
        """Where they are now."""
        off = sum(not member.standing.is_stranger for member in self._off.values())
        return States.of(self.members.values(), off)

    @property
    def course(self) -> list[Passed]:
        """What was counted in each stage so far; the one that runs is added when it is over."""
        return self.playing.course

    @property
    def is_over(self) -> bool:
        """Whether its time is over, or it was stopped."""
        return self._enough.is_set()

    @property
    def is_under_way(self) -> bool:
        """Whether `run` has begun, and its time is not over."""
        return self._began is not None and not self.is_over

    @property
    def clocks(self) -> Clocks:
        """How far the clocks of all stations so far were off, and how many were set by that of the CSMS."""
        members = [*self.members.values(), *self._off.values()]
        present = Clocks.of(member.station.timekeeper for member in members)
        return Clocks.together((present, self._clocks_gone))

    @property
    def late(self) -> float:
        """By how many seconds the latest timer was late."""
        return self.clock.late if isinstance(self.clock, Wheel) else 0.0

    def elapsed(self) -> float:
        """Seconds since the time of the run began."""
        return 0.0 if self._began is None else self.clock.monotonic() - self._began

    def stop(self) -> None:
        """End `run` before its time, orderly."""
        self._enough.set()

    async def run(self) -> bool:
        """Bring the stations up, wait until the time is over, and take them away; False: `stop` came first."""
        plan, clock = self.plan, self.clock
        self.begin()
        for move in plan.moves():
            clock.call_later(move.at, partial(self.come if move.comes else self.leave, move.number))
        clock.call_later(plan.full() + SETTLED, self._all_on)
        clock.call_later(plan.duration, self._time_is_over)
        await self._enough.wait()
        await self.over(in_time=self._in_time)
        await self.close()
        return self._in_time

    def begin(self, since: float = 0.0) -> None:
        """The time of the run begins, and with it its stages and its timeline; who comes and goes is not said here.

        `since`: it has begun elsewhere so many seconds ago, and this fleet has missed them.
        """
        self._began = self.clock.monotonic() - since
        self.playing.begin(since)
        self._looks.begin(since)

    async def over(self, *, in_time: bool) -> None:
        """The time of the run is over, or it was stopped before: what the stations are now is how it ended."""
        self._enough.set()
        self.lasted = self.elapsed()
        self._looks.end()
        if in_time:
            await self._wait_for_boots()
        self._at_end = self.stations
        self.playing.end()

    async def _wait_for_boots(self) -> None:
        """Who was switched on last and has not been answered yet is given the grace to be."""
        coming = [member for member in self.members.values() if member.standing.is_coming()]
        if coming and self.plan.grace:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.plan.grace):
                    await asyncio.gather(*(member.settles() for member in coming))

    def _time_is_over(self) -> None:
        self._in_time = not self._enough.is_set()
        self._enough.set()

    def come(self, number: int) -> None:
        """Switch a station on, unless it is there: one that is new, or that was switched off."""
        if self.is_over:
            return
        if (leaving := self._leaving.get(number)) is not None:
            leaving.add_done_callback(lambda _: self.come(number))
        elif (member := self._off.pop(number, None)) is not None:
            self.members[number] = member
            member.go_on()
        elif number not in self.members:
            self.add(number)

    def leave(self, number: int) -> None:
        """Switch a station off, orderly; `come` brings it back as it was."""
        member = self.members.get(number)
        if member is None or member.is_ending or self.is_over:
            return

        async def leave() -> None:
            async with self._ending:
                self._off[number] = self.members.pop(number)
                await member.rest(self.plan.grace)

        member.is_ending = True
        leaving = self._leaving[number] = self._spawn(leave())
        leaving.add_done_callback(lambda _: self._leaving.pop(number))

    def _all_on(self) -> None:
        if not self.interventions:  # else others are there than the plan says
            self.bytes_with_all = memory()

    async def close(self) -> None:
        """Take all stations away and wait until nothing of the fleet runs."""

        async def end(number: int) -> None:
            async with self._ending:
                await self.remove(number)

        for member in self.members.values():
            member.is_ending = True  # nobody new comes while others leave
        await asyncio.gather(*self._leaving.values())
        await asyncio.gather(*(end(number) for number in [*self.members, *self._off]))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._dialler.close()
        if isinstance(self.clock, Wheel):
            self.clock.close()


def _models(plan: Plan) -> tuple[Model | None, ...]:
    return tuple(make.model for make in plan.makes) or (plan.model,)


def _make(plan: Plan, model: Model | None) -> Make:
    """What makes the stations: the model, or a plain one. Nobody asks a fleet for diagnostics, which take memory."""
    if model is None:
        return partial(Station, facts=Facts(connectors=plan.connectors, journal=0))
    return model.without_journal().station
