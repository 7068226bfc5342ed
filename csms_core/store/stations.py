"""Stations: who is known, how each last registered, what it reported that asks for nothing but an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, select, update

from csms_core.store import codec
from csms_core.store.database import dialect
from csms_core.store.database.prepared import Prepared, PreparedRows
from csms_core.store.line import Line
from csms_core.store.tables import metadata, notices, stations

_KNOWN = PreparedRows(
    lambda database, rows: select(stations.c.identity).where(
        stations.c.identity.in_([row["identity"] for row in rows])
    ),
    ("identity",),
)
_MANY = "stations"
"""Note of a line: how many are known. Each batch of strangers would count them all again."""
_COUNT = select(func.count()).select_from(stations)
_ENROL = PreparedRows(
    lambda database, rows: (
        dialect.insert(database, stations).values(rows).on_conflict_do_nothing(index_elements=["identity"])
    ),
    ("identity", "created_at"),
)
_BOOTED = ("booted_as", "booted_at", "boot", "ocpp")
_BOOT = PreparedRows(
    lambda database, rows: (
        update(stations)
        .where(stations.c.identity == rows[0]["booted_identity"])
        .values({name: rows[0][name] for name in _BOOTED})
    ),
    (*_BOOTED, "booted_identity"),
)
_OF_STATION = (
    stations.c.identity,
    stations.c.registration,
    stations.c.interval,
    stations.c.booted_as,
    stations.c.booted_at,
    stations.c.boot,
    stations.c.ocpp,
)
"""The fields of `Station`, in their order."""

_FIND = Prepared(select(*_OF_STATION).where(stations.c.identity == bindparam("station")))


@dataclass(frozen=True, slots=True)
class Station:
    """A station the CSMS knows.

    `registration` and `interval` (seconds) are what its next boot is answered with, None: as configured for all.
    `booted_as` is what its last boot was answered with; it outlives a reconnect and a restart of the CSMS. `ocpp` is
    the version of OCPP in which it booted last.
    """

    identity: str
    registration: str | None = None
    interval: int | None = None
    booted_as: str | None = None
    booted_at: str | None = None
    boot: dict[str, Any] | None = None
    ocpp: str | None = None


class Stranger(NamedTuple):
    """A station that connects unasked at a moment, where `most` may be known."""

    identity: str
    at: str
    most: int


class Boot(NamedTuple):
    """A BootNotification of a station, in which version of OCPP, how it was answered, and when."""

    identity: str
    ocpp: str
    payload: dict[str, Any]
    status: str
    at: str


def find(connection: Connection, identity: str) -> Station | None:
    """The station, None when it is not known. Identities are case-sensitive."""
    row = _FIND.first(connection, {"station": identity})
    return None if row is None else _station(row)


def listing(connection: Connection, *, offset: int = 0, limit: int = 1000) -> list[Station]:
    """Stations in alphabetical order."""
    ask = select(*_OF_STATION).order_by(stations.c.identity).offset(offset).limit(limit)
    return [_station(row) for row in connection.execute(ask)]


def put(connection: Connection, identity: str, at: str, **changes: Any) -> None:
    """Make a station known, or change the columns given; what is not given stays."""
    if find(connection, identity) is None:
        connection.execute(stations.insert().values(identity=identity, created_at=at, **changes))
    elif changes:
        connection.execute(update(stations).where(stations.c.identity == identity).values(**changes))


def enrol(line: Line, strangers: Sequence[Stranger]) -> list[bool]:
    """Make stations known that connect unasked; False: as many are known already as may be."""
    known = {identity for (identity,) in _KNOWN.all(line, [(stranger.identity,) for stranger in strangers])}
    if len(known) < len(strangers) and _MANY not in line.notes:
        line.notes[_MANY] = line.connection.execute(_COUNT).scalar_one()
    count = line.notes.get(_MANY, 0)
    new: list[tuple[str, str]] = []
    for stranger in strangers:
        if stranger.identity not in known and count + len(new) < stranger.most:
            new.append((stranger.identity, stranger.at))
            known.add(stranger.identity)
    _ENROL.run(line, new)
    if new:
        line.notes[_MANY] = count + len(new)
    return [stranger.identity in known for stranger in strangers]


def remove(connection: Connection, identity: str) -> bool:
    """Forget the station and what it was told; its transactions stay. False when it was not known."""
    for table in metadata.sorted_tables:
        if table.info.get("of_station"):
            connection.execute(delete(table).where(table.c.identity == identity))
    return connection.execute(delete(stations).where(stations.c.identity == identity)).rowcount > 0


def book_boots(line: Line, boots: Sequence[Boot]) -> list[None]:
    """Keep what BootNotifications of different stations said, in which version of OCPP, and how they were answered."""
    rows = [(status, at, codec.to_text(payload), ocpp, identity) for identity, ocpp, payload, status, at in boots]
    _BOOT.run_each(line, rows)
    return [None] * len(boots)


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


def _station(row: Sequence[Any]) -> Station:
    """A row of the table, from whichever execution."""
    identity, registration, interval, booted_as, booted_at, boot, ocpp = row
    return Station(identity, registration, interval, booted_as, booted_at, codec.from_text(boot), ocpp)
