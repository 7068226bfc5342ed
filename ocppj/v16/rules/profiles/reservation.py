"""Reservations (OCPP 1.6 §5.13)."""

from typing import Final

from ocppj.rules.chapter import Chapter
from ocppj.rules.members import is_past, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View

CHAPTER: Final = Chapter()

# Our own: such a reservation is over before it begins.
CHAPTER.rule("RES-04a", "SHOULD", "S §5.13, §6.37", "The expiryDate of a reservation is still to come.", "csms")


@CHAPTER.judges("RES-04a", "call", actions=("ReserveNow",))
def reserved_until_later(seen: Seen, view: View) -> Remark | None:
    expiry = payload(seen)["expiryDate"]
    if not is_past(expiry, seen, view):
        return None
    return Remark(f"expiryDate {expiry} is over", path=("expiryDate",))
