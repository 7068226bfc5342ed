"""Security events: what every station records of its own, and SecurityEventNotifications on their way."""

from __future__ import annotations

from functools import partial
from typing import Any

from simulator.kernel.errors import Offline, Unanswered
from simulator.station.context import Context
from simulator.station.feature import Feature, Features

MAX_WAITING = 100
ATTEMPTS = 3
"""How often an event is sent that the CSMS does not take."""

_KIND = "security-event"  # of records
_MAX_INFO = 255


class Outbox:
    """The events that the CSMS has still to be told of, by a key that grows; they survive the process.

    They leave one after the other, each until it is answered.
    """

    __slots__ = ("_failures", "_sending", "context", "waiting")

    def __init__(self, context: Context) -> None:
        self.context = context
        self.waiting: dict[str, dict[str, str]] = {}
        self._sending = False
        self._failures = 0

    def restore(self) -> None:
        """Read what the store has kept."""
        self.waiting = dict(self.context.store.read(_KIND))

    def put(self, key: str, type: str, at: str, tech_info: str) -> None:
        """Keep an event; `send` tells it."""
        event = {"type": type, "timestamp": at}
        if tech_info:
            event["techInfo"] = tech_info[:_MAX_INFO]
        self.waiting[key] = event
        self.context.store.put(_KIND, key, event)

    def forget(self, key: str) -> None:
        """Nobody is told of this one any more."""
        self.waiting.pop(key, None)
        self.context.store.drop(_KIND, key)

    def send(self) -> None:
        """Tell the oldest, if the CSMS can be told, and the next one when it is answered."""
        if self.waiting and not self._sending and self.context.registration.online:
            self._sending = True
            key, event = next(iter(self.waiting.items()))
            self.context.registration.send("SecurityEventNotification", event, partial(self._answered, key))

    def _answered(self, key: str, answer: dict[str, Any] | Offline | Unanswered) -> None:
        self._sending = False
        if isinstance(answer, Offline):
            return  # the next connection
        if isinstance(answer, Unanswered):
            self.context.events.publish("problem", f"SecurityEventNotification was not taken: {answer}")
            self._failures += 1
            if self._failures < ATTEMPTS:
                return  # together with the next event, or by the next connection
        self._failures = 0
        self.forget(key)
        self.send()


class SecurityEvents(Feature):
    """Records what happened, and sends what has to be sent; which events that are says the version."""

    __slots__ = ("_next", "_outbox")

    def __init__(self, parts: Any, features: Any) -> None:
        super().__init__(parts, features)
        self._outbox = Outbox(parts)
        self._next = 0

    def power_on(self) -> None:
        """The station comes up."""
        self.record("StartupOfTheDevice")

    def power_off(self) -> None:
        """The station goes down; by itself is an event."""
        if self.parts.supplied.resetting:
            self.record("ResetOrReboot")

    def online(self, after_boot: bool) -> None:
        """What happened meanwhile is told now."""
        self._outbox.send()

    @property
    def waiting(self) -> int:
        """Events the CSMS has still to be told of."""
        return len(self._outbox.waiting)

    def record(self, type: str, tech_info: str = "") -> None:
        """Something happened."""
        raise NotImplementedError


def record(features: Features, type: str, tech_info: str = "") -> None:
    """Record an event at a station that may do without them."""
    try:
        events = features[SecurityEvents]
    except LookupError:
        return
    events.record(type, tech_info)
