"""The charging session: cards, cables and orders brought together (1.6 §4.1, §4.8, §4.10, §9.1).

Rules AUTH-01, AUTH-02, TX-10 to TX-13, STAT-06. What a connector looks like is in `connectors`, who may charge in
`authorization`, what is sent about it in `transactions` and `sampling`; this module decides when.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from simulator.authorization import Authorizer
from simulator.clock import Timer
from simulator.connectors import Connector, MainController
from simulator.core import Core, NotPossible, same_tag
from simulator.metering import timestamp
from simulator.sampling import Sampler
from simulator.transactions import Message, Transaction, TransactionQueue

Side = Literal["both", "vehicle", "station"]


class Sessions:
    """Starts and stops transactions for whatever reason there is."""

    def __init__(
        self,
        core: Core,
        authorizer: Authorizer,
        queue: TransactionQueue,
        sampler: Sampler,
        connectors: Mapping[int, Connector],
        main: MainController,
    ) -> None:
        self.powered = False
        self._core = core
        self._authorizer = authorizer
        self._queue = queue
        self._sampler = sampler
        self._connectors = connectors
        self._main = main
        self._waiting: dict[int, Timer] = {}  # ConnectionTimeOut per connector
        queue.on_answer = self._answered
        for connector in connectors.values():
            connector.on_status = self._wait

    # --- the driver ---------------------------------------------------------------------------------------------------

    async def present(self, tag: str, number: int | None = None) -> None:
        """A card is held to the reader. Returns when the station has decided."""
        if not self.powered:
            raise NotPossible("the station has no power; restore_power() first")
        connector = self._connectors[number] if number is not None else self._meant(tag)
        if connector is None:
            self._refused(None, tag, "no connector is free")
        elif connector.transaction is not None:
            await self._present_to_stop(connector, connector.transaction, tag)
        elif connector.locked_for is not None:
            await self._present_to_unlock(connector, connector.locked_for, tag)
        elif connector.authorized is not None:
            if same_tag(tag, connector.authorized[0]):
                self.give_up(connector, "the card was presented again")
            else:
                self._refused(connector, tag, "somebody else is about to start")
        elif not connector.idle:
            self._refused(connector, tag, f"the connector is {connector.status}")
        else:
            await self._present_to_start(connector, tag)

    def _meant(self, tag: str) -> Connector | None:
        """Which connector a card at the common reader is for."""
        connectors = list(self._connectors.values())
        candidates = [
            [c for c in connectors if c.transaction is not None and same_tag(c.transaction.idTag, tag)],
            [c for c in connectors if c.locked_for is not None and same_tag(c.locked_for[0], tag)],
            [c for c in connectors if c.authorized is not None and same_tag(c.authorized[0], tag)],
            [c for c in connectors if c.idle and c.cable and not c.finished],
            [c for c in connectors if c.transaction is not None and c.transaction.parentIdTag is not None],
            [c for c in connectors if c.idle and c.cable],
            [c for c in connectors if c.idle],
            connectors if len(connectors) == 1 else [],
        ]
        return next((group[0] for group in candidates if group), None)

    async def _present_to_start(self, connector: Connector, tag: str) -> None:
        decision = await self._authorizer.decide(tag)
        if not decision.accepted:
            self._refused(connector, tag, f"idTag is {decision.status} ({decision.source})")
        elif not (self.powered and connector.idle):
            self._refused(connector, tag, "the connector is no longer free")
        else:
            self.authorize(connector, tag, decision.parent)

    async def _present_to_stop(self, connector: Connector, transaction: Transaction, tag: str) -> None:
        """The card that started stops without a question (rule AUTH-02), one of the same group after Authorize."""
        if same_tag(tag, transaction.idTag):
            self.stop(connector, "Local", tag)
        elif transaction.parentIdTag is None:
            self._refused(connector, tag, "another card has started here")
        else:
            decision = await self._authorizer.decide(tag)
            if (
                decision.accepted
                and same_tag(decision.parent, transaction.parentIdTag)
                and connector.transaction is transaction
            ):
                self.stop(connector, "Local", tag)
            else:
                self._refused(connector, tag, "another group has started here")

    async def _present_to_unlock(self, connector: Connector, owner: tuple[str, str | None], tag: str) -> None:
        """After a de-authorization the cable stays locked for its owner (rule TX-11)."""
        ours = same_tag(tag, owner[0])
        if not ours and owner[1] is not None:
            decision = await self._authorizer.decide(tag)
            ours = decision.accepted and same_tag(decision.parent, owner[1])
        if ours:
            self.unlock(connector)
        else:
            self._refused(connector, tag, "the cable belongs to another card")

    def plug_in(self, connector: Connector) -> None:
        """The cable is connected at both ends."""
        connector.plug()
        self._driver(connector, "cable in")
        if connector.authorized is not None and self.powered:
            self._start(connector)
        else:
            connector.update()

    def unplug(self, connector: Connector, side: Side) -> None:
        """The cable comes out. A locked plug stays in the socket; raises `NotPossible` when only it was meant."""
        if side != "station" and connector.vehicle:
            connector.unplug_vehicle()
            self._driver(connector, "cable out at the vehicle")
            if connector.transaction is not None and self.powered:
                if self._core.configuration.flag("StopTransactionOnEVSideDisconnect"):
                    self.stop(connector, "EVDisconnected")
                    # StopTransaction first, then the lock as configured (1.6 §4.10, §9.1.33)
                else:
                    connector.update()
            elif connector.fixed_cable:
                connector.update()
        if side != "vehicle" and not connector.fixed_cable:
            if side == "both" and connector.locked:
                self._driver(connector, "the plug is locked and stays in")
                return
            connector.unplug_station()
            self._driver(connector, "cable out at the station")
            connector.update()

    # --- orders -------------------------------------------------------------------------------------------------------

    def authorize(self, connector: Connector, tag: str, parent: str | None) -> None:
        """`tag` may start at `connector`: at once when the cable is in, else within ConnectionTimeOut."""
        connector.authorized = (tag, parent)
        self._core.events.publish("authorization", f"connector {connector.id}: {tag} may charge", connector.id)
        if connector.cable and connector.vehicle:
            self._start(connector)
        else:
            connector.update()

    async def remote_start(self, connector: Connector, tag: str, ask: bool) -> None:
        """Carry out an accepted RemoteStartTransaction; `ask` is AuthorizeRemoteTxRequests (rule RMT-01)."""
        if ask:
            await self._present_to_start(connector, tag)
        elif self.powered and connector.idle:
            self.authorize(connector, tag, None)

    def stop(self, connector: Connector, reason: str, tag: str | None = None) -> None:
        """End the transaction at `connector`, if any; `tag` is that of the card that asked for it."""
        transaction = connector.transaction
        if transaction is None:
            return
        self._sampler.end(connector)
        payload: dict[str, Any] = {
            "meterStop": connector.meter.register,
            "timestamp": timestamp(self._core.clock.now()),
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
        self._core.events.publish(
            "transaction", f"connector {connector.id}: stopped ({reason})", connector.id, reason=reason
        )
        self._queue.put(Message("StopTransaction", transaction, payload))
        connector.update()
        self._main.update()

    def stop_all(self, reason: str) -> None:
        """End every transaction."""
        for connector in self._connectors.values():
            self.stop(connector, reason)

    def unlock(self, connector: Connector) -> None:
        """Open the lock of the socket."""
        connector.locked = False
        connector.locked_for = None
        self._driver(connector, "lock open")

    def give_up(self, connector: Connector, why: str) -> None:
        """Forget an authorization that has not led to a transaction."""
        connector.authorized = None
        self._core.events.publish("authorization", f"connector {connector.id}: given up, {why}", connector.id)
        connector.update()

    def forget(self) -> None:
        """The station goes down: authorizations that wait for a cable are lost."""
        for connector in self._connectors.values():
            connector.authorized = None
            connector.update()
            self._unwait(connector)

    def resume(self) -> None:
        """The station is up again; a cable that is in place waits for a card from now on."""
        for connector in self._connectors.values():
            connector.update()
            self._wait(connector)

    def interrupt(self, connector: Connector, reason: str) -> None:
        """A fault ends whatever goes on at `connector`."""
        connector.authorized = None
        self.stop(connector, reason)
        connector.update()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _start(self, connector: Connector) -> None:
        if connector.authorized is None:
            return
        tag, parent = connector.authorized
        connector.authorized = None
        transaction = Transaction(connector.id, tag, self._core.clock.now(), connector.meter.register, parent)
        connector.transaction = transaction
        connector.finished = False
        connector.locked = not connector.fixed_cable
        self._core.events.publish("transaction", f"connector {connector.id}: started for {tag}", connector.id)
        payload = {
            "connectorId": connector.id,
            "idTag": tag,
            "meterStart": transaction.meter_start,
            "timestamp": timestamp(transaction.started),
        }
        self._queue.put(Message("StartTransaction", transaction, payload))
        connector.update()
        self._sampler.begin(connector)

    def _answered(self, message: Message, answer: dict[str, Any]) -> None:
        transaction = message.transaction
        info = answer.get("idTagInfo")
        self._authorizer.remember(message.payload.get("idTag"), info)
        if message.action != "StartTransaction" or info is None:
            return
        transaction.parentIdTag = info.get("parentIdTag", transaction.parentIdTag)
        number = transaction.transactionId
        self._core.events.publish(
            "transaction", f"connector {transaction.connector}: transactionId is {number}", transaction.connector
        )
        connector = self._connectors[transaction.connector]
        if info["status"] != "Accepted" and connector.transaction is transaction:
            self._deauthorize(connector, transaction, info["status"])

    def _deauthorize(self, connector: Connector, transaction: Transaction, status: str) -> None:
        """The CSMS does not agree with the start (1.6 §3.5.4, erratum 3.17, rule TX-10)."""
        self._core.events.publish(
            "authorization", f"connector {connector.id}: the CSMS says {status} to the start", connector.id
        )
        if self._core.configuration.flag("StopTransactionOnInvalidId"):
            self.stop(connector, "DeAuthorized")
        else:
            transaction.suspended = True
            connector.update()

    def _lock_after(self, connector: Connector, transaction: Transaction, reason: str) -> None:
        if connector.fixed_cable:
            return
        if reason == "DeAuthorized":
            connector.locked_for = (transaction.idTag, transaction.parentIdTag)
        elif reason == "EVDisconnected":
            connector.locked = not self._core.configuration.flag("UnlockConnectorOnEVSideDisconnect")
        else:
            connector.locked = False

    def _wait(self, connector: Connector) -> None:
        """Preparing ends after ConnectionTimeOut (1.6 §9.1.6, rule STAT-06); 0 means without end."""
        self._unwait(connector)
        seconds = self._core.configuration.number("ConnectionTimeOut")
        if seconds and self.powered and connector.status == "Preparing":
            self._waiting[connector.id] = self._core.clock.call_later(seconds, lambda: self._time_out(connector))

    def _unwait(self, connector: Connector) -> None:
        if (timer := self._waiting.pop(connector.id, None)) is not None:
            timer.cancel()

    def _time_out(self, connector: Connector) -> None:
        if connector.authorized is not None:
            self.give_up(connector, "no cable within ConnectionTimeOut")
        else:
            connector.finished = True  # erratum 3.20: from Preparing to Finishing
            connector.update()

    def _refused(self, connector: Connector | None, tag: str, why: str) -> None:
        number = None if connector is None else connector.id
        self._core.events.publish("authorization", f"{tag} is refused: {why}", number, refused=True)

    def _driver(self, connector: Connector, text: str) -> None:
        self._core.events.publish("driver", f"connector {connector.id}: {text}", connector.id)
