"""A load profile that played while the cases ran: how it counts, and how every report tells of it."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from reports.ci.allure import run_result
from reports.ci.junit import junit
from reports.ci.summary import summary
from reports.html import page
from reports.results.headline import headline, notices, problem_of_the_run, why
from reports.results.load import load_tables
from reports.results.remarks import remarks
from reports.results.validation import validate
from reports.results.verdicts import exit_code, mark
from tests.reports.results.test_performance import loaded
from tests.reports.support.load_runs import load


@pytest.fixture
def passed(results: dict[str, Any]) -> dict[str, Any]:
    """A run in which every case passed."""
    results["cases"] = [case for case in results["cases"] if mark(results, case) == "passed"]
    return loaded(results)


def under(results: dict[str, Any], verdict: str = "PASS", **changed: Any) -> dict[str, Any]:
    results["background"] = {**results["background"], "load": load(verdict, **changed)}
    assert validate(results) == []
    return results


@pytest.mark.parametrize(
    ("verdict", "code", "words"),
    [
        ("PASS", 0, "nothing failed"),
        ("FAIL", 1, "the load failed"),
        ("INCONCLUSIVE", 3, "the load was inconclusive"),
        ("ERROR", 3, "the load had errors"),
    ],
)
def test_its_verdict_counts_beside_those_of_the_cases(
    passed: dict[str, Any], verdict: str, code: int, words: str
) -> None:
    run = under(passed, verdict)
    assert (exit_code(run), why(run)) == (code, words)
    assert headline(run).endswith(f"; load profile storm: {verdict}")
    problem = problem_of_the_run(run)
    assert (problem is None) is (code == 0)
    assert (run_result(run) is None) is (code == 0)
    assert problem is None or problem[0] == "LOAD"


def test_a_load_that_was_not_there_is_not_judged(passed: dict[str, Any]) -> None:
    run = under(passed, "FAIL")
    run["background"] |= {"verdict": "ERROR", "reason": "the process of the stations ended"}
    assert (exit_code(run), why(run)) == (3, "the background load was not there")
    assert load_tables(run) == []
    assert "storm" not in headline(run)


def test_its_figures_stand_beside_those_of_the_cases(passed: dict[str, Any]) -> None:
    run = under(passed, late_share=0.25)
    actions, stages, limits = load_tables(run)
    assert actions.title == "Load profile storm: response times in milliseconds"
    assert actions.rows == (
        ("Authorize", "9", "8", "1", "2", "1.0", "2.5", "3.0", "4.0"),
        ("Heartbeat", "9", "0", "1", "2", "-", "-", "-", "-"),
        ("(all)", "9", "8", "1", "2", "1.0", "2.5", "3.0", "4.0"),
    )
    assert [(row[0], row[2], row[-1]) for row in stages.rows] == [
        ("ramp", "5", "-"),
        ("cut", "4", "not yet"),
        ("network", "5", "1.2"),
    ]
    assert [row[:2] for row in limits.rows] == [
        ("Authorize p95 < 1ms", "PASS"),
        ("rest: Authorize p95 < 1s", "INCONCLUSIVE"),
    ]
    assert remarks(run)[:3] == [
        "Load profile storm: PASS, 1 limit kept.",
        "Stations of the load profile when it was ended: 5 switched on, 5 connected, 5 accepted, 4 online, 0 refused, "
        "1 lost; 12.5 messages a second.",
        "25 % of the figures of the load were taken while the load generator itself was late: its response times "
        "contain that.",
    ]
    for text in (summary(run), page(run, {})):
        assert "Stages of the load" in text
        assert "the stage rest never began" in text
    assert 'href="./background.html"' in page(run, {})


def test_a_profile_without_stages_and_limits_has_no_tables_of_them(passed: dict[str, Any]) -> None:
    run = under(passed, stages=[], limits=[])
    assert len(load_tables(run)) == 1
    assert "Stages of the load" not in page(run, {})


@pytest.mark.parametrize(
    ("verdict", "tags"),
    [
        ("PASS", ["", "skipped", ""]),
        ("FAIL", ["failure", "error", "failure"]),
        ("INCONCLUSIVE", ["", "error", "error"]),
        ("ERROR", ["", "error", "error"]),
    ],
)
def test_each_limit_is_a_test_case_of_junit(passed: dict[str, Any], verdict: str, tags: list[str]) -> None:
    root = ET.fromstring(junit(under(passed, verdict)))
    suite = root.find("testsuite[@name='load']")
    assert suite is not None
    assert ["".join(child.tag for child in case) for case in suite.findall("testcase")] == tags
    names = [case.get("name") for case in suite.findall("testcase")]
    assert names == ["Authorize p95 < 1ms", "rest: Authorize p95 < 1s", "verdict"]
    assert root.find("testsuite[@name='run']") is None, "it says it all"


def test_cases_that_outlasted_the_load_are_told_at_the_head(passed: dict[str, Any]) -> None:
    run = under(passed, outlasted=2)
    assert notices(run)[-1] == (
        "The load profile storm was over after 9.0 s, before 2 of the cases were: their passes are inconclusive, and "
        "response times under load are not shown. Make it longer."
    )


def test_what_a_csms_said_runs_nothing(passed: dict[str, Any]) -> None:
    run = under(passed, "FAIL", reason="<script>alert(1)</script>\x1b[31m")
    assert "<script>alert" not in page(run, {})
    assert "\x1b" not in page(run, {}) + summary(run) + junit(run)
