"""Reservations: what each became, as far as the messages tell (OCPP 1.6 §5.1, §5.13).

`state` is requested (the request is under way), reserved, refused (`status` says how), unanswered (nobody knows
whether the station has it), cancelled, used (`transaction_id` says by what) or ended (the connector was lost, or the
station does not know it any more). A reserved or unanswered one whose expiryDate has passed is shown as expired; the
station ends it by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, get_args

from sqlalchemy import Connection, Row, and_, bindparam, delete, literal_column, or_, select, update

from csms_core.store import clock, codec, ids, tags
from csms_core.store.database import dialect
from csms_core.store.database.prepared import Prepared, PreparedRows
from csms_core.store.line import Line
from csms_core.v16.store import notes
from csms_core.v16.store.tables import reservations
from ocppj.times import moment, timestamp

State = Literal["requested", "reserved", "refused", "unanswered", "cancelled", "used", "ended", "expired"]
STATES: tuple[State, ...] = get_args(State)
OPEN: tuple[State, ...] = ("reserved", "unanswered")
"""States in which the station may hold the reservation."""

LONGEST_WAIT = timedelta(hours=1)
"""A request is answered or given up long before."""

_IS_OPEN = or_(*(reservations.c.state == literal_column(f"'{state}'") for state in OPEN))
_ANY_OPEN = Prepared(select(reservations.c.identity).where(_IS_OPEN).limit(literal_column("1")))
_OPEN_OF = PreparedRows(
    lambda database, rows: select(
        reservations.c.identity,
        reservations.c.reservation_id,
        reservations.c.connector_id,
        reservations.c.id_tag,
        reservations.c.parent_id_tag,
        reservations.c.expiry_date,
    ).where(reservations.c.identity.in_([row["station"] for row in rows]), _IS_OPEN),
    ("station",),
)
_FIND = select(reservations).where(
    reservations.c.identity == bindparam("station"), reservations.c.reservation_id == bindparam("reservation")
)


class Held(NamedTuple):
    """A reservation that a station may hold, as far as a start has to know it."""

    reservation_id: int
    connector_id: int
    id_tag: str
    parent_id_tag: str | None
    expiry_date: str


@dataclass(frozen=True, slots=True)
class Reservation:
    """A reservation, members as in ReserveNow.req. `connector_id` 0: any connector of the station."""

    identity: str
    reservation_id: int
    connector_id: int
    id_tag: str
    parent_id_tag: str | None
    expiry_date: str
    state: State
    status: str | None = None
    transaction_id: int | None = None
    requested_at: str = ""
    changed_at: str = ""

    def as_of(self, at: datetime) -> Reservation:
        """The same with the passing of time: expired once its expiryDate is over.

        A request that is still under way after longer than any wait was cut off by the end of the process.
        """
        if self.state == "requested" and moment(self.requested_at) + LONGEST_WAIT < at:
            return replace(self, state="unanswered").as_of(at)
        if self.state not in OPEN or self.expiry_date > clock.normal(timestamp(at)):
            return self
        return replace(self, state="expired", changed_at=self.expiry_date)


def find(connection: Connection, identity: str, reservation_id: int) -> Reservation | None:
    """The reservation, None when the CSMS knows none of that id at the station."""
    found = {"station": identity, "reservation": codec.number(reservation_id)}
    row = connection.execute(_FIND, found).first()
    return None if row is None else _reservation(row)


def listing(
    connection: Connection, *, identity: str | None = None, offset: int = 0, limit: int = 1000
) -> list[Reservation]:
    """Reservations of one station or all, the newest request first."""
    ask = select(reservations).order_by(
        reservations.c.requested_at.desc(), reservations.c.identity, reservations.c.reservation_id.desc()
    )
    if identity is not None:
        ask = ask.where(reservations.c.identity == identity)
    return [_reservation(row) for row in connection.execute(ask.offset(offset).limit(limit))]


def request(connection: Connection, identity: str, payload: dict[str, Any], at: datetime) -> Reservation:
    """Choose an id and note that the reservation is about to be asked for. `payload`: ReserveNow.req without id."""
    number = ids.free(connection, reservations, reservations.c.reservation_id, identity)
    return _put(connection, identity, {**payload, "reservationId": number}, "requested", None, at)


def book_answer(
    connection: Connection, identity: str, payload: dict[str, Any], status: str | None, state: State, at: datetime
) -> None:
    """Keep how a ReserveNow was answered. One that the station holds already stays when its change is refused."""
    known = find(connection, identity, payload["reservationId"])
    if state == "refused" and known is not None and known.state in OPEN:
        return
    _put(connection, identity, payload, state, status, at)


def give_up(connection: Connection, identity: str, reservation_id: int) -> None:
    """The request never left: forget that it was about to."""
    connection.execute(
        delete(reservations).where(
            reservations.c.identity == identity,
            reservations.c.reservation_id == reservation_id,
            reservations.c.state == "requested",
        )
    )


def book_cancel(connection: Connection, identity: str, reservation_id: int, state: State, at: datetime) -> None:
    """Keep that the station holds the reservation no more: cancelled, or not known to it (ended)."""
    _change(connection, _open(identity) & (reservations.c.reservation_id == reservation_id), state, at)


def held_by(line: Line, identities: Sequence[str]) -> dict[str, list[Held]]:
    """What these stations may hold, by station."""
    known = notes.of(line)
    if known.open_reservations is None:
        known.open_reservations = _ANY_OPEN.first(line.connection, {}) is not None
    found: dict[str, list[Held]] = {}
    if known.open_reservations:
        for identity, *row in _OPEN_OF.all(line, [(identity,) for identity in identities]):
            found.setdefault(identity, []).append(Held(*row))
    return found


def used_unnamed(held: Sequence[Held], connector_id: int, started_at: str, of_tags: Collection[str]) -> int | None:
    """The reservation that a start uses without naming it: one of its connector, or of any, for its tag or that one's
    parent (OCPP 1.6 §5.13). `of_tags` are these two, folded. None when there is none."""
    fitting = [
        one
        for one in held
        if one.connector_id in (connector_id, 0)
        and one.expiry_date > started_at
        and (tags.fold(one.id_tag) in of_tags or (one.parent_id_tag and tags.fold(one.parent_id_tag) in of_tags))
    ]
    return max(fitting, key=lambda one: one.connector_id).reservation_id if fitting else None


def book_use(connection: Connection, identity: str, reservation_id: int, transaction_id: int, at: datetime) -> bool:
    """Keep that a transaction has used the reservation up, also when it comes late (OCPP 1.6 §4.8); False: there is no
    such reservation."""
    mine = and_(
        reservations.c.identity == identity,
        reservations.c.reservation_id == reservation_id,
        reservations.c.transaction_id.is_(None),
    )
    return _change(connection, mine, "used", at, transaction_id=transaction_id) > 0


def book_loss(connection: Connection, identity: str, connector_id: int, at: str) -> None:
    """Keep that a connector, or (0) the station, is Faulted or Unavailable: its reservations end (OCPP 1.6 §5.13)."""
    lost = _open(identity)
    if connector_id != 0:
        lost = lost & (reservations.c.connector_id == connector_id)
    connection.execute(update(reservations).where(lost).values(state="ended", changed_at=at))


def _open(identity: str) -> Any:
    return and_(reservations.c.identity == identity, reservations.c.state.in_(OPEN))


def _change(connection: Connection, which: Any, state: State, at: datetime, **values: Any) -> int:
    changes = {"state": state, "changed_at": timestamp(at), **values}
    return connection.execute(update(reservations).where(which).values(changes)).rowcount


def _put(
    connection: Connection, identity: str, payload: dict[str, Any], state: State, status: str | None, at: datetime
) -> Reservation:
    known = find(connection, identity, payload["reservationId"])
    again = known is not None and known.state != "requested"  # a raw operation that uses the id once more
    row = {
        "identity": identity,
        "reservation_id": payload["reservationId"],
        "connector_id": payload["connectorId"],
        "id_tag": payload["idTag"],
        "parent_id_tag": payload.get("parentIdTag"),
        "expiry_date": clock.normal(payload["expiryDate"])[:60],
        "state": state,
        "status": status,
        "transaction_id": None,
        "requested_at": timestamp(at) if known is None or again else known.requested_at,
        "changed_at": timestamp(at),
    }
    dialect.upsert(connection, reservations, row, ("identity", "reservation_id"))
    return Reservation(**row)


def _reservation(row: Row[Any]) -> Reservation:
    return Reservation(**row._mapping)
