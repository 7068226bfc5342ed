"""Local authorization lists: version and entries each station has, as far as the messages tell (OCPP 1.6 §5.15).

`in_step` says whether the entries kept here are those of the station. When it is not, only a Full update helps.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select

from csms_core.store import codec, tags
from csms_core.store.database import dialect
from csms_core.store.ids import LARGEST
from csms_core.store.tables import tags as tag_table
from csms_core.v16 import id_tags as worth
from csms_core.v16.store.tables import local_list_entries, local_lists
from ocppj.times import timestamp

ROOM = 100_000
"""Versions left free below the largest integer, for updates in many parts; a list that comes so far starts again."""

NOT_SUPPORTED = -1
"""listVersion of a station without local list (LIST-01)."""

Entries = dict[str, dict[str, Any]]
"""idTagInfo by idTag."""


@dataclass(frozen=True, slots=True)
class LocalList:
    """The list of a station. `told_version` is the last version it told, `status` its last SendLocalList.conf."""

    version: int = 0
    told_version: int | None = None
    status: str | None = None
    in_step: bool = False
    changed_at: str | None = None

    @property
    def next_version(self) -> int:
        """A version above all the station may have; never 0 or -1 (LIST-02, LIST-04)."""
        known = max(self.version, self.told_version or 0, 0)
        return known + 1 if known < LARGEST - ROOM else 1


def find(connection: Connection, identity: str) -> LocalList:
    """The list of a station; one without a version when nothing is known of it."""
    row = connection.execute(select(local_lists).where(local_lists.c.identity == identity)).first()
    if row is None:
        return LocalList()
    return LocalList(row.version, row.told_version, row.status, row.in_step, row.changed_at)


def entries(connection: Connection, identity: str) -> Entries:
    """What the list of a station holds, in alphabetical order."""
    ask = select(local_list_entries).where(local_list_entries.c.identity == identity)
    rows = connection.execute(ask.order_by(local_list_entries.c.folded))
    return {row.id_tag: codec.from_text(row.id_tag_info) for row in rows}


def wanted(connection: Connection, id_tags: list[str] | None, at: datetime, *, any_tag: bool = False) -> Entries:
    """The idTagInfo of these tags, of all known idTags when None: what Authorize would answer (OCPP 1.6 §3.5.2)."""
    if id_tags is None:
        fitting = select(tag_table).where(func.length(tag_table.c.id_tag) <= worth.LONGEST)
        rows = connection.execute(fitting.order_by(tag_table.c.folded))
        known = [tags.Tag(row.id_tag, row.status, row.parent_id_tag, row.expiry_date) for row in rows]
        return {tag.id_tag: worth.id_tag_info(tag, at) for tag in known}
    first_spelling = {tags.fold(id_tag): id_tag for id_tag in reversed(id_tags)}
    named = [id_tag for id_tag in id_tags if first_spelling[tags.fold(id_tag)] == id_tag]
    return {id_tag: worth.id_tag_info(tags.find(connection, id_tag), at, any_tag=any_tag) for id_tag in named}


def book_accepted(connection: Connection, identity: str, payload: dict[str, Any], at: datetime) -> None:
    """Apply an update the station has accepted (LIST-03)."""
    known = find(connection, identity)
    full = payload["updateType"] == "Full"
    if full:
        _empty(connection, identity)
    for entry in payload.get("localAuthorizationList", []):
        folded = tags.fold(entry["idTag"])
        if "idTagInfo" in entry:
            row = {"id_tag": entry["idTag"], "id_tag_info": codec.to_text(entry["idTagInfo"])}
            key = {"identity": identity, "folded": folded}
            dialect.upsert(connection, local_list_entries, {**key, **row}, ("identity", "folded"))
        else:
            mine = (local_list_entries.c.identity == identity, local_list_entries.c.folded == folded)
            connection.execute(delete(local_list_entries).where(*mine))
    version = payload["listVersion"]
    _put(
        connection,
        identity,
        at,
        version=version,
        told_version=version,
        status="Accepted",
        in_step=full or known.in_step,
    )


def book_refused(connection: Connection, identity: str, status: str | None, at: datetime) -> None:
    """Keep that an update was not applied, or that nobody knows (None); the list of the station is then uncertain."""
    changes: dict[str, Any] = {"status": status, "in_step": False}
    if status == "NotSupported":
        changes["told_version"] = NOT_SUPPORTED
    _put(connection, identity, at, **changes)


def book_version(connection: Connection, identity: str, version: int, at: datetime) -> None:
    """Keep the version a station told. 0 is an empty list; another than expected: not in step (LIST-01)."""
    known = find(connection, identity)
    if version <= 0:
        _empty(connection, identity)
        _put(connection, identity, at, version=0, told_version=version, in_step=version == 0)
    else:
        _put(connection, identity, at, told_version=version, in_step=known.in_step and version == known.version)


def _empty(connection: Connection, identity: str) -> None:
    connection.execute(delete(local_list_entries).where(local_list_entries.c.identity == identity))


def _put(connection: Connection, identity: str, at: datetime, **changes: Any) -> None:
    known = find(connection, identity)
    row = {
        "identity": identity,
        "version": known.version,
        "told_version": known.told_version,
        "status": known.status,
        "in_step": known.in_step,
        **changes,
        "changed_at": timestamp(at),
    }
    dialect.upsert(connection, local_lists, row, ("identity",))
