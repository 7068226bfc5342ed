"""Stations: who is known, how each last registered, what its connectors last reported (OCPP 1.6 §4.2, §4.9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from csms_core import clock
from csms_core.store import codec, dialect, ends, reservations
from csms_core.store import tables as all_tables
from csms_core.store.line import Line
from csms_core.store.prepared import PreparedRows
from csms_core.store.tables import connectors, notices, stations

LOST = ("Faulted", "Unavailable")
"""States of a connector that end its reservations (OCPP 1.6 §5.13)."""

FREE = "Available"
"""State of a connector at which nothing runs (OCPP 1.6 §4.9)."""

USUAL, MOST_ODD = 1000, 100
"""Connectors up to the first number are kept in any case, and so many with higher ones: a station cannot fill the store
with made-up connectors."""

_OF_STATION = (
    connectors,
    all_tables.configuration,
    all_tables.credentials,
    all_tables.reservations,
    all_tables.charging_profiles,
    all_tables.local_lists,
    all_tables.local_list_entries,
)
_PUT_STATUS = PreparedRows(
    lambda database, rows: dialect.or_change(
        dialect.insert(database, connectors).values(rows), rows[0], ("identity", "connector_id")
    ),
    ("identity", "connector_id", "status", "error_code", "notification", "received_at"),
)
_FIND = select(stations).where(stations.c.identity == bindparam("station"))


@dataclass(frozen=True, slots=True)
class Station:
    """A station the CSMS knows.

    `registration` and `interval` (seconds) are what its next boot is answered with, None: as configured for all.
    `booted_as` is what its last boot was answered with; it outlives a reconnect and a restart of the CSMS.
    """

    identity: str
    registration: str | None = None
    interval: int | None = None
    booted_as: str | None = None
    booted_at: str | None = None
    boot: dict[str, Any] | None = None


class Status(NamedTuple):
    """A StatusNotification of a station, received at a moment."""

    identity: str
    payload: dict[str, Any]
    at: datetime


def find(connection: Connection, identity: str) -> Station | None:
    """The station, None when it is not known. Identities are case-sensitive."""
    row = connection.execute(_FIND, {"station": identity}).first()
    return None if row is None else _station(row)


def listing(connection: Connection, *, offset: int = 0, limit: int = 1000) -> list[Station]:
    """Stations in alphabetical order."""
    ask = select(stations).order_by(stations.c.identity).offset(offset).limit(limit)
    return [_station(row) for row in connection.execute(ask)]


def put(connection: Connection, identity: str, at: str, **changes: Any) -> None:
    """Make a station known, or change the columns given; what is not given stays."""
    if find(connection, identity) is None:
        connection.execute(stations.insert().values(identity=identity, created_at=at, **changes))
    elif changes:
        connection.execute(update(stations).where(stations.c.identity == identity).values(**changes))


def enrol(connection: Connection, identity: str, at: str, most: int) -> bool:
    """Make a station known that connects unasked; False when `most` are known already."""
    if find(connection, identity) is None:
        if connection.execute(select(func.count()).select_from(stations)).scalar_one() >= most:
            return False
        put(connection, identity, at)
    return True


def remove(connection: Connection, identity: str) -> bool:
    """Forget the station and what it was told; its transactions stay. False when it was not known."""
    for table in _OF_STATION:
        connection.execute(delete(table).where(table.c.identity == identity))
    return connection.execute(delete(stations).where(stations.c.identity == identity)).rowcount > 0


def book_boot(connection: Connection, identity: str, payload: dict[str, Any], status: str, at: str) -> None:
    """Keep what a BootNotification said and how it was answered."""
    changes = {"booted_as": status, "booted_at": at, "boot": codec.to_text(payload)}
    connection.execute(update(stations).where(stations.c.identity == identity).values(**changes))


def book_statuses(line: Line, notifications: Sequence[Status]) -> list[bool]:
    """Keep what StatusNotifications of different stations said of a connector; False: there is no room for it."""
    has_room = [_has_room(line.connection, each) for each in notifications]
    kept = [each for each, fits in zip(notifications, has_room, strict=True) if fits]
    _PUT_STATUS.run(line, [_row(identity, payload, at) for identity, payload, at in kept])
    signs = []
    for identity, payload, at in kept:
        if payload["status"] in LOST:
            number = codec.number(payload["connectorId"])
            reservations.book_loss(line.connection, identity, number, clock.wire(at))
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
    said_at = clock.normal(payload.get("timestamp") or clock.wire(at))
    sentence = "Its connector was reported Available."
    return ends.Sign(identity, codec.number(payload["connectorId"]), said_at, at, "StatusNotification", sentence)


def statuses(connection: Connection, identity: str) -> list[dict[str, Any]]:
    """The last StatusNotification of each connector, by connectorId."""
    ask = select(connectors).where(connectors.c.identity == identity).order_by(connectors.c.connector_id)
    return [{**codec.from_text(row.notification), "received_at": row.received_at} for row in connection.execute(ask)]


def all_statuses(connection: Connection, identities: list[str]) -> dict[str, list[dict[str, Any]]]:
    """`statuses` of many stations in one question."""
    found: dict[str, list[dict[str, Any]]] = {identity: [] for identity in identities}
    ask = select(connectors).where(connectors.c.identity.in_(identities)).order_by(connectors.c.connector_id)
    for row in connection.execute(ask):
        found[row.identity].append({**codec.from_text(row.notification), "received_at": row.received_at})
    return found


def book_notice(connection: Connection, identity: str, action: str, payload: dict[str, Any], at: str) -> None:
    """Keep a message that asks for nothing but an empty answer (firmware, diagnostics, security events)."""
    values = {"identity": identity, "action": action, "payload": codec.to_text(payload), "received_at": at}
    connection.execute(notices.insert().values(values))


def notices_of(connection: Connection, identity: str, *, limit: int = 100) -> list[dict[str, Any]]:
    """The newest such messages of a station, newest first."""
    ask = select(notices).where(notices.c.identity == identity).order_by(notices.c.id.desc()).limit(limit)
    return [
        {"action": row.action, "payload": codec.from_text(row.payload), "received_at": row.received_at}
        for row in connection.execute(ask)
    ]


def notices_about(
    connection: Connection, action: str, identity: str | None = None, *, offset: int = 0, limit: int = 100
) -> list[dict[str, Any]]:
    """The newest messages of one kind, of one station or all, newest first."""
    ask = select(notices).where(notices.c.action == action)
    if identity is not None:
        ask = ask.where(notices.c.identity == identity)
    return [
        {"identity": row.identity, "payload": codec.from_text(row.payload), "received_at": row.received_at}
        for row in connection.execute(ask.order_by(notices.c.id.desc()).offset(offset).limit(limit))
    ]


def _row(identity: str, payload: dict[str, Any], at: datetime) -> tuple[Any, ...]:
    number = codec.number(payload["connectorId"])
    return identity, number, payload["status"], payload["errorCode"], codec.to_text(payload), clock.wire(at)


def _station(row: Row[Any]) -> Station:
    boot = codec.from_text(row.boot)
    return Station(row.identity, row.registration, row.interval, row.booted_as, row.booted_at, boot)
