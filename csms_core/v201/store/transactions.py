"""Questions about transactions, and the end of one by hand; `events` books what stations tell of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select, update

from csms_core.store import codec
from csms_core.v201.store.facts import Facts
from csms_core.v201.store.tables import events, transactions
from ocppj.times import timestamp

MAX_EVENTS = 10_000
"""Events of one transaction that are shown."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """A booked transaction. `closed_at` and `closed_because` belong to an end by hand."""

    identity: str
    transaction_id: str
    last_seq_no: int
    facts: Facts
    received_at: str
    closed_at: str | None
    closed_because: str | None

    @property
    def running(self) -> bool:
        """Whether no end is known."""
        return self.facts.ended_at is None and self.closed_at is None


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it came."""

    seq_no: int
    payload: dict[str, Any]
    received_at: str


def find(connection: Connection, identity: str, transaction_id: str) -> Transaction | None:
    """The transaction, None when the station has told of none of that id."""
    row = connection.execute(select(transactions).where(*_is(identity, transaction_id))).first()
    return None if row is None else _transaction(row)


def listing(
    connection: Connection,
    *,
    identity: str | None = None,
    running: bool | None = None,
    offset: int = 0,
    limit: int = 1000,
) -> list[Transaction]:
    """Transactions, those that were heard of last first, of one station or all, running ones, ended ones or all."""
    ask = select(transactions).order_by(transactions.c.id.desc()).offset(offset).limit(limit)
    if identity is not None:
        ask = ask.where(transactions.c.identity == identity)
    if running is True:
        ask = ask.where(transactions.c.ended_at.is_(None), transactions.c.closed_at.is_(None))
    elif running is False:
        ask = ask.where(transactions.c.ended_at.is_not(None) | transactions.c.closed_at.is_not(None))
    return [_transaction(row) for row in connection.execute(ask)]


def events_of(connection: Connection, identity: str, transaction_id: str, *, limit: int = MAX_EVENTS) -> list[Event]:
    """The events of a transaction by their seqNo."""
    ask = select(events).where(events.c.identity == identity, events.c.transaction_id == transaction_id)
    rows = connection.execute(ask.order_by(events.c.seq_no).limit(limit))
    return [Event(row.seq_no, codec.from_text(row.payload), row.received_at) for row in rows]


def close(connection: Connection, identity: str, transaction_id: str, at: datetime, because: str) -> bool:
    """End a transaction because an operator says so; False when it does not run. An Ended event that comes late is
    booked all the same."""
    running = (transactions.c.ended_at.is_(None), transactions.c.closed_at.is_(None))
    said = {"closed_at": timestamp(at), "closed_because": because}
    done = connection.execute(update(transactions).where(*_is(identity, transaction_id), *running).values(said))
    return done.rowcount > 0


def _is(identity: str, transaction_id: str) -> tuple[Any, Any]:
    return transactions.c.identity == identity, transactions.c.transaction_id == transaction_id


def _transaction(row: Row[Any]) -> Transaction:
    return Transaction(
        row.identity,
        row.transaction_id,
        row.last_seq_no,
        msgspec.json.decode(row.facts, type=Facts),
        row.received_at,
        row.closed_at,
        row.closed_because,
    )
