"""Reservations (OCPP 1.6 §4.8, §5.1, §5.13)."""

from typing import Final

import msgspec

from ocppj.rules.chapter import Chapter
from ocppj.rules.known import remember
from ocppj.rules.members import Members, asked, is_past, moment, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.v16.rules.core.reasons import came_to_nothing, deny
from ocppj.v16.rules.facts import Denied, Transactions, is_after, is_uncommon, mark_of

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "TX-16",
    "MUST",
    "S §4.8",
    "A transaction that ends a reservation names its reservationId.",
    "station",
)
CHAPTER.rule(
    "RES-01",
    "MUST",
    "S §5.13",
    "A reservation takes the place of the one with its id; a connector that is in use, reserved, faulted or unavailable"
    " is not reserved, and none is where that is not supported.",
    "station",
)
CHAPTER.rule(
    "RES-02",
    "MUST",
    "S §5.13",
    "Connector 0 is reserved if ReserveConnectorZeroSupported is true, and Rejected otherwise.",
    "station",
)
CHAPTER.rule(
    "RES-03",
    "MUST",
    "S §5.13",
    "A reserved connector is for the tag of the reservation, or one with the parent that it names, which is asked for"
    " if it is not known.",
    "station",
)
CHAPTER.rule(
    "RES-04",
    "MUST",
    "S §5.13",
    "A reservation ends by a transaction, when it expires, which is told as Available, or by a fault.",
    "station",
)
# Our own: such a reservation is over before it begins.
CHAPTER.rule("RES-04a", "SHOULD", "S §5.13, §6.37", "The expiryDate of a reservation is still to come.", "csms")
CHAPTER.rule("RES-05", "MUST", "S §5.1", "The cancellation of a reservation that is not known is Rejected.", "station")

_MOST: Final = 16


class Reserved(msgspec.Struct, frozen=True):
    """A reservation that was Accepted at ``at``."""

    connector: int
    tag: str
    has_parent: bool
    expires: float
    at: int


class Reservations(msgspec.Struct):
    """Those that are sure to be there, and the ids of some that are sure to be gone."""

    held: dict[int, Reserved] = {}
    gone: dict[int, str] = {}

    def end(self, id: int, how: str) -> None:
        """A reservation is gone."""
        self.held.pop(id, None)
        remember(self.gone, id, how, _MOST)


def _holding(start: Members, seen: Seen, view: View) -> tuple[int, Reserved] | None:
    """The reservation that surely held the connector of a StartTransaction when that began."""
    known, transactions = view.memory.known.of(Reservations), view.memory.known.find(Transactions)
    wall = view.wall
    if wall is None or (transactions is not None and mark_of(start) in transactions.starts):
        return None
    for id, one in known.held.items():
        if one.connector == start["connectorId"] and is_after(start["timestamp"], one.at, view):
            return (id, one) if moment(start["timestamp"]) < one.expires - wall.deviation else None
    return None


def _has_some(seen: Seen, view: View) -> bool:
    known = view.memory.known.find(Reservations)
    return known is not None and bool(known.held)


@CHAPTER.judges("TX-16", "call", actions=("StartTransaction",), guard=_has_some)
def names_its_reservation(seen: Seen, view: View) -> str | None:
    start = payload(seen)
    found = None if "reservationId" in start else _holding(start, seen, view)
    if found is None or found[1].tag != start["idTag"].casefold():
        return None
    return f"connector {start['connectorId']} is reserved for this tag by {found[0]}, and no reservationId is named"


@CHAPTER.judges("RES-03", "call", actions=("StartTransaction",), guard=_has_some)
def is_for_its_tag(seen: Seen, view: View) -> Remark | None:
    start = payload(seen)
    found = _holding(start, seen, view)
    if found is None or found[1].has_parent or found[1].tag == start["idTag"].casefold():
        return None
    text = f"connector {start['connectorId']} is reserved by {found[0]} for another tag"
    return Remark(text, path=("idTag",))


@CHAPTER.judges("RES-01", "call", actions=("MeterValues", "StopTransaction"), guard=is_uncommon)
def not_while_it_is_used(seen: Seen, view: View) -> str | None:
    return came_to_nothing("RES-01", seen, view)


@CHAPTER.judges("RES-02", "result", actions=("ReserveNow",))
def whole_station_if_supported(seen: Seen, view: View) -> Remark | None:
    status = payload(seen)["status"]
    if asked(seen)["connectorId"] != 0 or status == "Rejected":
        return None
    if view.memory.known.switch("reserveconnectorzerosupported") is not False:
        return None
    text = f"status is {status} for connector 0, ReserveConnectorZeroSupported is false"
    return Remark(text, path=("status",))


@CHAPTER.judges("RES-04a", "call", actions=("ReserveNow",))
def reserved_until_later(seen: Seen, view: View) -> Remark | None:
    expiry = payload(seen)["expiryDate"]
    if not is_past(expiry, seen, view):
        return None
    return Remark(f"expiryDate {expiry} is over", path=("expiryDate",))


@CHAPTER.judges("RES-05", "result", actions=("CancelReservation",))
def only_what_there_is(seen: Seen, view: View) -> Remark | None:
    known, id = view.memory.known.find(Reservations), asked(seen)["reservationId"]
    how = None if known is None else known.gone.get(id)
    if how is None or payload(seen)["status"] != "Accepted":
        return None
    return Remark(f"reservation {id} {how} before", path=("status",))


# --- what is learned --------------------------------------------------------------------------------------------------


@CHAPTER.learns("call", "ReserveNow")
def is_to_be_reserved(seen: Seen, view: View) -> None:
    known, members = view.memory.known.find(Reservations), payload(seen)
    if known is not None:  # until the answer nobody knows
        known.held.pop(members["reservationId"], None)
        known.gone.pop(members["reservationId"], None)


@CHAPTER.learns("result", "ReserveNow")
def is_reserved(seen: Seen, view: View) -> None:
    members, connector = asked(seen), asked(seen)["connectorId"]
    if payload(seen)["status"] != "Accepted":
        return
    known, transactions = view.memory.known.of(Reservations), view.memory.known.find(Transactions)
    for id in [id for id, one in known.held.items() if one.connector == connector]:
        del known.held[id]
    expires = moment(members["expiryDate"])
    one = Reserved(connector, members["idTag"].casefold(), "parentIdTag" in members, expires, seen.at)
    remember(known.held, members["reservationId"], one, _MOST)
    for transaction in transactions.at(connector) if transactions is not None and connector > 0 else ():
        deny(transaction, Denied("RES-01", "after its connector had been reserved", seen.at))


@CHAPTER.learns("call", "CancelReservation")
def is_to_be_cancelled(seen: Seen, view: View) -> None:
    known = view.memory.known.find(Reservations)
    if known is not None:
        known.held.pop(payload(seen)["reservationId"], None)


@CHAPTER.learns("result", "CancelReservation")
def is_cancelled(seen: Seen, view: View) -> None:
    if payload(seen)["status"] == "Accepted":
        view.memory.known.of(Reservations).end(asked(seen)["reservationId"], "had been cancelled")


@CHAPTER.learns("call", "StartTransaction")
def is_used_up(seen: Seen, view: View) -> None:
    start, known = payload(seen), view.memory.known.find(Reservations)
    if known is None:
        return
    for id in [id for id, one in known.held.items() if one.connector in (0, start["connectorId"])]:
        del known.held[id]
    if "reservationId" in start:
        known.end(start["reservationId"], "had been used by a transaction")


@CHAPTER.learns("call", "StatusNotification")
def is_free_again(seen: Seen, view: View) -> None:
    members, known = payload(seen), view.memory.known.find(Reservations)
    # It expired, or a fault has ended it.
    if known is None or members["status"] not in ("Available", "Faulted", "Unavailable"):
        return
    for id in [id for id, one in known.held.items() if members["connectorId"] in (0, one.connector)]:
        del known.held[id]


@CHAPTER.learns("call", "BootNotification")
def boots(seen: Seen, view: View) -> None:
    known = view.memory.known.find(Reservations)
    if known is not None:
        known.held, known.gone = {}, {}
