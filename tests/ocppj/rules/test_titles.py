"""Every rule of every version stands in a chapter that has a title."""

import pytest

from ocppj.protocol import Protocol
from ocppj.rules.titles import TITLES, chapter_of, place_of
from ocppj.v16 import PROTOCOL as V16
from ocppj.v201 import PROTOCOL as V201


@pytest.mark.parametrize("protocol", [V16, V201], ids=["1.6", "2.0.1"])
def test_every_rule_has_a_chapter_with_a_title(protocol: Protocol) -> None:
    assert {chapter_of(rule) for rule in protocol.book.rules} <= TITLES.keys()


def test_rules_are_sorted_by_chapter_and_number() -> None:
    rules = ["SEC-02", "VAL-14a", "VAL-02", "RPC-11", "VAL-14", "CON-01"]
    assert sorted(rules, key=place_of) == ["CON-01", "RPC-11", "VAL-02", "VAL-14", "VAL-14a", "SEC-02"]
