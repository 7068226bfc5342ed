"""What was not tested and why, and an ERROR that was expected."""

from collections.abc import Callable
from typing import Any

import pytest

from reports.evidence.explanation import render
from reports.results.asked import RULE
from reports.results.headline import notices
from reports.results.untested import untested
from reports.results.validation import validate
from reports.results.verdicts import exit_code, outcome
from reports.v16.abstract import from_results, write
from tests.reports.support.abstract_reading import from_html

REASON = "the product cannot cancel a reservation it has no record of: features.x = false in sut.toml"
SENTENCE = "asked for UnlockConnector with connectorId = 1, sent connectorId = 2"


@pytest.fixture
def partly(results: dict[str, Any]) -> dict[str, Any]:
    """A run with two cases that one key has switched off, one that was left out, and a difference."""
    first, second, third, *others = results["cases"]
    for one in (first, second):
        one |= {"verdict": "NOT_APPLICABLE", "reason": f"not tested: {REASON}", "not_tested": True, "failure": None}
    left_out = "not run: left out with --skip: ticket"
    third |= {"verdict": "INCONCLUSIVE", "not_run": True, "not_tested": True, "reason": left_out, "failure": None}
    for one in (first, second, third):
        one["expected_failure"] = None
    finding = {"rule": RULE, "level": "INFO", "party": "csms", "message": SENTENCE, "seq": 3, "path": []}
    others[0]["findings"] = [finding]
    return results


def test_cases_that_share_a_reason_are_told_together(partly: dict[str, Any]) -> None:
    shared, left_out = sorted(untested(partly), key=lambda one: "left out" in one)
    assert shared.partition(": ")[2] == REASON
    assert len(shared.partition(": ")[0].split(", ")) == 2
    assert left_out.partition(": ")[2] == "left out with --skip: ticket"


@pytest.mark.parametrize("layout", ["2023", "2024"])
def test_the_abstract_has_a_remark_for_each(partly: dict[str, Any], layout: Any) -> None:
    text = write(from_results(partly, layout), "html").decode()
    rows = [row[0] for row in from_html(text)["Tested functionalities"] if len(row) == 1]
    assert {f"Not tested: {sentence}" for sentence in untested(partly)} <= set(rows)
    assert [row for row in rows if row.startswith("Seen in the run: ") and row.endswith(SENTENCE)] != []


@pytest.mark.parametrize(
    ("verdict", "kind", "wanted"),
    [
        ("ERROR", "operator", "XFAIL"),
        ("ERROR", "preamble", "XFAIL"),
        ("ERROR", "harness", "ERROR"),
        ("ERROR", None, "ERROR"),
        ("FAIL", "mismatch", "FAIL"),
        ("PASS", None, "XPASS"),
    ],
)
def test_an_error_that_is_expected_is_the_products(
    with_outcomes: Callable[..., dict[str, Any]], verdict: str, kind: str | None, wanted: str
) -> None:
    results = with_outcomes("ERROR")
    (case,) = results["cases"]
    failure = None if kind is None else {**case["failure"], "kind": kind}
    case |= {"verdict": verdict, "failure": failure, "expected_failure": "ticket 12", "expected_verdict": "ERROR"}

    assert outcome(case) == wanted
    assert (exit_code(results) == 0) == (wanted == "XFAIL")
    if wanted == "XFAIL":
        assert "It is expected to end with an error: ticket 12" in render(case)


def test_what_was_run_again_is_said_at_the_head(with_outcomes: Callable[..., dict[str, Any]]) -> None:
    results = with_outcomes("PASS", "FAIL")
    assert [one for one in notices(results) if one.startswith("Run again")] == []

    passed, _ = results["cases"]
    passed["attempts"] = [{"verdict": "ERROR", "reason": "interrupted by TC_B_CSMS", "seconds": 1.0}]
    assert validate(results) == []
    said = f"Run again, because the system under test went away while another case was on: {passed['id']}."
    assert said in notices(results)
