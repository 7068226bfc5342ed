"""The EV driver as a case sees one: who plugs cables in, holds cards to the reader, and takes the power away.

An act is a stimulus: what came before it is not the effect of it. What was done is undone at the end of the case.
"""

import asyncio
from collections.abc import Callable, Collection
from typing import Any, Final

from harness.adapters import drivers
from harness.adapters.base import OperatorError
from harness.adapters.drivers.base import UNDONE, Cannot, said
from harness.case.run import CaseRun
from harness.case.verdicts import Inconclusive, one_line
from harness.peers.csms import PlayedCsms

_CABLE: Final = frozenset({"plug_in", "plug_in_halfway"})
_TAKES_OUT: Final = frozenset({"unplug", "unplug_station"})


class EvDriver:
    """A person, an API or a robot at the charge point under test, on behalf of one case."""

    def __init__(self, run: CaseRun, make: Callable[[], drivers.Driver], csms: PlayedCsms) -> None:
        """``make`` is asked for the driver before its first act: where a station comes along, it is there by then."""
        self._run = run
        self._make = make
        self._made: drivers.Driver | None = None
        self._csms = csms
        self._open: dict[tuple[str, Any], str] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def unseen_s(self) -> float:
        """Seconds to look for what must not follow an act that shows nothing: a person has to get round to it first."""
        sut = self._run.sut
        return sut.timeouts.quiet_s + sut.request_s - sut.timeouts.message_s

    async def plug_in(self, connector: int) -> None:
        """The cable is put in, at the vehicle and at the station."""
        await self._acts("plug_in", connector=connector)

    async def plug_in_halfway(self, connector: int) -> None:
        """The plug is pushed in so that it cannot be locked."""
        await self._acts("plug_in_halfway", connector=connector)

    async def unplug(self, connector: int) -> None:
        """The cable is taken out, at the vehicle and at the station."""
        await self._acts("unplug", connector=connector)

    async def unplug_vehicle(self, connector: int) -> None:
        """The cable is taken out at the vehicle, and only there."""
        await self._acts("unplug_vehicle", connector=connector)

    async def unplug_station(self, connector: int) -> None:
        """The cable is taken out at the station."""
        await self._acts("unplug_station", connector=connector)

    async def present(self, tag: str, connector: int) -> None:
        """A card is held to the reader that belongs to a connector."""
        self._csms.shown()
        await self._acts("present", tag=tag, connector=connector)

    async def cut_power(self) -> None:
        """The station loses its power."""
        await self._acts("cut_power")

    async def restore_power(self) -> None:
        """The station has power again."""
        await self._acts("restore_power")

    async def raise_fault(self, connector: int) -> None:
        """Something breaks at a connector; 0 is the whole station."""
        await self._acts("raise_fault", connector=connector)

    async def clear_fault(self, connector: int) -> None:
        """It is repaired."""
        await self._acts("clear_fault", connector=connector)

    async def jam_lock(self, connector: int) -> None:
        """The lock of a socket can neither lock nor unlock."""
        await self._acts("jam_lock", connector=connector)

    async def free_lock(self, connector: int) -> None:
        """The lock works again."""
        await self._acts("free_lock", connector=connector)

    async def break_list_memory(self) -> None:
        """A local list cannot be stored."""
        await self._acts("break_list_memory")

    async def break_firmware(self) -> None:
        """Firmware cannot be installed."""
        await self._acts("break_firmware")

    async def restores_power(self) -> list[str]:
        """Give the power back, where it was taken; a sentence when that cannot be."""
        return await self._undoes({"cut_power"})

    async def undoes(self) -> list[str]:
        """Take back what was done and is not taken back yet; a sentence for each thing that cannot be."""
        return await self._undoes(set(UNDONE))

    async def _undoes(self, acts: Collection[str]) -> list[str]:
        problems = []
        for (act, connector), undone in tuple(reversed(self._open.items())):
            if act not in acts:
                continue
            try:
                await self._acts(undone, **({} if connector is None else {"connector": connector}))
            except (Inconclusive, OperatorError) as error:
                problems.append(f"{undone} did not work: {one_line(error)}")
            self._open.pop((act, connector), None)
        return problems

    async def leaves(self) -> None:
        """Nothing is asked of the driver any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._made is not None:
            await self._made.close()

    # --- inside ------------------------------------------------------------------------------------------------------

    @property
    def _driver(self) -> drivers.Driver:
        if self._made is None:
            self._made = self._make()
        return self._made

    async def _acts(self, act: str, **arguments: Any) -> None:
        self._csms.marks()
        self._run.trace.add("driver", said(act, arguments))
        self._run.exchanges.clear()
        task = self._task = asyncio.create_task(self._performs(act, arguments))
        if self._driver.is_person:
            self._run.operations.add(task)
            task.add_done_callback(self._csms.wake)
            await self._csms.sees(task)
        else:
            await task
        self._remember(act, arguments.get("connector"))

    async def _performs(self, act: str, arguments: dict[str, Any]) -> None:
        try:
            await self._driver.perform(act, arguments)
        except Cannot as reason:
            raise Inconclusive(str(reason)) from None

    def _remember(self, act: str, connector: int | None) -> None:
        if act in UNDONE:
            self._open[act, connector] = UNDONE[act]
            if act == "plug_in_halfway" and not self._driver.is_person:
                self._open["jam_lock", connector] = "free_lock"
            return
        for known, undone in tuple(self._open.items()):
            if (known[1] == connector and undone == act) or (
                act in _TAKES_OUT and known[0] in _CABLE and known[1] == connector
            ):
                del self._open[known]
