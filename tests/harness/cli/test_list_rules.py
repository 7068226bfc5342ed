"""`plugproof list --rules`: every rule that is judged, how, and where the notes say why another one is not."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from typer.testing import CliRunner

from harness.case.registry import all_cases
from harness.cli.app import app
from harness.cli.commands.rules import IN_EVERY_CASE, page, rules_of
from ocppj.rules.titles import TITLES
from ocppj.versions import VERSIONS, protocol
from tests import ROOT

NOTES = ROOT / "docs" / "conformance-notes.md"


def listed(*arguments: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(app, ["list", "--rules", "--format", "json", *arguments])
    assert result.exit_code == 0, result.output
    rules: list[dict[str, Any]] = json.loads(result.stdout)
    return rules


@pytest.mark.parametrize("version", VERSIONS)
def test_every_rule_that_is_judged_is_listed_once_with_its_facts(version: str) -> None:
    book = protocol(version).book
    rules = {rule["id"]: rule for rule in listed("--ocpp", version)}

    assert rules.keys() == {one.rule.id for one in rules_of(version) if one.how != "not judged"}
    assert rules.keys() >= book.passive
    for id, rule in rules.items():
        known = book.rules[id]
        assert (rule["level"], rule["who"], rule["source"]) == (known.level, known.who, known.source)
        assert rule["sentence"] == known.sentence


def test_a_rule_is_active_where_a_case_is_called_after_it() -> None:
    rules = {rule["id"]: rule for rule in listed()}
    ids = {case.id for case in all_cases("1.6")}

    for id, rule in rules.items():
        cases = {case for case in ids if case.partition("_")[0] == id}
        assert {*rule["cases"]} == cases
        passive = id in protocol("1.6").book.passive
        active = bool(cases) or id == IN_EVERY_CASE
        assert rule["how"] == {(True, True): "both", (True, False): "passive", (False, True): "active"}[passive, active]
    assert {"RPC-11_CSMS"} <= {*rules["RPC-11"]["cases"]}


def test_one_chapter_in_any_letter_case() -> None:
    assert {rule["id"].partition("-")[0] for rule in listed("--chapter", "rpc")} == {"RPC"}
    assert listed("--chapter", "RPC") == [rule for rule in listed() if rule["id"].startswith("RPC-")]


def test_people_see_the_rules_below_their_chapters() -> None:
    out = CliRunner().invoke(app, ["list", "--rules"]).stdout
    rules = listed()

    assert max(map(len, out.splitlines())) <= 120
    assert re.findall(r"^  ([A-Z]+-\d+[a-z]?) ", out, re.MULTILINE) == [rule["id"] for rule in rules]
    for chapter in {rule["id"].partition("-")[0] for rule in rules}:
        count = sum(rule["id"].startswith(f"{chapter}-") for rule in rules)
        assert f"{TITLES[chapter]} ({chapter}): {count} rule" in out
    assert f"\n{len(rules)} rules" in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--rules", "--chapter", "XYZ"], "--chapter XYZ is none of OCPP 1.6; there are: CON, RPC, ERR, VAL"),
        (["--rules", "--ocpp", "2.0.1", "--chapter", "BOOT"], "--chapter BOOT is none of OCPP 2.0.1; there are: "),
        (["--chapter", "RPC"], "--chapter goes with --rules"),
        (["--rules", "--role", "csms"], "--rules lists rules and not cases: leave out --role and --profile"),
        (["--rules", "--profile", "core"], "--rules lists rules and not cases: leave out --role and --profile"),
        (["--rules", "--format", "xml"], "--format is text or json, not xml"),
    ],
)
def test_what_cannot_be_listed_is_told(arguments: list[str], sentence: str) -> None:
    result = CliRunner().invoke(app, ["list", *arguments])
    assert result.exit_code == 2
    assert sentence in " ".join(result.output.split())


def test_the_heading_of_an_optional_profile_is_its_title() -> None:
    out = CliRunner().invoke(app, ["list", "--profile", "rpc"]).stdout
    assert out.startswith("OCPP-J 1.6 rules: ")
    assert "OCPP-J 1.6 rules, of a charge point: " in out
    assert CliRunner().invoke(app, ["list", "--profile", "smart charging"]).stdout.startswith("SmartCharging: ")


def test_the_page_is_that_of_the_rules() -> None:
    written = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert written == page("1.6"), "python -m harness.cli.commands.rules docs/rules.md"


def explained() -> set[str]:
    """The rules in the notes that are not judged."""
    text = NOTES.read_text(encoding="utf-8").partition("## Rules that are not judged")[2].partition("\n## ")[0]
    return set(re.findall(r"\*\*([A-Z]+-\d+)\*\*", text))


def test_what_the_notes_call_not_judged_is_a_rule_that_nothing_judges() -> None:
    assert explained()
    assert explained() <= {one.rule.id for one in rules_of("1.6") if one.how == "not judged"}
