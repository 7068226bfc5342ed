"""Messages by themselves: one JSON array each, of the right shape, with a right id (OCPP-J §4.1, §4.2)."""

from typing import Any, Final

from ocppj.frames import MAX_ID_LENGTH, Call, CallError, Malformed
from ocppj.rules import signs
from ocppj.rules.chapter import Chapter
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.rules.words import named, short
from ocppj.trace import Role

CHAPTER: Final = Chapter()

CHAPTER.rule("CON-16", "MUST", "J §4.1.2", "Messages are WebSocket text frames that hold one JSON value.")
CHAPTER.rule("RPC-01", "MUST", "J §4.1.3", "A message is a JSON array that begins with the integer 2, 3 or 4.")
CHAPTER.rule("RPC-02", "MUST", "J §4.2.1", "A CALL has four elements: 2, id, action, payload.")
CHAPTER.rule("RPC-03", "MUST", "J §4.2.2", "A CALLRESULT has three elements: 3, id, payload.")
CHAPTER.rule("RPC-04", "MUST", "J §4.2.3", "A CALLERROR has five elements: 4, id, code, description, details.")
CHAPTER.rule("RPC-05", "MUST", "J §4.1.4", "A message id is a string of at most 36 characters.")
CHAPTER.rule(
    "RPC-06", "MUST", "J §4.1.4, JE 3.1, 3.7", "A CALL has an id its sender has not used before, on any connection."
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


@CHAPTER.judges("CON-16", "malformed")
def text_frames(seen: Seen, view: View) -> str | None:
    frame = malformed(seen)
    return frame.message if frame.problem == "binary" else None


@CHAPTER.judges("RPC-01", "malformed")
def message_type(seen: Seen, view: View) -> str | None:
    frame = malformed(seen)
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


@CHAPTER.judges("RPC-06", "call", sign=signs.SAME_ID)
def id_unused(seen: Seen, view: View) -> str | None:
    earlier, frame = seen.earlier, seen.frame
    if earlier is None:
        return None
    assert type(frame) is Call
    if earlier.answered_at is None and earlier.action == frame.action and _equal(earlier.payload, frame.payload):
        return None  # the same CALL once more after it went unanswered
    where = f"frame {earlier.seq}" if earlier.seq is not None else "an earlier frame"
    return f"the id {short(frame.id)} was used before, for {named(earlier.action)} in {where}"


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


@CHAPTER.judges("RPC-08", "call", sign=signs.FOREIGN)
def action_known(seen: Seen, view: View) -> str | None:
    frame = seen.frame
    assert type(frame) is Call
    info = view.schemas.actions.get(frame.action)
    if info is None:
        near = next((name for name in view.schemas.actions if _folded(frame.action) == name.lower()), None)
        hint = f"; {near} is meant" if near else ""
        return f"{short(frame.action)} is no action of OCPP {view.schemas.version}{hint}"
    if info.sender not in (seen.sender, "both"):
        return f"{frame.action} is sent by the {info.sender} only"
    return None


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


def _equal(one: Any, other: Any) -> bool:
    try:
        return bool(one == other)
    except RecursionError:
        return False


def _folded(action: str) -> str:
    return action.lower().removesuffix(".req")
