"""What verdicts add up to."""

from collections.abc import Callable
from typing import Any

import pytest

from reports.results.coverage import profile_result
from reports.results.verdicts import OUTCOMES, PROFILES, exit_code, outcome, totals, word
from tests.reports.conftest import profile_counts

Run = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("verdict", "expected_failure", "wanted"),
    [
        ("FAIL", None, "FAIL"),
        ("FAIL", "known", "XFAIL"),
        ("PASS", None, "PASS"),
        ("PASS", "known", "XPASS"),
        ("ERROR", "known", "ERROR"),
        ("INCONCLUSIVE", "known", "INCONCLUSIVE"),
        ("NOT_APPLICABLE", "known", "NOT_APPLICABLE"),
    ],
)
def test_an_expectation_turns_only_pass_and_fail(verdict: str, expected_failure: str | None, wanted: str) -> None:
    assert outcome({"verdict": verdict, "expected_failure": expected_failure}) == wanted


def test_totals_begin_with_the_worst(results: dict[str, Any]) -> None:
    assert list(totals(results).items()) == [
        ("FAIL", 5),
        ("XPASS", 1),
        ("ERROR", 1),
        ("INCONCLUSIVE", 1),
        ("NOT_RUN", 0),
        ("XFAIL", 1),
        ("PASS", 3),
        ("NOT_APPLICABLE", 2),
    ]


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        (["PASS"], 0),
        (["PASS", "NOT_APPLICABLE"], 0),
        (["XFAIL"], 0),
        (["PASS", "INCONCLUSIVE"], 0),
        (["PASS", "FAIL"], 1),
        (["PASS", "XPASS"], 1),
        (["FAIL", "ERROR"], 1),
        (["PASS", "ERROR"], 3),
        (["INCONCLUSIVE"], 3),
        (["INCONCLUSIVE", "NOT_APPLICABLE"], 3),
        (["PASS", "NOT_RUN"], 0),
        (["NOT_RUN"], 3),
        (["NOT_APPLICABLE"], 5),
        ([], 5),
    ],
)
def test_exit_code(with_outcomes: Run, outcomes: list[str], code: int) -> None:
    assert exit_code(with_outcomes(*outcomes)) == code


@pytest.mark.parametrize(
    ("verdicts", "claimed", "wanted"),
    [
        (["PASS", "NOT_APPLICABLE"], True, "Pass"),
        (["PASS", "FAIL", "ERROR"], True, "Fail"),
        (["PASS", "ERROR"], True, "Error"),
        (["INCONCLUSIVE", "ERROR"], None, "Error"),
        (["PASS", "INCONCLUSIVE"], None, "Inconclusive"),
        (["NOT_APPLICABLE"], True, "Inconclusive"),
        (["NOT_APPLICABLE"], False, "Not claimed"),
        (["PASS"], False, "Not claimed"),
        (["FAIL"], False, "Fail"),
    ],
)
def test_the_word_of_a_profile(results: dict[str, Any], verdicts: list[str], claimed: bool | None, wanted: str) -> None:
    results["run"]["claims"]["profiles"]["core"] = claimed
    template = results["cases"][0] | {"profile": "Core"}
    results["cases"] = [
        template | {"id": f"TC_{number}", "verdict": verdict} for number, verdict in enumerate(verdicts)
    ]
    results["run"]["profiles"] = profile_counts(results["cases"])
    assert profile_result(results, PROFILES[0]) == wanted


def test_a_known_failure_is_still_a_failure_of_the_product(with_outcomes: Run) -> None:
    run = with_outcomes("XFAIL")
    assert exit_code(run) == 0
    assert profile_result(run, PROFILES[2]) == "Fail"


def test_without_claims_nothing_is_unclaimed(with_outcomes: Run) -> None:
    run = with_outcomes("PASS")
    run["run"]["claims"] = {}
    assert profile_result(run, PROFILES[0]) == "Pass"


def test_every_outcome_has_a_word() -> None:
    assert [word(name) for name in OUTCOMES][-1] == "NOT APPLICABLE"
    assert word("XPASS") == "XPASS"
