"""What the CSMS says to a start, and what follows when it does not agree (1.6 §3.5.4, §4.8; rules TX-10, AUTH-05).

MaxEnergyOnInvalidId lets the vehicle have enough to drive away before the transaction, or its energy, is stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from simulator.parts import Parts

if TYPE_CHECKING:
    from simulator.connectors import Connector
    from simulator.transactions import Message, Transaction


def answered(parts: Parts, message: Message, answer: Mapping[str, Any]) -> None:
    """A message of a transaction was answered."""
    transaction = message.transaction
    info = answer.get("idTagInfo")
    if message.action == "StopTransaction":
        parts.authorizer.remember(message.payload.get("idTag"), info)
        return
    if message.action != "StartTransaction" or info is None:
        return
    parts.authorizer.remember(transaction.idTag, info)
    transaction.parentIdTag = info.get("parentIdTag", transaction.parentIdTag)
    parts.queue.keep(transaction)
    text = f"connector {transaction.connector}: transactionId is {transaction.transactionId}"
    parts.events.publish("transaction", text, transaction.connector)
    parts.features.transaction_answered(transaction, info)
    connector = parts.connectors[transaction.connector]
    if info["status"] != "Accepted" and connector.transaction is transaction:
        _deauthorize(parts, connector, transaction, info["status"])


def _deauthorize(parts: Parts, connector: Connector, transaction: Transaction, status: str) -> None:
    """The CSMS does not agree with the start (erratum 3.17, rule TX-10)."""
    text = f"connector {connector.id}: the CSMS says {status} to the start"
    parts.events.publish("authorization", text, connector.id)
    transaction.stop_at_end = parts.configuration.flag("StopTransactionOnInvalidId")
    transaction.energy_end = connector.meter.register + parts.configuration.number("MaxEnergyOnInvalidId")
    parts.queue.keep(transaction)
    watch_energy(parts, connector)


def watch_energy(parts: Parts, connector: Connector) -> None:
    """Look when the energy that is left will be used up; power has changed, or the end was set."""
    forget_energy(connector)
    transaction = connector.transaction
    if transaction is None or transaction.energy_end is None or transaction.suspended:
        return
    left = transaction.energy_end - connector.meter.exact
    if left <= 1e-6:
        if transaction.stop_at_end:
            parts.sessions.stop(connector, "DeAuthorized")
        else:
            transaction.suspended = True
            parts.queue.keep(transaction)
            connector.update()
    elif connector.power > 0:
        wait = left / connector.power * 3600.0
        connector.energy_timer = parts.clock.call_later(wait, partial(watch_energy, parts, connector))


def forget_energy(connector: Connector) -> None:
    """Nobody waits for the energy to be used up any more."""
    if connector.energy_timer is not None:
        connector.energy_timer.cancel()
        connector.energy_timer = None
