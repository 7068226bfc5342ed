"""Where a member stands in the text of a frame: whatever the member, the path and the spaces."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.case.caret import span

Path = tuple[str | int, ...]


def cut(text: str, *path: str | int) -> str | None:
    found = span(text, path)
    return None if found is None else text[found[0] : found[1]]


@pytest.mark.parametrize(
    ("text", "path", "part"),
    [
        ('[3,"id",{"idTagInfo":{"status":"Invalid"}}]', ("idTagInfo", "status"), '"Invalid"'),
        ('[3,"id",{"idTagInfo":{"status":"Invalid"}}]', ("idTagInfo",), '{"status":"Invalid"}'),
        ('[3,"id",{"idTagInfo":{"status":"Invalid"}}]', (), '{"idTagInfo":{"status":"Invalid"}}'),
        ('[2,"id","Reset",{"type":"Soft"}]', ("type",), '"Soft"'),
        ('[2, "id", "X", {"a": [1, {"b" : true}, null]}]', ("a", 1, "b"), "true"),
        ('[2,"id","X",{"a":[1,{"b":true},null]}]', ("a", 2), "null"),
        # A name that stands elsewhere, in a string or at another depth, is not mistaken for the member.
        ('[2,"status","status",{"a":"\\"status\\":","b":{"status":1},"status":2}]', ("status",), "2"),
        # What is not there: the value it should be in.
        ('[3,"id",{"idTagInfo":{}}]', ("idTagInfo", "status"), "{}"),
        ('[3,"id",{}]', ("idTagInfo", "status"), "{}"),
        ('[2,"id","X",{"a":[1]}]', ("a", 7), "[1]"),
        ('[2,"id","X",{"a":5}]', ("a", "b"), "5"),
        ('[2,"id","X",{"a":{"0":1}}]', ("a", 0), '{"0":1}'),
        ('[2,"id","X",{"a":[1]}]', ("a", "0"), "[1]"),
        ('[3,"id",null]', ("a",), "null"),
        ('[3,"id",[]]', ("a",), "[]"),
    ],
)
def test_a_member(text: str, path: Path, part: str) -> None:
    assert cut(text, *path) == part


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        "5",
        "null",
        '["3","id",{}]',
        '[4,"id","GenericError","",{}]',
        '[3,"id"]',
        '[3,"id",{"a"',
        "[" * 100_000,
    ],
)
def test_what_is_no_message_has_no_members(text: str) -> None:
    assert span(text, ("a",)) is None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def payload_and_path(draw: st.DrawFn) -> tuple[Any, Path, Any]:
    payload = draw(st.dictionaries(st.text(max_size=4), values, min_size=1, max_size=4))
    value: Any = payload
    path: list[str | int] = []
    while isinstance(value, (dict, list)) and value and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
        path.append(key)
        value = value[key]
    return payload, tuple(path), value


@given(payload_and_path(), st.sampled_from([None, 0, 2]), st.sampled_from([(",", ":"), (" , ", " :\n")]), st.booleans())
def test_any_member_however_it_is_written(
    drawn: tuple[Any, Path, Any], indent: int | None, separators: tuple[str, str], ascii_only: bool
) -> None:
    payload, path, value = drawn
    for frame in ([3, "id", payload], [2, "id", "Action", payload]):
        text = json.dumps(frame, indent=indent, separators=separators, ensure_ascii=ascii_only)
        part = cut(text, *path)
        assert part is not None
        assert json.loads(part) == value
