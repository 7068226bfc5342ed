"""Transactions and the queue of their messages (1.6 §3.7, §4.7, §4.8, §4.10; rules TX-03, 06, 07, 08).

How they are delivered is the same in every version (`station.queue`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from ocppj.times import timestamp
from simulator.station.queue import Queue
from simulator.v16.connectors.transaction import Transaction
from simulator.v16.core.context import Context

UNKNOWN_ID = -1
"""The transactionId of a transaction whose StartTransaction was never answered (erratum 3.18, rule TX-08)."""

_QUEUE, _TRANSACTION = "queue", "transaction"  # kinds of records

Action = Literal["StartTransaction", "MeterValues", "StopTransaction"]


class Queued(msgspec.Struct, eq=False):
    """A queued message; `payload` lacks the transactionId, which may only be known when it leaves."""

    action: Action
    transaction: Transaction
    payload: dict[str, Any]
    attempts: int = 0
    place: int = 0
    due: float = 0.0


class TransactionQueue(Queue[Queued]):
    """That of every station, with the transactions that its messages belong to."""

    __slots__ = ()

    _kind = _QUEUE
    context: Context

    # --- what is kept -------------------------------------------------------------------------------------------------

    def restore(self) -> dict[int, Transaction]:
        """Read transactions and messages from the store; returns the transactions by number."""
        store = self.context.store
        transactions = {int(key): msgspec.convert(value, Transaction) for key, value in store.read(_TRANSACTION)}
        for transaction in transactions.values():
            transaction.data = [value for _, value in store.read(_data(transaction))] or None
        for key, value in store.read(_QUEUE):
            transaction = transactions[value["transaction"]]
            self._mine().append(Queued(value["action"], transaction, value["payload"], place=int(key)))
        self._next = max([0, *transactions, *(message.place for message in self._messages)]) + 1
        return transactions

    def keep(self, transaction: Transaction) -> None:
        """Keep a transaction as it is now."""
        store = self.context.store
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
        store = self.context.store
        if store.keeps:
            first = 0 if thinned else len(data) - 1
            with store.unit():
                if thinned:
                    store.clear(_data(transaction))
                for place, element in enumerate(data[first:], first):
                    store.put(_data(transaction), f"{place:05}", element)

    # --- delivery -----------------------------------------------------------------------------------------------------

    def put(self, message: Queued) -> None:
        """Add a message. When the queue is full the oldest meter values go, never a start or a stop."""
        message.place = self.number()
        number, events = message.transaction.number, self.context.events
        self._add(message, {"action": message.action, "transaction": number, "payload": message.payload})
        if events.heard:
            text, about = f"{message.action} is queued", message.transaction.connector
            events.publish("queue", text, about, action=message.action, payload=message.payload)
        self.kick()

    def _payload(self, message: Queued) -> dict[str, Any]:
        if message.action == "StartTransaction":
            return dict(message.payload)
        known = message.transaction.transactionId
        return {**message.payload, "transactionId": UNKNOWN_ID if known is None else known}

    def _can_go(self, message: Queued) -> bool:
        return message.action == "MeterValues"

    def _repetition(self) -> tuple[int, int]:
        """1.6 §3.7.1."""
        number = self.context.configuration.number
        return number("TransactionMessageAttempts"), number("TransactionMessageRetryInterval")

    def _learn(self, message: Queued, answer: Mapping[str, Any]) -> None:
        if message.action == "StartTransaction":
            message.transaction.transactionId = answer["transactionId"]
            self.keep(message.transaction)

    def _remove(self, message: Queued) -> None:
        super()._remove(message)
        store = self.context.store
        if store.keeps and message.action == "StopTransaction":  # nothing comes after it
            store.drop(_TRANSACTION, f"{message.transaction.number:010}")
            store.clear(_data(message.transaction))


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
