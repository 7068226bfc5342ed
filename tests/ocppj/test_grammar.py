"""The grammar of JSON, which a text keeps or breaks whatever a parser makes of it (RFC 8259)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppj.grammar import MOST_LOOKED_AT, is_no_json


def _never(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _is_refused(text: str) -> bool:
    """What the parser of Python says, which takes numbers and surrogates of all kinds."""
    try:
        json.loads(text, parse_constant=_never, parse_float=str, parse_int=str)
    except ValueError:
        return True
    return False


PIECES = (
    *'[]{},: \t\n\r"0123456789-+.eE/\\\x01\ufeffé',
    *("true", "false", "null", "NaN", "1e400", "[]", "{}", '{"a":', '"a"', r"\u", r"\"", "d800"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_it_agrees_with_a_second_implementation(text: str) -> None:
    assert is_no_json(text) == _is_refused(text)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES, st.booleans(), st.sampled_from([None, 1, "\t"]), st.data())
def test_what_is_written_is_json_and_a_piece_of_it_is_judged_alike(
    value: Any, ascii: bool, indent: Any, data: st.DataObject
) -> None:
    text = json.dumps(value, ensure_ascii=ascii, indent=indent)
    assert not is_no_json(text)

    piece = text[: data.draw(st.integers(0, len(text)))]
    assert is_no_json(piece) == _is_refused(piece)


@pytest.mark.parametrize(
    "text", [r'"\ud800"', r'"\uDC00\ud800"', "-1E+400", "1" * 5_000, "[" * 5_000 + "]" * 5_000, " [ [ ] , { } ] "]
)
def test_what_parsers_refuse_can_be_json(text: str) -> None:
    assert not is_no_json(text)


@pytest.mark.parametrize(
    "text",
    ['"\ud800"', "[" * 5_000 + "]" * 4_999, "[" * 5_000 + "]" * 5_001, '{"a":' * 5_000, "[[,]]", "[}", '{"a":1]'],
)
def test_what_is_none_is_told_at_any_depth(text: str) -> None:
    assert is_no_json(text)


def test_a_text_is_looked_at_as_far_as_it_may_cost() -> None:
    assert is_no_json("[" + "0," * (MOST_LOOKED_AT // 2 - 2) + "]")
    assert not is_no_json("[" + "0," * (MOST_LOOKED_AT // 2) + "]")
