"""The one timer structure of a fleet: all heartbeats, meter values, time-outs and arrivals of a process.

A timer lies in a slot of `TICK` seconds and leaves it when it is cancelled, so that memory follows what is pending and
not what once was. The event loop knows one timer: that of the next slot.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from math import ceil

from simulator.kernel.clock import Hold, sleep_on

log = logging.getLogger(__name__)

TICK = 0.01
"""Seconds. A timer never fires early, and at most so much later than it was meant to, while the loop keeps up."""

_NO_HOLD = Hold()


class _Timer:
    __slots__ = ("callback", "slot")

    def __init__(self, slot: dict[_Timer, None], callback: Callable[[], None]) -> None:
        self.slot = slot
        self.callback = callback

    def cancel(self) -> None:
        self.slot.pop(self, None)


class Wheel:
    """A `simulator.kernel.clock.Clock` for many stations; belongs to the event loop it is made in."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._slots: dict[int, dict[_Timer, None]] = {}  # by number of the tick
        self._order: list[int] = []  # a heap of the numbers above
        self._next: int | None = None  # the slot the loop will wake us for
        self._handle: asyncio.TimerHandle | None = None
        self.late = 0.0
        """The longest time in seconds by which a slot was late; more than some ticks: the process is too busy."""
        self._late_lately = 0.0  # the same since `lateness` was asked

    def now(self) -> datetime:
        """The time of day."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()

    def hold(self) -> Hold:
        """Nothing: real time waits for nobody."""
        return _NO_HOLD

    def call_later(self, delay: float, callback: Callable[[], None]) -> _Timer:
        """Run `callback` after `delay` seconds."""
        tick = ceil((self._loop.time() + (delay if delay > 0.0 else 0.0)) / TICK)
        slot = self._slots.get(tick)
        if slot is None:
            slot = self._slots[tick] = {}
            heapq.heappush(self._order, tick)
            if self._next is None or tick < self._next:
                self._wake_at(tick)
        timer = _Timer(slot, callback)
        slot[timer] = None
        return timer

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds`."""
        await sleep_on(self, seconds)

    @property
    def pending(self) -> int:
        """How many timers wait."""
        return sum(map(len, self._slots.values()))

    def lateness(self) -> float:
        """The longest time in seconds by which a slot was late since this was asked before."""
        late, self._late_lately = self._late_lately, 0.0
        return late

    def close(self) -> None:
        """Forget all timers."""
        if self._handle is not None:
            self._handle.cancel()
        self._slots.clear()
        self._order.clear()
        self._next = self._handle = None

    def _wake_at(self, tick: int) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._next = tick
        self._handle = self._loop.call_at(tick * TICK, self._due)

    def _due(self) -> None:
        now = self._loop.time()
        self._next = -1  # what is set meanwhile needs no waking: it is looked at below
        while self._order and self._order[0] * TICK <= now:
            tick = heapq.heappop(self._order)
            slot = self._slots.pop(tick)
            late = now - tick * TICK
            if late > self._late_lately:
                self._late_lately = late
                if late > self.late:
                    self.late = late
            while slot:
                timer = next(iter(slot))
                del slot[timer]
                try:
                    timer.callback()
                except Exception:
                    log.exception("a timer of the fleet failed")
        self._next = self._handle = None
        if self._order:
            self._wake_at(self._order[0])
