"""Charging profiles: what each station has accepted and, as far as the messages tell, not lost since (OCPP 1.6 §3.13).

A profile that came with a remote start waits for its transaction: `folded_tag` is set, `transaction_id` is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, literal_column, or_, select, update

from csms_core.store import codec, ids, tags
from csms_core.store.database import dialect
from csms_core.store.database.prepared import Prepared, PreparedRows
from csms_core.store.line import Line
from csms_core.v16.store import notes
from csms_core.v16.store.tables import charging_profiles as table
from csms_core.v16.store.tables import transactions

TX = "TxProfile"

_WAITING = Prepared(
    select(table.c.charging_profile_id, table.c.folded_tag, table.c.connector_id).where(
        table.c.identity == bindparam("station"),
        table.c.folded_tag.is_not(None),
        or_(table.c.connector_id == bindparam("connector"), table.c.connector_id.is_(None)),
    )
)
_STATIONS_WAITING = PreparedRows(
    lambda database, rows: select(table.c.identity).where(
        table.c.identity.in_([row["station"] for row in rows]), table.c.folded_tag.is_not(None)
    ),
    ("station",),
)
_OF_TRANSACTIONS = PreparedRows(
    lambda database, rows: select(table.c.identity, table.c.transaction_id).where(
        table.c.identity.in_([row["station"] for row in rows]),
        table.c.transaction_id.is_not(None),
        table.c.purpose == literal_column(f"'{TX}'"),
    ),
    ("station",),
)
_FIRST = Prepared(
    select(table.c.identity)
    .where(or_(table.c.purpose == literal_column(f"'{TX}'"), table.c.folded_tag.is_not(None)))
    .limit(literal_column("1"))
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A charging profile a station has; `profile` is as it was sent. `connector_id` None: not known yet."""

    identity: str
    charging_profile_id: int
    connector_id: int | None
    purpose: str
    stack_level: int
    transaction_id: int | None
    profile: dict[str, Any]
    accepted_at: str

    waits_for_transaction: bool = False


def listing(connection: Connection, identity: str) -> list[Kept]:
    """The profiles of a station by connector, purpose and stack level."""
    order = (table.c.connector_id, table.c.purpose, table.c.stack_level, table.c.charging_profile_id)
    ask = select(table).where(table.c.identity == identity).order_by(*order)
    return [_kept(row) for row in connection.execute(ask)]


def find(connection: Connection, identity: str, charging_profile_id: int) -> Kept | None:
    """One profile of a station, None when it has none of that id."""
    one = and_(table.c.identity == identity, table.c.charging_profile_id == codec.number(charging_profile_id))
    row = connection.execute(select(table).where(one)).first()
    return None if row is None else _kept(row)


def free_id(connection: Connection, identity: str) -> int:
    """A chargingProfileId the station has no profile of."""
    return ids.free(connection, table, table.c.charging_profile_id, identity)


def running_transactions(connection: Connection, identity: str, connector_id: int) -> list[int]:
    """The transactions that run at a connector; more than one when a stop was lost, the newest last."""
    ask = select(transactions.c.transaction_id).where(
        transactions.c.identity == identity,
        transactions.c.connector_id == connector_id,
        transactions.c.stopped_at.is_(None),
    )
    return list(connection.execute(ask.order_by(transactions.c.transaction_id)).scalars())


def installed(connection: Connection, identity: str, connector_id: int, profile: dict[str, Any]) -> int:
    """How many profiles the station has beside those this one would replace."""
    others = ~_replaced(connector_id, profile) & table.c.folded_tag.is_(None)
    ask = select(func.count()).select_from(table).where(table.c.identity == identity, others)
    return int(connection.execute(ask).scalar_one())


def book_set(connection: Connection, identity: str, connector_id: int, profile: dict[str, Any], at: str) -> None:
    """Keep a profile the station has accepted, instead of what it replaces (SC-03)."""
    connection.execute(delete(table).where(table.c.identity == identity, _replaced(connector_id, profile)))
    transaction_id = profile.get("transactionId")
    if transaction_id is None and profile["chargingProfilePurpose"] == TX:
        transaction_id = next(reversed(running_transactions(connection, identity, connector_id)), None)
    _put(connection, identity, connector_id, profile, at, transaction_id=transaction_id)


def book_remote_start(
    connection: Connection, identity: str, connector_id: int | None, id_tag: str, profile: dict[str, Any], at: str
) -> None:
    """Keep the profile of a remote start until its transaction begins; it replaces that of an earlier one."""
    waiting = and_(table.c.identity == identity, table.c.folded_tag.is_not(None))
    same = or_(table.c.folded_tag == tags.fold(id_tag), table.c.connector_id == connector_id)
    connection.execute(delete(table).where(waiting, same))
    _put(connection, identity, connector_id, profile, at, folded_tag=tags.fold(id_tag))


def book_clear(connection: Connection, identity: str, criteria: dict[str, Any]) -> None:
    """Forget what a ClearChargingProfile took away: an id alone decides, else all that is given must match (SC-13)."""
    clauses = [table.c.identity == identity]
    if "id" in criteria:
        clauses.append(table.c.charging_profile_id == criteria["id"])
    else:
        columns = {
            "connectorId": table.c.connector_id,
            "chargingProfilePurpose": table.c.purpose,
            "stackLevel": table.c.stack_level,
        }
        clauses.extend(column == criteria[name] for name, column in columns.items() if name in criteria)
    connection.execute(delete(table).where(*clauses))


def stations_waiting(line: Line, identities: Sequence[str]) -> set[str]:
    """Those of the stations that have a profile which waits for its transaction."""
    if not _any(line):
        return set()
    return {identity for (identity,) in _STATIONS_WAITING.all(line, [(identity,) for identity in identities])}


def book_start(connection: Connection, identity: str, connector_id: int, folded_tag: str, transaction_id: int) -> None:
    """A transaction begins: the profile of its remote start is now its own, and one that waited for another is gone."""
    rows = _WAITING.all(connection, {"station": identity, "connector": connector_id})
    for charging_profile_id, its_tag, its_connector in rows:
        one = and_(table.c.identity == identity, table.c.charging_profile_id == charging_profile_id)
        if its_tag == folded_tag:
            values = {"connector_id": connector_id, "transaction_id": transaction_id, "folded_tag": None}
            connection.execute(update(table).where(one).values(values))
        elif its_connector is not None:
            connection.execute(delete(table).where(one))


def book_stops(line: Line, ended: Sequence[tuple[str, int]]) -> None:
    """Transactions end, of one station several perhaps, and their profiles with them (SC-16)."""
    if not _any(line):
        return
    having = set(_OF_TRANSACTIONS.all(line, [(identity,) for identity, _ in ended]))
    for identity, transaction_id in having.intersection(ended):
        its = (table.c.identity == identity, table.c.transaction_id == transaction_id, table.c.purpose == TX)
        line.connection.execute(delete(table).where(*its))


def _any(line: Line) -> bool:
    known = notes.of(line)
    if known.tx_profiles is None:
        known.tx_profiles = _FIRST.first(line.connection, {}) is not None
    return known.tx_profiles


def _replaced(connector_id: int, profile: dict[str, Any]) -> Any:
    same_place = and_(
        table.c.connector_id == connector_id,
        table.c.purpose == profile["chargingProfilePurpose"],
        table.c.stack_level == profile["stackLevel"],
    )
    return or_(table.c.charging_profile_id == profile["chargingProfileId"], same_place)


def _put(
    connection: Connection, identity: str, connector_id: int | None, profile: dict[str, Any], at: str, **more: Any
) -> None:
    row = {
        "identity": identity,
        "charging_profile_id": profile["chargingProfileId"],
        "connector_id": connector_id,
        "purpose": profile["chargingProfilePurpose"],
        "stack_level": profile["stackLevel"],
        "transaction_id": None,
        "folded_tag": None,
        "profile": codec.to_text(profile),
        "accepted_at": at,
        **more,
    }
    dialect.upsert(connection, table, row, ("identity", "charging_profile_id"))


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        row.identity,
        row.charging_profile_id,
        row.connector_id,
        row.purpose,
        row.stack_level,
        row.transaction_id,
        codec.from_text(row.profile),
        row.accepted_at,
        row.folded_tag is not None,
    )
