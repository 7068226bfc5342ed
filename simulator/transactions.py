"""Transactions and the queue of their messages (1.6 §3.7, §4.7, §4.8, §4.10; rules TX-03, 06, 07, 08).

The queue survives reset and power loss. Its messages leave one after the other, the oldest first; others may overtake.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from simulator.clock import Timer
from simulator.core import Core, Offline, Unanswered, Uplink

MAX_QUEUED = 10_000
UNKNOWN_ID = -1
"""The transactionId of a transaction whose StartTransaction was never answered (erratum 3.18, rule TX-08)."""


@dataclass(eq=False, slots=True)
class Transaction:
    """One transaction, from the moment energy may flow. Meter values in Wh."""

    connector: int
    idTag: str
    started: datetime
    meter_start: int
    parentIdTag: str | None = None
    transactionId: int | None = None
    stopped: bool = False
    reason: str | None = None
    suspended: bool = False  # the station holds the energy back (rule TX-10)
    data: list[dict[str, Any]] = field(default_factory=list)  # for transactionData


@dataclass(eq=False, slots=True)
class Message:
    """A queued message; `payload` lacks the transactionId, which may only be known when it leaves."""

    action: Literal["StartTransaction", "MeterValues", "StopTransaction"]
    transaction: Transaction
    payload: dict[str, Any]
    attempts: int = 0


class TransactionQueue:
    """Delivers transaction messages in order, offline ones after the connection is back."""

    def __init__(self, core: Core, uplink: Uplink) -> None:
        self.on_answer: Callable[[Message, dict[str, Any]], None] = lambda _message, _answer: None
        self.dropped = 0
        self._core = core
        self._uplink = uplink
        self._messages: deque[Message] = deque()
        self._delivering = False
        self._pause: Timer | None = None

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def stuck(self) -> bool:
        """Messages wait and none is on its way."""
        return bool(self._messages) and not self._delivering

    def put(self, message: Message) -> None:
        """Add a message. When the queue is full the oldest meter values go, never a start or a stop."""
        self._messages.append(message)
        if len(self._messages) > MAX_QUEUED:
            victim = next((m for m in list(self._messages)[1:] if m.action == "MeterValues"), None)
            if victim is not None:
                self._messages.remove(victim)
                self.dropped += 1
        self.kick()

    def kick(self) -> None:
        """Deliver what waits, unless a pause before a repetition runs."""
        if self._messages and not self._delivering and self._pause is None and self._uplink.online:
            self._delivering = True
            self._core.tasks.spawn(self._deliver(self._submit(self._messages[0])))

    def hurry(self) -> None:
        """End a pause before a repetition: the connection is new."""
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        self.kick()

    async def _deliver(self, answer: asyncio.Future[dict[str, Any]]) -> None:
        try:
            while True:
                await self._finish(self._messages[0], answer)
                if not self._messages or self._pause is not None or not self._uplink.online:
                    break
                answer = self._submit(self._messages[0])
        except Offline:
            pass
        finally:
            self._delivering = False
            self._core.events.publish("queue", f"{len(self._messages)} transaction messages wait")
            self.kick()

    def _submit(self, message: Message) -> asyncio.Future[dict[str, Any]]:
        payload = dict(message.payload)
        transaction = message.transaction
        if message.action != "StartTransaction":
            payload["transactionId"] = UNKNOWN_ID if transaction.transactionId is None else transaction.transactionId
        return self._uplink.submit(message.action, payload)

    async def _finish(self, message: Message, pending: asyncio.Future[dict[str, Any]]) -> None:
        try:
            answer = await pending
        except Unanswered as error:
            self._failed(message, error)
            return
        self._messages.popleft()
        if message.action == "StartTransaction":
            message.transaction.transactionId = answer["transactionId"]
        self.on_answer(message, answer)

    def _failed(self, message: Message, error: Unanswered) -> None:
        """Repeat after k times the interval, and skip only when the attempts are used up (1.6 §3.7.1)."""
        message.attempts += 1
        configuration = self._core.configuration
        if message.attempts >= configuration.number("TransactionMessageAttempts"):
            self._messages.popleft()
            self._core.events.publish("problem", f"{error}; given up after {message.attempts} attempts")
            return
        wait = message.attempts * configuration.number("TransactionMessageRetryInterval")
        self._pause = self._core.clock.call_later(wait, self._resume)
        self._core.events.publish("problem", f"{error}; repeated in {wait} s")

    def _resume(self) -> None:
        self._pause = None
        self.kick()
