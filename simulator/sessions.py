"""The charging session: starts and stops transactions for whatever reason there is (1.6 §4.8, §4.10, §9.1).

Rules TX-08, TX-10 to TX-16, STAT-06. What a connector looks like is in `connectors`, who may charge in `authorization`
and `cards`, what is sent about it in `transactions` and `sampling`; this module decides when.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from ocppj.times import moment
from simulator import deauthorization
from simulator.connectors import Admission, Connector
from simulator.metering import Meter, timestamp
from simulator.parts import Parts
from simulator.transactions import Message, Transaction, start_payload

_CONNECTOR = "connector"  # kind of records; 0 is the station as a whole


class Sessions:
    """What begins, goes on and ends at the connectors."""

    __slots__ = ("parts",)

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    # --- what is kept -------------------------------------------------------------------------------------------------

    def keep(self, connector: Connector) -> None:
        """Keep what is true of a connector now."""
        if self.parts.store.keeps:
            transaction = connector.transaction
            value = {
                "operative": connector.operative,
                "register": connector.meter.exact,
                "cable": connector.cable,
                "vehicle": connector.vehicle,
                "locked": connector.locked,
                "lockedFor": connector.locked_for,
                "transaction": None if transaction is None else transaction.number,
                "at": timestamp(self.parts.clock.now()),
            }
            self.parts.store.put(_CONNECTOR, str(connector.id), value)

    def keep_availability(self) -> None:
        """Keep whether the station as a whole is in service."""
        self.parts.store.put(_CONNECTOR, "0", {"operative": self.parts.main.operative})

    def restore(self) -> None:
        """Read it all from the store. What was running when the process died is stopped as after a loss of power."""
        transactions = self.parts.queue.restore()
        for key, value in self.parts.store.read(_CONNECTOR):
            connector = self.parts.connectors.get(int(key))
            if connector is not None:
                self._restore(connector, value, transactions)
            elif key == "0":
                self.parts.main.operative = value["operative"]

    def _restore(self, connector: Connector, value: Mapping[str, Any], transactions: Mapping[int, Transaction]) -> None:
        connector.operative = value["operative"]
        connector.meter = Meter(self.parts.clock.monotonic, value["register"])
        connector.cable, connector.vehicle, connector.locked = value["cable"], value["vehicle"], value["locked"]
        if value["lockedFor"] is not None:
            connector.locked_for = (value["lockedFor"][0], value["lockedFor"][1])
        connector.transaction = None if value["transaction"] is None else transactions[value["transaction"]]
        connector.finished = connector.cable and connector.transaction is None
        if connector.transaction is not None and not self.parts.facts.resumes:
            self.stop(connector, "PowerLoss", at=moment(value["at"]))

    # --- begin and end ------------------------------------------------------------------------------------------------

    def authorize(self, connector: Connector, admission: Admission) -> None:
        """Somebody may start at `connector`: at once when the cable is in, else within ConnectionTimeOut."""
        connector.authorized = admission
        text = f"connector {connector.id}: {admission.idTag} may charge"
        self.parts.events.publish("authorization", text, connector.id)
        if connector.cable and connector.vehicle:
            self.start(connector)
        else:
            connector.update()

    def give_up(self, connector: Connector, why: str) -> None:
        """Forget an authorization that has not led to a transaction."""
        connector.authorized = None
        self.parts.events.publish("authorization", f"connector {connector.id}: given up, {why}", connector.id)
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
        reservation = self.parts.features.reservation_for(connector, tag, parent)
        transaction = connector.transaction = Transaction(
            self.parts.queue.number(),
            connector.id,
            tag,
            self.parts.clock.now(),
            connector.meter.register,
            parent,
            reservationId=None if reservation is None else reservation.reservationId,
            profile=admission.profile,
        )
        connector.finished = False
        self.parts.events.publish("transaction", f"connector {connector.id}: started for {tag}", connector.id)
        with self.parts.store.unit():
            self.parts.queue.keep(transaction)
            self.parts.queue.put(Message("StartTransaction", transaction, start_payload(transaction)))
            self.keep(connector)
            self.parts.sampler.begin(connector)
            self.parts.features.transaction_started(connector, transaction)  # what it keeps belongs to the start
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
        with self.parts.store.unit():
            self.parts.sampler.end(connector)
            payload: dict[str, Any] = {
                "meterStop": connector.meter.register,
                "timestamp": timestamp(at or self.parts.clock.now()),
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
            self.parts.events.publish("transaction", text, connector.id, reason=reason)
            self.parts.queue.put(Message("StopTransaction", transaction, payload))
            self.keep(connector)
            deauthorization.forget_energy(connector)
            self.parts.features.transaction_stopped(connector, transaction)  # what it keeps belongs to the stop
        connector.update()
        self.parts.main.update()

    def stop_all(self, reason: str) -> None:
        """End every transaction."""
        for connector in self.parts.connectors.values():
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
        self.keep(connector)
        self.parts.events.publish("driver", f"connector {connector.id}: lock open", connector.id)

    def _lock_after(self, connector: Connector, transaction: Transaction, reason: str) -> None:
        if not connector.outlet.lock:
            return
        if reason == "DeAuthorized":
            connector.locked_for = (transaction.idTag, transaction.parentIdTag)
        elif reason == "EVDisconnected":
            connector.locked = not self.parts.configuration.flag("UnlockConnectorOnEVSideDisconnect")
        else:
            connector.locked = False

    # --- power --------------------------------------------------------------------------------------------------------

    def power_off(self) -> None:
        """The station goes down: authorizations that wait for a cable are lost, and nothing flows."""
        for connector in self.parts.connectors.values():
            connector.authorized = None
            connector.update()
            self._unwait(connector)
            deauthorization.forget_energy(connector)
            self.keep(connector)

    def power_on(self) -> None:
        """The station is up again; a cable that is in place waits for a card from now on."""
        for connector in self.parts.connectors.values():
            connector.begin()
            if connector.transaction is not None:
                self.vehicle_left(connector)
            self._wait(connector)
        self.parts.main.update()

    def vehicle_left(self, connector: Connector) -> None:
        """The vehicle may have been unplugged from a transaction (1.6 §4.10, §9.1.25)."""
        if connector.vehicle or connector.transaction is None:
            return
        if self.parts.configuration.flag("StopTransactionOnEVSideDisconnect"):
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
        if connector.status == "Preparing" and (seconds := self.parts.configuration.number("ConnectionTimeOut")):
            connector.wait_timer = self.parts.clock.call_later(seconds, partial(self._time_out, connector))

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
