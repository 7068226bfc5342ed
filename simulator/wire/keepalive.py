"""WebSocket pings of the station (OCPP-J §7; rule CON-12)."""

from __future__ import annotations

from collections.abc import Callable

from ocppj.errors import ConnectionClosed
from simulator.kernel.base import Base
from simulator.kernel.clock import Timer
from simulator.wire.link import Link


class KeepAlive:
    """Pings while there is a connection; `interval` says how often in seconds, 0 means never."""

    __slots__ = ("_timer", "base", "interval", "link")

    def __init__(self, base: Base, link: Link, interval: Callable[[], int]) -> None:
        self.base = base
        self.link = link
        self.interval = interval
        self._timer: Timer | None = None

    def arm(self) -> None:
        """A connection is there, or the interval has changed: count from now."""
        self.disarm()
        interval = self.interval()
        if interval and self.link.up:
            self._timer = self.base.clock.call_later(interval, self._due)

    def disarm(self) -> None:
        """The connection is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> None:
        self.base.tasks.spawn(self._ping())
        self.arm()

    async def _ping(self) -> None:
        line = self.link.line
        if line is not None:
            try:
                await line.ping()
            except ConnectionClosed as error:
                self.base.events.publish("problem", f"a ping was not answered: {error}")
