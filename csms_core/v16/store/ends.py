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

from csms_core.store import clock, codec
from csms_core.store.database.prepared import PreparedRows
from csms_core.store.line import Ended, Line
from csms_core.v16.store import charging_profiles, notes
from csms_core.v16.store.tables import transactions
from ocppj.times import timestamp

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

    `but` is the transaction that does. `received` is when it came, as on the wire.
    """

    identity: str
    connector_id: int
    at: str
    received: str
    ended_by: EndedBy
    sentence: str
    but: int | None = None


def book(line: Line, signs: Sequence[Sign]) -> None:
    """End what the signs, of different stations, show to be over.

    A sign that says of itself that it is older than the start of a transaction tells nothing of it.
    """
    known = notes.of(line)
    running = _running(line, [sign.identity for sign in signs])
    rows, ended = [], []
    for sign in signs:
        for transaction_id, (connector_id, started_at) in running[sign.identity].items():
            if connector_id != sign.connector_id or transaction_id == sign.but:
                continue
            at = sign.at
            if at < started_at:
                if sign.but is None:
                    continue
                # the clock of the station was set; what it says is in order
                at = clock.normal(sign.received)
            rows.append((at, sign.received, sign.ended_by, sign.sentence, transaction_id))
            ended.append(Ended(sign.identity, transaction_id, connector_id, sign.ended_by, sign.sentence))
    if ended:
        _END.run_each(line, rows)
        line.ended += ended
        for each in ended:
            known.is_over(each.transaction_id, each.identity)
        charging_profiles.book_stops(line, [(each.identity, each.transaction_id) for each in ended])


def _running(line: Line, identities: Sequence[str]) -> dict[str, notes.AtStation]:
    """All that runs at these stations."""
    known = notes.of(line)
    running = {identity: known.at_station[identity] for identity in identities if identity in known.at_station}
    if len(running) < len(identities):
        asked: dict[str, notes.AtStation] = {identity: {} for identity in identities if identity not in running}
        for transaction_id, identity, connector_id, started_at in _RUNNING.all(line, [(name,) for name in asked]):
            asked[identity][transaction_id] = (connector_id, started_at)
        known.remember_all(asked)
        running |= asked
    return running


def by_hand(
    connection: Connection, transaction_id: int, at: datetime, meter_stop: int | None, sentence: str
) -> Ended | None:
    """End a transaction because an operator says so; None when it does not run."""
    mine = (transactions.c.transaction_id == bindparam("mine"), transactions.c.stopped_at.is_(None))
    found = connection.execute(
        select(transactions.c.identity, transactions.c.connector_id).where(*mine),
        {"mine": codec.number(transaction_id)},
    ).first()
    if found is None:
        return None
    said = {
        "stopped_at": clock.normal(timestamp(at)),
        "stop_received_at": timestamp(at),
        "meter_stop": codec.number(meter_stop),
        "ended_by": "operator",
        "evidence": sentence,
    }
    connection.execute(update(transactions).where(transactions.c.transaction_id == transaction_id).values(said))
    charging_profiles.book_stops(Line.over(connection), [(found.identity, transaction_id)])
    return Ended(found.identity, transaction_id, found.connector_id, "operator", sentence)
