"""What the CSMS asks of every station: the operations of the Core profile (1.6 ch. 5).

Rules RMT-01, RMT-02, RMT-04, RST-01, CFG-01 to 04, AVL-01, UNL-01, UNL-02, AUTH-08.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from simulator.hardware.make import Facts
from simulator.v16.connectors import records
from simulator.v16.connectors.connector import Connector
from simulator.v16.connectors.transaction import Transaction
from simulator.v16.core.authorization import same_tag
from simulator.v16.core.configuration import Key
from simulator.v16.core.keys import core_keys
from simulator.v16.feature import Feature
from simulator.v16.transactions.reader import may_match
from simulator.wire.operations import Answer, operation, status


class CoreProfile(Feature):
    """Remote start and stop, availability, keys, cache, reset, unlock."""

    __slots__ = ()
    profile = "Core"

    @classmethod
    def keys(cls, facts: Facts) -> tuple[Key, ...]:
        """All of 1.6 §9.1."""
        return core_keys(facts)

    # --- configuration ------------------------------------------------------------------------------------------------

    @operation("GetConfiguration")
    def get_configuration(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.8."""
        return Answer(self.parts.configuration.get(payload.get("key") or ()))

    @operation("ChangeConfiguration")
    def change_configuration(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.3. A feature may have its own say about its keys."""
        key, value = payload["key"], payload["value"]
        said = self.features.verdict(key, value)
        if said is None:
            said = self.parts.configuration.change(key, value)
        return status(said, self.features.follows(key) if said == "Accepted" else None)

    @operation("ClearCache")
    def clear_cache(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.4."""
        return status(self.parts.authorizer.clear())

    # --- transactions -------------------------------------------------------------------------------------------------

    @operation("RemoteStartTransaction")
    def remote_start(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.11. Without a connectorId the station takes one that is free, one with a cable first."""
        tag, profile = payload["idTag"], payload.get("chargingProfile")
        connector = self._meant(payload.get("connectorId"), tag)
        if connector is None or not self._free_for(connector, tag) or self.parts.registration.status != "Accepted":
            return status("Rejected")
        if profile is not None and not self.features.takes_profile(connector, profile):
            return status("Rejected")
        return status("Accepted", partial(self._start_remotely, connector, tag, profile))

    def _meant(self, number: int | None, tag: str) -> Connector | None:
        if number is not None:
            return self.parts.connectors.get(number)
        free = [one for one in self.parts.connectors.values() if self._free_for(one, tag)]
        return min(free, key=lambda one: (one.reservation is None, not one.cable, one.id), default=None)

    def _free_for(self, connector: Connector, tag: str) -> bool:
        """A reservation for a group is open to a tag whose group is known, or will be asked for."""
        reservation = connector.reservation
        if not connector.idle or not may_match(connector, tag):
            return False
        if reservation is None or same_tag(tag, reservation.idTag) or self._asks:
            return True
        return same_tag(self._parent(tag), reservation.parentIdTag)

    @property
    def _asks(self) -> bool:
        return self.parts.configuration.flag("AuthorizeRemoteTxRequests")

    def _parent(self, tag: str) -> str | None:
        known = self.parts.authorizer.known(tag)
        return None if known is None else known.parent

    async def _start_remotely(self, connector: Connector, tag: str, profile: Mapping[str, Any] | None) -> None:
        """As if the card had been presented, or without a question (rule RMT-01)."""
        if self._asks:
            await self.parts.reader.to_start(connector, tag, profile)
        elif self.parts.supplied.on and connector.idle:
            self.parts.reader.admit(connector, tag, self._parent(tag), profile)

    @operation("RemoteStopTransaction")
    def remote_stop(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.12: Accepted only for a transaction that runs here."""
        for connector in self.parts.connectors.values():
            transaction = connector.transaction
            if (
                transaction is not None
                and transaction.transactionId == payload["transactionId"]
                and self.parts.registration.status == "Accepted"
            ):
                return status("Accepted", partial(self._stop_remotely, connector, transaction))
        return status("Rejected")

    def _stop_remotely(self, connector: Connector, transaction: Transaction) -> None:
        if connector.transaction is transaction:
            self.parts.sessions.stop(connector, "Remote")

    # --- the station --------------------------------------------------------------------------------------------------

    @operation("Reset")
    def reset(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.14."""
        kind = payload["type"]
        said = self.parts.power.reset(kind)
        return status(said, partial(self.parts.power.carry_out, kind) if said == "Accepted" else None)

    @operation("UnlockConnector")
    def unlock_connector(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.18, erratum 3.87: a connector without a lock is NotSupported, UnlockFailed needs a failed try."""
        connector = self.parts.connectors.get(payload["connectorId"])
        if connector is None or not connector.outlet.lock:
            return status("NotSupported")
        if connector.lock_jammed:
            return status("UnlockFailed")
        return status("Unlocked", partial(self._unlock, connector))

    def _unlock(self, connector: Connector) -> None:
        self.parts.sessions.stop(connector, "UnlockCommand")
        self.parts.sessions.unlock(connector)

    @operation("ChangeAvailability")
    def change_availability(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.2: Scheduled while a transaction runs, connectorId 0 means all (rule AVL-01)."""
        number, operative = payload["connectorId"], payload["type"] == "Operative"
        if number != 0 and number not in self.parts.connectors:
            return status("Rejected")
        chosen = list(self.parts.connectors.values()) if number == 0 else [self.parts.connectors[number]]
        scheduled = not operative and any(connector.transaction is not None for connector in chosen)
        with self.parts.store.unit():
            if number == 0:
                self.parts.main.operative = operative
                records.keep_availability(self.parts, self.parts.main)
            for connector in chosen:
                connector.operative = operative
                records.keep(self.parts, connector)
        return status("Scheduled" if scheduled else "Accepted", partial(self._available, chosen, operative))

    def _available(self, chosen: list[Connector], operative: bool) -> None:
        self.parts.main.update()
        for connector in chosen:
            if not operative and connector.authorized is not None:
                self.parts.sessions.give_up(connector, "out of service")
            connector.update()
