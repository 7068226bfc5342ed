"""The Reservation profile (1.6 §5.1, §5.13, §9.3; rules RES-01 to RES-05, TX-16).

A reservation for connectorId 0 keeps one connector free, whichever: as long as there are more free ones than such
reservations nothing is to be seen of it, then the last ones are Reserved.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec

from ocppj.times import moment
from simulator.hardware.make import Facts
from simulator.kernel.clock import Timer
from simulator.v16.connectors.connector import Connector, Reservation
from simulator.v16.connectors.transaction import Transaction
from simulator.v16.core.authorization import same_tag
from simulator.v16.core.configuration import Key
from simulator.v16.feature import Feature, Features
from simulator.v16.parts import Parts
from simulator.wire.operations import Answer, operation, status

_KIND = "reservation"
_OUT = ("Faulted", "Unavailable")


class Reservations(Feature):
    """The reservations of a station, and the connectors they keep free."""

    __slots__ = ("_balancing", "_held", "_timer")
    profile = "Reservation"

    def __init__(self, parts: Parts, features: Features) -> None:
        super().__init__(parts, features)
        self._held: dict[int, Reservation] = {}
        self._timer: Timer | None = None
        self._balancing = False

    @classmethod
    def keys(cls, facts: Facts) -> tuple[Key, ...]:
        """1.6 §9.3."""
        return (Key("ReserveConnectorZeroSupported", "R", "boolean", "true"),)

    # --- operations ---------------------------------------------------------------------------------------------------

    @operation("ReserveNow")
    def reserve_now(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.13."""
        reservation = Reservation(
            payload["reservationId"],
            payload["connectorId"],
            payload["idTag"],
            payload.get("parentIdTag"),
            moment(payload["expiryDate"]),
        )
        said = self._verdict(reservation)
        if said != "Accepted":
            return status(said)
        self.parts.store.put(_KIND, f"{reservation.reservationId:+011}", msgspec.to_builtins(reservation))
        return status("Accepted", partial(self._hold, reservation))

    def _verdict(self, wanted: Reservation) -> str:
        number = wanted.connectorId
        if wanted.expiryDate <= self.parts.clock.now():
            return "Rejected"
        if number == 0:
            if not self.parts.configuration.flag("ReserveConnectorZeroSupported"):
                return "Rejected"
            return self._any(wanted.reservationId)
        connector = self.parts.connectors.get(number)
        return "Rejected" if connector is None else self._seen(connector, wanted.reservationId)

    def _seen(self, connector: Connector, number: int) -> str:
        """What a connector looks like to a reservation; its own earlier version is no obstacle (rule RES-01)."""
        if connector.status in _OUT:
            return connector.status
        held = connector.reservation
        mine = held is not None and held.reservationId == number
        if connector.status == "Available" or (connector.status == "Reserved" and mine):
            return "Accepted"
        return "Occupied"

    def _any(self, number: int) -> str:
        if self.parts.main.status in _OUT:
            return self.parts.main.status
        seen = [self._seen(connector, number) for connector in self.parts.connectors.values()]
        others = sum(one.connectorId == 0 and one.reservationId != number for one in self._held.values())
        if seen.count("Accepted") > others:
            return "Accepted"
        return next((word for word in _OUT if seen.count(word) == len(seen)), "Occupied")

    @operation("CancelReservation")
    def cancel_reservation(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.1 (rule RES-05)."""
        number = payload["reservationId"]
        if number not in self._held:
            return status("Rejected")
        return status("Accepted", partial(self._end, number))

    # --- begin and end ------------------------------------------------------------------------------------------------

    def _hold(self, reservation: Reservation) -> None:
        chosen = self.parts.connectors.get(reservation.connectorId)
        if chosen is not None:
            chosen.reservation = reservation
            chosen.update()
        self._release(reservation.reservationId, but=chosen)
        self._held[reservation.reservationId] = reservation
        self._balance()
        self._arm()

    def _release(self, number: int, but: Connector | None = None) -> None:
        """No connector, or no other one, is kept free for this reservation any more."""
        self._held.pop(number, None)
        for connector in self.parts.connectors.values():
            held = connector.reservation
            if held is not None and held.reservationId == number and connector is not but:
                connector.reservation = None
                connector.update()

    def _end(self, number: int) -> None:
        self.parts.store.drop(_KIND, f"{number:+011}")
        self._release(number)
        self._balance()
        self._arm()

    def _balance(self) -> None:
        """Keep connectors free for the reservations of any connector, when there are no more free ones than these."""
        if self._balancing:
            return
        self._balancing = True
        try:
            any_of = [one for one in self._held.values() if one.connectorId == 0]
            free = [connector for connector in self.parts.connectors.values() if self._free(connector)]
            scarce = len(free) <= len(any_of)
            for place, connector in enumerate(free):
                wanted = any_of[place] if scarce else None
                if connector.reservation != wanted:
                    connector.reservation = wanted
                    connector.update()
        finally:
            self._balancing = False

    @staticmethod
    def _free(connector: Connector) -> bool:
        held = connector.reservation
        return connector.status == "Available" or (
            connector.status == "Reserved" and held is not None and held.connectorId == 0
        )

    def _arm(self) -> None:
        """One timer for the next expiry (rule RES-04)."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._held and self.parts.supplied.on:
            first = min(one.expiryDate for one in self._held.values())
            wait = (first - self.parts.clock.now()).total_seconds()
            self._timer = self.parts.clock.call_later(max(0.0, wait), self._expire)

    def _expire(self) -> None:
        now = self.parts.clock.now()
        for number in [number for number, one in self._held.items() if one.expiryDate <= now]:
            self._end(number)
        self._arm()

    # --- what is heard ------------------------------------------------------------------------------------------------

    def restore(self) -> None:
        """Reservations survive a loss of power."""
        for _, value in self.parts.store.read(_KIND):
            reservation = msgspec.convert(value, Reservation)
            self._held[reservation.reservationId] = reservation
            if reservation.connectorId in self.parts.connectors:
                self.parts.connectors[reservation.connectorId].reservation = reservation

    def power_on(self) -> None:
        """What has expired meanwhile is over."""
        self._expire()
        self._balance()

    def clock_set(self) -> None:
        """What has expired by the new time is over."""
        if self.parts.supplied.on:
            self._expire()

    def power_off(self) -> None:
        """Nothing expires while nobody looks."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def status_changed(self, connector: Connector) -> None:
        """A fault or the end of service ends a reservation (rule RES-04), and moves those for any connector."""
        if not self._held:
            return
        if connector.status in _OUT and connector.reservation is not None:
            if connector.reservation.connectorId != 0:
                self._end(connector.reservation.reservationId)
            else:
                connector.reservation = None
        if all(one.status in _OUT for one in self.parts.connectors.values()):
            for number in list(self._held):
                self._end(number)
        self._balance()

    def reservation_for(self, connector: Connector, tag: str, parent: str | None) -> Reservation | None:
        """The reservation of this connector, or one for any."""
        own = connector.reservation
        candidates = [*([] if own is None else [own]), *(one for one in self._held.values() if one.connectorId == 0)]
        matching = (one for one in candidates if same_tag(tag, one.idTag) or same_tag(parent, one.parentIdTag))
        return next(matching, None)

    def transaction_started(self, connector: Connector, transaction: Transaction) -> None:
        """A start that names a reservation ends it (rules RES-04, TX-16)."""
        if transaction.reservationId is not None:
            self._end(transaction.reservationId)
