"""N stations in one process: one event loop, one timer structure, one set of facts, one TLS context.

    fleet = Fleet(Plan("ws://127.0.0.1:9000/ocpp", stations=500, ramp=50, duration=60, seed=7))
    await fleet.run()
    print(fleet.tally.calls)

`add` and `remove` are for those who bring stations up and down themselves, as the locust users do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from simulator.fleet.counting.clocks import Clocks
from simulator.fleet.counting.standing import Standing, Stations
from simulator.fleet.counting.tally import Sink, Tally
from simulator.fleet.counting.timeline import LOOK, Timeline
from simulator.fleet.engine.dialler import Dialler
from simulator.fleet.engine.resources import memory
from simulator.fleet.engine.wheel import Wheel
from simulator.fleet.member import Charger, Member
from simulator.fleet.plan import Plan
from simulator.hardware.make import Facts
from simulator.kernel.clock import Clock, ShiftedClock
from simulator.kernel.timekeeping import IGNORED
from simulator.v16.station import Station

Make = Callable[..., Charger]
"""Makes a station, out of what `Fleet` gives it by the names that `Station` has for it."""

REMEMBERED = 4
"""CALLs of each side that a station knows again."""

SETTLED = 1.0
"""Seconds after the last station was switched on until the memory of all is taken."""

PROBED = 0.02
"""Seconds from one timer to the next that does nothing but show whether timers are late, also where no other is due."""

SHORTEST_LOOK = 0.05
"""Seconds since the last look at the end of a run that are an interval of their own."""

ENDING_AT_ONCE = 200
"""Stations that are taken away at the same time."""


class Fleet:
    """Make it inside the event loop that it is to run on. Raises `UnknownKey` and `BadValue` for the configuration."""

    def __init__(
        self, plan: Plan, sink: Sink | None = None, clock: Clock | None = None, make: Make | None = None
    ) -> None:
        """`make` makes the stations, None: as the plan says."""
        self.plan = plan
        self.tally = Tally(sink, () if plan.auth_key is None else (plan.auth_key.decode(errors="replace"),))
        self.timeline = Timeline()
        self.clock: Clock = Wheel() if clock is None else clock
        self.members: dict[int, Member] = {}
        self._gone = Stations()  # that were taken away
        self._clocks_gone = Clocks()  # theirs
        self._at_end: Stations | None = None  # before all were
        self.lasted = 0.0
        """Seconds that `run` took from its first station until its time was over, or it was stopped."""
        self._looked = 0.0  # the last time that the timeline was told, monotonic
        self.bytes_with_all: int | None = None  # when the last station of the ramp had been switched on for a second
        self._dialler = Dialler(self.tally, self.clock)
        self._make = make or _make(plan)
        self._configuration = {"MeterValueSampleInterval": str(int(plan.meter_every)), **plan.configuration}
        self._tasks: set[asyncio.Task[None]] = set()
        self._enough = asyncio.Event()
        self._in_time = False
        self._station(0, Standing())  # wrong configuration keys show here, and not after the ramp has begun
        self.bytes_before = memory()

    # --- by number ----------------------------------------------------------------------------------------------------

    def add(self, number: int) -> Member:
        """Switch a station on; it plays its part from now on."""
        standing = Standing()
        station = self._station(number, standing)
        member = self.members[number] = Member(number, station, standing, self.plan, self.tally, self._spawn)
        member.begin()
        return member

    async def remove(self, number: int) -> None:
        """Take a station away: its session is stopped, what is queued is delivered, within the grace of the plan."""
        member = self.members.pop(number, None)
        if member is not None:
            self._gone = Stations.together((self._gone, Stations.taken_away(member.standing)))
            self._clocks_gone = Clocks.together((self._clocks_gone, Clocks.of([member.station.timekeeper])))
            await member.end(self.plan.grace)

    def _station(self, number: int, standing: Standing) -> Charger:
        plan, skew = self.plan, self.plan.skew(number)
        return self._make(
            plan.url,
            id=plan.identity(number),
            configuration=self._configuration,
            clock=ShiftedClock.by(self.clock, timedelta(seconds=skew)) if skew else self.clock,
            csms_clock=plan.csms_clock or IGNORED,
            retry=True,
            seed=int(plan.chance(number, "back-off", 0) * (1 << 32)),
            call_timeout=plan.call_timeout,
            remember=REMEMBERED,
            ssl=plan.ssl,
            auth_key=plan.auth_key,
            connect=partial(self._dialler.connect, standing=standing, is_checked=plan.is_checked(number)),
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
        """Stations that are connected and accepted now."""
        return sum(member.station.online for member in self.members.values())

    @property
    def stations(self) -> Stations:
        """How far they have come; once the time of `run` is over, as it was before they were taken away."""
        if self._at_end is not None:
            return self._at_end
        present = ((member.standing, member.station.online) for member in list(self.members.values()))
        return Stations.together((Stations.of(present), self._gone))

    @property
    def clocks(self) -> Clocks:
        """How far the clocks of all stations so far were off, and how many were set by that of the CSMS."""
        present = Clocks.of(member.station.timekeeper for member in list(self.members.values()))
        return Clocks.together((present, self._clocks_gone))

    @property
    def late(self) -> float:
        """By how many seconds the latest timer was late."""
        return self.clock.late if isinstance(self.clock, Wheel) else 0.0

    def stop(self) -> None:
        """End `run` before its time, orderly."""
        self._enough.set()

    async def run(self) -> bool:
        """Bring the stations up, wait until the time is over, and take them away; False: `stop` came first."""
        plan, clock = self.plan, self.clock
        for number in plan.numbers():
            clock.call_later(plan.begins(number), partial(self._begin, number))
        clock.call_later(plan.begins(plan.stations) + SETTLED, self._all_on)
        clock.call_later(plan.duration, self._time_is_over)
        began = self._looked = clock.monotonic()
        self._next_look(self._looked + LOOK)
        self._probe()
        await self._enough.wait()
        self.lasted = clock.monotonic() - began
        self._look(SHORTEST_LOOK)
        if self._in_time:
            await self._wait_for_boots()
        self._at_end = self.stations
        await self.close()
        return self._in_time

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

    def _begin(self, number: int) -> None:
        if not self._enough.is_set():
            self.add(number)

    def _next_look(self, due: float) -> None:
        def look() -> None:
            if not self._enough.is_set():
                self._look()
                self._next_look(due + LOOK)

        self.clock.call_later(due - self.clock.monotonic(), look)

    def _look(self, least: float = 0.0) -> None:
        now = self.clock.monotonic()
        if (seconds := now - self._looked) > least:
            late = self.clock.lateness() if isinstance(self.clock, Wheel) else 0.0
            self.timeline.look(self.tally, self.online, seconds, late)
            self._looked = now

    def _probe(self) -> None:
        if isinstance(self.clock, Wheel) and not self._enough.is_set():
            self.clock.call_later(PROBED, self._probe)

    def _all_on(self) -> None:
        self.bytes_with_all = memory()

    async def close(self) -> None:
        """Take all stations away and wait until nothing of the fleet runs."""
        turns = asyncio.Semaphore(ENDING_AT_ONCE)

        async def end(number: int) -> None:
            async with turns:
                await self.remove(number)

        for member in self.members.values():
            member.is_ending = True  # nobody new comes while others leave
        await asyncio.gather(*(end(number) for number in list(self.members)))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._dialler.close()
        if isinstance(self.clock, Wheel):
            self.clock.close()


def _make(plan: Plan) -> Make:
    """What makes the stations: the model, or a plain one. Nobody asks a fleet for diagnostics, which take memory."""
    if plan.model is None:
        return partial(Station, facts=Facts(connectors=plan.connectors, journal=0))
    return plan.model.without_journal().station
