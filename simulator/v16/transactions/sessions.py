"""The charging session: starts and stops transactions for whatever reason there is (1.6 §4.8, §4.10, §9.1).

Rules TX-08, TX-10 to TX-16, STAT-06. What a connector looks like is in `connector`, who may charge in `authorization`
and `reader`, what is sent about it in `queue` and `sampling`; this module decides when.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from ocppj.times import timestamp
from simulator.v16.connectors import records
from simulator.v16.connectors.connector import Admission, Connector, Reservation
from simulator.v16.connectors.main_controller import MainController
from simulator.v16.connectors.transaction import Transaction
from simulator.v16.core.context import Context
from simulator.v16.transactions.queue import Queued, TransactionQueue, start_payload
from simulator.v16.transactions.sampling import Sampler


class TransactionHooks(Protocol):
    """Who has a say in transactions, and hears of them."""

    def reservation_for(self, connector: Connector, tag: str, parent: str | None) -> Reservation | None:
        """The reservation that a start with this idTag uses (1.6 §4.8, rule TX-16)."""
        ...

    def transaction_started(self, connector: Connector, transaction: Transaction) -> None:
        """Energy may flow from now on; the transactionId is not known yet."""
        ...

    def transaction_answered(self, transaction: Transaction, info: Mapping[str, Any]) -> None:
        """StartTransaction was answered: the transactionId is known now, `info` is the idTagInfo."""
        ...

    def transaction_stopped(self, connector: Connector, transaction: Transaction) -> None:
        """The transaction is over, and its StopTransaction is queued."""
        ...


class Sessions:
    """What begins, goes on and ends at the connectors."""

    __slots__ = ("connectors", "context", "hooks", "main", "queue", "sampler")

    def __init__(
        self,
        context: Context,
        connectors: Mapping[int, Connector],
        main: MainController,
        queue: TransactionQueue,
        sampler: Sampler,
        hooks: TransactionHooks,
    ) -> None:
        self.context = context
        self.connectors = connectors
        self.main = main
        self.queue = queue
        self.sampler = sampler
        self.hooks = hooks

    def restore(self) -> None:
        """Read it all from the store. What was running when the process died is stopped as after a loss of power."""
        for connector, at in records.restored(self.context, self.connectors, self.main, self.queue.restore()):
            if connector.transaction is not None and not self.context.facts.resumes:
                self.stop(connector, "PowerLoss", at=at)

    # --- begin and end ------------------------------------------------------------------------------------------------

    def authorize(self, connector: Connector, admission: Admission) -> None:
        """Somebody may start at `connector`: at once when the cable is in, else within ConnectionTimeOut."""
        connector.authorized = admission
        text = f"connector {connector.id}: {admission.idTag} may charge"
        self.context.events.publish("authorization", text, connector.id)
        if connector.cable and connector.vehicle:
            self.start(connector)
        else:
            connector.update()

    def give_up(self, connector: Connector, why: str) -> None:
        """Forget an authorization that has not led to a transaction."""
        connector.authorized = None
        self.context.events.publish("authorization", f"connector {connector.id}: given up, {why}", connector.id)
        connector.update()

    def start(self, connector: Connector) -> None:
        """Begin the transaction of whoever was authorized."""
        admission = connector.authorized
        if admission is None:
            return
        if not connector.locked and not self._lock(connector):
            return
        connector.authorized = None
        tag, parent = admission.idTag, admission.parentIdTag
        reservation = self.hooks.reservation_for(connector, tag, parent)
        transaction = connector.transaction = Transaction(
            self.queue.number(),
            connector.id,
            tag,
            self.context.clock.now(),
            connector.meter.register,
            parent,
            reservationId=None if reservation is None else reservation.reservationId,
            profile=admission.profile,
        )
        connector.finished = False
        self.context.events.publish("transaction", f"connector {connector.id}: started for {tag}", connector.id)
        with self.context.store.unit():
            self.queue.keep(transaction)
            self.queue.put(Queued("StartTransaction", transaction, start_payload(transaction)))
            records.keep(self.context, connector)
            self.sampler.begin(connector)
            self.hooks.transaction_started(connector, transaction)  # what it keeps belongs to the start
        connector.update()

    def _lock(self, connector: Connector) -> bool:
        """Close the lock of the socket; when it sticks, there is a fault and no transaction."""
        if connector.lock_jammed:
            connector.break_down("ConnectorLockFailure", None, None)
            self.interrupt(connector, "Other")
            return False
        connector.locked = connector.outlet.lock
        return True

    def stop(self, connector: Connector, reason: str, tag: str | None = None, at: datetime | None = None) -> None:
        """End the transaction at `connector`, if any; `tag` is that of the card that asked for it.

        `at` is for a transaction that ended some time ago, when the power was lost.
        """
        transaction = connector.transaction
        if transaction is None:
            return
        with self.context.store.unit():
            self.sampler.end(connector)
            payload: dict[str, Any] = {
                "meterStop": connector.meter.register,
                "timestamp": timestamp(at or self.context.clock.now()),
                "reason": reason,
            }
            if tag is not None:
                payload["idTag"] = tag
            if transaction.data:
                payload["transactionData"] = transaction.data
            transaction.stopped = True
            transaction.reason = reason
            connector.transaction = None
            connector.ev_paused = False
            connector.finished = connector.cable
            self._lock_after(connector, transaction, reason)
            text = f"connector {connector.id}: stopped ({reason})"
            self.context.events.publish("transaction", text, connector.id, reason=reason)
            self.queue.put(Queued("StopTransaction", transaction, payload))
            records.keep(self.context, connector)
            connector.forget_energy()
            self.hooks.transaction_stopped(connector, transaction)  # what it keeps belongs to the stop
        connector.update()
        self.main.update()

    def stop_all(self, reason: str) -> None:
        """End every transaction."""
        for connector in self.connectors.values():
            self.stop(connector, reason)

    def interrupt(self, connector: Connector, reason: str) -> None:
        """A fault ends whatever goes on at `connector`."""
        connector.authorized = None
        self.stop(connector, reason)
        connector.update()

    def unlock(self, connector: Connector) -> None:
        """Open the lock of the socket."""
        connector.locked = False
        connector.locked_for = None
        records.keep(self.context, connector)
        self.context.events.publish("driver", f"connector {connector.id}: lock open", connector.id)

    def _lock_after(self, connector: Connector, transaction: Transaction, reason: str) -> None:
        if not connector.outlet.lock:
            return
        if reason == "DeAuthorized":
            connector.locked_for = (transaction.idTag, transaction.parentIdTag)
        elif reason == "EVDisconnected":
            connector.locked = not self.context.configuration.flag("UnlockConnectorOnEVSideDisconnect")
        else:
            connector.locked = False

    # --- power --------------------------------------------------------------------------------------------------------

    def power_off(self) -> None:
        """The station goes down: authorizations that wait for a cable are lost, and nothing flows."""
        for connector in self.connectors.values():
            connector.authorized = None
            connector.update()
            self._unwait(connector)
            connector.forget_energy()
            records.keep(self.context, connector)

    def power_on(self) -> None:
        """The station is up again; a cable that is in place waits for a card from now on."""
        for connector in self.connectors.values():
            connector.begin()
            if connector.transaction is not None:
                self.vehicle_left(connector)
            self._wait(connector)
        self.main.update()

    def vehicle_left(self, connector: Connector) -> None:
        """The vehicle may have been unplugged from a transaction (1.6 §4.10, §9.1.25)."""
        if connector.vehicle or connector.transaction is None:
            return
        if self.context.configuration.flag("StopTransactionOnEVSideDisconnect"):
            self.stop(connector, "EVDisconnected")
        else:
            connector.update()

    # --- waiting for a cable ------------------------------------------------------------------------------------------

    def status_changed(self, connector: Connector) -> None:
        """A connector has another status."""
        self._wait(connector)

    def _wait(self, connector: Connector) -> None:
        """Preparing ends after ConnectionTimeOut (1.6 §9.1.6, rule STAT-06); 0 means without end."""
        self._unwait(connector)
        if connector.status == "Preparing" and (seconds := self.context.configuration.number("ConnectionTimeOut")):
            connector.wait_timer = self.context.clock.call_later(seconds, partial(self._time_out, connector))

    def _unwait(self, connector: Connector) -> None:
        if connector.wait_timer is not None:
            connector.wait_timer.cancel()
            connector.wait_timer = None

    def _time_out(self, connector: Connector) -> None:
        connector.wait_timer = None
        if connector.authorized is not None:
            self.give_up(connector, "no cable within ConnectionTimeOut")
        else:
            connector.finished = True  # erratum 3.20: from Preparing to Finishing
            connector.update()
