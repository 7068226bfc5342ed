"""Bookkeeping of an exchange: what the answer to a CALL of the CSMS means, kept in the store, whoever asked for it.

The books are kept on the exchange itself, not on a route of the API, so that every way to send a message ends in the
same books.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection

from csms_core.context import StationContext
from csms_core.operations import NoAnswer, NotConnected, Refused
from csms_core.registry import Bookkeeper, Payload, Registry, Send
from schemas import load

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

    @property
    def status(self) -> Any:
        """`status` of the answer, None when there is none."""
        return self.answer.get("status")


Booking = Callable[[Connection, Exchange], None]
"""Keeps what an exchange means, in a transaction of the store. It may be run twice, the first time being undone."""


def books(registry: Registry, action: str) -> Callable[[Booking], Booking]:
    """Decorator: the function books the exchanges of this action, before anybody learns of the answer."""

    def enter(booking: Booking) -> Booking:
        registry.keeps(action)(_bookkeeper(action, booking))
        return booking

    return enter


def _bookkeeper(action: str, booking: Booking) -> Bookkeeper:
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
        if load("1.6").result[action](answer):
            await book("answered", answer)
        else:  # nobody can tell what it means
            await book("refused", {})
        return answer

    return keep
