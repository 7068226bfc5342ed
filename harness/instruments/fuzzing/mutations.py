"""Wrong messages: one thing done to the payload of a right CALL, or to the frame around it.

Every mutation has a kind, which the code table of the version knows, so that what comes back can be judged.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from harness.instruments.fuzzing.steps import LAST, Step, call, written
from harness.instruments.fuzzing.values import UNICODE

Json = Any
Path = tuple[str | int, ...]


class Place(NamedTuple):
    """A value of a payload: where it is, what its schema says, and whether it may not be missing."""

    path: Path
    schema: Mapping[str, Json]
    value: Json
    required: bool


class Mutant(NamedTuple):
    """A CALL with which one thing is wrong."""

    kind: str
    action: str
    payload: Json


def places(schema: Mapping[str, Json], payload: Json, path: Path = (), required: bool = True) -> Iterator[Place]:
    """The payload itself and every value in it."""
    yield Place(path, schema, payload, required)
    if isinstance(payload, dict):
        for name, value in payload.items():
            inner = schema.get("properties", {}).get(name)
            if inner is not None:
                yield from places(inner, value, (*path, name), name in schema.get("required", ()))
    elif isinstance(payload, list):
        for number, value in enumerate(payload):
            yield from places(schema["items"], value, (*path, number), required=False)


def _is_object(place: Place) -> bool:
    return isinstance(place.value, dict)


def _is_member(place: Place) -> bool:
    return bool(place.path)


def _is_text(place: Place) -> bool:
    return _is_member(place) and isinstance(place.value, str) and not {"enum", "format"} & place.schema.keys()


OTHER_TYPES: Final[Mapping[str, Sequence[Json]]] = {
    "string": (1, [], {}, True, None),
    "integer": ("1", 1.5, [], {}, None),
    "number": ("1.5", [], {}, None),
    "boolean": ("true", 1, None),
    "array": ({}, "x", None),
    "object": ([], "x", 1, None),
}
LONGER: Final = (1, 31, 1_000)
"""So many characters more than there may be; 31 more than an idTag may have are 51."""
NO_DATES: Final = ("yesterday", "2026-02-30T00:00:00Z", "2026-11-21", "2026-11-21T10:00:00", "", "1795264800")
DEEP: Final = (50, 500)
"""Levels: JSON readers stop following at some hundred, or at the end of their stack."""


class _Operator(NamedTuple):
    """``fits`` says to which places it can be done; ``instead`` what may stand there then."""

    fits: Callable[[Place], bool]
    instead: Callable[[Place], Sequence[Json]]


DROPPED: Final = object()
"""Stands for a member that is left out."""


def _with_extra(place: Place) -> Sequence[Json]:
    return [{**place.value, "plugproofExtra": value} for value in ("x", None, 1)]


def _deep(place: Place) -> Sequence[Json]:
    found = []
    for levels in DEEP:
        nested: Json = []
        for _ in range(levels):
            nested = [nested]
        found.append({**place.value, "plugproofExtra": nested})
    return found


def _with(letters: Sequence[str]) -> Callable[[Place], Sequence[Json]]:
    """The text with one of these letters in place of its first one, so that it is no longer than it was."""
    return lambda place: [letter + place.value[1:] for letter in letters]


def _too_long(place: Place) -> Sequence[Json]:
    return ["X" * (place.schema["maxLength"] + more) for more in LONGER]


def _unknown(place: Place) -> Sequence[Json]:
    known = place.schema["enum"]
    return [value for value in ("Nonsense", "", known[0].lower(), f"{known[0]} ") if value not in known]


OPERATORS: Final[Mapping[str, _Operator]] = {
    "member-missing": _Operator(lambda place: _is_member(place) and place.required, lambda place: [DROPPED]),
    "member-extra": _Operator(_is_object, _with_extra),
    "type-wrong": _Operator(_is_member, lambda place: OTHER_TYPES[place.schema["type"]]),
    "text-too-long": _Operator(lambda place: _is_member(place) and "maxLength" in place.schema, _too_long),
    "value-unknown": _Operator(lambda place: _is_member(place) and "enum" in place.schema, _unknown),
    "date-wrong": _Operator(lambda place: place.schema.get("format") == "date-time", lambda place: NO_DATES),
    "decimals-two": _Operator(lambda place: "multipleOf" in place.schema, lambda place: (0.15, 16.33)),
    "number-too-large": _Operator(
        lambda place: place.schema.get("type") == "integer" and _is_member(place),
        lambda place: (2**31, 2**53, -(2**63)),
    ),
    "list-empty": _Operator(lambda place: place.schema.get("minItems", 0) > 0, lambda place: [[]]),
    "text-unicode": _Operator(lambda place: _is_text(place) and place.value != "", _with(UNICODE)),
    "text-nul": _Operator(lambda place: _is_text(place) and place.value != "", _with(["\0"])),
    "text-surrogate": _Operator(lambda place: _is_text(place) and place.value != "", _with(["\ud800", "\udfff"])),
    "nested-deeply": _Operator(lambda place: not place.path, _deep),
    "payload-null": _Operator(
        lambda place: not place.path and bool(place.schema.get("required")), lambda place: [None]
    ),
    "payload-null-for-empty": _Operator(
        lambda place: not place.path and not place.schema.get("required"), lambda place: [None]
    ),
    "payload-no-object": _Operator(lambda place: not place.path, lambda place: ([], "x", 5, True, [{}])),
}
"""Kind -> what is done to a payload."""


def possible(schema: Mapping[str, Json]) -> frozenset[str]:
    """The kinds that can be done to some payload of a schema."""
    every = list(places(schema, _full(schema)))
    return frozenset(kind for kind, operator in OPERATORS.items() if any(operator.fits(place) for place in every))


def room(schema: Mapping[str, Json], kinds: frozenset[str]) -> int:
    """At how many places of a payload with all its members one of these kinds can be done."""
    return sum(any(OPERATORS[kind].fits(place) for kind in kinds) for place in places(schema, _full(schema)))


def _full(schema: Mapping[str, Json]) -> Json:
    """A payload with every member that there is."""
    kind = schema["type"]
    if kind == "object":
        return {name: _full(inner) for name, inner in schema.get("properties", {}).items()}
    return [_full(schema["items"])] if kind == "array" else "x" if kind == "string" else 1


def changed(payload: Json, path: Path, value: Json) -> Json:
    """A copy of the payload with another value at a place, or without it."""
    if not path:
        return value
    whole = copy.deepcopy(payload)
    holder = whole
    for part in path[:-1]:
        holder = holder[part]
    if value is DROPPED:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return whole


@st.composite
def mutants(
    draw: st.DrawFn,
    action: str,
    schema: Mapping[str, Json],
    right: st.SearchStrategy[Json],
    kinds: frozenset[str],
) -> Mutant | None:
    """A CALL of this action with one thing wrong, of one of these kinds; each kind that can be done is as likely.

    None: the payload that was drawn has no place for any of them.
    """
    payload = draw(right)
    found: dict[str, list[Place]] = {}
    for place in places(schema, payload):
        for kind, operator in OPERATORS.items():
            if kind in kinds and operator.fits(place):
                found.setdefault(kind, []).append(place)
    if not found:
        return None
    kind = draw(st.sampled_from(list(found)))
    place = draw(st.sampled_from(found[kind]))
    value = draw(st.sampled_from(list(OPERATORS[kind].instead(place))))
    return Mutant(kind, action, changed(payload, place.path, value))


class Frame(NamedTuple):
    """A wrong frame: ``make`` writes it for a right CALL (id, action, payload) and says which id it has, if any."""

    kind: str
    make: Callable[[str, str, Json], tuple[str, str | None]]


def _text(*elements: Json) -> str:
    return written(list(elements))


_STRAY: Final = "@run-nobody"

FRAMES: Final[tuple[Frame, ...]] = (
    Frame("action-unknown", lambda id, action, payload: (_text(2, id, "NoSuchAction", payload), id)),
    Frame("action-unknown", lambda id, action, payload: (_text(2, id, action.lower(), payload), id)),
    Frame("action-unknown", lambda id, action, payload: (_text(2, id, f"{action}.req", payload), id)),
    Frame("action-unknown", lambda id, action, payload: (_text(2, id, "", payload), id)),
    Frame("type-unknown", lambda id, action, payload: (_text(9, id), None)),
    Frame("type-unknown", lambda id, action, payload: (_text(5, id, action, payload), None)),
    Frame("type-unknown", lambda id, action, payload: (_text(-2, id, action, payload), None)),
    Frame("call-misshapen", lambda id, action, payload: (_text(2, id, action), id)),
    Frame("call-misshapen", lambda id, action, payload: (_text(2, id, action, payload, {}), id)),
    Frame("call-misshapen", lambda id, action, payload: (_text(2, id, 7, payload), id)),
    Frame("id-no-text", lambda id, action, payload: (_text(2, 4711, action, payload), None)),
    Frame("id-no-text", lambda id, action, payload: (_text(2, None, action, payload), None)),
    Frame("id-no-text", lambda id, action, payload: (_text(2, [id], action, payload), None)),
    Frame("id-too-long", lambda id, action, payload: _with_long_id(id, action, payload, 29)),
    Frame("id-too-long", lambda id, action, payload: _with_long_id(id, action, payload, 5_000)),
    Frame("json-cut-off", lambda id, action, payload: (_text(2, id, action, payload)[:-1], None)),
    Frame("json-cut-off", lambda id, action, payload: (_text(2, id, action, payload)[:-2], None)),
    Frame("json-cut-off", lambda id, action, payload: (f'[2,"{id}","{action}",', None)),
    *(
        Frame("no-message", lambda id, action, payload, text=text: (text, None))  # type: ignore[misc]
        for text in ("", " ", "{", "[]", "[2]", "{}", "null", "2", '"x"', "hello", "\ufeff[]", '["2","x"]')
    ),
    Frame("answer-to-nothing", lambda id, action, payload: (_text(3, _STRAY, {}), None)),
    Frame("answer-to-nothing", lambda id, action, payload: (_text(3, LAST, {}), None)),
    Frame("answer-to-nothing", lambda id, action, payload: (_text(4, LAST, "InternalError", "", {}), None)),
    Frame("answer-to-nothing", lambda id, action, payload: (_text(4, _STRAY, "GenericError", "", {}), None)),
    Frame("answer-misshapen", lambda id, action, payload: ("[3]", None)),
    Frame("answer-misshapen", lambda id, action, payload: (_text(3, _STRAY), None)),
    Frame("answer-misshapen", lambda id, action, payload: (_text(4, _STRAY, 7), None)),
)
"""What can be wrong with a frame."""


def _with_long_id(id: str, action: str, payload: Json, more: int) -> tuple[str, str]:
    longer = id + "x" * more
    return _text(2, longer, action, payload), longer


def framed(frame: Frame, line: int, id: str, action: str, payload: Json) -> Step:
    """The step that writes a wrong frame."""
    text, its_id = frame.make(id, action, payload)
    return Step(line=line, kind=frame.kind, action=action, texts=(text,), ids=(its_id,))


def mutated(mutant: Mutant, line: int, id: str) -> Step:
    """The step that sends a CALL with a wrong payload."""
    return call(line, mutant.kind, mutant.action, mutant.payload, id)
