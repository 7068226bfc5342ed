"""Reports of the device model: what was asked for, and how much of it has come (B07)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from csms_core.store import clock, codec
from csms_core.store.database import dialect
from csms_core.v201.store.tables import reports

MOST: Final = 1000
"""Reports kept of one station, unless they were asked for."""

_KEY = ("identity", "request_id")


@dataclass(frozen=True, slots=True)
class Report:
    """A report. `status` is that of the answer to GetBaseReport; `complete`: its last part has come."""

    request_id: int
    report_base: str | None
    requested_at: str | None
    status: str | None
    last_seq_no: int | None
    complete: bool
    generated_at: str | None
    received_at: str | None


def request(connection: Connection, identity: str, payload: dict[str, Any], at: str) -> None:
    """A GetBaseReport is about to be sent; a report of the same requestId begins anew."""
    told = ("status", "last_seq_no", "generated_at", "received_at")
    _put(
        connection,
        identity,
        payload["requestId"],
        report_base=payload["reportBase"],
        requested_at=at,
        complete=False,
        **dict.fromkeys(told),
    )


def book_answer(connection: Connection, identity: str, request_id: int, status: str | None) -> None:
    """Keep the answer to a GetBaseReport."""
    _put(connection, identity, request_id, status=status)


def book_part(connection: Connection, identity: str, payload: dict[str, Any], at: str) -> None:
    """Keep that a part has come. NotifyReport says itself whether others follow (`tbc`).

    A station cannot fill the store with reports that nobody has asked for: beyond `MOST` they are not listed.
    """
    if not _has_room(connection, identity, payload["requestId"]):
        return
    _put(
        connection,
        identity,
        payload["requestId"],
        last_seq_no=codec.number(payload["seqNo"]),
        complete=not payload.get("tbc", False),
        generated_at=clock.normal(payload["generatedAt"]),
        received_at=at,
    )


def listing(connection: Connection, identity: str, *, limit: int = 100) -> list[Report]:
    """The reports of a station, those with the highest requestId first."""
    ask = select(reports).where(reports.c.identity == identity).order_by(reports.c.request_id.desc()).limit(limit)
    return [_report(row) for row in connection.execute(ask)]


def _has_room(connection: Connection, identity: str, request_id: int) -> bool:
    ask = select(reports.c.request_id).where(reports.c.identity == identity)
    known = connection.execute(ask.limit(MOST)).scalars().all()
    return len(known) < MOST or codec.number(request_id) in known


def _put(connection: Connection, identity: str, request_id: int, **told: Any) -> None:
    dialect.upsert(connection, reports, {"identity": identity, "request_id": codec.number(request_id), **told}, _KEY)


def _report(row: Row[Any]) -> Report:
    return Report(
        row.request_id,
        row.report_base,
        row.requested_at,
        row.status,
        row.last_seq_no,
        bool(row.complete),
        row.generated_at,
        row.received_at,
    )
