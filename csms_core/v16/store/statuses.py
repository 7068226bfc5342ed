"""States of connectors, as StatusNotifications told them last (OCPP 1.6 §4.9), and what follows from one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from csms_core.store import clock, codec
from csms_core.store.database import dialect
from csms_core.store.database.prepared import PreparedRows
from csms_core.store.line import Line
from csms_core.v16.store import ends, reservations
from csms_core.v16.store.tables import connectors
from ocppj.times import timestamp

LOST = ("Faulted", "Unavailable")
"""States of a connector that end its reservations (OCPP 1.6 §5.13)."""

FREE = "Available"
"""State of a connector at which nothing runs (OCPP 1.6 §4.9)."""

USUAL, MOST_ODD = 1000, 100
"""Connectors up to the first number are kept in any case, and so many with higher ones: a station cannot fill the store
with made-up connectors."""

_PUT_STATUS = PreparedRows(
    lambda database, rows: dialect.or_change(
        dialect.insert(database, connectors).values(rows), rows[0], ("identity", "connector_id")
    ),
    ("identity", "connector_id", "status", "error_code", "notification", "received_at"),
)


class Status(NamedTuple):
    """A StatusNotification of a station, received at a moment."""

    identity: str
    payload: dict[str, Any]
    at: datetime


def book(line: Line, notifications: Sequence[Status]) -> list[bool]:
    """Keep what StatusNotifications of different stations said of a connector; False: there is no room for it."""
    has_room = [_has_room(line.connection, each) for each in notifications]
    kept = [each for each, fits in zip(notifications, has_room, strict=True) if fits]
    _PUT_STATUS.run(line, [_row(identity, payload, at) for identity, payload, at in kept])
    signs = []
    for identity, payload, at in kept:
        if payload["status"] in LOST:
            number = codec.number(payload["connectorId"])
            reservations.book_loss(line.connection, identity, number, timestamp(at))
        elif payload["status"] == FREE and payload["connectorId"] > 0:
            signs.append(_sign_of_freedom(identity, payload, at))
    if signs:
        ends.book(line, signs)
    return has_room


def _has_room(connection: Connection, notification: Status) -> bool:
    """Whether a station may have one more connector with an odd number; the usual ones are few by themselves."""
    number = codec.number(notification.payload["connectorId"])
    if number <= USUAL:
        return True
    odd = (connectors.c.identity == notification.identity, connectors.c.connector_id > USUAL)
    known = connection.execute(select(connectors.c.connector_id).where(*odd).limit(MOST_ODD)).scalars().all()
    return number in known or len(known) < MOST_ODD


def _sign_of_freedom(identity: str, payload: dict[str, Any], at: datetime) -> ends.Sign:
    received = timestamp(at)
    said_at = clock.normal(payload.get("timestamp") or received)
    sentence = "Its connector was reported Available."
    return ends.Sign(identity, codec.number(payload["connectorId"]), said_at, received, "StatusNotification", sentence)


def listing(connection: Connection, identity: str) -> list[dict[str, Any]]:
    """The last StatusNotification of each connector, by connectorId."""
    ask = select(connectors).where(connectors.c.identity == identity).order_by(connectors.c.connector_id)
    return [{**codec.from_text(row.notification), "received_at": row.received_at} for row in connection.execute(ask)]


def listings(connection: Connection, identities: list[str]) -> dict[str, list[dict[str, Any]]]:
    """`listing` of many stations in one question."""
    found: dict[str, list[dict[str, Any]]] = {identity: [] for identity in identities}
    ask = select(connectors).where(connectors.c.identity.in_(identities)).order_by(connectors.c.connector_id)
    for row in connection.execute(ask):
        found[row.identity].append({**codec.from_text(row.notification), "received_at": row.received_at})
    return found


def _row(identity: str, payload: dict[str, Any], at: datetime) -> tuple[Any, ...]:
    number = codec.number(payload["connectorId"])
    return identity, number, payload["status"], payload["errorCode"], codec.to_text(payload), timestamp(at)
