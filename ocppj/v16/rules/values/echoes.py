"""Numbers that one party gives and the other one repeats (OCPP 1.6 chapter 6)."""

from typing import Final

import msgspec

from ocppj.rules.chapter import Chapter
from ocppj.rules.members import asked, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "VAL-18",
    "MUST",
    "S ch. 6",
    "A reservationId, a listVersion and a chargingProfileId are integers, and come back as they were given.",
)

_MOST: Final = 64


class Given(msgspec.Struct, gc=False):
    """The version of the list that the station took last, and by connector the reservation that holds it."""

    version: int | None = None
    reserved: dict[int, int] = msgspec.field(default_factory=dict)


@CHAPTER.judges("VAL-18", "result", actions=("GetLocalListVersion",))
def version_that_was_given(seen: Seen, view: View) -> Remark | None:
    told, version = payload(seen)["listVersion"], view.memory.known.of(Given).version
    if version is None or told == version or told <= 0:  # an empty list, or none
        return None
    return Remark(f"listVersion is {told}, the last list that was taken has {version}", path=("listVersion",))


@CHAPTER.judges("VAL-18", "call", actions=("StartTransaction",))
def reservation_that_was_given(seen: Seen, view: View) -> Remark | None:
    start = payload(seen)
    if "reservationId" not in start:
        return None
    told, reserved = start["reservationId"], view.memory.known.of(Given).reserved
    given = reserved.get(start["connectorId"])
    if given is None or told == given or told == reserved.get(0):
        return None
    text = f"reservationId is {told}, connector {start['connectorId']} is reserved by {given}"
    return Remark(text, path=("reservationId",))


@CHAPTER.learns("result", "SendLocalList")
def list_taken(seen: Seen, view: View) -> None:
    facts = view.memory.known.of(Given)
    if payload(seen)["status"] == "Accepted":
        facts.version = asked(seen)["listVersion"]
    else:
        facts.version = None  # what a station does with a list that it did not take whole nobody knows


@CHAPTER.learns("result", "ReserveNow")
def reserved(seen: Seen, view: View) -> None:
    members, held = asked(seen), view.memory.known.of(Given).reserved
    if payload(seen)["status"] != "Accepted":
        return
    _release(held, members["reservationId"])
    if len(held) < _MOST:
        held[members["connectorId"]] = members["reservationId"]


@CHAPTER.learns("result", "CancelReservation")
def cancelled(seen: Seen, view: View) -> None:
    _release(view.memory.known.of(Given).reserved, asked(seen)["reservationId"])


@CHAPTER.learns("call", "BootNotification")
def boots(seen: Seen, view: View) -> None:
    facts = view.memory.known.of(Given)
    facts.version, facts.reserved = None, {}


def _release(held: dict[int, int], id: int) -> None:
    for connector in [connector for connector, other in held.items() if other == id]:
        del held[connector]
