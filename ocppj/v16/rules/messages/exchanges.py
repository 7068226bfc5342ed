"""CALLs and their answers (OCPP-J 1.6 §4.1, §4.2.3)."""

from typing import Final

from ocppj.evidence.trace import Role
from ocppj.frames import Malformed
from ocppj.rules import exchanges, signs
from ocppj.rules.chapter import Chapter
from ocppj.rules.memory import Exchange
from ocppj.rules.seen import Seen, View
from ocppj.rules.words import named, short

CHAPTER: Final = Chapter()

_READABLE: Final = ("unknown-type", "unreadable", "binary")
"""Problems of texts that the one who closed may have read, or has a reason of its own to close for."""
_ON_THE_WAY: Final = 0.5
"""Seconds by which one CALL may be longer on its way than the next one."""

# Our own, for what the standard says of every message of its own; no frame breaks it by itself.
CHAPTER.rule(
    "RPC-00",
    "MUST",
    "S §4.1 to §4.10",
    "A CALL that can be processed is answered with the CALLRESULT of its action.",
)
CHAPTER.rule("RPC-11", "MUST", "J §4.1.3", "A message of an unknown type is ignored.", "csms")
CHAPTER.rule(
    "RPC-12", "SHOULD", "J §4.2.3", "Text in which no id can be read gets no answer, because none could be matched."
)
CHAPTER.rule("RPC-13", "MUST", "J §4.1.1", "Every CALL is answered, exactly once.")
CHAPTER.rule("RPC-14", "MUST", "J §4.1.1", "There is no answer without a CALL.")
CHAPTER.rule("RPC-15", "SHOULD", "J §4.1.1, JE 3.5", "A party has one CALL open at a time.")
CHAPTER.rule("RPC-16", "SHOULD", "J §4.1.1", "A party answers the other's CALLs while its own CALL is open.")
CHAPTER.rule("RPC-17", "MUST", "J §4.1.1", "An answer that comes too late is dropped without harm.")
CHAPTER.rule(
    "RPC-18", "MUST", "E 3.83", "A station whose MessageTimeout is known gives a CALL that much time.", "station"
)
CHAPTER.rule(
    "RPC-19", "MUST", "S ch. 6", "The payload of an answer has the members that the action of its CALL asks for."
)


@CHAPTER.judges("RPC-11", "unmatched")
def unknown_type_ignored(seen: Seen, view: View) -> str | None:
    asked = exchanges.unusual_asked(seen, view)
    if asked is None or asked.problem != "unknown-type":
        return None
    return "this answers a message of unknown type, which is to be ignored"


@CHAPTER.judges("RPC-12", "unmatched")
def unreadable_unanswered(seen: Seen, view: View) -> str | None:
    asked = exchanges.unusual_asked(seen, view)
    if asked is None or asked.problem == "unknown-type":
        return None
    return f"this CALLERROR answers a text without an id; nobody can match {short(seen.frame.id)}"


@CHAPTER.judges("RPC-18", "call", sign=signs.CALL_OPEN)
def message_timeout(seen: Seen, view: View) -> str | None:
    timeout = view.memory.known.number("messagetimeout") if seen.sender == "station" else None
    if not timeout:
        return None
    due = (timeout - _ON_THE_WAY) * 1e9
    early = next((call for call in view.open_calls("station") if seen.at - call.at < due), None)
    if early is None:
        return None
    waited = (seen.at - early.at) / 1e9
    return f"{named(early.action)} was given up after {waited:.1f} s, MessageTimeout is {timeout} s"


@CHAPTER.judges("RPC-13", "time-out")
def answered_at_all(exchange: Exchange, party: Role, view: View) -> str:
    return exchanges.unanswered(exchange)


@CHAPTER.judges("RPC-11", "close")
def unknown_type_harmless(last: Seen, party: Role, view: View) -> str | None:
    return exchanges.closed_after_unknown_type(last) if party == "csms" else None


@CHAPTER.judges("RPC-12", "close")
def unreadable_harmless(last: Seen, party: Role, view: View) -> str | None:
    frame = last.frame
    # Closing after a binary frame is what RFC 6455 §7.4.1 has the code 1003 for.
    unreadable = isinstance(frame, Malformed) and frame.id is None and frame.problem not in _READABLE
    return "the connection was closed after a text that could not be read" if unreadable else None
