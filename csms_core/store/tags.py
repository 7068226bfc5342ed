"""Tags: who may charge, in whatever version of OCPP the station speaks that reads one.

A version says in its own words what a tag is worth (`idTagInfo`, `idTokenInfo`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select

from csms_core.store.database import dialect
from csms_core.store.database.prepared import Prepared
from csms_core.store.tables import tags
from ocppj.times import moment

_FIND = Prepared(
    select(tags.c.id_tag, tags.c.status, tags.c.parent_id_tag, tags.c.expiry_date, tags.c.type).where(
        tags.c.folded == bindparam("folded_tag")
    )
)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag the CSMS knows. `expiry_date` is a dateTime as on the wire.

    `type` is that of an idToken, for versions that tell tokens of the same text apart by it; None: it may be any.
    """

    id_tag: str
    status: str = "Accepted"
    parent_id_tag: str | None = None
    expiry_date: str | None = None
    type: str | None = None


def fold(id_tag: str) -> str:
    """The spelling under which a tag is found: its case does not matter (OCPP 1.6 §2.2, CiString; OCPP 2.0.1 Part 2,
    identifierString)."""
    return id_tag.lower()


def find(connection: Connection, id_tag: str) -> Tag | None:
    """The tag, however its letters are cased; None when it is not known."""
    row = _FIND.first(connection, {"folded_tag": fold(id_tag)})
    return None if row is None else Tag(*row)


def listing(connection: Connection, *, offset: int = 0, limit: int = 1000) -> list[Tag]:
    """Tags in alphabetical order."""
    return [_tag(row) for row in connection.execute(select(tags).order_by(tags.c.folded).offset(offset).limit(limit))]


def put(connection: Connection, tag: Tag) -> None:
    """Make the tag known, or change it."""
    values = {
        "folded": fold(tag.id_tag),
        "id_tag": tag.id_tag,
        "status": tag.status,
        "parent_id_tag": tag.parent_id_tag,
        "expiry_date": tag.expiry_date,
        "type": tag.type,
    }
    dialect.upsert(connection, tags, values, ("folded",))


def remove(connection: Connection, id_tag: str) -> bool:
    """Forget the tag; False when it was not known."""
    return connection.execute(delete(tags).where(tags.c.folded == fold(id_tag))).rowcount > 0


def standing(tag: Tag, at: datetime) -> str:
    """The status of a tag at a moment: Expired once the expiryDate of an Accepted one has passed."""
    is_over = tag.status == "Accepted" and tag.expiry_date is not None and moment(tag.expiry_date) <= at
    return "Expired" if is_over else tag.status


def _tag(row: Row[Any]) -> Tag:
    return Tag(row.id_tag, row.status, row.parent_id_tag, row.expiry_date, row.type)
