"""Reservation profile: what ReserveNow and CancelReservation leave behind (OCPP 1.6 §5.1, §5.13).

How a reservation ends without them is booked where it is learned: `store.transactions` (a transaction that names it),
`store.stations` (a connector that is lost); that its expiryDate has passed is seen when it is read.
"""

from __future__ import annotations

from sqlalchemy import Connection

from csms_core.hub.exchanges import Exchange, books
from csms_core.hub.handling.answers import is_accepted, status_of
from csms_core.hub.registry import Registry
from csms_core.v16.store import reservations
from csms_core.v16.store.reservations import State

registry = Registry()


@books(registry, "ReserveNow")
def book_reserve_now(connection: Connection, exchange: Exchange) -> None:
    """Keep the reservation and what the station said to it."""
    states: dict[str, State] = {"refused": "refused", "unanswered": "unanswered"}
    state = states.get(exchange.outcome) or ("reserved" if is_accepted(exchange.answer) else "refused")
    status = status_of(exchange.answer)
    reservations.book_answer(connection, exchange.identity, exchange.payload, status, state, exchange.at)


@books(registry, "CancelReservation")
def book_cancel_reservation(connection: Connection, exchange: Exchange) -> None:
    """Keep that the station holds it no more: it was cancelled, or the station does not know it (RES-05)."""
    if exchange.outcome == "answered":
        state: State = "cancelled" if is_accepted(exchange.answer) else "ended"
        number = exchange.payload["reservationId"]
        reservations.book_cancel(connection, exchange.identity, number, state, exchange.at)
