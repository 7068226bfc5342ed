"""Transactions as a CSMS numbers them (OCPP 1.6 §4.8)."""

from typing import Any, Final

from ocppj.rules.chapter import Chapter
from ocppj.rules.members import asked, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View

CHAPTER: Final = Chapter()

CHAPTER.rule("VAL-17", "SHOULD", "E 3.54", "A transactionId is positive, and no other transaction has it.", "csms")


@CHAPTER.judges("VAL-17", "result", actions=("StartTransaction",))
def transaction_has_its_id(seen: Seen, view: View) -> Remark | None:
    id = payload(seen)["transactionId"]
    if id <= 0:
        return Remark(f"transactionId is {id}", path=("transactionId",))
    first, start = view.memory.known.given.start_of(id), _start(seen, view)
    if first is None or first == start:  # the same start told again is answered with the same id (S §3.7.1)
        return None
    other = "another start of this station" if first[0] is start[0] else "a start of another station"
    return Remark(f"transactionId {id} was given to {other}", path=("transactionId",))


@CHAPTER.learns("result", "StartTransaction")
def given(seen: Seen, view: View) -> None:
    view.memory.known.given.add(payload(seen)["transactionId"], _start(seen, view))


def _start(seen: Seen, view: View) -> tuple[Any, ...]:
    """The station, and by what one of its starts is told from another."""
    start = asked(seen)
    members = (start["connectorId"], start["idTag"].casefold(), start["meterStart"], start["timestamp"])
    return view.memory.known, hash(members)
