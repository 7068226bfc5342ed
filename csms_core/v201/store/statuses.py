"""States of connectors, as StatusNotifications told them last (G01)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, not_, select

from csms_core.store import codec
from csms_core.store.database import dialect
from csms_core.store.database.prepared import PreparedRows
from csms_core.store.line import Line
from csms_core.v201.store.tables import connectors
from ocppj.times import timestamp

USUAL_EVSES, USUAL_CONNECTORS, MOST_ODD = 100, 10, 100
"""Connectors up to these numbers are kept in any case, and so many others: a station cannot fill the store with made-up
connectors."""

_KEY = ("identity", "evse_id", "connector_id")
_USUAL = and_(
    connectors.c.evse_id.between(0, USUAL_EVSES),
    connectors.c.connector_id.between(0, USUAL_CONNECTORS),
)
_PUT = PreparedRows(
    lambda database, rows: dialect.or_change(dialect.insert(database, connectors).values(rows), rows[0], _KEY),
    (*_KEY, "notification", "received_at"),
)


class Status(NamedTuple):
    """A StatusNotification of a station, received at a moment."""

    identity: str
    payload: dict[str, Any]
    at: datetime

    @property
    def place(self) -> tuple[int, int]:
        """EVSE and connector."""
        return codec.number(self.payload["evseId"]), codec.number(self.payload["connectorId"])


def book(line: Line, notifications: Sequence[Status]) -> list[bool]:
    """Keep what StatusNotifications of different stations said of a connector; False: there is no room for it."""
    has_room = [_has_room(line.connection, each) for each in notifications]
    kept = [each for each, fits in zip(notifications, has_room, strict=True) if fits]
    _PUT.run(line, [(each.identity, *each.place, codec.to_text(each.payload), timestamp(each.at)) for each in kept])
    return has_room


def _has_room(connection: Connection, status: Status) -> bool:
    evse, connector = status.place
    if 0 <= evse <= USUAL_EVSES and 0 <= connector <= USUAL_CONNECTORS:
        return True
    odd = select(connectors.c.evse_id, connectors.c.connector_id).where(
        connectors.c.identity == status.identity, not_(_USUAL)
    )
    known = [tuple(row) for row in connection.execute(odd.limit(MOST_ODD))]
    return status.place in known or len(known) < MOST_ODD


def listings(connection: Connection, identities: list[str]) -> Mapping[str, list[dict[str, Any]]]:
    """The last StatusNotification of each connector of these stations, by EVSE and connector."""
    found: dict[str, list[dict[str, Any]]] = {identity: [] for identity in identities}
    ask = select(connectors).where(connectors.c.identity.in_(identities))
    for row in connection.execute(ask.order_by(connectors.c.evse_id, connectors.c.connector_id)):
        found[row.identity].append({**codec.from_text(row.notification), "received_at": row.received_at})
    return found
