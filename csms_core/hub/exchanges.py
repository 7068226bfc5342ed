"""Bookkeeping of an exchange: what the answer to a CALL of the CSMS means, kept in the store, whoever asked for it.

The books are kept on the exchange itself, not on a route of the API, so that every way to send a message ends in the
same books.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from csms_core.hub.context import StationContext
from csms_core.hub.errors import NoAnswer, NotConnected, Refused
from csms_core.hub.registry import Bookkeeper, Payload, Registry, Send

Outcome = Literal["answered", "refused", "unanswered"]
"""refused: by a CALLERROR or by what is no proper answer; unanswered: it timed out, or the station went away."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A CALL of the CSMS that is over. `answer` is the payload of the CALLRESULT, empty unless it was answered."""

    identity: str
    action: str
    payload: Payload
    outcome: Outcome
    answer: Payload
    at: datetime


Booking = Callable[[Connection, Exchange], None]
"""Keeps what an exchange means, in a transaction of the store. It may be run twice, the first time being undone."""


def books(registry: Registry, action: str) -> Callable[[Booking], Booking]:
    """Decorator: the function books the exchanges of this action, before anybody learns of the answer."""

    def enter(booking: Booking) -> Booking:
        registry.keeps(action)(bookkeeper(action, booking))
        return booking

    return enter


def bookkeeper(action: str, booking: Booking) -> Bookkeeper:
    """What keeps the books of this action with such a booking, for who has more to do around the exchange."""

    async def keep(station: StationContext, payload: Payload, send: Send) -> Payload:
        async def book(outcome: Outcome, answer: Payload) -> None:
            exchange = Exchange(station.identity, action, payload, outcome, answer, station.now())
            await station.store.write(lambda connection: booking(connection, exchange))

        try:
            answer = await send()
        except Refused:
            await book("refused", {})
            raise
        except (NoAnswer, NotConnected):
            await book("unanswered", {})
            raise
        if station.protocol.schemas.result[action](answer):
            await book("answered", answer)
        else:  # nobody can tell what it means
            await book("refused", {})
        return answer

    return keep
