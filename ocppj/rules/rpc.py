"""Messages by themselves: one JSON array each, of the right shape, with a right id; alike in all versions.

Each version names the rules that these checks are for, with its own sources.
"""

from typing import Any, Final

from ocppj.evidence.trace import Role
from ocppj.frames import MAX_ID_LENGTH, Call, CallError, Malformed
from ocppj.rules import signs
from ocppj.rules.chapter import Chapter
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.rules.words import named, short

CHAPTER: Final = Chapter()


@CHAPTER.judges("CON-16", "malformed")
def text_frames(seen: Seen, view: View) -> str | None:
    frame = malformed(seen)
    return frame.message if frame.problem == "binary" else None


@CHAPTER.judges("RPC-01", "malformed")
def message_type(seen: Seen, view: View) -> str | Remark | None:
    frame = malformed(seen)
    if frame.problem == "unreadable":
        return Remark(frame.message, "INFO")  # it may be written; that nothing else was judged is to be known
    return frame.message if frame.problem in ("not-json", "not-array", "no-type", "unknown-type") else None


@CHAPTER.judges("RPC-02", "malformed")
def call_shape(seen: Seen, view: View) -> str | None:
    frame = malformed(seen)
    return frame.message if frame.problem == "call-shape" else None


@CHAPTER.judges("RPC-03", "malformed")
def result_shape(seen: Seen, view: View) -> str | None:
    frame = malformed(seen)
    return frame.message if frame.problem == "result-shape" else None


@CHAPTER.judges("RPC-04", "malformed")
def error_shape(seen: Seen, view: View) -> str | None:
    frame = malformed(seen)
    return frame.message if frame.problem == "error-shape" else None


@CHAPTER.judges("RPC-05", "malformed")
def id_type(seen: Seen, view: View) -> str | None:
    frame = malformed(seen)
    if frame.problem != "id-type":
        return None
    if frame.type != 2 and any(call.type == 2 and call.id == frame.id for call in view.unusual(seen.sender)):
        return None  # an answer carries the id of its CALL, whose sender made it no string
    return frame.message


@CHAPTER.judges("RPC-05", "call", "result", "error", "malformed", sign=signs.LONG_ID)
def id_length(seen: Seen, view: View) -> str | None:
    id = seen.frame.id
    if id is None or len(id) <= MAX_ID_LENGTH:
        return None
    if seen.request is not None and type(seen.frame) is not Call:
        return None  # an answer carries the id of its CALL, whose sender made it too long
    return f"the id has {len(id)} characters, at most {MAX_ID_LENGTH} are allowed"


@CHAPTER.judges("RPC-07", "unmatched", "malformed")
def id_echoed(seen: Seen, view: View) -> str | None:
    frame = seen.frame
    if frame.id is None:
        return None
    asker: Role = "csms" if seen.sender == "station" else "station"
    if isinstance(frame, Malformed):
        if frame.id_is_text or frame.type not in (3, 4) or view.memory.find(asker, frame.id) is None:
            return None
        return f"the id {frame.id} of the answer is a number, the CALL had it as a string"
    close = view.memory.find_folded(asker, frame.id)
    if close is None:
        return None
    return f"the id {short(frame.id)} of the answer is not {short(close.id)}, the id of the CALL"


@CHAPTER.judges("RPC-09", "call", "result", sign=signs.NO_OBJECT)
def payload_object(seen: Seen, view: View) -> str | Remark | None:
    payload = seen.frame.payload  # type: ignore[union-attr]
    if type(payload) is dict:
        return None
    if payload is None:
        return Remark("the payload is null; {} is preferred", "SHOULD")
    return "the payload is no JSON object"


@CHAPTER.judges("RPC-10", "error")
def error_members(seen: Seen, view: View) -> str | None:
    frame = seen.frame
    assert type(frame) is CallError
    if type(frame.description) is not str:
        return "the description of the CALLERROR is no string"
    return None if type(frame.details) is dict else "the details of the CALLERROR are no object; {} says nothing"


def malformed(seen: Seen) -> Malformed:
    """The frame of a moment at which it is a malformed one."""
    assert isinstance(seen.frame, Malformed)
    return seen.frame


def used_before(seen: Seen) -> str:
    """The sentence for a CALL whose id was used before."""
    earlier, frame = seen.earlier, seen.frame
    assert earlier is not None
    assert type(frame) is Call
    where = f"frame {earlier.seq}" if earlier.seq is not None else "an earlier frame"
    return f"the id {short(frame.id)} was used before, for {named(earlier.action)} in {where}"


def is_repeated(seen: Seen) -> bool:
    """Whether a CALL is the one with the same id once more, after that went unanswered."""
    earlier, frame = seen.earlier, seen.frame
    assert earlier is not None
    assert type(frame) is Call
    return earlier.answered_at is None and earlier.action == frame.action and _equal(earlier.payload, frame.payload)


def foreign_action(seen: Seen, view: View, suffix: str) -> str | None:
    """What is wrong with an action; ``suffix``, in lower case, stands after it in the names of messages only."""
    frame = seen.frame
    assert type(frame) is Call
    info = view.protocol.schemas.actions.get(frame.action)
    if info is None:
        folded = frame.action.lower().removesuffix(suffix)
        near = next((name for name in view.protocol.schemas.actions if folded == name.lower()), None)
        hint = f"; {near} is meant" if near else ""
        return f"{short(frame.action)} is no action of OCPP {view.protocol.version}{hint}"
    if info.sender not in (seen.sender, "both"):
        return f"{frame.action} is sent by the {info.sender} only"
    return None


def _equal(one: Any, other: Any) -> bool:
    try:
        return bool(one == other)
    except RecursionError:
        return False
