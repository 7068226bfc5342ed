"""CALLs and their answers (OCPP 2.0.1 Part 4, §4.1 to §4.4)."""

from typing import Final

from ocppj.evidence.trace import Role
from ocppj.frames import CallError
from ocppj.protocol import UNREAD_ID
from ocppj.rules import exchanges
from ocppj.rules.chapter import Chapter
from ocppj.rules.memory import Exchange
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.rules.words import short
from ocppj.v201.codes import CODES

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "RPC-00", "MUST", "P4 §4.2.2", "A CALL that can be processed is answered with the CALLRESULT of its action."
)
# §4.1.3 has it ignored, §4.4 has it answered so: both are right.
CHAPTER.rule(
    exchanges.OF_UNKNOWN_TYPE,
    "MUST",
    "P4 §4.1.3, §4.4",
    "A message of an unknown type is ignored, or answered with MessageTypeNotSupported.",
)
CHAPTER.rule("RPC-12", "MUST", "P4 §4.2.3", "What answers a text in which no id can be read has the id -1.")
CHAPTER.rule("RPC-13", "MUST", "P4 §4.1.1, §4.1.7", "Every CALL is answered, exactly once.")
CHAPTER.rule("RPC-14", "MUST", "P4 §4.1.1, §4.1.4", "There is no answer without a CALL.")
CHAPTER.rule("RPC-15", "MUST", "P4 §4.1.1", "A party has one CALL open at a time.")
CHAPTER.rule("RPC-16", "SHOULD", "P4 §4.1.1", "A party answers the other's CALLs while its own CALL is open.")
CHAPTER.rule("RPC-17", "SHOULD", "P4 §4.1.1", "An answer that comes too late is dropped without harm.")
CHAPTER.rule(
    "RPC-19", "MUST", "P2, messages", "The payload of an answer has the members that the action of its CALL asks for."
)


@CHAPTER.judges(exchanges.OF_UNKNOWN_TYPE, "unmatched")
def unknown_type_is_told(seen: Seen, view: View) -> str | None:
    asked, frame = exchanges.unusual_asked(seen, view), seen.frame
    if asked is None or asked.problem != "unknown-type":
        return None
    if type(frame) is CallError and frame.code == CODES.unknown_type:
        return None
    answer = short(frame.code) if type(frame) is CallError else "a CALLRESULT"
    return f"this answers a message of unknown type with {answer}, not with {CODES.unknown_type}"


@CHAPTER.judges("RPC-12", "unmatched")
def unread_has_its_id(seen: Seen, view: View) -> str | None:
    asked = exchanges.unusual_asked(seen, view)
    if asked is None or asked.problem == "unknown-type" or seen.frame.id in (asked.readable_id, UNREAD_ID):
        return None
    return f"this CALLERROR answers a text without an id; its own is {UNREAD_ID}, not {short(seen.frame.id)}"


@CHAPTER.judges("RPC-13", "time-out")
def answered_at_all(exchange: Exchange, party: Role, view: View) -> Remark:
    # What does not conform may be dropped (§4.2.3), though it shall be answered (§4.1.7).
    return Remark(exchanges.unanswered(exchange), None if exchange.valid else "INFO")


@CHAPTER.judges(exchanges.OF_UNKNOWN_TYPE, "close")
def unknown_type_harmless(last: Seen, party: Role, view: View) -> str | None:
    return exchanges.closed_after_unknown_type(last)
