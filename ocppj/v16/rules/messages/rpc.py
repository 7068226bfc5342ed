"""Messages by themselves (OCPP-J 1.6 §4.1, §4.2)."""

from typing import Final

from ocppj.rules import rpc, signs
from ocppj.rules.chapter import Chapter
from ocppj.rules.seen import Seen, View

CHAPTER: Final = Chapter()

CHAPTER.rule("RPC-01", "MUST", "J §4.1.3", "A message is a JSON array that begins with the integer 2, 3 or 4.")
CHAPTER.rule("RPC-02", "MUST", "J §4.2.1", "A CALL has four elements: 2, id, action, payload.")
CHAPTER.rule("RPC-03", "MUST", "J §4.2.2", "A CALLRESULT has three elements: 3, id, payload.")
CHAPTER.rule("RPC-04", "MUST", "J §4.2.3", "A CALLERROR has five elements: 4, id, code, description, details.")
CHAPTER.rule("RPC-05", "MUST", "J §4.1.4", "A message id is a string of at most 36 characters.")
CHAPTER.rule(
    "RPC-06",
    "MUST",
    "J §4.1.4, JE 3.1, 3.7",
    "A CALL has an id its sender has not used before, on any connection, unless it is sent again unanswered.",
)
CHAPTER.rule(
    "RPC-07", "MUST", "J §4.1.4", "An answer carries the id of its CALL, with the same letters and the same type."
)
CHAPTER.rule(
    "RPC-08",
    "MUST",
    "J §4.2.1",
    "The action is spelled as in the standard, without .req, by the party that sends it.",
)
CHAPTER.rule(
    "RPC-09", "MUST", "J §4.2.1, §4.2.2", "A payload is a JSON object; for an empty one {} is preferred to null."
)
CHAPTER.rule("RPC-10", "MUST", "J §4.2.3", "A CALLERROR has a string as description and an object as details.")

_SUFFIX: Final = ".req"


@CHAPTER.judges("RPC-08", "call", sign=signs.FOREIGN)
def action_known(seen: Seen, view: View) -> str | None:
    return rpc.foreign_action(seen, view, _SUFFIX)
