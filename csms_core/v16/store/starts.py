"""Starts of transactions, each booked once however often it is sent (OCPP 1.6 §3.7, §4.8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, or_, select

from csms_core.store import clock, codec, tags
from csms_core.store.database import dialect
from csms_core.store.database.prepared import Prepared, PreparedRows
from csms_core.store.line import Line
from csms_core.v16.store import charging_profiles, ends, notes, reservations
from csms_core.v16.store.tables import transactions
from ocppj.times import timestamp

_SAME = ("identity", "connector_id", "folded_tag", "meter_start", "started_at")
"""What two starts have in common only when one is the repetition of the other."""

_INSERT = PreparedRows(
    lambda database, rows: (
        dialect.insert(database, transactions)
        .values(rows)
        .on_conflict_do_nothing(index_elements=list(_SAME))
        .returning(transactions.c.identity, transactions.c.transaction_id)
    ),
    (*_SAME, "id_tag", "reservation_id", "id_tag_info", "start_received_at"),
)
_BOOKED = Prepared(
    select(transactions.c.transaction_id, transactions.c.id_tag_info).where(
        *(transactions.c[name] == bindparam(name) for name in _SAME)
    )
)


class Start(NamedTuple):
    """A StartTransaction of a station, received at a moment. `id_tag_info` is what its tag is worth then; unless
    `concurrent`, an accepted tag that charges elsewhere gets ConcurrentTx instead."""

    identity: str
    payload: dict[str, Any]
    id_tag_info: dict[str, Any]
    at: datetime
    concurrent: bool = True


Answer = tuple[int, dict[str, Any]]
"""transactionId and idTagInfo."""


def book(line: Line, starts: Sequence[Start]) -> list[Answer]:
    """Book the starts. A repetition (same station, connector, tag, time and register) gets the answer of the first,
    and is not booked again."""
    if all(start.concurrent for start in starts):
        return _book(line, starts)
    return [_book(line, [_judged(line.connection, start)])[0] for start in starts]


def _book(line: Line, starts: Sequence[Start]) -> list[Answer]:
    rows = [_row(start) for start in starts]
    new: dict[str, int] = dict(_INSERT.all(line, rows))
    waiting = charging_profiles.stations_waiting(line, list(new))
    held = reservations.held_by(line, list(new))
    known = notes.of(line)
    signs: list[ends.Sign] = []
    answers: list[Answer] = []
    for start, row in zip(starts, rows, strict=True):
        transaction_id = new.get(start.identity)
        if transaction_id is None:
            booked = _BOOKED.first(line.connection, dict(zip(_SAME, row, strict=False)))
            assert booked is not None  # it was in the way of the INSERT
            answers.append((booked[0], codec.from_text(booked[1])))
            continue
        known.remember(transaction_id, start.identity, row[1], row[4])
        _use_reservation(line, start, row, transaction_id, held.get(start.identity, ()))
        sentence = f"Transaction {transaction_id} has begun at this connector."
        signs.append(ends.Sign(start.identity, row[1], row[4], row[8], "StartTransaction", sentence, transaction_id))
        if start.identity in waiting:
            charging_profiles.book_start(line.connection, start.identity, row[1], row[2], transaction_id)
        answers.append((transaction_id, start.id_tag_info))
    if signs:
        ends.book(line, signs)
    return answers


def _use_reservation(
    line: Line, start: Start, row: tuple[Any, ...], transaction_id: int, held: Sequence[reservations.Held]
) -> None:
    """End the reservation that the start names, or else the one that it uses without saying so."""
    named = row[6]
    if named is not None and reservations.book_use(line.connection, start.identity, named, transaction_id, start.at):
        return
    parent = start.id_tag_info.get("parentIdTag")
    of_tags = (row[2],) if parent is None else (row[2], tags.fold(parent))
    used = reservations.used_unnamed(held, row[1], row[4], of_tags)
    if used is not None:
        reservations.book_use(line.connection, start.identity, used, transaction_id, start.at)


def _row(start: Start) -> tuple[Any, ...]:
    payload = start.payload
    return (
        start.identity,
        codec.number(payload["connectorId"]),
        tags.fold(payload["idTag"]),
        codec.number(payload["meterStart"]),
        clock.normal(payload["timestamp"]),
        payload["idTag"],
        codec.number(payload.get("reservationId")),
        codec.to_text(start.id_tag_info),
        timestamp(start.at),
    )


def _judged(connection: Connection, start: Start) -> Start:
    if start.id_tag_info["status"] != "Accepted" or not _runs_elsewhere(connection, start):
        return start
    return start._replace(id_tag_info={**start.id_tag_info, "status": "ConcurrentTx"})


def _runs_elsewhere(connection: Connection, start: Start) -> bool:
    connector_id = codec.number(start.payload["connectorId"])
    elsewhere = or_(transactions.c.identity != start.identity, transactions.c.connector_id != connector_id)
    ask = select(transactions.c.transaction_id).where(
        transactions.c.folded_tag == tags.fold(start.payload["idTag"]), transactions.c.stopped_at.is_(None), elsewhere
    )
    return connection.execute(ask.limit(1)).first() is not None
