"""What the CSMS says to a start, and what follows when it does not agree (1.6 §3.5.4, §4.8; rules TX-10, AUTH-05).

MaxEnergyOnInvalidId lets the vehicle have enough to drive away before the transaction, or its energy, is stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from simulator.v16.connectors.connector import Connector
from simulator.v16.connectors.transaction import Transaction
from simulator.v16.core.authorization import Authorizer
from simulator.v16.core.context import Context
from simulator.v16.transactions.queue import Queued
from simulator.v16.transactions.sessions import Sessions


class Deauthorization:
    """Hears what is answered to the messages of a transaction, and ends what the CSMS does not want."""

    __slots__ = ("authorizer", "context", "sessions")

    def __init__(self, context: Context, authorizer: Authorizer, sessions: Sessions) -> None:
        self.context = context
        self.authorizer = authorizer
        self.sessions = sessions

    def answered(self, message: Queued, answer: Mapping[str, Any]) -> None:
        """A message of a transaction was answered."""
        transaction = message.transaction
        info = answer.get("idTagInfo")
        if message.action == "StopTransaction":
            self.authorizer.remember(message.payload.get("idTag"), info)
            return
        if message.action != "StartTransaction" or info is None:
            return
        sessions = self.sessions
        self.authorizer.remember(transaction.idTag, info)
        transaction.parentIdTag = info.get("parentIdTag", transaction.parentIdTag)
        sessions.queue.keep(transaction)
        text = f"connector {transaction.connector}: transactionId is {transaction.transactionId}"
        self.context.events.publish("transaction", text, transaction.connector)
        sessions.hooks.transaction_answered(transaction, info)
        connector = sessions.connectors[transaction.connector]
        if info["status"] != "Accepted" and connector.transaction is transaction:
            self._deauthorize(connector, transaction, info["status"])

    def _deauthorize(self, connector: Connector, transaction: Transaction, status: str) -> None:
        """The CSMS does not agree with the start (erratum 3.17, rule TX-10)."""
        text = f"connector {connector.id}: the CSMS says {status} to the start"
        self.context.events.publish("authorization", text, connector.id)
        configuration = self.context.configuration
        transaction.stop_at_end = configuration.flag("StopTransactionOnInvalidId")
        transaction.energy_end = connector.meter.register + configuration.number("MaxEnergyOnInvalidId")
        self.sessions.queue.keep(transaction)
        self.watch(connector)

    def watch(self, connector: Connector) -> None:
        """Look when the energy that is left will be used up; power has changed, or the end was set."""
        connector.forget_energy()
        transaction = connector.transaction
        if transaction is None or transaction.energy_end is None or transaction.suspended:
            return
        left = transaction.energy_end - connector.meter.exact
        if left <= 1e-6:
            if transaction.stop_at_end:
                self.sessions.stop(connector, "DeAuthorized")
            else:
                transaction.suspended = True
                self.sessions.queue.keep(transaction)
                connector.update()
        elif connector.power > 0:
            wait = left / connector.power * 3600.0
            connector.energy_timer = self.context.clock.call_later(wait, partial(self.watch, connector))
