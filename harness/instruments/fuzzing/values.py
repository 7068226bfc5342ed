"""Right payloads, made of the schema of a message: with the values that stand at their limits, where software breaks.

Texts are as long as may be or empty, enumerations take every value, dates have offsets, fractions and leap days,
numbers are the smallest and the largest, decimals have one digit, optional members are there or not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from hypothesis import strategies as st

Json = Any
Overrides = Mapping[str, st.SearchStrategy[Any]]
"""Member -> what it is made of instead, wherever it stands."""

DATES: Final = (
    "2026-11-21T10:00:00Z",
    "2026-11-21T10:00:00.123Z",
    "2026-11-21T23:59:59.999999Z",
    "2024-02-29T12:00:00+02:00",
    "2026-11-21T10:00:00-11:30",
    "1970-01-01T00:00:00Z",
    "2099-12-31T23:59:59+14:00",
)
UNICODE: Final = ("é", "ß", "漢", "🔌", "\u202e", "İ", "\u0301")
_LONG: Final = (0, 1, 255, 2_000)
"""Lengths of a text that has no limit."""
_LIMITS: Final = (0, 1, -1, 2**31 - 1, -(2**31))
_MOST_ITEMS: Final = 3
_MOST_TENTHS: Final = 1_000_000


def payloads(schema: Mapping[str, Json], overrides: Overrides) -> st.SearchStrategy[dict[str, Json]]:
    """Payloads that a schema accepts; letters are printable ASCII. Only what OCPP uses of JSON Schema is known."""
    return _Maker(overrides).of("", schema)


class _Maker:
    def __init__(self, overrides: Overrides) -> None:
        self._overrides = overrides

    def of(self, name: str, schema: Mapping[str, Json]) -> st.SearchStrategy[Any]:
        if name in self._overrides:
            return self._overrides[name]
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        return _KINDS[schema["type"]](self, schema)

    def object(self, schema: Mapping[str, Json]) -> st.SearchStrategy[Any]:
        members = {name: self.of(name, inner) for name, inner in schema.get("properties", {}).items()}
        required = schema.get("required", ())
        return st.fixed_dictionaries(
            {name: members[name] for name in required},
            optional={name: member for name, member in members.items() if name not in required},
        )

    def array(self, schema: Mapping[str, Json]) -> st.SearchStrategy[Any]:
        return st.lists(self.of("", schema["items"]), min_size=schema.get("minItems", 0), max_size=_MOST_ITEMS)

    def string(self, schema: Mapping[str, Json]) -> st.SearchStrategy[Any]:
        if schema.get("format") == "date-time":
            return st.sampled_from(DATES)
        if schema.get("format") == "uri":
            return st.just("http://127.0.0.1:9/nothing")  # the port of discard: nobody listens there
        longest = schema.get("maxLength")
        lengths = _LONG if longest is None else (1, 0, longest)
        return st.one_of(
            st.sampled_from([("X1-~ " * length)[:length] for length in lengths]),
            st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=min(longest or 20, 20)),
        )

    def integer(self, schema: Mapping[str, Json]) -> st.SearchStrategy[Any]:
        low, high = schema["minimum"], schema["maximum"]
        limits = [number for number in (*_LIMITS, low, high) if low <= number <= high]
        return st.one_of(st.sampled_from(limits), st.integers(max(low, 0), min(high, 10_000)))

    def number(self, schema: Mapping[str, Json]) -> st.SearchStrategy[Any]:
        return st.one_of(st.sampled_from((0, 0.1, 6, 16.3, 21.4)), st.integers(0, _MOST_TENTHS).map(lambda n: n / 10))

    def boolean(self, schema: Mapping[str, Json]) -> st.SearchStrategy[Any]:
        return st.booleans()


_KINDS: Final[Mapping[str, Callable[[_Maker, Mapping[str, Json]], st.SearchStrategy[Any]]]] = {
    "array": _Maker.array,
    "boolean": _Maker.boolean,
    "integer": _Maker.integer,
    "number": _Maker.number,
    "object": _Maker.object,
    "string": _Maker.string,
}
