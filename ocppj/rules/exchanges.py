"""CALLs and their answers: one for each, in time, and no more than one CALL at a time (OCPP-J §4.1, §4.2.3)."""

from typing import Final

from ocppj.frames import Call, CallError, Malformed
from ocppj.memory import Exchange
from ocppj.rules import signs
from ocppj.rules.chapter import Chapter
from ocppj.rules.rpc import id_echoed
from ocppj.rules.seen import Seen, View
from ocppj.rules.words import named, short
from ocppj.trace import Role

CHAPTER: Final = Chapter()

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
    asked = unusual_asked(seen, view)
    if asked is None or asked.problem != "unknown-type":
        return None
    return "this answers a message of unknown type, which is to be ignored"


@CHAPTER.judges("RPC-12", "unmatched")
def unreadable_unanswered(seen: Seen, view: View) -> str | None:
    asked = unusual_asked(seen, view)
    if asked is None or asked.problem == "unknown-type":
        return None
    return f"this CALLERROR answers a text without an id; nobody can match {short(seen.frame.id)}"


def unusual_asked(seen: Seen, view: View) -> Malformed | None:
    """The malformed text that an answer without a CALL can be explained by, the oldest one first."""
    if id_echoed(seen, view) is not None:
        return None
    for text in view.unusual(seen.sender):
        if text.problem == "unknown-type":
            # Only the CSMS is asked to ignore it; a station's answer is one without a CALL.
            if seen.sender == "csms" and (text.id == seen.frame.id or (text.id is None and _is_error(seen))):
                return text
        elif text.id is None and _is_error(seen):
            return text
    return None


@CHAPTER.judges("RPC-13", "result", "error", sign=signs.SAME_ID)
def answered_once(seen: Seen, view: View) -> str | None:
    if not seen.repeated:
        return None
    assert seen.request is not None
    return f"the CALL {short(seen.request.id)} ({named(seen.request.action)}) had been answered before"


@CHAPTER.judges("RPC-14", "unmatched")
def no_stray_answer(seen: Seen, view: View) -> str | None:
    if id_echoed(seen, view) is not None or unusual_asked(seen, view) is not None:
        return None  # a rule of its own says what this is
    return f"no CALL with the id {short(seen.frame.id)} was ever sent"


@CHAPTER.judges("RPC-15", "call", sign=signs.CALL_OPEN)
def one_open_call(seen: Seen, view: View) -> str | None:
    waiting = next((call for call in view.open_calls(seen.sender) if seen.at - call.at < view.answer_window), None)
    if waiting is None:
        return None
    assert type(seen.frame) is Call
    return (
        f"{named(seen.frame.action)} was sent while {named(waiting.action)} ({short(waiting.id)}) waits for its answer"
    )


@CHAPTER.judges("RPC-18", "call", sign=signs.CALL_OPEN)
def message_timeout(seen: Seen, view: View) -> str | None:
    timeout = view.memory.known.number("messagetimeout") if seen.sender == "station" else None
    if not timeout:
        return None
    early = next((call for call in view.open_calls("station") if seen.at - call.at < timeout * 1_000_000_000), None)
    if early is None:
        return None
    waited = (seen.at - early.at) / 1e9
    return f"{named(early.action)} was given up after {waited:.1f} s, MessageTimeout is {timeout} s"


@CHAPTER.judges("RPC-13", "time-out")
def answered_at_all(exchange: Exchange, party: Role, view: View) -> str:
    return f"the CALL {short(exchange.id)} ({named(exchange.action)}) was not answered in time"


@CHAPTER.judges("RPC-16", "time-out")
def answers_while_waiting(exchange: Exchange, party: Role, view: View) -> str | None:
    own = next((call for call in view.open_calls(party) if call.at <= exchange.at), None)
    if own is None:
        return None
    return f"{named(exchange.action)} was not answered while the own {named(own.action)} ({short(own.id)}) was open"


@CHAPTER.judges("RPC-17", "close")
def late_answer_harmless(last: Seen, party: Role, view: View) -> str | None:
    return "the connection was closed after an answer that came late" if last.late else None


@CHAPTER.judges("RPC-11", "close")
def unknown_type_harmless(last: Seen, party: Role, view: View) -> str | None:
    frame = last.frame
    unknown = party == "csms" and isinstance(frame, Malformed) and frame.problem == "unknown-type"
    return "the connection was closed after a message of unknown type" if unknown else None


@CHAPTER.judges("RPC-12", "close")
def unreadable_harmless(last: Seen, party: Role, view: View) -> str | None:
    frame = last.frame
    # Closing after a binary frame is what RFC 6455 §7.4.1 has the code 1003 for.
    unreadable = isinstance(frame, Malformed) and frame.id is None and frame.problem not in ("unknown-type", "binary")
    return "the connection was closed after a text that could not be read" if unreadable else None


def _is_error(seen: Seen) -> bool:
    return type(seen.frame) is CallError
