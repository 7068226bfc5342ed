"""Rules of reservations, broken (OCPP 1.6 §5.13; RES-01, RES-03, RES-04)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from ocppj.times import moment, timestamp
from simulator.faults.model import Fault, Message, Operate, Payload
from simulator.faults.words import misheard, operation, override
from simulator.v16.connectors.connector import Admission, Connector
from simulator.v16.connectors.transaction import Transaction
from simulator.v16.core.authorization import same_tag
from simulator.v16.profiles.reservation import Reservations
from simulator.v16.transactions.reader import Reader
from simulator.wire.operations import Answer, status

_RESERVE = "ReserveNow"
_SOONER = timedelta(seconds=2)


def faults() -> Iterator[Fault]:
    """The faults of these rules."""
    yield operation(
        "reserve-same-id-occupied", "A reservation whose id is known is Occupied.", _RESERVE, _occupied_if_known
    )
    yield operation(
        "reserve-keeps-former",
        "A reservation whose id is known is Accepted, and the former one stays.",
        _RESERVE,
        _accepted_if_known,
    )
    yield override("reservation-for-all", "A reserved connector lets everybody in.", Reader, _LetsAllIn)
    yield override(
        "reservation-group-unasked",
        "A card of the group that has reserved is refused without Authorize.",
        Reader,
        _OnlyTheTag,
    )
    yield override(
        "reservation-any-group", "A connector that is reserved for a group lets every card in.", Reader, _AnyGroup
    )
    yield override(
        "reservation-survives-start", "A reservation does not end with its transaction.", Reservations, _OutlivesStart
    )
    yield override(
        "reservation-survives-outage",
        "A reservation does not end with a fault of its connector or with its service.",
        Reservations,
        _OutlivesOutage,
    )
    yield operation("reservation-short", "A reservation expires 2 s too early.", _RESERVE, misheard(_sooner))


def _is_known(message: Message) -> bool:
    known = message.payload["reservationId"] in message.memory
    message.memory[message.payload["reservationId"]] = True
    return known


def _occupied_if_known(message: Message, operate: Operate) -> Answer:
    return status("Occupied") if _is_known(message) else operate(message.payload)


def _accepted_if_known(message: Message, operate: Operate) -> Answer:
    return status("Accepted") if _is_known(message) else operate(message.payload)


def _sooner(_: Message, payload: Payload) -> Payload:
    return {**payload, "expiryDate": timestamp(moment(payload["expiryDate"]) - _SOONER)}


class _LetsAllIn(Reader):
    __slots__ = ()

    async def to_start(self, connector: Connector, tag: str, profile: Mapping[str, Any] | None = None) -> None:
        if connector.idle and (await self.authorizer.decide(tag)).accepted:
            self.sessions.authorize(connector, Admission(tag, None, profile))


class _OnlyTheTag(Reader):
    __slots__ = ()

    async def to_start(self, connector: Connector, tag: str, profile: Mapping[str, Any] | None = None) -> None:
        if connector.reservation is None or same_tag(tag, connector.reservation.idTag):
            await super().to_start(connector, tag, profile)


class _AnyGroup(Reader):
    __slots__ = ()

    def admit(self, connector: Connector, tag: str, parent: str | None, profile: Mapping[str, Any] | None) -> None:
        self.sessions.authorize(connector, Admission(tag, parent, profile))


class _OutlivesStart(Reservations):
    __slots__ = ()

    def transaction_started(self, connector: Connector, transaction: Transaction) -> None:
        pass


class _OutlivesOutage(Reservations):
    __slots__ = ()

    def status_changed(self, connector: Connector) -> None:
        pass
