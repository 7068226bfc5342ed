"""Faults of the Reservation profile (OCPP 1.6 §5.1, §5.13)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.faults.model import Came, Fault, Message, Operate, Send
from simulator.faults.words import answered, call, drop, operation, override, pretended, put, said
from simulator.v16.connectors.connector import Connector
from simulator.v16.profiles.reservation import Reservations
from simulator.v16.transactions.reader import Reader, may_match
from simulator.wire.operations import Answer


def faults() -> Iterator[Fault]:
    """The faults of this profile."""
    reserve, cancel, start = "ReserveNow", "CancelReservation", "StartTransaction"
    yield operation("reserve-rejected", "ReserveNow is always Rejected.", reserve, pretended(status="Rejected"))
    yield operation(
        "reserve-undone", "ReserveNow is Accepted, and nothing is reserved.", reserve, pretended(status="Accepted")
    )
    yield operation(
        "reserve-accepts-everything",
        "ReserveNow is Accepted also when it should not be.",
        reserve,
        answered(put("status", "Accepted")),
    )
    yield operation("cancel-rejected", "CancelReservation is always Rejected.", cancel, pretended(status="Rejected"))
    yield operation(
        "cancel-undone",
        "CancelReservation is Accepted, and the reservation stays.",
        cancel,
        pretended(status="Accepted"),
    )
    yield operation(
        "cancel-accepts-everything",
        "CancelReservation is Accepted also when it should not be.",
        cancel,
        answered(put("status", "Accepted")),
    )
    yield override("reservation-endless", "A reservation does not expire.", Reservations, _NeverExpires)
    yield override(
        "reservation-asks-for-others", "Authorize is sent for a card the connector is not for.", Reader, _AsksAnyway
    )
    yield call("start-without-reservation", "StartTransaction lacks reservationId.", start, said(drop("reservationId")))
    yield Fault(
        "reservation-never-forgotten",
        "Every StartTransaction names the last reservation, also when that is over.",
        calls={start: _with_last},
        answers={reserve: _remember},
    )


class _NeverExpires(Reservations):
    __slots__ = ()

    def _arm(self) -> None:
        pass


class _AsksAnyway(Reader):
    __slots__ = ()

    async def to_start(self, connector: Connector, tag: str, profile: Mapping[str, Any] | None = None) -> None:
        if not may_match(connector, tag):
            await self.authorizer.decide(tag)
        await super().to_start(connector, tag, profile)


def _remember(message: Message, operate: Operate) -> Answer:
    message.memory["reservationId"] = message.payload["reservationId"]
    return operate(message.payload)


async def _with_last(message: Message, send: Send) -> Came:
    return await send({**message.memory, **message.payload})
