"""WebSocket pings of the station (OCPP-J §7, WebSocketPingInterval; rule CON-12)."""

from __future__ import annotations

from ocppj.errors import ConnectionClosed
from simulator.clock import Timer
from simulator.parts import Parts

KEY = "WebSocketPingInterval"


class KeepAlive:
    """Pings every WebSocketPingInterval seconds while there is a connection; 0 means never."""

    __slots__ = ("_timer", "parts")

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._timer: Timer | None = None

    def arm(self) -> None:
        """A connection is there, or the interval has changed: count from now."""
        self.disarm()
        interval = self.parts.configuration.number(KEY)
        if interval and self.parts.link.up:
            self._timer = self.parts.clock.call_later(interval, self._due)

    def disarm(self) -> None:
        """The connection is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def configured(self, key: str) -> None:
        """A configuration key has a new value."""
        if key == KEY:
            self.arm()

    def _due(self) -> None:
        self.parts.tasks.spawn(self._ping())
        self.arm()

    async def _ping(self) -> None:
        line = self.parts.link.line
        if line is not None:
            try:
                await line.ping()
            except ConnectionClosed as error:
                self.parts.events.publish("problem", f"a ping was not answered: {error}")
