"""The messages of OCPP-J: CALL, CALLRESULT and CALLERROR (J §4.1.3, §4.2).

``parse`` turns what a peer wrote into a frame and never raises: text that is no message becomes ``Malformed``, with the
problem named. The raw text always stays with the frame, because it is the evidence.
"""

import re
from typing import Any, Final, Literal

import msgspec

from ocppj.grammar import is_no_json

__all__ = [
    "MAX_ID_LENGTH",
    "Call",
    "CallError",
    "CallResult",
    "Frame",
    "Malformed",
    "Problem",
    "binary",
    "call",
    "encode",
    "error",
    "parse",
    "result",
    "type_of_call",
    "type_of_error",
    "type_of_result",
]

type_of_call: Final = 2
type_of_result: Final = 3
type_of_error: Final = 4

MAX_ID_LENGTH: Final = 36
"""Characters a message id may have at most (J §4.1.4)."""

Problem = Literal[
    "not-json",
    "unreadable",
    "binary",
    "not-array",
    "no-type",
    "unknown-type",
    "call-shape",
    "result-shape",
    "error-shape",
    "id-type",
]
"""Why a text is no OCPP-J message; ``unreadable`` is one that may be, but that no value can be made of here."""


class Call(msgspec.Struct, frozen=True, gc=False):
    """A request: ``[2, id, action, payload]``. ``payload`` is whatever JSON value was sent.

    ``is_ours``: the text was made of the payload here, so that it says no more than that.
    """

    id: str
    action: str
    payload: Any
    raw: str
    is_ours: bool = False


class CallResult(msgspec.Struct, frozen=True, gc=False):
    """The answer to a request: ``[3, id, payload]``. ``is_ours`` as for a ``Call``."""

    id: str
    payload: Any
    raw: str
    is_ours: bool = False


class CallError(msgspec.Struct, frozen=True, gc=False):
    """The refusal of a request: ``[4, id, code, description, details]``; description and details may be of any type."""

    id: str
    code: str
    description: Any
    details: Any
    raw: str


class Malformed(msgspec.Struct, frozen=True, gc=False):
    """A text that is no message. ``id`` is the message id where one can be made out (a number is given as its text)."""

    raw: str
    problem: Problem
    message: str
    id: str | None = None
    id_is_text: bool = True
    type: int | None = None

    @property
    def readable_id(self) -> str | None:
        """The message id, if there is one that a message may have."""
        return self.id if self.id_is_text else None

    @property
    def is_answer(self) -> bool:
        """Whether it was meant as one, so that nobody answers it."""
        return self.type in (type_of_result, type_of_error)


Frame = Call | CallResult | CallError | Malformed

_TEXT: Final = r'"(?:[^"\\\x00-\x1f]|\\.)*"'
_SPACE: Final = r"[ \t\n\r]*"
_BEGIN: Final = re.compile(rf"{_SPACE}\[{_SPACE}(?:(?P<kind>[234]){_SPACE},)?")
_HEAD: Final = re.compile(
    rf"{_SPACE}\[{_SPACE}(?P<kind>[234]){_SPACE},{_SPACE}(?P<id>{_TEXT}){_SPACE},{_SPACE}(?:(?P<action>{_TEXT}){_SPACE},)?"
)
"""How a message begins, up to its payload."""
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def parse(text: str) -> Frame:
    """Read one WebSocket text message. Never raises, whatever the text is (J §4.1.3, §4.2)."""
    try:
        value = _decode(text)
    except RecursionError:
        return _refused(text, "it is nested too deeply")
    except (msgspec.MsgspecError, ValueError) as error:
        if "out of range" in str(error):
            return _refused(text, "it has a number that is too large")
        if _SURROGATE.search(text) is not None and not is_no_json(text):  # the decoder has many names for it
            return _refused(text, "it has an escaped surrogate that stands alone")
        return _as_far_as_read(text, "not-json", f"the text is no JSON: {error}")
    if type(value) is list:
        if len(value) == 3:
            kind, id, payload = value
            if kind == type_of_result and type(id) is str and type(kind) is int:
                return CallResult(id, payload, text)
        elif len(value) == 4:
            kind, id, action, payload = value
            if kind == type_of_call and type(id) is str and type(action) is str and type(kind) is int:
                return Call(id, action, payload, text)
    else:
        return Malformed(text, "not-array", f"a message is a JSON array, this is {_kind(value)}")
    if not value or type(value[0]) is not int:
        return Malformed(text, "no-type", "the first element is to be the integer 2, 3 or 4", *_id_of(value))
    kind = value[0]
    if kind == type_of_call:
        return _misshapen(text, value, "call-shape", "a CALL is [2, id, action, payload]")
    if kind == type_of_result:
        return _misshapen(text, value, "result-shape", "a CALLRESULT is [3, id, payload]")
    if kind == type_of_error:
        if len(value) == 5 and type(value[1]) is str and type(value[2]) is str:
            return CallError(value[1], value[2], value[3], value[4], text)
        return _misshapen(text, value, "error-shape", "a CALLERROR is [4, id, code, description, details]")
    return Malformed(text, "unknown-type", f"{kind} is no message type, only 2, 3 and 4 are", *_id_of(value), type=kind)


def binary(data: bytes) -> Malformed:
    """A binary WebSocket message, which OCPP-J does not have (J §4.1.2); its bytes are kept as replaced text."""
    return Malformed(
        data.decode("utf-8", "replace"), "binary", "the message came as a binary WebSocket frame, not as text"
    )


def call(id: str, action: str, payload: Any) -> Call:
    """A CALL with its text."""
    return Call(id, action, payload, _text([type_of_call, id, action, payload]), True)


def result(id: str, payload: Any) -> CallResult:
    """A CALLRESULT with its text."""
    return CallResult(id, payload, _text([type_of_result, id, payload]), True)


def error(id: str, code: str, description: str = "", details: dict[str, Any] | None = None) -> CallError:
    """A CALLERROR with its text; ``details`` is ``{}`` when there is nothing to say (J §4.2.3)."""
    details = {} if details is None else details
    return CallError(id, code, description, details, _text([type_of_error, id, code, description, details]))


def encode(value: Any) -> str:
    """JSON text of a value, without white space."""
    return _text(value)


def _text(value: Any) -> str:
    return _encode(value).decode()


def _refused(text: str, why: str) -> Malformed:
    """A text that is beyond what can be read here. If it is JSON, its sender did no wrong by that (RFC 8259 §9)."""
    if is_no_json(text):
        return _as_far_as_read(text, "not-json", f"the text is no JSON: {why}")
    begun = _BEGIN.match(text)
    if begun is None:
        return Malformed(text, "not-array", "a message is a JSON array, this is none")
    if begun["kind"] is None:
        return Malformed(text, "no-type", "the first element is to be the integer 2, 3 or 4")
    return _as_far_as_read(text, "unreadable", f"the text is JSON and cannot be read here: {why}")


def _as_far_as_read(text: str, problem: Problem, message: str) -> Malformed:
    """The text with what its beginning says: whoever asked can still be answered."""
    found = _HEAD.match(text)
    if found is not None:
        kind = int(found["kind"])
        try:
            id = _decode(found["id"])
            if kind == type_of_call:
                _decode(found["action"] or "")
        except (msgspec.MsgspecError, ValueError):
            pass
        else:
            return Malformed(text, problem, message, id, type=kind)
    return Malformed(text, problem, message)


def _misshapen(text: str, value: list[Any], problem: Problem, shape: str) -> Malformed:
    id, is_text = _id_of(value)
    kind = value[0]
    if len(value) > 1 and type(value[1]) is not str:
        return Malformed(text, "id-type", f"{shape}; the id is {_kind(value[1])}, not a string", id, is_text, kind)
    if len(value) > 2 and kind != type_of_result and type(value[2]) is not str:
        name = "action" if kind == type_of_call else "code"
        return Malformed(text, problem, f"{shape}; the {name} is {_kind(value[2])}, not a string", id, is_text, kind)
    count = f"{len(value)} element{'s' * (len(value) != 1)}"
    return Malformed(text, problem, f"{shape}; this has {count}", id, is_text, kind)


def _id_of(value: list[Any]) -> tuple[str | None, bool]:
    """The message id of an array that is no message, and whether it was a string: a number counts as its text."""
    if len(value) < 2:
        return None, True
    if type(value[1]) is str:
        return value[1], True
    if type(value[1]) is int:
        return str(value[1]), False
    return None, True


def _kind(value: Any) -> str:
    names = {
        dict: "an object",
        list: "an array",
        str: "a string",
        bool: "a boolean",
        int: "a number",
        float: "a number",
    }
    return names.get(type(value), "null")
