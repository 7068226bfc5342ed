"""Tags: what `idTagInfo` an idTag gets (OCPP 1.6 §4.1, §7.22)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select

from csms_core import clock
from csms_core.store import dialect
from csms_core.store.prepared import Prepared
from csms_core.store.tables import tags

_FIND = Prepared(
    select(tags.c.id_tag, tags.c.status, tags.c.parent_id_tag, tags.c.expiry_date).where(
        tags.c.folded == bindparam("folded_tag")
    )
)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag the CSMS knows. `expiryDate` is a dateTime as on the wire."""

    id_tag: str
    status: str = "Accepted"
    parent_id_tag: str | None = None
    expiry_date: str | None = None


def fold(id_tag: str) -> str:
    """The spelling under which a tag is found: an idTag is a CiString, its case does not matter (OCPP 1.6 §2.2)."""
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
    }
    dialect.upsert(connection, tags, values, ("folded",))


def remove(connection: Connection, id_tag: str) -> bool:
    """Forget the tag; False when it was not known."""
    return connection.execute(delete(tags).where(tags.c.folded == fold(id_tag))).rowcount > 0


def id_tag_info(tag: Tag | None, at: datetime, *, any_tag: bool = False) -> dict[str, Any]:
    """The idTagInfo a tag gets at a moment, Expired once its expiryDate has passed.

    One that is not known is Invalid, or Accepted with `any_tag`, and then it has neither parent nor end.
    """
    if tag is None:
        return {"status": "Accepted" if any_tag else "Invalid"}
    info: dict[str, Any] = {"status": tag.status}
    if tag.status == "Accepted" and tag.expiry_date is not None and clock.parse(tag.expiry_date) <= at:
        info["status"] = "Expired"
    if tag.expiry_date is not None:
        info["expiryDate"] = tag.expiry_date
    if tag.parent_id_tag is not None:
        info["parentIdTag"] = tag.parent_id_tag
    return info


def _tag(row: Row[Any]) -> Tag:
    return Tag(row.id_tag, row.status, row.parent_id_tag, row.expiry_date)
