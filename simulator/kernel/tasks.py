"""The tasks of one station: owned, held against the virtual clock, and never lost silently."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from simulator.kernel.clock import Clock

log = logging.getLogger(__name__)

_GRACE = 5.0  # seconds


class Tasks:
    """Starts tasks and ends them with the station. A station at rest has none."""

    __slots__ = ("_clock", "_running")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None], *, held: bool = True) -> asyncio.Task[None]:
        """Run `work` beside the caller. `held` keeps a virtual clock still until it is done; say False for a task
        that only waits for the outside world.
        """
        hold = self._clock.hold() if held else None
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)

        def done(task: asyncio.Task[None]) -> None:
            self._running.discard(task)
            if hold is not None:
                hold.release()
            if not task.cancelled() and (error := task.exception()) is not None:
                log.error("a task of the station failed", exc_info=error)

        task.add_done_callback(done)
        return task

    async def close(self) -> None:
        """Let what still runs learn that the connection is gone, and cancel what does not end by itself."""
        running = [task for task in self._running if task is not asyncio.current_task()]
        if running:
            _, stubborn = await asyncio.wait(running, timeout=_GRACE)
            for task in stubborn:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
