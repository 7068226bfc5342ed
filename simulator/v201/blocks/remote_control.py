"""Block F, remote control: start, stop, unlock, trigger (P2 F01 to F06)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from simulator.v201.authorization.id_token import IdToken
from simulator.v201.evses.evse import CONNECTOR, Evse
from simulator.v201.feature import Feature
from simulator.v201.transactions.transaction import Admission
from simulator.wire.operations import Answer, operation, status, trigger


class RemoteControl(Feature):
    """What the CSMS does in the place of a driver."""

    __slots__ = ()

    @operation("RequestStartTransaction")
    def request_start_transaction(self, payload: dict[str, Any]) -> Answer:
        """F01, F02. A chargingProfile is passed over: the station has no smart charging (F01.FR.08)."""
        evse = self._for_start(payload.get("evseId"))
        if evse is None or self.parts.registration.status != "Accepted":  # B02.FR.05
            return status("Rejected")
        token, remote = IdToken.of(payload["idToken"]), payload["remoteStartId"]
        answer = {"status": "Accepted"}
        if evse.transaction is not None:
            answer["transactionId"] = evse.transaction.transactionId  # F02.FR.01
        if self.parts.device_model.flag("AuthCtrlr.AuthorizeRemoteStart"):
            return Answer(answer, partial(self.parts.reader.to_start, evse, token, remote))
        return Answer(answer, partial(self.parts.sessions.authorize, evse, Admission(token, _group(payload), remote)))

    def _for_start(self, number: int | None) -> Evse | None:
        evses = self.parts.evses
        if number is not None:
            evse = evses.get(number)
            return evse if evse is not None and evse.free else None
        free = [one for one in evses.values() if one.free]
        return next((one for one in free if one.connected), free[0] if free else None)

    @operation("RequestStopTransaction")
    def request_stop_transaction(self, payload: dict[str, Any]) -> Answer:
        """F03."""
        evse = self.parts.sessions.of(payload["transactionId"])
        if evse is None or self.parts.registration.status != "Accepted":
            return status("Rejected")
        return status("Accepted", partial(self.parts.sessions.stop, evse, "RemoteStop", "Remote"))

    @operation("UnlockConnector")
    def unlock_connector(self, payload: dict[str, Any]) -> Answer:
        """F05."""
        evse = self.parts.evses.get(payload["evseId"])
        if evse is None or payload["connectorId"] != CONNECTOR:
            return status("UnknownConnector")
        if evse.admission is not None and evse.transaction is not None:
            return status("OngoingAuthorizedTransaction")
        if evse.jammed or not evse.outlet.lock:
            return status("UnlockFailed")
        evse.locked, evse.owner = False, None
        self.parts.events.publish("driver", f"connector {evse.id}: lock open", evse.id)
        return status("Unlocked")

    # --- what is asked for --------------------------------------------------------------------------------------------

    @operation("TriggerMessage")
    def trigger_message(self, payload: dict[str, Any]) -> Answer:
        """F06: the answer leaves first, then the message."""
        wanted = self.features.trigger(payload["requestedMessage"])
        if wanted is None:
            return status("NotImplemented")
        evse = payload.get("evse")
        if evse is not None and not _exists(self.parts.evses, evse):
            return status("Rejected")
        then = wanted(evse)
        return status("Rejected") if then is None else status("Accepted", then)

    @trigger("TransactionEvent")
    def transaction_event(self, evse: dict[str, Any] | None) -> Callable[[], None] | None:
        """Of the transactions that run, at one EVSE or at all (F06.FR.07)."""
        wanted = [one for one in self.parts.evses.values() if evse is None or one.id == evse["id"]]
        running = [one for one in wanted if one.transaction is not None]
        if not running or self.parts.registration.status != "Accepted":
            return None

        def tell() -> None:
            for one in running:
                self.parts.sessions.tell_now(one)

        return tell


def _exists(evses: Any, evse: dict[str, Any]) -> bool:
    return evse["id"] in evses and evse.get("connectorId", CONNECTOR) == CONNECTOR


def _group(payload: dict[str, Any]) -> str | None:
    group = payload.get("groupIdToken")
    return None if group is None else str(group["idToken"])
