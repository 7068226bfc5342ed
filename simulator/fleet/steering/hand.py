"""Carries out at a fleet what somebody orders, and writes down that it was done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import count, islice

from simulator.fleet.counting.course import Recovery
from simulator.fleet.counting.interventions import POWERLESS, Intervention, What
from simulator.fleet.engine.credentials import CredentialsError
from simulator.fleet.engine.resources import allow_connections
from simulator.fleet.fleet import Fleet
from simulator.fleet.profile.returning import returns
from simulator.fleet.steering.orders import Order


class Hand:
    """Of one fleet. What cannot be done now, as the end of a blackout that there is not, is left out."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._coming: set[int] = set()  # stations that were ordered and are switched on one after the other
        self._dark: tuple[float, list[int], Recovery] | None = None  # a blackout: since when, who, and what there was
        self._turns = 0  # blackouts so far, so that each strikes others

    def obey(self, order: Order) -> bool:
        """Do it now; False: the run has not begun yet, or its time is over."""
        does: dict[str, Callable[[], None]] = {
            "more": partial(self._more, order.count),
            "fewer": partial(self._fewer, order.count),
            "pause": self._pause,
            "go on": self._go_on,
            "black out": partial(self._black_out, order.share),
            "light": self._light,
            "restart": self._restart,
            "quit": self._quit,
        }
        is_heard = self._fleet.is_under_way
        if is_heard:
            does[order.name]()
        return is_heard

    def _note(self, what: What, stations: int = 0, recovery: Recovery | None = None) -> None:
        self._fleet.interventions.append(Intervention(self._fleet.elapsed(), what, stations, recovery))

    # --- stations come and go -----------------------------------------------------------------------------------------

    def _more(self, wanted: int) -> None:
        """Those that are off, those that the plan brings later, and then such as the plan does not know."""
        fleet, plan = self._fleet, self._fleet.plan
        there = len(fleet.members) + len(self._coming)
        allowed = allow_connections(there + wanted)
        if allowed is not None:
            wanted = max(0, min(wanted, allowed - there))
        free = (n for n in count(plan.first, plan.step) if n not in fleet.members and n not in self._coming)
        numbers = list(islice(free, wanted))
        pause = plan.full() / plan.most * plan.step  # as quickly as the plan does it
        for turn, number in enumerate(numbers):
            self._coming.add(number)
            fleet.clock.call_later(turn * pause, partial(self._comes, number))
        self._note("more stations", wanted)

    def _comes(self, number: int) -> None:
        self._coming.discard(number)
        try:
            self._fleet.come(number)
        except CredentialsError as error:  # nobody has made a certificate for one more than was planned
            self._fleet.tally.problem(f"a station more cannot come: {error}")

    def _fewer(self, wanted: int) -> None:
        """The last ones that came."""
        fleet = self._fleet
        there = [number for number, member in fleet.members.items() if not member.is_ending]
        numbers = sorted(there, reverse=True)[:wanted]
        for number in numbers:
            fleet.leave(number)
        self._note("fewer stations", len(numbers))

    # --- drivers ------------------------------------------------------------------------------------------------------

    def _pause(self) -> None:
        self._fleet.gate.close()
        self._note("drivers paused")

    def _go_on(self) -> None:
        self._fleet.gate.open()
        self._note("drivers go on")

    # --- outages ------------------------------------------------------------------------------------------------------

    def _black_out(self, share: float) -> None:
        if self._dark is not None:
            return
        fleet, what = self._fleet, f"by hand {self._turns}"
        self._turns += 1
        struck = [number for number in self._there() if fleet.plan.chance(number, what, 0) < share]
        self._dark = (fleet.clock.monotonic(), struck, Recovery(fleet.online))
        for number in struck:
            fleet.members[number].strike("network", None)
        self._note("network lost", len(struck))

    def _light(self) -> None:
        if self._dark is None:
            return
        fleet, (since, struck, recovery) = self._fleet, self._dark
        self._dark, now = None, fleet.clock.monotonic()
        back = [number for number in struck if number in fleet.members]
        for number in back:
            away = returns(fleet.plan, number, f"by hand {self._turns}", "network", now - since)
            fleet.members[number].relieve(away - (now - since))
        self._note("network back", len(back), recovery)
        fleet.playing.look_for_recovery(recovery, now)

    def _restart(self) -> None:
        fleet = self._fleet
        recovery, struck = Recovery(fleet.online), list(self._there())
        for number in struck:
            fleet.members[number].strike("power", POWERLESS)
        self._note("power cut", len(struck), recovery)
        whole = fleet.clock.monotonic() + POWERLESS
        fleet.clock.call_later(POWERLESS, partial(fleet.playing.look_for_recovery, recovery, whole))

    def _there(self) -> Iterable[int]:
        return (number for number, member in self._fleet.members.items() if not member.is_ending)

    def _quit(self) -> None:
        self._note("quit")
        self._fleet.stop()
