"""When a transaction begins, goes on and ends, and what is told of it (P2 E01 to E12; F01 to F03).

TxStartPoint and TxStopPoint say which of these facts make a transaction: somebody is authorized, a vehicle is
connected, both, energy flows. What an EVSE looks like is in `evses.evse`, who may charge in `authorization`, when
values are taken in `sampling`; this module decides when, and makes the events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import uuid4

from ocppj.times import timestamp
from simulator.v201.authorization.id_token import NOBODY, IdToken
from simulator.v201.core.context import Context
from simulator.v201.evses import records
from simulator.v201.evses.evse import CONNECTOR, Evse
from simulator.v201.transactions.queue import TransactionQueue
from simulator.v201.transactions.sampling import Sampler
from simulator.v201.transactions.transaction import Admission, Transaction

_END_WITH_AUTHORIZATION: Final = frozenset({"Authorized", "EnergyTransfer", "PowerPathClosed"})
"""Values of TxStopPoint that are reached when nobody is authorized any more, because no energy flows then."""


class Sessions:
    """What begins, goes on and ends at the EVSEs."""

    __slots__ = ("_on_end", "context", "evses", "queue", "sampler")

    def __init__(
        self,
        context: Context,
        evses: Mapping[int, Evse],
        queue: TransactionQueue,
        *,
        on_end: Callable[[Evse], None],
    ) -> None:
        """`on_end` is called when a transaction is over and its Ended event is queued."""
        self.context = context
        self.evses = evses
        self.queue = queue
        self.sampler = Sampler(context, evses, tell=self._metered)
        self._on_end = on_end

    def restore(self) -> None:
        """Read it all from the store. What was running when the process died has ended by a loss of power."""
        self.queue.restore()
        for number, at in records.restore(self.context, self.evses).items():
            if not self.context.facts.resumes:
                self.end(self.evses[number], "AbnormalCondition", "PowerLoss", at=at)

    def of(self, transactionId: str) -> Evse | None:
        """Where a transaction runs."""
        running = (one for one in self.evses.values() if one.transaction is not None)
        return next(
            (one for one in running if one.transaction and one.transaction.transactionId == transactionId), None
        )

    # --- what makes a transaction -------------------------------------------------------------------------------------

    def authorize(self, evse: Evse, admission: Admission) -> None:
        """Somebody may charge here; the vehicle has to come within EVConnectionTimeOut (E03.FR.05)."""
        evse.admission, evse.ending, evse.suspended, evse.owner = admission, None, False, None
        text = f"connector {evse.id}: {admission.token.idToken or 'anybody'} may charge"
        self.context.events.publish("authorization", text, evse.id)
        if evse.transaction is not None:
            evse.transaction.token = admission.token
            evse.transaction.told_token = evse.transaction.told_remote_start = False
        self._reach(evse, "Authorized")
        self._wait(evse)

    def connected(self, evse: Evse) -> None:
        """A vehicle is connected."""
        self._unwait(evse)
        evse.update()
        self._reach(evse, "CablePluggedIn")
        if evse.admission is None and not self.context.device_model.flag("AuthCtrlr.Enabled") and evse.free:
            self.authorize(evse, Admission(NOBODY))  # C02

    def _reach(self, evse: Evse, trigger: str) -> None:
        """Somebody was authorized, or a vehicle was connected: begin, or tell it of the transaction that runs."""
        admission = evse.admission
        if admission is not None and evse.connected:
            self._lock(evse)
        state = "EVConnected" if evse.connected else "Idle"
        if evse.transaction is not None:
            self._tell(evse, "Updated", trigger, state=state)
        elif self._begins(evse):
            self._begin(evse)
            self._tell(evse, "Started", trigger, state=state, values=self.sampler.begin(evse))
        elif "EnergyTransfer" in self._points("Start") and evse.charging_state == "Charging" and evse.usable:
            self._begin(evse)
            values = self.sampler.begin(evse)
            self._tell(evse, "Started", "ChargingStateChanged", state="Charging", values=values)
        self.changed(evse)

    def _begins(self, evse: Evse) -> bool:
        points, authorized = self._points("Start"), evse.admission is not None
        reached = ("Authorized" in points and authorized) or ("EVConnected" in points and evse.connected)
        return (
            evse.usable
            and not evse.faults
            and (reached or ("PowerPathClosed" in points and authorized and evse.connected))
        )

    def _points(self, which: str) -> tuple[str, ...]:
        return self.context.device_model.items(f"TxCtrlr.Tx{which}Point")

    def _begin(self, evse: Evse) -> None:
        token = None if evse.admission is None else evse.admission.token
        evse.transaction = Transaction(
            str(uuid4()), self.context.clock.now(), evse.meter.register, token=token, data=[]
        )
        self.context.events.publish("transaction", f"connector {evse.id}: a transaction has started", evse.id)

    def _lock(self, evse: Evse) -> None:
        if evse.jammed and evse.outlet.lock:
            evse.faults = (*evse.faults, "ConnectorLockFailure")
        else:
            evse.locked = evse.outlet.lock

    @staticmethod
    def _unlock(evse: Evse, reason: str) -> None:
        """The charging is over; after a de-authorization the cable stays locked for its owner (E05)."""
        if reason != "DeAuthorized":
            evse.locked = False
        elif evse.locked and evse.transaction is not None:
            evse.owner = evse.transaction.token

    def changed(self, evse: Evse) -> None:
        """Facts have changed: power, status and chargingState follow (E02.FR.03)."""
        evse.update()
        transaction, state = evse.transaction, evse.charging_state
        if transaction is not None and transaction.state != state:
            if state == "SuspendedEV" and "EnergyTransfer" in self._points("Stop"):
                self.end(evse, "ChargingStateChanged", "StoppedByEV")
            else:
                self._tell(evse, "Updated", "ChargingStateChanged", state=state)
        records.keep(self.context, evse)

    # --- what ends it -------------------------------------------------------------------------------------------------

    def stop(self, evse: Evse, trigger: str, reason: str, token: IdToken | None = None) -> None:
        """Nobody is authorized any more; TxStopPoint says whether that ends the transaction (E06, E07, F03)."""
        self._unwait(evse)
        over = not evse.connected or not _END_WITH_AUTHORIZATION.isdisjoint(self._points("Stop"))
        if evse.transaction is None or over:
            self.end(evse, trigger, reason, token=token)
            return
        evse.ending, evse.admission = reason, None
        self._unlock(evse, reason)
        told = evse.transaction.state if reason != "DeAuthorized" else None
        self._tell(evse, "Updated", trigger, state=told or evse.charging_state, token=token)
        self.changed(evse)

    def disconnected(self, evse: Evse) -> None:
        """The vehicle was unplugged; that ends the transaction (E08, E09: StopTxOnEVSideDisconnect is true)."""
        reason = evse.ending or "EVDisconnected"
        if reason == "EVDisconnected" and self.context.device_model.flag("OCPPCommCtrlr.UnlockOnEVSideDisconnect"):
            evse.locked = False
        locked = evse.locked
        self.end(evse, "EVCommunicationLost", reason)
        evse.locked = locked
        self.changed(evse)

    def end(
        self,
        evse: Evse,
        trigger: str,
        reason: str,
        *,
        token: IdToken | None = None,
        at: datetime | None = None,
    ) -> None:
        """The transaction is over, if there is one, and so is the authorization; `at` when that was some time ago."""
        self._unwait(evse)
        evse.admission, evse.ending, evse.suspended, evse.ev_paused = None, None, False, False
        self._unlock(evse, reason)
        if evse.transaction is not None:
            values = self.sampler.end(evse, at or self.context.clock.now())
            state = evse.charging_state
            self._tell(evse, "Ended", trigger, state=state, values=values, token=token, reason=reason, at=at)
            evse.transaction = None
            self.context.events.publish("transaction", f"connector {evse.id}: ended ({reason})", evse.id, reason=reason)
            evse.update()
            records.keep(self.context, evse)
            self._on_end(evse)
        else:
            self.context.events.publish("authorization", f"connector {evse.id}: given up ({reason})", evse.id)
            evse.update()
            records.keep(self.context, evse)

    def end_all(self, trigger: str, reason: str) -> None:
        """End every transaction."""
        for evse in self.evses.values():
            if evse.transaction is not None or evse.admission is not None:
                self.end(evse, trigger, reason)

    def refused(self, evse: Evse) -> None:
        """The CSMS does not want whoever charges here (E05, C15.FR.04)."""
        if self.context.device_model.flag("TxCtrlr.StopTxOnInvalidId"):
            self.stop(evse, "Deauthorized", "DeAuthorized")
        else:
            evse.suspended = True
            self.changed(evse)

    # --- power --------------------------------------------------------------------------------------------------------

    def power_on(self) -> None:
        """The station is up; a transaction that was resumed goes on."""
        for evse in self.evses.values():
            evse.reported = None
            if evse.transaction is not None and not evse.connected:
                self.disconnected(evse)
            self.changed(evse)
        self.sampler.power_on()

    def power_off(self) -> None:
        """The station has no power."""
        self.sampler.power_off()
        for evse in self.evses.values():
            self._unwait(evse)
            evse.update()
            records.keep(self.context, evse)

    # --- waiting for a vehicle ----------------------------------------------------------------------------------------

    def _wait(self, evse: Evse) -> None:
        self._unwait(evse)
        if evse.admission is not None and not evse.connected:
            seconds = self.context.device_model.number("TxCtrlr.EVConnectionTimeOut")
            evse.wait_timer = self.context.clock.call_later(seconds, partial(self._time_out, evse))

    def _unwait(self, evse: Evse) -> None:
        if evse.wait_timer is not None:
            evse.wait_timer.cancel()
            evse.wait_timer = None

    def _time_out(self, evse: Evse) -> None:
        evse.wait_timer = None
        self.end(evse, "EVConnectTimeout", "Timeout")

    # --- events -------------------------------------------------------------------------------------------------------

    def tell_now(self, evse: Evse) -> None:
        """The CSMS asks for an event of the transaction that runs here (F06.FR.07)."""
        if evse.transaction is not None:
            self._tell(evse, "Updated", "Trigger", state=evse.charging_state, values=self.sampler.latest(evse))

    def unlocked(self, evse: Evse) -> None:
        """The CSMS has opened the lock amid a transaction (F05)."""
        if evse.transaction is not None:
            self._tell(evse, "Updated", "UnlockCommand", state=evse.charging_state)

    def _metered(self, evse: Evse, trigger: str, value: dict[str, Any], at: datetime) -> None:
        self._tell(evse, "Updated", trigger, state=evse.charging_state, values=[value], at=at)
        records.keep(self.context, evse)

    def _tell(
        self,
        evse: Evse,
        kind: str,
        trigger: str,
        *,
        state: str,
        values: list[dict[str, Any]] | None = None,
        token: IdToken | None = None,
        reason: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """Queue a TransactionEvent."""
        transaction, admission = evse.transaction, evse.admission
        assert transaction is not None
        self._count(transaction, state)
        info: dict[str, Any] = {"transactionId": transaction.transactionId, "chargingState": state}
        if admission is not None and admission.remote_start is not None and not transaction.told_remote_start:
            info["remoteStartId"] = admission.remote_start  # in the first event after it, whatever that is (F02.FR.05)
            trigger, transaction.told_remote_start = "RemoteStart", True
        if reason is not None:
            info["stoppedReason"] = reason
        if kind == "Ended" or values:
            info["timeSpentCharging"] = round(transaction.charged)
        payload: dict[str, Any] = {
            "eventType": kind,
            "timestamp": timestamp(at or self.context.clock.now()),
            "triggerReason": trigger,
            "seqNo": transaction.seq,
            "transactionInfo": info,
        }
        if not self.context.registration.online:
            payload["offline"] = True
        if not transaction.told_connector and (kind == "Started" or evse.connected):
            payload["evse"] = {"id": evse.id, "connectorId": CONNECTOR} if evse.connected else {"id": evse.id}
            transaction.told_connector = evse.connected
        if token is None and admission is not None and not transaction.told_token:
            token = admission.token
            transaction.told_token = True
        if token is not None:
            payload["idToken"] = token.wire()
        if values:
            payload["meterValue"] = values
        transaction.seq += 1
        transaction.state = state
        with self.context.store.unit():
            self.queue.put(evse.id, payload)
            records.keep(self.context, evse)

    def _count(self, transaction: Transaction, state: str) -> None:
        """Count the time in which energy flowed, in seconds."""
        now = self.context.clock.monotonic()
        if transaction.charging_since is not None:
            transaction.charged += now - transaction.charging_since
        transaction.charging_since = now if state == "Charging" else None
