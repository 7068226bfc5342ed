"""Questions about transactions; `starts`, `stops` and `meter_values` book them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, func, select

from csms_core.store import codec
from csms_core.store.tables import stations
from csms_core.v16.store import ends
from csms_core.v16.store.tables import meter_values, transactions


@dataclass(frozen=True, slots=True)
class Transaction:
    """A booked transaction. Registers in Wh, times in UTC; the stop members are None while it runs.

    `ended_by` and `evidence` belong to an end that no StopTransaction told (`ends`). `doubt` says why one that seems to
    run may not.
    """

    transaction_id: int
    identity: str
    connector_id: int
    id_tag: str
    id_tag_info: dict[str, Any]
    meter_start: int
    started_at: str
    reservation_id: int | None
    meter_stop: int | None
    stopped_at: str | None
    stop_reason: str | None
    stop_id_tag: str | None
    ended_by: ends.EndedBy | None
    evidence: str | None
    doubt: str | None = None

    @property
    def running(self) -> bool:
        """Whether no end has been booked yet."""
        return self.stopped_at is None


def find(connection: Connection, transaction_id: int) -> Transaction | None:
    """The transaction, None when there is none of that id."""
    row = connection.execute(
        select(transactions).where(transactions.c.transaction_id == codec.number(transaction_id))
    ).first()
    return None if row is None else _doubted(connection, [_transaction(row)])[0]


def listing(
    connection: Connection,
    *,
    identity: str | None = None,
    running: bool | None = None,
    offset: int = 0,
    limit: int = 1000,
) -> list[Transaction]:
    """Transactions, newest first, of one station or all, running ones, ended ones or all."""
    ask = select(transactions).order_by(transactions.c.transaction_id.desc()).offset(offset).limit(limit)
    if identity is not None:
        ask = ask.where(transactions.c.identity == identity)
    if running is not None:
        ask = ask.where(transactions.c.stopped_at.is_(None) if running else transactions.c.stopped_at.is_not(None))
    return _doubted(connection, [_transaction(row) for row in connection.execute(ask)])


def values_of(connection: Connection, booked: Transaction, *, limit: int = 10_000) -> list[dict[str, Any]]:
    """Meter values of a transaction in the order of arrival, as on the wire."""
    ask = select(meter_values).where(
        meter_values.c.transaction_id == booked.transaction_id, meter_values.c.identity == booked.identity
    )
    return [
        {"timestamp": row.measured_at, "sampledValue": codec.from_text(row.sampled_value)}
        for row in connection.execute(ask.order_by(meter_values.c.id).limit(limit))
    ]


def _doubted(connection: Connection, found: list[Transaction]) -> list[Transaction]:
    """The same with the doubts: a station that has booted since may go on with a transaction, and then tells of it."""
    ids = [each.transaction_id for each in found if each.running]
    heard = select(func.max(meter_values.c.received_at)).where(
        meter_values.c.transaction_id == transactions.c.transaction_id,
        meter_values.c.identity == transactions.c.identity,
    )
    ask = select(transactions.c.transaction_id, stations.c.booted_at).where(
        transactions.c.transaction_id.in_(ids),
        stations.c.identity == transactions.c.identity,
        stations.c.booted_at > transactions.c.start_received_at,
        stations.c.booted_at > func.coalesce(heard.scalar_subquery(), ""),
    )
    doubts: dict[int, str] = {}
    for transaction_id, booted_at in connection.execute(ask) if ids else ():
        doubts[transaction_id] = f"The station booted at {booted_at} and has told nothing of it since."
    return [replace(each, doubt=doubts.get(each.transaction_id)) for each in found]


def _transaction(row: Row[Any]) -> Transaction:
    return Transaction(
        row.transaction_id,
        row.identity,
        row.connector_id,
        row.id_tag,
        codec.from_text(row.id_tag_info),
        row.meter_start,
        row.started_at,
        row.reservation_id,
        row.meter_stop,
        row.stopped_at,
        row.stop_reason,
        row.stop_id_tag,
        row.ended_by,
        row.evidence,
    )
