"""Ends of transactions that no StopTransaction told, each with what it was seen by.

A lost StopTransaction would let a transaction run for ever. A newer transaction at its connector (OCPP 1.6 §4.8), or an
Available of its connector (§4.9) is evidence that it has ended; an operator may know it otherwise. None of that is the
last word: a StopTransaction that comes late says when and how it really ended (`stops`), and is booked instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from csms_core import clock
from csms_core.store import charging_profiles, codec
from csms_core.store.line import Line
from csms_core.store.prepared import PreparedRows
from csms_core.store.tables import transactions

EndedBy = Literal["StartTransaction", "StatusNotification", "operator"]

_RUNNING = PreparedRows(
    lambda database, rows: select(
        transactions.c.transaction_id, transactions.c.identity, transactions.c.connector_id, transactions.c.started_at
    ).where(transactions.c.stopped_at.is_(None), transactions.c.identity.in_([row["identity"] for row in rows])),
    ("identity",),
)
_SAID = ("stopped_at", "stop_received_at", "ended_by", "evidence")
_END = PreparedRows(
    lambda database, rows: (
        update(transactions)
        .where(transactions.c.transaction_id == rows[0]["ended_id"], transactions.c.stopped_at.is_(None))
        .values({name: rows[0][name] for name in _SAID})
    ),
    (*_SAID, "ended_id"),
)


class Sign(NamedTuple):
    """What a station has said of a connector at a moment (its normal spelling), by which nothing runs there any more.

    `but` is the transaction that does. `received` is when it came.
    """

    identity: str
    connector_id: int
    at: str
    received: datetime
    ended_by: EndedBy
    sentence: str
    but: int | None = None


def book(line: Line, signs: Sequence[Sign]) -> None:
    """End what the signs, of different stations, show to be over.

    A sign that says of itself that it is older than the start of a transaction tells nothing of it.
    """
    by_station = {sign.identity: sign for sign in signs}
    ended = []
    for transaction_id, identity, connector_id, started_at in _RUNNING.all(line, [(name,) for name in by_station]):
        sign = by_station[identity]
        if connector_id != sign.connector_id or transaction_id == sign.but:
            continue
        at = sign.at
        if at < started_at:
            if sign.but is None:
                continue
            at = clock.normal(clock.wire(sign.received))  # the clock of the station was set; what it says is in order
        line.running.pop(transaction_id, None)
        ended.append((identity, (at, clock.wire(sign.received), sign.ended_by, sign.sentence, transaction_id)))
    if ended:
        _END.run_each(line, [row for _, row in ended])
        for identity, row in ended:  # one station may have several
            charging_profiles.book_stops(line, [(identity, row[-1])])


def by_hand(
    connection: Connection, transaction_id: int, at: datetime, meter_stop: int | None, sentence: str
) -> tuple[str, int] | None:
    """End a transaction because an operator says so; None when it does not run. Gives station and connector."""
    mine = (transactions.c.transaction_id == bindparam("mine"), transactions.c.stopped_at.is_(None))
    found = connection.execute(
        select(transactions.c.identity, transactions.c.connector_id).where(*mine),
        {"mine": codec.number(transaction_id)},
    ).first()
    if found is None:
        return None
    said = {
        "stopped_at": clock.normal(clock.wire(at)),
        "stop_received_at": clock.wire(at),
        "meter_stop": codec.number(meter_stop),
        "ended_by": "operator",
        "evidence": sentence,
    }
    connection.execute(update(transactions).where(transactions.c.transaction_id == transaction_id).values(said))
    charging_profiles.book_stops(Line.over(connection), [(found.identity, transaction_id)])
    return found.identity, found.connector_id
