"""CALLs and their answers: one for each, in time, and no more than one CALL at a time; alike in all versions.

Each version names the rules that these checks are for, with its own sources.
"""

from typing import Final

from ocppj.evidence.trace import Role
from ocppj.frames import Call, CallError, Malformed
from ocppj.protocol import UNREAD_ID
from ocppj.rules import signs
from ocppj.rules.chapter import Chapter
from ocppj.rules.memory import Exchange
from ocppj.rules.rpc import id_echoed
from ocppj.rules.seen import Seen, View
from ocppj.rules.words import named, short

CHAPTER: Final = Chapter()

OF_UNKNOWN_TYPE: Final = "RPC-11"
"""The rule about messages of an unknown type, in every version."""


def unusual_asked(seen: Seen, view: View) -> Malformed | None:
    """The malformed text that an answer without a CALL can be explained by, the oldest one first."""
    if id_echoed(seen, view) is not None:
        return None
    # Whom no rule of the version binds here has sent an answer without a CALL.
    is_bound = view.protocol.book.rules[OF_UNKNOWN_TYPE].who in (seen.sender, "both")
    is_answered = view.protocol.codes.unread is not None
    for text in view.unusual(seen.sender):
        if text.problem == "unknown-type":
            if is_bound and (text.id == seen.frame.id or _answers_unread(seen, text, is_answered)):
                return text
        elif _answers_unread(seen, text, is_answered):
            return text
    return None


def _answers_unread(seen: Seen, text: Malformed, is_answered: bool) -> bool:
    """Whether a CALLERROR may be about a text that is no CALL; ``is_answered``: the version has such texts answered."""
    if type(seen.frame) is not CallError:
        return False
    if not is_answered:
        return text.id is None
    return text.readable_id is None or seen.frame.id in (text.readable_id, UNREAD_ID)


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


@CHAPTER.judges("RPC-16", "time-out")
def answers_while_waiting(exchange: Exchange, party: Role, view: View) -> str | None:
    own = next((call for call in view.open_calls(party) if call.at <= exchange.at), None)
    if own is None:
        return None
    return f"{named(exchange.action)} was not answered while the own {named(own.action)} ({short(own.id)}) was open"


@CHAPTER.judges("RPC-17", "close")
def late_answer_harmless(last: Seen, party: Role, view: View) -> str | None:
    return "the connection was closed after an answer that came late" if last.late else None


def unanswered(exchange: Exchange) -> str:
    """The sentence for a CALL that was given up."""
    return f"the CALL {short(exchange.id)} ({named(exchange.action)}) was not answered in time"


def closed_after_unknown_type(last: Seen) -> str | None:
    """The sentence for a connection that was closed on a message of an unknown type."""
    unknown = isinstance(last.frame, Malformed) and last.frame.problem == "unknown-type"
    return "the connection was closed after a message of unknown type" if unknown else None
