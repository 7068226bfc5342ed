"""What BootNotification and Heartbeat are in OCPP 1.6 (§4.2, §4.6); the rest is `wire.registration`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulator.kernel.base import Base
from simulator.v16.core.configuration import Configuration
from simulator.wire.link import Link
from simulator.wire.registration import Registration as Common

_INTERVAL = "HeartbeatInterval"


class Registration(Common):
    """`identity` is the payload of BootNotification."""

    __slots__ = ("configuration",)

    def __init__(
        self,
        base: Base,
        configuration: Configuration,
        link: Link,
        identity: Mapping[str, str],
        *,
        on_accepted: Callable[[bool], None],
        on_time: Callable[[str], None],
    ) -> None:
        """As in `wire.registration`."""
        self.configuration = configuration
        super().__init__(base, link, identity, on_accepted=on_accepted, on_time=on_time)

    def notification(self, *, triggered: bool) -> dict[str, Any]:
        """Always the same."""
        return dict(self.identity)

    @property
    def interval(self) -> int:
        """HeartbeatInterval."""
        return self.configuration.number(_INTERVAL)

    @interval.setter
    def interval(self, seconds: int) -> None:
        self.configuration.set(_INTERVAL, str(seconds))

    def configured(self, key: str) -> None:
        """A configuration key has a new value."""
        if key == _INTERVAL:
            self.interval_changed()
