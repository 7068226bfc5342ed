"""What the CSMS asks of the station: the Core profile (1.6 ch. 5).

Rules RMT-01, RMT-02, RST-01, CFG-01 to 04, AVL-01, UNL-01, UNL-02, DT-01, ERR-03, BOOT-03, BOOT-04.

An operation answers at once; what follows from it is done after the answer has left (`Answer.then`).
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ocppj.frames import Call
from ocppj.peer import ConnectionClosed, OcppError, Peer
from simulator.authorization import Authorizer
from simulator.connectors import Connector, MainController
from simulator.core import Core
from simulator.power import Power
from simulator.sessions import Sessions
from simulator.transactions import Transaction

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """The payload of a CALLRESULT, and what to do once it is sent."""

    payload: dict[str, Any]
    then: Callable[[], Awaitable[None]] | None = None


Operation = Callable[[dict[str, Any]], Answer]


class Dispatcher:
    """Answers the CALLs of the CSMS with the operations the features offer; what nobody offers is NotSupported."""

    def __init__(self, core: Core, registration_status: Callable[[], str | None]) -> None:
        self._core = core
        self._registration_status = registration_status
        self._operations: dict[str, Operation] = {}

    def offer(self, operations: Mapping[str, Operation]) -> None:
        """Add the operations of a feature."""
        self._operations.update(operations)

    async def handle(self, call: Call, peer: Peer) -> None:
        """Answer one CALL whose payload is valid. A rejected station is silent (1.6 §4.2, rule BOOT-03)."""
        status = self._registration_status()
        if status == "Rejected":
            self._core.events.publish("csms", f"{call.action} is ignored while the station is Rejected")
            return
        answer = None
        hold = self._core.clock.hold()
        try:
            answer = self._answer(call)
            await peer.reply(call, answer.payload)
        except OcppError as error:
            await peer.refuse(call.id, error.code, error.description, error.details)
            self._core.events.publish("csms", f"{call.action}: {error.code}")
        except ConnectionClosed:
            log.debug("the CSMS left before %s was answered", call.action)
        except Exception:
            log.exception("%s could not be processed", call.action)
            await peer.refuse(call.id, "InternalError", f"{call.action} could not be processed")
        else:
            outcome = answer.payload.get("status", "answered")
            self._core.events.publish("csms", f"{call.action}: {outcome}", action=call.action, status=outcome)
        finally:
            hold.release()
        if answer is not None and answer.then is not None:
            self._core.tasks.spawn(_run(answer.then))

    def _answer(self, call: Call) -> Answer:
        operation = self._operations.get(call.action)
        if operation is None:
            raise OcppError("NotSupported", f"{call.action} is not supported by this station")
        return operation({} if call.payload is None else call.payload)


async def _run(then: Callable[[], Awaitable[None]]) -> None:
    await then()


class RemoteControl:
    """The operations of the Core profile."""

    def __init__(
        self,
        core: Core,
        sessions: Sessions,
        authorizer: Authorizer,
        power: Power,
        connectors: Mapping[int, Connector],
        main: MainController,
        accepted: Callable[[], bool],
    ) -> None:
        self._core = core
        self._sessions = sessions
        self._authorizer = authorizer
        self._power = power
        self._connectors = connectors
        self._main = main
        self._accepted = accepted

    def operations(self) -> dict[str, Operation]:
        """By action name."""
        return {
            "ChangeAvailability": self.change_availability,
            "ChangeConfiguration": lambda p: _status(self._core.configuration.change(p["key"], p["value"])),
            "ClearCache": lambda _: _status(self._authorizer.clear()),
            "DataTransfer": lambda _: _status("UnknownVendorId"),
            "GetConfiguration": lambda p: Answer(self._core.configuration.get(p.get("key") or ())),
            "RemoteStartTransaction": self.remote_start,
            "RemoteStopTransaction": self.remote_stop,
            "Reset": self.reset,
            "UnlockConnector": self.unlock_connector,
        }

    def remote_start(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.11. Without a connectorId the station takes one that is free, one with a cable first."""
        tag = payload["idTag"]
        if "connectorId" in payload:
            connector = self._connectors.get(payload["connectorId"])
        else:
            idle = [connector for connector in self._connectors.values() if connector.idle]
            connector = min(idle, key=lambda one: (not one.cable, one.id), default=None)
        if connector is None or not connector.idle or not self._accepted():
            return _status("Rejected")
        ask = self._core.configuration.flag("AuthorizeRemoteTxRequests")
        return _status("Accepted", lambda: self._sessions.remote_start(connector, tag, ask))

    def remote_stop(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.12: Accepted only for a transaction that runs here."""
        wanted = payload["transactionId"]
        for connector in self._connectors.values():
            transaction = connector.transaction
            if transaction is not None and transaction.transactionId == wanted and self._accepted():
                return _status("Accepted", partial(self._stop_remotely, connector, transaction))
        return _status("Rejected")

    async def _stop_remotely(self, connector: Connector, transaction: Transaction) -> None:
        if connector.transaction is transaction:
            self._sessions.stop(connector, "Remote")

    def reset(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.14."""
        kind = payload["type"]
        status = self._power.reset(kind)
        return _status(status, (lambda: self._power.carry_out(kind)) if status == "Accepted" else None)

    def unlock_connector(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.18, erratum 3.87: a connector without a lock is NotSupported, UnlockFailed needs a failed try."""
        connector = self._connectors.get(payload["connectorId"])
        if connector is None or connector.fixed_cable:
            return _status("NotSupported")
        if connector.lock_jammed:
            return _status("UnlockFailed")

        async def unlock() -> None:
            self._sessions.stop(connector, "UnlockCommand")
            self._sessions.unlock(connector)

        return _status("Unlocked", unlock)

    def change_availability(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.2: Scheduled while a transaction runs, connectorId 0 means all (rule AVL-01)."""
        number, operative = payload["connectorId"], payload["type"] == "Operative"
        if number != 0 and number not in self._connectors:
            return _status("Rejected")
        chosen = list(self._connectors.values()) if number == 0 else [self._connectors[number]]
        scheduled = not operative and any(connector.transaction is not None for connector in chosen)

        async def change() -> None:
            if number == 0:
                self._main.operative = operative
                self._main.update()
            for connector in chosen:
                connector.operative = operative
                if not operative and connector.authorized is not None:
                    self._sessions.give_up(connector, "out of service")
                connector.update()

        return _status("Scheduled" if scheduled else "Accepted", change)


def _status(status: str, then: Callable[[], Awaitable[None]] | None = None) -> Answer:
    return Answer({"status": status}, then)
