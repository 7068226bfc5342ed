"""Ending a hopeless run early: limits that are looked at while it runs (docs/load.md, "Limits")."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from simulator.fleet.processes.part import Counted
from simulator.fleet.report.judging.limits import Judged, Limit, judge

EVERY = 1.0
"""Seconds from one look to the next."""


class Abort:
    """Looks at a fleet again and again, and calls ``stop`` when a limit is broken; ``broken`` is the one that was.

    Use it with `async with` around the run. A limit that has nothing to judge yet is not broken.
    """

    def __init__(self, limits: Sequence[Limit], fleet: Callable[[], Counted], stop: Callable[[], None]) -> None:
        self._limits = limits
        self._fleet = fleet
        self._stop = stop
        self._looking: asyncio.Task[None] | None = None
        self.broken: Judged | None = None

    async def __aenter__(self) -> Abort:
        if self._limits:
            self._looking = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait((self._looking,))

    async def _look(self) -> None:
        while self.broken is None:
            await asyncio.sleep(EVERY)
            self.look()

    def look(self) -> None:
        """Judge once; the first limit that is broken ends the run."""
        fleet = self._fleet()
        tally, stations = fleet.tally, fleet.stations
        judged = (judge(limit, tally, stations) for limit in self._limits)
        self.broken = next((one for one in judged if one.verdict == "FAIL"), None)
        if self.broken is not None:
            self._stop()
