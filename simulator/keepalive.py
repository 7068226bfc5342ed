"""WebSocket pings of the station (OCPP-J §7, WebSocketPingInterval; rule CON-12)."""

from __future__ import annotations

from ocppj.peer import ConnectionClosed
from simulator.clock import Timer
from simulator.core import Core
from simulator.link import Link

KEY = "WebSocketPingInterval"


class KeepAlive:
    """Pings every WebSocketPingInterval seconds while there is a connection; 0 means never."""

    def __init__(self, core: Core, link: Link) -> None:
        self._core = core
        self._link = link
        self._timer: Timer | None = None
        core.configuration.listen(self._configured)

    def arm(self) -> None:
        """A connection is there, or the interval has changed: count from now."""
        self.disarm()
        interval = self._core.configuration.number(KEY)
        if interval and self._link.up:
            self._timer = self._core.clock.call_later(interval, self._due)

    def disarm(self) -> None:
        """The connection is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _configured(self, key: str) -> None:
        if key == KEY:
            self.arm()

    def _due(self) -> None:
        self._core.tasks.spawn(self._ping())
        self.arm()

    async def _ping(self) -> None:
        peer = self._link.peer
        if peer is not None:
            try:
                await peer.ping()
            except ConnectionClosed as error:
                self._core.events.publish("problem", f"a ping was not answered: {error}")
