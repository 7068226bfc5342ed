"""Expectations on payloads, and how they read when they are not met."""

from typing import Any

import pytest

from ocppj.matchers import (
    MISSING,
    absent,
    absent_or_empty,
    mismatches,
    one_of,
    path_text,
    present,
    satisfies,
    shown,
)
from ocppj.protocol import Protocol
from ocppj.v16 import PROTOCOL
from ocppj.v201 import PROTOCOL as V201


@pytest.mark.parametrize(
    ("expected", "payload"),
    [
        ({}, {"a": 1}),
        ({"a": 1, "b": {"c": "x"}}, {"a": 1, "b": {"c": "x", "d": 2}}),
        ({"idTag": "ABC"}, {"idTag": "abc"}),
        ({"key": ["Ab", "Cd"]}, {"key": ["aB", "cD"]}),
        ({"a": present, "b": absent, "c": absent_or_empty, "d": absent_or_empty}, {"a": None, "d": []}),
        ({"a": one_of("x", 2)}, {"a": 2}),
        ({"a": satisfies("even", lambda value: value % 2 == 0)}, {"a": 4}),
        ({"a": 1.0, "b": True, "c": None}, {"a": 1, "b": True, "c": None}),
    ],
)
def test_what_is_as_expected_has_no_mismatch(expected: dict[str, Any], payload: Any) -> None:
    assert mismatches(expected, payload, PROTOCOL.folded) == []


@pytest.mark.parametrize(
    ("protocol", "expected", "payload", "is_same"),
    [
        (V201, {"idToken": {"idToken": "AB"}}, {"idToken": {"idToken": "ab"}}, True),
        (V201, {"idTag": "AB"}, {"idTag": "ab"}, False),
        (PROTOCOL, {"transactionId": "T"}, {"transactionId": "t"}, False),
        (V201, {"transactionId": "T"}, {"transactionId": "t"}, True),
    ],
)
def test_a_version_says_where_letter_case_does_not_count(
    protocol: Protocol, expected: dict[str, Any], payload: Any, is_same: bool
) -> None:
    assert (mismatches(expected, payload, protocol.folded) == []) is is_same


@pytest.mark.parametrize(
    ("expected", "payload", "sentences"),
    [
        ({"a": 1}, {}, ["a = (absent), expected 1"]),
        ({"a": 1}, [], ["payload = [], expected an object"]),
        ({"a": {"b": 1}}, {"a": 5}, ["a = 5, expected an object"]),
        ({"a": {"b": [{"c": "x"}]}}, {"a": {"b": [{"c": "y"}]}}, ["a.b[0].c = y, expected x"]),
        ({"a": [1, 2]}, {"a": [1]}, ["a = [1], expected [1,2]"]),
        ({"a": [1]}, {"a": "1"}, ["a = 1, expected [1]"]),
        ({"status": "Accepted"}, {"status": "accepted"}, ["status = accepted, expected Accepted"]),
        ({"a": True}, {"a": 1}, ["a = 1, expected true"]),
        ({"a": present, "b": absent}, {"b": 0}, ["a = (absent), expected (present)", "b = 0, expected (absent)"]),
        ({"a": one_of("x", 2)}, {"a": 3}, ["a = 3, expected one of x, 2"]),
        ({"a": satisfies("even", lambda value: value % 2 == 0)}, {}, ["a = (absent), expected even"]),
        ({"a": [present]}, {"a": []}, ['a = [], expected ["(present)"]']),
        ({"a": [{"b": absent}]}, {"a": 1}, ['a = 1, expected [{"b":"(absent)"}]']),
    ],
)
def test_what_is_not_as_expected_is_said_member_by_member(
    expected: dict[str, Any], payload: Any, sentences: list[str]
) -> None:
    assert [str(mismatch) for mismatch in mismatches(expected, payload, PROTOCOL.folded)] == sentences


def test_values_are_shown_as_on_the_wire() -> None:
    assert [shown(value) for value in ("x", "", " x", 'a"b', None, 1.5, {"a": [True]}, MISSING, present)] == [
        "x", '""', '" x"', '"a\\"b"', "null", "1.5", '{"a":[true]}', "(absent)", "(present)",
    ]  # fmt: skip
    assert path_text(("a", 0, "b")) == "a[0].b"
    assert path_text(()) == "payload"
