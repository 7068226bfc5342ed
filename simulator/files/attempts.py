"""A transfer that is tried again: once, and then as often as the CSMS allows (erratum 3.50, rule FW-05)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from simulator.files.failure import TransferFailed
from simulator.kernel.base import Base
from simulator.kernel.clock import Timer

OWN_RETRIES = 2
"""Repetitions when the CSMS leaves their number to the station."""

OWN_INTERVAL = 60
"""Seconds between two tries when the CSMS names none."""


class Attempts:
    """Runs `work` until it raises no `TransferFailed`, or no repetition is left: then `failed` hears of the last one.

    `paused` is called before each wait. A task while it works, a timer while it waits, nothing afterwards.
    """

    __slots__ = ("_failed", "_interval", "_left", "_paused", "_task", "_timer", "_work", "base")

    def __init__(
        self,
        base: Base,
        work: Callable[[], Coroutine[Any, Any, None]],
        failed: Callable[[TransferFailed], None],
        *,
        retries: int | None,
        interval: int | None,
        paused: Callable[[], None] | None = None,
    ) -> None:
        """`retries` are the repetitions after the first try, `interval` is in seconds; None: as the station likes."""
        self.base = base
        self._work = work
        self._failed = failed
        self._paused = paused
        self._left = OWN_RETRIES if retries is None else max(0, retries)
        self._interval = OWN_INTERVAL if interval is None else max(0, interval)
        self._task: asyncio.Task[None] | None = None
        self._timer: Timer | None = None

    def start(self) -> None:
        """Try now."""
        self._timer = None
        self._task = self.base.tasks.spawn(self._try())

    def cancel(self) -> None:
        """Give it up; `failed` is not called."""
        self._left = 0
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()

    async def _try(self) -> None:
        try:
            await self._work()
        except TransferFailed as error:
            self.base.events.publish("transfer", f"a file was not moved: {error}", problem=error.problem)
            if error.hopeless or not self._left:
                self._failed(error)
                return
            self._left -= 1
            self._timer = self.base.clock.call_later(self._interval, self.start)
            if self._paused is not None:
                self._paused()
