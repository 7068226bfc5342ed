"""One station of a fleet and what happens to it: drivers who come and go, and outages of its network.

Between two events a member is a timer or two and nothing else: no task, no coroutine.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, Final

from simulator.fleet.charger import Charger, Place
from simulator.fleet.counting.standing import Standing
from simulator.fleet.counting.tally import Tally
from simulator.fleet.plan import Plan
from simulator.fleet.profile.stages import Cause, Wave
from simulator.fleet.steering.gate import Gate
from simulator.kernel.clock import Timer
from simulator.kernel.errors import NotPossible

log = logging.getLogger(__name__)

RETRY = 1.0
"""Seconds until a driver tries again at a station that is not online, or cannot do now what is wanted."""

_NOTHING: Final[frozenset[Cause]] = frozenset()

Spawn = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
"""Runs a coroutine beside the caller and keeps it alive."""


class Member:
    """Plays its part at `station` from `begin` to `end`."""

    __slots__ = (
        "_at",
        "_driver",
        "_elapsed",
        "_gate",
        "_is_endless",
        "_outage",
        "_outages",
        "_plan",
        "_running",
        "_spawn",
        "_storm",
        "_wave",
        "_without",
        "is_ending",
        "number",
        "standing",
        "station",
        "tally",
        "turn",
    )

    def __init__(
        self,
        number: int,
        station: Charger,
        standing: Standing,
        plan: Plan,
        tally: Tally,
        spawn: Spawn,
        elapsed: Callable[[], float],
        gate: Gate,
    ) -> None:
        """`elapsed` says how many seconds the run lasts already; drivers come through the `gate`."""
        self.number = number
        self.station = station
        self.standing = standing
        self.tally = tally
        self.is_ending = False
        self._plan = plan
        self._spawn = spawn
        self._elapsed = elapsed
        self._gate = gate
        self._without: frozenset[Cause] = _NOTHING  # what the fleet has taken from it
        self._is_endless = False  # its network is gone until `relieve`
        self.turn = 0  # of the session that runs, or is the next
        self._outages = 0
        self._driver: Timer | None = None
        self._outage: Timer | None = None
        self._storm: Timer | None = None  # the end of an outage of many
        self._wave: Timer | None = None  # its turn in a firmware wave
        self._at: Place | None = None  # where somebody charges
        self._running: asyncio.Task[None] | None = None  # what the driver does just now

    def begin(self) -> None:
        """Switch the station on, and let things happen."""
        self._spawn(self._step(self._is_switched_on))
        if self._plan.has_drivers:
            self._next_driver()
        if self._plan.churn_every:
            self._next_outage()

    async def _is_switched_on(self) -> None:
        self.station.switch_on()  # and nobody waits for its boot, which may be a pause of hours away

    @property
    def is_charging(self) -> bool:
        """Whether a driver has a transaction here."""
        return self._at is not None

    @property
    def is_dark(self) -> bool:
        """Whether it is without network or power because the fleet wants it so."""
        return bool(self._without)

    async def settles(self) -> None:
        """Wait until its first boot has come to something."""
        await self.station.until(lambda _: not self.standing.is_coming())

    async def end(self, grace: float) -> None:
        """Stop what runs, deliver what is queued within `grace` seconds, and take the station away."""
        await self._come_to_rest(grace)
        await self.station.stop()
        self._cancel()

    async def rest(self, grace: float) -> None:
        """The same, but the station is only switched off; `go_on` brings it back."""
        await self._come_to_rest(grace)
        with suppress(NotPossible):  # it has power; else it may be in a reset, and come back by itself
            await self.station.restore_power()
        await self.station.cut_power()
        self._cancel()

    def go_on(self) -> None:
        """Switch the station on again after a `rest`; its meters, and the drivers, go on where they were."""
        self.is_ending = False
        self.standing.begins_anew()
        self._spawn(self._step(self._wakes))
        if self._at is not None:  # somebody was still plugged in when the grace was over
            self._driver = self.station.clock.call_later(RETRY, partial(self._driver_leaves, self._at))
        elif self._plan.has_drivers:
            self._next_driver()
        if self._plan.churn_every:
            self._next_outage()

    async def _wakes(self) -> None:
        self._without, self._is_endless = _NOTHING, False
        with suppress(NotPossible):  # it was in no outage when it was switched off
            await self.station.restore_network()
        await self.station.restore_power()

    async def _come_to_rest(self, grace: float) -> None:
        self.is_ending = True
        self._cancel()
        if grace and self.station.online:
            try:
                async with asyncio.timeout(grace):
                    await self._finish()
            except TimeoutError:
                self.tally.problem("a station had not said everything at the end of the grace")

    async def _finish(self) -> None:
        if self._running is not None:
            await asyncio.wait((self._running,))
        if self._at is not None:
            await self._step(partial(self._leave, self._at))
        await self.station.delivered()

    def _cancel(self) -> None:
        for timer in (self._driver, self._outage, self._storm, self._wave):
            if timer is not None:
                timer.cancel()
        self._gate.forget(self.number)

    async def _step(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do something that must not go wrong; when it does, it is counted."""
        try:
            await work()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self.tally.failed(error)
            log.debug("a step of the fleet failed", exc_info=error)

    # --- drivers ------------------------------------------------------------------------------------------------------

    def _next_driver(self) -> None:
        self._at = None
        if not self.is_ending:
            pause = self._plan.pause(self.number, self.turn, self._elapsed())
            self._driver = None if pause is None else self.station.clock.call_later(pause, self._driver_comes)

    def _driver_comes(self) -> None:
        if not self._gate.is_open:
            self._gate.wait(self.number, self._next_driver)
            return
        connector = self.station.connector(self._plan.place(self.number, self.turn))
        if self.station.online and connector.idle and not connector.cable:
            self._drive(partial(self._come, connector))
        else:
            self._driver = self.station.clock.call_later(RETRY, self._driver_comes)

    def _drive(self, work: Callable[[], Awaitable[None]]) -> None:
        self._running = self._spawn(self._step(work))
        self._running.add_done_callback(self._rests)

    def _rests(self, _task: asyncio.Task[None]) -> None:
        self._running = None

    async def _come(self, connector: Place) -> None:
        station = self.station
        try:
            await station.plug_in(connector.id)
            await station.present(self._plan.tag(self.number, self.turn), connector.id)
        except NotPossible:  # the CSMS has sent the station into a reset meanwhile
            pass
        if connector.transaction is None:
            self.tally.sessions_refused += 1
            await station.unplug(connector.id)
            self._over()
            return
        self.tally.sessions += 1
        self._at = connector
        if not self.is_ending:
            stay = self._plan.stay(self.number, self.turn, self._elapsed())
            self._driver = station.clock.call_later(stay, partial(self._driver_leaves, connector))

    def _driver_leaves(self, connector: Place) -> None:
        self._at = None
        self._drive(partial(self._leave, connector))

    async def _leave(self, connector: Place) -> None:
        station = self.station
        tag = self._plan.tag(self.number, self.turn)
        try:
            if connector.transaction is not None or connector.locked_for is not None:
                await station.present(tag, connector.id)
            if connector.cable:
                await station.unplug(connector.id)
        except NotPossible:
            pass
        if connector.cable and not self.is_ending:  # no power, or the plug is held: the driver stays and tries again
            self._driver = station.clock.call_later(RETRY, partial(self._driver_leaves, connector))
            return
        self.tally.sessions_over += 1
        self._over()

    def _over(self) -> None:
        self.turn += 1
        self._next_driver()

    # --- the network --------------------------------------------------------------------------------------------------

    def _next_outage(self) -> None:
        if not self.is_ending:
            wait = self._plan.time(self._plan.churn_every, self.number, "outage", self._outages)
            self._outage = self.station.clock.call_later(wait, self._network_breaks)

    def _network_breaks(self) -> None:
        self._spawn(self._step(self._lose))

    async def _lose(self) -> None:
        try:
            await self.station.lose_network()
        except NotPossible:  # it is in an outage of many
            self._outages += 1
            self._next_outage()
            return
        self._without |= {"network"}
        length = self._plan.time(self._plan.churn_length, self.number, "length", self._outages)
        self._outages += 1
        if not self.is_ending:
            self._outage = self.station.clock.call_later(length, self._network_returns)

    def _network_returns(self) -> None:
        self._ends("network")
        self._next_outage()

    # --- what breaks for many at once ---------------------------------------------------------------------------------

    def strike(self, cause: Cause, seconds: float | None) -> None:
        """The network or the power of the station is gone, for so long; None: the network, until `relieve`."""
        self._spawn(self._step(partial(self._struck, cause, seconds)))

    def relieve(self, seconds: float) -> None:
        """The network that was gone without an end comes back after so long."""
        if self._is_endless and not self.is_ending:
            self._is_endless = False
            self._storm = self.station.clock.call_later(seconds, partial(self._ends, "network"))

    async def _struck(self, cause: Cause, seconds: float | None) -> None:
        try:
            await (self.station.lose_network() if cause == "network" else self.station.cut_power())
        except NotPossible:  # it is without already, of its own, and comes back by itself
            return
        self._without |= {cause}
        if seconds is None:
            self._is_endless = True
        elif not self.is_ending:
            self._storm = self.station.clock.call_later(seconds, partial(self._ends, cause))

    def _ends(self, cause: Cause) -> None:
        if not self.is_ending:
            self._spawn(self._step(partial(self._whole, cause)))

    async def _whole(self, cause: Cause) -> None:
        self._without -= {cause}
        with suppress(NotPossible):  # it has come back with its station, which was away meanwhile
            await (self.station.restore_network() if cause == "network" else self.station.restore_power())

    def update(self, wave: Wave, wait: float) -> None:
        """Its turn in a firmware wave comes after so many seconds, or as soon as it is online then."""
        self._wave = self.station.clock.call_later(wait, partial(self._updates, wave))

    def _updates(self, wave: Wave) -> None:
        if self.is_ending:
            return
        if not self.station.online:  # no CSMS could tell it to
            self.update(wave, RETRY)
            return
        try:
            self.station.update_firmware(wave.version, wave.download)
        except NotPossible as error:
            self.tally.problem(f"a firmware wave passed a station by: {error}")
