"""Transactions and the queue of their messages (1.6 §3.7, §4.7, §4.8, §4.10; rules TX-03, 06, 07, 08).

The queue survives reset and power loss. Its messages leave one after the other, the oldest first; others may overtake.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from simulator import deauthorization
from simulator.clock import Timer
from simulator.errors import Offline, Unanswered
from simulator.metering import timestamp
from simulator.parts import Parts

log = logging.getLogger(__name__)

MAX_QUEUED = 10_000
UNKNOWN_ID = -1
"""The transactionId of a transaction whose StartTransaction was never answered (erratum 3.18, rule TX-08)."""

_QUEUE, _TRANSACTION = "queue", "transaction"  # kinds of records
_NONE_YET: deque[Message] = deque(maxlen=0)
"""The queue of every station that has had no transaction; never changed, only replaced."""

Action = Literal["StartTransaction", "MeterValues", "StopTransaction"]


class Transaction(msgspec.Struct, eq=False, omit_defaults=True):
    """One transaction, from the moment energy may flow. Meter values in Wh; `number` is the station's own."""

    number: int
    connector: int
    idTag: str
    started: datetime
    meter_start: int
    parentIdTag: str | None = None
    transactionId: int | None = None
    reservationId: int | None = None
    suspended: bool = False  # the station holds the energy back (rule TX-10)
    energy_end: int | None = None  # register at which MaxEnergyOnInvalidId is used up
    stop_at_end: bool = False  # then the transaction is stopped, otherwise only its energy
    stopped: bool = False
    reason: str | None = None
    profile: Mapping[str, Any] | None = None  # chargingProfile of the RemoteStartTransaction it came from
    next_sample: float = 0.0  # monotonic seconds
    data: list[dict[str, Any]] | None = None  # for transactionData; kept in records of its own


class Message(msgspec.Struct, eq=False):
    """A queued message; `payload` lacks the transactionId, which may only be known when it leaves."""

    action: Action
    transaction: Transaction
    payload: dict[str, Any]
    attempts: int = 0
    place: int = 0


class TransactionQueue:
    """Delivers transaction messages in order, offline ones after the connection is back."""

    __slots__ = ("_delivering", "_messages", "_next", "_pause", "dropped", "parts")

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.dropped = 0
        self._messages = _NONE_YET
        self._delivering = False
        self._pause: Timer | None = None
        self._next = 1

    def __len__(self) -> int:
        return len(self._messages)

    def __iter__(self) -> Iterator[Message]:
        """The messages that wait, the next one first."""
        return iter(self._messages)

    @property
    def stuck(self) -> bool:
        """Messages wait and none is on its way."""
        return bool(self._messages) and not self._delivering

    def _mine(self) -> deque[Message]:
        if self._messages is _NONE_YET:
            self._messages = deque()
        return self._messages

    # --- what is kept -------------------------------------------------------------------------------------------------

    def restore(self) -> dict[int, Transaction]:
        """Read transactions and messages from the store; returns the transactions by number."""
        store = self.parts.store
        transactions = {int(key): msgspec.convert(value, Transaction) for key, value in store.read(_TRANSACTION)}
        for transaction in transactions.values():
            transaction.data = [value for _, value in store.read(_data(transaction))] or None
        for key, value in store.read(_QUEUE):
            transaction = transactions[value["transaction"]]
            self._mine().append(Message(value["action"], transaction, value["payload"], place=int(key)))
        self._next = max([0, *transactions, *(message.place for message in self._messages)]) + 1
        return transactions

    def number(self) -> int:
        """A number for the next transaction or message."""
        self._next += 1
        return self._next - 1

    def keep(self, transaction: Transaction) -> None:
        """Keep a transaction as it is now."""
        store = self.parts.store
        if store.keeps:
            value = msgspec.to_builtins(transaction)
            value.pop("data", None)
            value.pop("next_sample", None)
            store.put(_TRANSACTION, f"{transaction.number:010}", value)

    def note(self, transaction: Transaction, value: dict[str, Any], most: int) -> None:
        """Keep an element of transactionData; beyond `most`, what lies between first and last is thinned out."""
        data = transaction.data = [] if transaction.data is None else transaction.data
        data.append(value)
        thinned = len(data) > most
        if thinned:
            del data[1:-1:2]
        store = self.parts.store
        if store.keeps:
            first = 0 if thinned else len(data) - 1
            with store.unit():
                if thinned:
                    store.clear(_data(transaction))
                for place, element in enumerate(data[first:], first):
                    store.put(_data(transaction), f"{place:05}", element)

    # --- delivery -----------------------------------------------------------------------------------------------------

    def put(self, message: Message) -> None:
        """Add a message. When the queue is full the oldest meter values go, never a start or a stop."""
        parts = self.parts
        store = parts.store
        messages = self._mine()
        message.place = self.number()
        messages.append(message)
        if store.keeps:
            value = {
                "action": message.action,
                "transaction": message.transaction.number,
                "payload": message.payload,
            }
            store.put(_QUEUE, f"{message.place:010}", value)
        if len(messages) > MAX_QUEUED:
            victim = next((m for m in list(messages)[1:] if m.action == "MeterValues"), None)
            if victim is not None:
                messages.remove(victim)
                store.drop(_QUEUE, f"{victim.place:010}")
                self.dropped += 1
        if parts.events.heard:
            parts.events.publish(
                "queue",
                f"{message.action} is queued",
                message.transaction.connector,
                action=message.action,
                payload=message.payload,
            )
        self.kick()

    def kick(self) -> None:
        """Deliver what waits, unless a pause before a repetition runs."""
        if self._messages and not self._delivering and self._pause is None and self.parts.registration.online:
            self._delivering = True
            message = self._messages[0]
            payload = dict(message.payload)
            if message.action != "StartTransaction":
                known = message.transaction.transactionId
                payload["transactionId"] = UNKNOWN_ID if known is None else known
            self.parts.registration.send(message.action, payload, self._answered)

    def hurry(self) -> None:
        """End a pause before a repetition: the connection is new."""
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        self.kick()

    def _answered(self, answer: dict[str, Any] | Offline | Unanswered) -> None:
        self._delivering = False
        try:
            self._settle(self._messages[0], answer)
            if self.parts.events.heard:
                self.parts.events.publish("queue", f"{len(self)} transaction messages wait")
        finally:
            self.kick()

    def _settle(self, message: Message, answer: dict[str, Any] | Offline | Unanswered) -> None:
        """What becomes of the message that was answered, or was not."""
        if isinstance(answer, Unanswered):
            self._failed(message, answer)
        elif not isinstance(answer, Offline):
            with self.parts.store.unit():
                if message.action == "StartTransaction":
                    message.transaction.transactionId = answer["transactionId"]
                    self.keep(message.transaction)
                self._remove(message)
                try:
                    deauthorization.answered(self.parts, message, answer)  # a verdict of the CSMS is not told twice
                except Exception:  # the answer is there all the same, and the message is not sent again
                    log.exception("what follows from the answer to %s failed", message.action)
                    self.parts.events.publish("problem", f"what follows from the answer to {message.action} failed")

    def _remove(self, message: Message) -> None:
        self._messages.popleft()
        store = self.parts.store
        if store.keeps:
            store.drop(_QUEUE, f"{message.place:010}")
            if message.action == "StopTransaction":  # nothing comes after it
                store.drop(_TRANSACTION, f"{message.transaction.number:010}")
                store.clear(_data(message.transaction))

    def _failed(self, message: Message, error: Unanswered) -> None:
        """Repeat after k times the interval, and skip only when the attempts are used up (1.6 §3.7.1)."""
        message.attempts += 1
        configuration = self.parts.configuration
        if message.attempts >= configuration.number("TransactionMessageAttempts"):
            with self.parts.store.unit():
                self._remove(message)
            self.parts.events.publish("problem", f"{error}; given up after {message.attempts} attempts")
            return
        wait = message.attempts * configuration.number("TransactionMessageRetryInterval")
        self._pause = self.parts.clock.call_later(wait, self._resume)
        self.parts.events.publish("problem", f"{error}; repeated in {wait} s")

    def _resume(self) -> None:
        self._pause = None
        self.kick()


def _data(transaction: Transaction) -> str:
    """The kind of the records with its transactionData."""
    return f"data/{transaction.number}"


def start_payload(transaction: Transaction) -> dict[str, Any]:
    """StartTransaction of a transaction (1.6 §4.8)."""
    payload: dict[str, Any] = {
        "connectorId": transaction.connector,
        "idTag": transaction.idTag,
        "meterStart": transaction.meter_start,
        "timestamp": timestamp(transaction.started),
    }
    if transaction.reservationId is not None:
        payload["reservationId"] = transaction.reservationId
    return payload
