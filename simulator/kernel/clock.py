"""Time for a station: the wall clock, or a virtual one that a test moves by hand.

A station never calls `asyncio.sleep` or `datetime.now`; it asks its clock. With `VirtualClock` a day of heartbeats and
meter values passes in milliseconds and in the same order every time, also over a real socket: work that a timer started
holds the clock still until it is finished (`hold`), so a timer never overtakes the answer it depends on.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Timer(Protocol):
    """Something that will happen once; `cancel` is safe at any time, also afterwards."""

    def cancel(self) -> None: ...


class Hold:
    """Keeps a virtual clock still until `release`; releasing twice is harmless."""

    __slots__ = ("_on_release",)

    def __init__(self, on_release: Callable[[], None] | None = None) -> None:
        self._on_release = on_release

    def release(self) -> None:
        """Let the clock go on."""
        on_release, self._on_release = self._on_release, None
        if on_release is not None:
            on_release()


class Clock(Protocol):
    """What a station needs to know about time. All durations are seconds."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        ...

    def call_later(self, delay: float, callback: Callable[[], None]) -> Timer:
        """Run `callback` after `delay` seconds."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` on this clock; meant for scripts, the station itself uses `call_later`."""
        ...

    def hold(self) -> Hold:
        """Keep the clock still while work is under way (the wall clock cannot, and ignores it)."""
        ...


async def sleep_on(clock: Clock, seconds: float) -> None:
    """Wait on a clock that has timers and no sleep of its own."""
    woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def wake() -> None:
        if not woken.done():
            woken.set_result(None)

    timer = clock.call_later(seconds, wake)
    try:
        await woken
    finally:
        timer.cancel()


class SystemClock:
    """The wall clock and the event loop's timers."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        return time.monotonic()

    def call_later(self, delay: float, callback: Callable[[], None]) -> Timer:
        """Run `callback` after `delay` seconds."""
        return asyncio.get_running_loop().call_later(delay, callback)

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` on this clock."""
        await asyncio.sleep(seconds)

    def hold(self) -> Hold:
        """Nothing: the wall clock cannot be kept still."""
        return Hold()


class ShiftedClock:
    """Another clock whose time of day was set by somebody; durations are the same."""

    @classmethod
    def by(cls, clock: Clock, by: timedelta) -> ShiftedClock:
        """`clock` set by so much. One that was set before is not asked by way of itself: only the sum counts."""
        if isinstance(clock, cls):
            return cls(clock._clock, clock._by + by)
        return cls(clock, by)

    def __init__(self, clock: Clock, by: timedelta) -> None:
        self._clock = clock
        self._by = by
        self.monotonic = clock.monotonic
        self.call_later = clock.call_later
        self.sleep = clock.sleep
        self.hold = clock.hold

    def now(self) -> datetime:
        return self._clock.now() + self._by


class _VirtualTimer:
    __slots__ = ("callback", "when")

    def __init__(self, when: float, callback: Callable[[], None] | None) -> None:
        self.when = when
        self.callback = callback

    def cancel(self) -> None:
        self.callback = None


class VirtualClock:
    """A clock that moves only in `advance`.

    Timers fire in the order of their time, equal times in the order in which they were set. `start` is the time of day
    at first; raises `ValueError` for one without a time zone.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        if start.tzinfo is None:
            raise ValueError("VirtualClock needs a start time with a time zone, for example tzinfo=UTC")
        self._start = start.astimezone(UTC)
        self._elapsed = 0.0
        self._timers: list[tuple[float, int, _VirtualTimer]] = []
        self._order = itertools.count()
        self._holds = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        return self._elapsed

    def call_later(self, delay: float, callback: Callable[[], None]) -> Timer:
        """Run `callback` after `delay` seconds."""
        timer = _VirtualTimer(self._elapsed + max(0.0, delay), callback)
        heapq.heappush(self._timers, (timer.when, next(self._order), timer))
        return timer

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` on this clock."""
        await sleep_on(self, seconds)

    def hold(self) -> Hold:
        """Keep the clock still until the hold is released."""
        self._holds += 1
        self._idle.clear()
        return Hold(self._let_go)

    def _let_go(self) -> None:
        self._holds -= 1
        if not self._holds:
            self._idle.set()

    async def settle(self) -> None:
        """Wait until nothing holds the clock: every answer in flight has arrived and was worked on."""
        while self._holds:
            await self._idle.wait()

    async def advance(self, seconds: float) -> None:
        """Move the time by `seconds`, firing what falls due on the way and waiting for the work it starts."""
        target = self._elapsed + seconds
        await self.settle()
        while self._timers and self._timers[0][0] <= target:
            when, _, timer = heapq.heappop(self._timers)
            callback, timer.callback = timer.callback, None
            if callback is None:
                continue
            self._elapsed = when
            callback()
            await self.settle()
        self._elapsed = target
