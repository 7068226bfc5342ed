"""What happens at a station, as a stream: nobody has to poll its state.

Every change of observable state publishes one `Event`, after the change. `until` waits for a condition by looking at it
once now and once after each event.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from simulator.kernel.clock import Clock

Kind = Literal[
    "connected",
    "disconnected",
    "boot",
    "status",
    "authorization",
    "transaction",
    "queue",
    "meter",
    "charging",
    "configuration",
    "csms",
    "driver",
    "reset",
    "transfer",
    "security",
    "problem",
]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: `at` on the station's clock, `text` for people, `details` for programs."""

    kind: Kind
    at: datetime
    text: str
    connector: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


class NotReached(Exception):
    """A condition did not come true in the time it was given."""


class Subscription:
    """A bounded, asynchronous view of the events from now on; `dropped` counts those a slow reader lost."""

    def __init__(self, limit: int) -> None:
        self._events: deque[Event] = deque(maxlen=limit)
        self._arrived = asyncio.Event()
        self._closed = False
        self.dropped = 0

    def push(self, event: Event) -> None:
        """Add an event; the oldest one gives way when the reader is too slow."""
        if len(self._events) == self._events.maxlen:
            self.dropped += 1
        self._events.append(event)
        self._arrived.set()

    def close(self) -> None:
        """End the iteration after the events that are still waiting."""
        self._closed = True
        self._arrived.set()

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            while self._events:
                yield self._events.popleft()
            if self._closed:
                return
            self._arrived.clear()
            await self._arrived.wait()


class Events:
    """The stream itself: listeners are called at once, subscriptions are read later, waiters are woken when due."""

    __slots__ = ("_listeners", "_subscriptions", "_waiters", "clock", "heard")

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.heard = False
        """Whether anybody wants to know; who publishes often asks before he makes a text."""
        self._listeners: list[Callable[[Event], None]] = []
        self._subscriptions: list[Subscription] = []
        self._waiters: list[tuple[Callable[[], object], asyncio.Future[None]]] = []

    def publish(self, kind: Kind, text: str, connector: int | None = None, **details: Any) -> None:
        """Tell everybody that something happened; call it after the state has changed."""
        if not self.heard:
            return
        event = Event(kind, self.clock.now(), text, connector, details)
        for listener in self._listeners:
            listener(event)
        for subscription in self._subscriptions:
            subscription.push(event)
        for condition, future in self._waiters:
            _check(condition, future)

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Call `listener` with every event, inside `publish`."""
        self._listeners.append(listener)
        self.heard = True

    def subscribe(self, limit: int = 1000) -> Subscription:
        """Read the events from now on with `async for`; at most `limit` wait for the reader."""
        subscription = Subscription(limit)
        self._subscriptions.append(subscription)
        self.heard = True
        return subscription

    async def until(self, condition: Callable[[], object], *, within: float | None = None) -> None:
        """Wait until `condition()` is true. `within` is in real seconds.

        Raises `NotReached` when the time is over, and whatever the condition raises.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        _check(condition, future)
        waiter = (condition, future)
        self._waiters.append(waiter)
        self.heard = True
        try:
            async with asyncio.timeout(within):
                await future
        except TimeoutError:
            raise NotReached(f"the condition did not come true within {within:g} s") from None
        finally:
            self._waiters.remove(waiter)
            self.heard = bool(self._listeners or self._subscriptions or self._waiters)

    def close(self) -> None:
        """End all subscriptions."""
        for subscription in self._subscriptions:
            subscription.close()


def _check(condition: Callable[[], object], future: asyncio.Future[None]) -> None:
    if future.done():
        return
    try:
        met = condition()
    except Exception as error:  # the waiter asked the question, so the waiter gets the error
        future.set_exception(error)
    else:
        if met:
            future.set_result(None)
