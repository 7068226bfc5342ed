"""Every duty of a CSMS has a test that is named after it: `test_<rule>_...`, as in `test_tx_05_tx_18_...` for two."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest

from ocppj.v16 import PROTOCOL
from tests import ROOT
from tests.csms_core.v16.duties import DUTIES, WITHOUT_TEST

TESTS = ROOT / "tests"
FOLDERS = (TESTS / "csms_core", TESTS / "ocppj")

Function = ast.FunctionDef | ast.AsyncFunctionDef

_RULE = re.compile(r"([a-z]+)_(\d\d)(?:_|$)")


def rules_named(function: str) -> Iterator[str]:
    """The rules in the name of a test, which are the first words of it."""
    rest = function.removeprefix("test_")
    while rest != function and (found := _RULE.match(rest)):
        yield f"{found[1].upper()}-{found[2]}"
        rest = rest[found.end() :]


def can_fail(function: Function, helpers: Collection[str]) -> bool:
    """Whether a test asserts, expects an error, waits for something for a limited time, or calls a helper that does."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) or (isinstance(node, ast.Attribute) and node.attr in ("raises", "timeout")):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in helpers:
            return True
    return False


def rules_of(source: str) -> Iterator[str]:
    """The rules that the tests in a module are named after."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, Function)]
    helpers = {one.name for one in functions if not one.name.startswith("test_") and can_fail(one, ())}
    for function in functions:
        if can_fail(function, helpers):
            yield from rules_named(function.name)


def named_by_tests(*folders: Path) -> set[str]:
    """The rules that tests in these folders are named after."""
    files = (file for folder in folders for file in folder.rglob("test_*.py"))
    return {rule for file in files for rule in rules_of(file.read_text(encoding="utf-8"))}


def problems(duties: Mapping[str, str], without: Mapping[str, str], covered: set[str]) -> list[str]:
    """What is wrong with the coverage, a sentence each."""
    found = [
        f"{rule} ({duty}) has neither a test named test_{rule.lower().replace('-', '_')}_... nor a reason."
        for rule, duty in duties.items()
        if rule not in covered and not without.get(rule, "").strip()
    ]
    found += [f"{rule} has a test, so the reason for having none is wrong." for rule in without if rule in covered]
    found += [f"{rule} has a reason, but is no duty." for rule in without if rule not in duties]
    return found


def test_every_duty_of_a_csms_has_a_test_or_a_reason() -> None:
    assert problems(DUTIES, WITHOUT_TEST, named_by_tests(*FOLDERS)) == []


def test_the_list_of_duties_agrees_with_the_rules_of_the_engine() -> None:
    binding = {rule.id for rule in PROTOCOL.book.rules.values() if rule.who != "station"}

    ours = {rule for rule in binding if rule.endswith("-00") or rule[-1].isalpha()}  # the catalogue has no number
    assert binding - DUTIES.keys() == ours
    assert {rule for rule in PROTOCOL.book.rules if PROTOCOL.book.rules[rule].who == "station"} & DUTIES.keys() == set()


def test_a_duty_without_test_and_reason_is_named() -> None:
    duties = {"TX-98": "is untested", "TX-99": "is tested", "TX-97": "is excused"}

    (sentence,) = problems(duties, {"TX-97": "Nothing is to be seen."}, {"TX-99"})

    assert sentence == "TX-98 (is untested) has neither a test named test_tx_98_... nor a reason."


@pytest.mark.parametrize(
    ("without", "words"),
    [
        ({"TX-98": " "}, "neither a test"),
        ({"TX-98": "No.", "TX-99": "No."}, "TX-99 has a test"),
        ({"TX-98": "No.", "TX-96": "No."}, "TX-96 has a reason, but is no duty"),
    ],
)
def test_a_reason_that_is_none_is_named(without: dict[str, str], words: str) -> None:
    (sentence,) = problems({"TX-98": "is untested", "TX-99": "is tested"}, without, {"TX-99"})

    assert words in sentence


def test_only_tests_count_that_would_be_run_and_show_something(tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "test_some.py").write_text(
        '''
"""def test_tx_91_in_a_text(): assert True"""

# def test_tx_92_in_a_comment(): assert True

def test_tx_93(): assert True

async def test_tx_94_tx_95_two_rules(): assert await some()

class TestSome:
    def test_sec_96_in_a_class(self):
        with pytest.raises(ValueError):
            some()

def test_tx_97_nothing(): pass

def helper_tx_98_no_test(): assert True

def test_about_tx_99(): assert True

def test_tx_100_no_rule(): assert True

def judged(): assert True

def idle(): pass

def test_rpc_81(): judged()

def test_rpc_82(): idle()
''',
        encoding="utf-8",
    )
    (tmp_path / "support.py").write_text("def test_tx_90_not_collected(): assert True", encoding="utf-8")

    assert named_by_tests(tmp_path) == {"TX-93", "TX-94", "TX-95", "SEC-96", "RPC-81"}
