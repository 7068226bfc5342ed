"""Every duty of a station has a test named after it: `test_<rule>_...`, as in `test_tx_07_tx_08_...` for two."""

from __future__ import annotations

from itertools import groupby

from ocppj.v16 import PROTOCOL
from tests import ROOT
from tests.csms_core.v16 import duties as csms_duties
from tests.csms_core.v16.test_duty_coverage import named_by_tests, problems
from tests.simulator.v16.duties import DUTIES, WITHOUT_TEST

TESTS = ROOT / "tests"
FOLDERS = (TESTS / "simulator", TESTS / "ocppj")


def test_every_duty_of_a_station_has_a_test_or_a_reason() -> None:
    assert problems(DUTIES, WITHOUT_TEST, named_by_tests(*FOLDERS)) == []


def test_the_list_of_duties_agrees_with_the_rules_of_the_engine() -> None:
    binding = {rule.id for rule in PROTOCOL.book.rules.values() if rule.who != "csms"}

    ours = {rule for rule in binding if rule.endswith("-00") or rule[-1].isalpha()}  # the catalogue has no number
    assert binding - DUTIES.keys() == ours
    assert {rule for rule in PROTOCOL.book.rules if PROTOCOL.book.rules[rule].who == "csms"} & DUTIES.keys() == set()


def test_no_rule_is_missing_in_both_lists() -> None:
    """Together the duties of the two parties number every rule from 1 on, so that none can be forgotten."""
    rules = sorted(DUTIES.keys() | csms_duties.DUTIES.keys())
    numbers = {name: [int(rule[-2:]) for rule in group] for name, group in groupby(rules, lambda rule: rule[:-3])}

    assert {name: found for name, found in numbers.items() if found != list(range(1, len(found) + 1))} == {}
