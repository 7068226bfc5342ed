"""The universal rules of OCPP-J and of OCPP 1.6 values, judged passively on every frame.

A rule is a fact (id, level, whom it binds, source, our own sentence) and a small function over the session. That
returns ``None`` when the frame is right, otherwise a sentence about this frame, or a ``Remark`` when it has another
level than the rule. Rules about payloads have no function: they are read off the schema validation (``rule_of``).

Sources: J = OCPP-J 1.6 specification, JE = its errata, S = OCPP 1.6 edition 2, E = OCPP 1.6 errata.
"""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from ocppj.frames import ERROR_CODES, MAX_ID_LENGTH, Call, CallError, CallResult, Malformed
from ocppj.trace import Role

if TYPE_CHECKING:
    from ocppj.session import Exchange, Seen, Session
    from schemas import Violation

Level = Literal["MUST", "SHOULD", "INFO"]
Who = Literal["both", "station", "csms"]


class Rule(msgspec.Struct, frozen=True):
    """A rule of the protocol: ``level`` MUST, SHOULD or INFO; ``who`` is bound by it; ``source`` names the section."""

    id: str
    level: Level
    who: Who
    source: str
    sentence: str


class Finding(msgspec.Struct, frozen=True):
    """A broken rule: ``party`` broke it, in the frame ``seq`` of the trace, at ``path`` of the payload."""

    rule: str
    level: Level
    party: Role
    message: str
    path: tuple[str | int, ...] = ()
    seq: int | None = None


class Remark(msgspec.Struct, frozen=True):
    """What a check found, when the level is not the rule's own, or when it is about one member of the payload."""

    message: str
    level: Level | None = None
    path: tuple[str | int, ...] = ()


_LONGEST_QUOTED: Final = 60
_DEEPEST: Final = 10
"""Steps of a path that are looked for; the messages have six at most."""

Check = Callable[["Seen", "Session"], "str | Remark | None"]


def _fact(id: str, level: Level, source: str, sentence: str, who: Who = "both") -> Rule:
    return Rule(id, level, who, source, sentence)


_FACTS: Final = (
    _fact("CON-16", "MUST", "J §4.1.2", "Messages are WebSocket text frames that hold one JSON value."),
    # Our own, for what the standard says of every message of its own; no frame breaks it by itself.
    _fact(
        "RPC-00",
        "MUST",
        "S §4.1 to §4.10",
        "A CALL that can be processed is answered with the CALLRESULT of its action.",
    ),
    _fact("RPC-01", "MUST", "J §4.1.3", "A message is a JSON array that begins with the integer 2, 3 or 4."),
    _fact("RPC-02", "MUST", "J §4.2.1", "A CALL has four elements: 2, id, action, payload."),
    _fact("RPC-03", "MUST", "J §4.2.2", "A CALLRESULT has three elements: 3, id, payload."),
    _fact("RPC-04", "MUST", "J §4.2.3", "A CALLERROR has five elements: 4, id, code, description, details."),
    _fact("RPC-05", "MUST", "J §4.1.4", "A message id is a string of at most 36 characters."),
    _fact(
        "RPC-06", "MUST", "J §4.1.4, JE 3.1, 3.7", "A CALL has an id its sender has not used before, on any connection."
    ),
    _fact(
        "RPC-07", "MUST", "J §4.1.4", "An answer carries the id of its CALL, with the same letters and the same type."
    ),
    _fact(
        "RPC-08",
        "MUST",
        "J §4.2.1",
        "The action is spelled as in the standard, without .req, by the party that sends it.",
    ),
    _fact(
        "RPC-09", "MUST", "J §4.2.1, §4.2.2", "A payload is a JSON object; for an empty one {} is preferred to null."
    ),
    _fact("RPC-10", "MUST", "J §4.2.3", "A CALLERROR has a string as description and an object as details."),
    _fact("RPC-11", "MUST", "J §4.1.3", "A message of an unknown type is ignored.", "csms"),
    _fact(
        "RPC-12", "SHOULD", "J §4.2.3", "Text in which no id can be read gets no answer, because none could be matched."
    ),
    _fact("RPC-13", "MUST", "J §4.1.1", "Every CALL is answered, exactly once."),
    _fact("RPC-14", "MUST", "J §4.1.1", "There is no answer without a CALL."),
    _fact("RPC-15", "SHOULD", "J §4.1.1, JE 3.5", "A party has one CALL open at a time."),
    _fact("RPC-16", "SHOULD", "J §4.1.1", "A party answers the other's CALLs while its own CALL is open."),
    _fact("RPC-17", "MUST", "J §4.1.1", "An answer that comes too late is dropped without harm."),
    _fact(
        "RPC-18", "MUST", "E 3.83", "A station whose MessageTimeout is known gives a CALL that much time.", "station"
    ),
    _fact(
        "RPC-19", "MUST", "S ch. 6", "The payload of an answer has the members that the action of its CALL asks for."
    ),
    _fact("ERR-01", "MUST", "J §4.2.3", "A CALLERROR carries one of the ten codes of the standard."),
    _fact(
        "ERR-08", "MUST", "J §4.2.2", "A regular but unwanted outcome is a CALLRESULT with a status, not a CALLERROR."
    ),
    _fact(
        "VAL-00", "MUST", "S ch. 6", "The payload of a CALL has the members its action asks for, of the right types."
    ),
    _fact(
        "VAL-01", "MUST", "S §3.14, E 3.10", "A dateTime is written as RFC 3339 with its zone; UTC with Z is preferred."
    ),
    _fact("VAL-05", "MUST", "S §7.15 to 7.19", "A CiString has at most as many characters as its type says."),
    _fact("VAL-08", "MUST", "S §7.13, §7.14", "Limits and rates in a charging schedule have at most one decimal."),
    _fact(
        "VAL-09",
        "MUST",
        "S ch. 6, JE 2.4, 2.5",
        "An integer is written without a fraction and fits into signed 32 bit.",
    ),
    _fact(
        "VAL-10", "MUST", "S ch. 7, JE 2.1, 2.2", "A value of an enumeration is one of those listed, letter by letter."
    ),
    _fact("VAL-11", "MUST", "S §7.43", "The value of a sampled value is a string, also when it is a number."),
    _fact("VAL-14", "MUST", "JE 3.2", "A payload has no members beyond those of the standard, also in inner objects."),
)

RULES: Final[Mapping[str, Rule]] = {rule.id: rule for rule in _FACTS}
"""Every rule by id."""

RULE_OF: Final[dict[Any, Rule]] = {}
"""The rule a check function belongs to."""


def _checks(id: str) -> Callable[[Any], Any]:
    def attach(check: Any) -> Any:
        RULE_OF[check] = RULES[id]
        return check

    return attach


# --- the frame -------------------------------------------------------------------------------------------------------


@_checks("CON-16")
def text_frames(seen: "Seen", session: "Session") -> str | None:
    frame = _malformed(seen)
    return frame.message if frame.problem == "binary" else None


@_checks("RPC-01")
def message_type(seen: "Seen", session: "Session") -> str | None:
    frame = _malformed(seen)
    return frame.message if frame.problem in ("not-json", "not-array", "no-type", "unknown-type") else None


@_checks("RPC-02")
def call_shape(seen: "Seen", session: "Session") -> str | None:
    frame = _malformed(seen)
    return frame.message if frame.problem == "call-shape" else None


@_checks("RPC-03")
def result_shape(seen: "Seen", session: "Session") -> str | None:
    frame = _malformed(seen)
    return frame.message if frame.problem == "result-shape" else None


@_checks("RPC-04")
def error_shape(seen: "Seen", session: "Session") -> str | None:
    frame = _malformed(seen)
    return frame.message if frame.problem == "error-shape" else None


@_checks("RPC-05")
def id_length(seen: "Seen", session: "Session") -> str | None:
    id = seen.frame.id
    if id is None or len(id) <= MAX_ID_LENGTH:
        return None
    if seen.request is not None and type(seen.frame) is not Call:
        return None  # an answer carries the id of its CALL, whose sender made it too long
    return f"the id has {len(id)} characters, at most {MAX_ID_LENGTH} are allowed"


@_checks("RPC-05")
def id_type(seen: "Seen", session: "Session") -> str | None:
    frame = _malformed(seen)
    if frame.problem != "id-type":
        return None
    if frame.type != 2 and any(call.type == 2 and call.id == frame.id for call in session.unusual(seen.sender)):
        return None  # an answer carries the id of its CALL, whose sender made it no string
    return frame.message


@_checks("RPC-06")
def id_unused(seen: "Seen", session: "Session") -> str | None:
    earlier, frame = seen.earlier, seen.frame
    if earlier is None:
        return None
    assert type(frame) is Call
    if earlier.answered_at is None and earlier.action == frame.action and _equal(earlier.payload, frame.payload):
        return None  # the same CALL once more after it went unanswered
    where = f"frame {earlier.seq}" if earlier.seq is not None else "an earlier frame"
    return f"the id {_short(frame.id)} was used before, for {_name(earlier.action)} in {where}"


@_checks("RPC-07")
def id_echoed(seen: "Seen", session: "Session") -> str | None:
    frame = seen.frame
    if frame.id is None:
        return None
    asker: Role = "csms" if seen.sender == "station" else "station"
    if isinstance(frame, Malformed):
        if frame.id_is_text or frame.type not in (3, 4) or session.memory.find(asker, frame.id) is None:
            return None
        return f"the id {frame.id} of the answer is a number, the CALL had it as a string"
    close = session.memory.find_folded(asker, frame.id)
    if close is None:
        return None
    return f"the id {_short(frame.id)} of the answer is not {_short(close.id)}, the id of the CALL"


@_checks("RPC-08")
def action_known(seen: "Seen", session: "Session") -> str | None:
    frame = seen.frame
    assert type(frame) is Call
    info = session.schemas.actions.get(frame.action)
    if info is None:
        near = next((name for name in session.schemas.actions if _folded(frame.action) == name.lower()), None)
        hint = f"; {near} is meant" if near else ""
        return f"{_short(frame.action)} is no action of OCPP {session.schemas.version}{hint}"
    if info.sender not in (seen.sender, "both"):
        return f"{frame.action} is sent by the {info.sender} only"
    return None


@_checks("RPC-09")
def payload_object(seen: "Seen", session: "Session") -> str | Remark | None:
    payload = seen.frame.payload  # type: ignore[union-attr]
    if type(payload) is dict:
        return None
    if payload is None:
        return Remark("the payload is null; {} is preferred", "SHOULD")
    return "the payload is no JSON object"


@_checks("RPC-10")
def error_members(seen: "Seen", session: "Session") -> str | None:
    frame = seen.frame
    assert type(frame) is CallError
    if type(frame.description) is not str:
        return "the description of the CALLERROR is no string"
    return None if type(frame.details) is dict else "the details of the CALLERROR are no object; {} says nothing"


@_checks("RPC-11")
def unknown_type_ignored(seen: "Seen", session: "Session") -> str | None:
    asked = unusual_asked(seen, session)
    if asked is None or asked.problem != "unknown-type":
        return None
    return "this answers a message of unknown type, which is to be ignored"


@_checks("RPC-12")
def unreadable_unanswered(seen: "Seen", session: "Session") -> str | None:
    asked = unusual_asked(seen, session)
    if asked is None or asked.problem == "unknown-type":
        return None
    return f"this CALLERROR answers a text without an id; nobody can match {_short(seen.frame.id)}"


def unusual_asked(seen: "Seen", session: "Session") -> Malformed | None:
    """The malformed text that an answer without a CALL can be explained by, the oldest one first."""
    if id_echoed(seen, session) is not None:
        return None
    for text in session.unusual(seen.sender):
        if text.problem == "unknown-type":
            # Only the CSMS is asked to ignore it; a station's answer is one without a CALL.
            if seen.sender == "csms" and (text.id == seen.frame.id or (text.id is None and _is_error(seen))):
                return text
        elif text.id is None and _is_error(seen):
            return text
    return None


@_checks("RPC-13")
def answered_once(seen: "Seen", session: "Session") -> str | None:
    if not seen.repeated:
        return None
    assert seen.request is not None
    return f"the CALL {_short(seen.request.id)} ({_name(seen.request.action)}) had been answered before"


@_checks("RPC-14")
def no_stray_answer(seen: "Seen", session: "Session") -> str | None:
    if id_echoed(seen, session) is not None or unusual_asked(seen, session) is not None:
        return None  # a rule of its own says what this is
    return f"no CALL with the id {_short(seen.frame.id)} was ever sent"


@_checks("RPC-15")
def one_open_call(seen: "Seen", session: "Session") -> str | None:
    open_calls = session._open[seen.sender]
    if not open_calls.by_id:
        return None
    waiting = next((call for call in open_calls if seen.at - call.at < session.answer_window), None)
    if waiting is None:
        return None
    assert type(seen.frame) is Call
    return (
        f"{_name(seen.frame.action)} was sent while {_name(waiting.action)} ({_short(waiting.id)}) waits for its answer"
    )


# --- time ------------------------------------------------------------------------------------------------------------


@_checks("RPC-13")
def answered_at_all(exchange: "Exchange", party: Role, session: "Session") -> str:
    return f"the CALL {_short(exchange.id)} ({_name(exchange.action)}) was not answered in time"


@_checks("RPC-16")
def answers_while_waiting(exchange: "Exchange", party: Role, session: "Session") -> str | None:
    own = next((call for call in session.open_calls(party) if call.at <= exchange.at), None)
    if own is None:
        return None
    return f"{_name(exchange.action)} was not answered while the own {_name(own.action)} ({_short(own.id)}) was open"


@_checks("RPC-17")
def late_answer_harmless(last: "Seen", party: Role, session: "Session") -> str | None:
    return "the connection was closed after an answer that came late" if last.late else None


@_checks("RPC-11")
def unknown_type_harmless(last: "Seen", party: Role, session: "Session") -> str | None:
    frame = last.frame
    unknown = party == "csms" and isinstance(frame, Malformed) and frame.problem == "unknown-type"
    return "the connection was closed after a message of unknown type" if unknown else None


@_checks("RPC-12")
def unreadable_harmless(last: "Seen", party: Role, session: "Session") -> str | None:
    frame = last.frame
    # Closing after a binary frame is what RFC 6455 §7.4.1 has the code 1003 for.
    unreadable = isinstance(frame, Malformed) and frame.id is None and frame.problem not in ("unknown-type", "binary")
    return "the connection was closed after a text that could not be read" if unreadable else None


@_checks("RPC-18")
def message_timeout(seen: "Seen", session: "Session") -> str | None:
    timeout = session.message_timeout
    if timeout is None or seen.sender != "station":
        return None
    early = next((call for call in session._open["station"] if seen.at - call.at < timeout), None)
    if early is None:
        return None
    waited = (seen.at - early.at) / 1e9
    return f"{_name(early.action)} was given up after {waited:.1f} s, MessageTimeout is {timeout / 1e9:.0f} s"


# --- errors ----------------------------------------------------------------------------------------------------------

_HISTORICAL: Final = frozenset({"OccurrenceConstraintViolation", "FormatViolation"})
_ABOUT_THE_MESSAGE: Final = ERROR_CODES - {"NotImplemented", "NotSupported", "InternalError", "SecurityError"}
_MAY_REFUSE_BY_ERROR: Final = frozenset({"SetChargingProfile", "GetCompositeSchedule"})


@_checks("ERR-01")
def error_code(seen: "Seen", session: "Session") -> str | Remark | None:
    frame = seen.frame
    assert type(frame) is CallError
    if frame.code in ERROR_CODES:
        return None
    if frame.code in _HISTORICAL:
        return Remark(f"{frame.code} is not how OCPP-J 1.6 spells this code (JE 5.1, 5.2)", "SHOULD")
    return f"{_short(frame.code)} is none of the ten codes"


@_checks("ERR-08")
def refusal_by_status(seen: "Seen", session: "Session") -> str | None:
    frame, request = seen.frame, seen.request
    assert type(frame) is CallError
    # E 3.24, 3.38 and 3.39 ask for a CALLERROR in two smart charging messages.
    if request is None or not request.valid or request.action in _MAY_REFUSE_BY_ERROR:
        return None
    if len(request.id) > MAX_ID_LENGTH:
        return None  # the message was not a right one
    if frame.code not in _ABOUT_THE_MESSAGE or request.action not in session.schemas.actions:
        return None
    status = session.schemas.schema(request.action, "result").get("properties", {}).get("status", {})
    refusals = [value for value in status.get("enum", ()) if value not in ("Accepted", "Unlocked", "Idle")]
    if not refusals:
        return None
    return f"a right {request.action} was refused with {frame.code}; its answer has a status for that ({refusals[0]})"


# --- values -----------------------------------------------------------------------------------------------------------

_RULE_OF_KEYWORD: Final = {
    "format": "VAL-01",
    "pattern": "VAL-01",  # only dates have one
    "maxLength": "VAL-05",
    "multipleOf": "VAL-08",
    "minimum": "VAL-09",
    "maximum": "VAL-09",
    "enum": "VAL-10",
    "additionalProperties": "VAL-14",
}


def rule_of(violation: "Violation", kind: Literal["call", "result"]) -> Rule:
    """The rule that a schema violation breaks."""
    id = _RULE_OF_KEYWORD.get(violation.keyword)
    if violation.keyword == "type":
        if violation.path[-1:] == ("value",) and "sampledValue" in violation.path:
            id = "VAL-11"
        elif violation.expected.startswith("an integer") and type(violation.actual) is float:
            id = "VAL-09"
    elif violation.keyword == "format" and "URI" in violation.expected:
        id = None
    return RULES[id or ("VAL-00" if kind == "call" else "RPC-19")]


_OFFSET: Final = re.compile(r"T\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:\d\d\"")


@_checks("VAL-01")
def zone_is_utc(seen: "Seen", session: "Session") -> Remark | None:
    frame = seen.frame
    if ":" in frame.raw and (found := _OFFSET.search(frame.raw)):
        time = found.group()[1:-1]
        path = _path_of(time, frame.payload) if isinstance(frame, Call | CallResult) else ()
        return Remark(f"{time} is written with an offset; UTC with Z is preferred", "INFO", path)
    return None


def _path_of(ending: str, payload: Any) -> tuple[str | int, ...]:
    """Where the first text is that ends so; () when it is nowhere, or deeper than any message of OCPP is."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), payload)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            if value.endswith(ending):
                return path
        elif isinstance(value, dict | list) and len(path) < _DEEPEST:
            inner = value.items() if isinstance(value, dict) else enumerate(value)
            waiting += [((*path, name), member) for name, member in reversed([*inner])]
    return ()


# --- what runs when --------------------------------------------------------------------------------------------------

ON_CALL: Final = (id_length, id_unused, action_known, payload_object, one_open_call, message_timeout, zone_is_utc)
ON_RESULT: Final = (id_length, payload_object, answered_once, zone_is_utc)
ON_ERROR: Final = (id_length, error_members, answered_once, error_code, refusal_by_status)
ON_UNMATCHED: Final = (id_echoed, unknown_type_ignored, unreadable_unanswered, no_stray_answer)
ON_MALFORMED: Final = (text_frames, message_type, call_shape, result_shape, error_shape, id_type, id_length, id_echoed)


def is_plain_call(seen: "Seen", session: "Session") -> bool:
    """Whether no check of ``ON_CALL`` can find anything, which is so for nearly every CALL; False: they have to say."""
    frame: Call = seen.frame  # type: ignore[assignment]  # `cast` is a call, and this is where every message comes by
    return (
        seen.valid
        and seen.earlier is None
        and not session._open[seen.sender].by_id
        and session.message_timeout is None
        and len(frame.id) <= MAX_ID_LENGTH
        and type(frame.payload) is dict
        and session.schemas.actions[frame.action].sender in (seen.sender, "both")
        and _OFFSET.search(frame.raw) is None
    )


def is_plain_result(seen: "Seen") -> bool:
    """The same for ``ON_RESULT``."""
    frame: CallResult = seen.frame  # type: ignore[assignment]
    return (
        len(frame.id) <= MAX_ID_LENGTH
        and type(frame.payload) is dict
        and not seen.repeated
        and _OFFSET.search(frame.raw) is None
    )


ON_TIME_OUT: Final = (answered_at_all, answers_while_waiting)
ON_CLOSE: Final = (late_answer_harmless, unknown_type_harmless, unreadable_harmless)


def _malformed(seen: "Seen") -> Malformed:
    assert isinstance(seen.frame, Malformed)
    return seen.frame


def _is_error(seen: "Seen") -> bool:
    return type(seen.frame) is CallError


def _equal(one: Any, other: Any) -> bool:
    try:
        return bool(one == other)
    except RecursionError:
        return False


def _short(text: Any) -> str:
    """A text of the other side as it is quoted: short, in one line, however long it is."""
    return repr(text) if len(text) <= _LONGEST_QUOTED else repr(text[:_LONGEST_QUOTED]) + "…"


def _name(action: str) -> str:
    return action[:_LONGEST_QUOTED] or "a malformed CALL"


def _folded(action: str) -> str:
    return action.lower().removesuffix(".req")
