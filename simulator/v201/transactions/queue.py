"""The queue of TransactionEvents (P2 E04, E13; P2 §3.1.1 MessageAttempts, MessageAttemptInterval).

How they are delivered is the same in every version (`station.queue`).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from simulator.station.queue import Queue
from simulator.v201.core.context import Context

ACTION: Final = "TransactionEvent"
_KIND = "event"  # of records
_METERING = frozenset({"MeterValueClock", "MeterValuePeriodic"})


class Queued(msgspec.Struct, eq=False):
    """An event that waits, on behalf of an EVSE."""

    evse: int
    payload: dict[str, Any]
    attempts: int = 0
    place: int = 0
    due: float = 0.0

    @property
    def action(self) -> str:
        """What it is sent as."""
        return ACTION

    @property
    def transactionId(self) -> str:
        """Whose event it is."""
        return str(self.payload["transactionInfo"]["transactionId"])


class TransactionQueue(Queue[Queued]):
    """That of every station, with events."""

    __slots__ = ()

    _kind = _KIND
    context: Context

    def restore(self) -> None:
        """Read what the store has kept."""
        for key, value in self.context.store.read(_KIND):
            self._mine().append(Queued(value["evse"], value["payload"], place=int(key)))
        self._next = max((one.place for one in self._messages), default=0) + 1

    def put(self, evse: int, payload: dict[str, Any]) -> None:
        """Add an event. When the queue is full, intermediate meter values go, never a start or an end (E04.FR.07)."""
        self._add(Queued(evse, payload, place=self.number()), {"evse": evse, "payload": payload})
        kind, why = payload["eventType"], payload["triggerReason"]
        self.context.events.publish("queue", f"{ACTION} {kind} ({why}) is queued", evse, action=ACTION, payload=payload)
        self.kick()

    def _payload(self, message: Queued) -> dict[str, Any]:
        return message.payload

    def _can_go(self, message: Queued) -> bool:
        return message.payload["triggerReason"] in _METERING

    def _repetition(self) -> tuple[int, int]:
        """E13.FR.02, E13.FR.03."""
        number = self.context.device_model.number
        attempts = number("OCPPCommCtrlr.MessageAttempts[TransactionEvent]")
        return attempts, number("OCPPCommCtrlr.MessageAttemptInterval[TransactionEvent]")
