"""Exit code, JUnit, Allure, summary and page of a run say the same, whatever the run was."""

import copy
from typing import Any, get_args
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.ci.allure import categories, run_result
from reports.ci.allure import test_result as make
from reports.ci.junit import junit
from reports.ci.step_summary import step_summary
from reports.ci.summary import summary
from reports.html import page
from reports.results.headline import headline, problem_of_the_run, state, why
from reports.results.verdicts import FAIL_ON, Mark, exit_code, mark, totals
from reports.v16.abstract import from_results, write
from tests.reports.ci.test_junit import JENKINS
from tests.reports.conftest import RESULTS, case, finding, profile_counts
from tests.reports.support.load_runs import load

SCHEMA = xmlschema.XMLSchema10(str(JENKINS))
FAILURE = next(one["failure"] for one in RESULTS["cases"] if one["id"] == "TC_003_CSMS")


@st.composite
def cases(draw: st.DrawFn, number: int) -> dict[str, Any]:
    verdict = draw(st.sampled_from(["PASS", "FAIL", "ERROR", "INCONCLUSIVE", "NOT_APPLICABLE", "NOT_RUN"]))
    more: dict[str, Any] = {"not_run": True} if verdict == "NOT_RUN" else {}
    begun = verdict not in ("NOT_RUN", "NOT_APPLICABLE")
    level = draw(st.sampled_from([None, "SHOULD", "INFO"])) if begun else None
    return case(
        f"TC_{number:03}_CSMS",
        "Title",
        "INCONCLUSIVE" if verdict == "NOT_RUN" else verdict,
        profile=draw(st.sampled_from(["Core", "Reservation", "Security", "Performance"])),
        expected_failure=draw(st.sampled_from([None, None, "known"])),
        reason=None if verdict == "PASS" else "for a reason",
        failure=FAILURE if verdict == "FAIL" else None,
        findings=[finding("JSON-07", level, "Too many decimals.")] if level else [],
        trace=None,
        **more,
    )


@st.composite
def runs(draw: st.DrawFn) -> dict[str, Any]:
    run = copy.deepcopy(RESULTS)
    run["cases"] = [draw(cases(number)) for number in range(draw(st.integers(0, 4)))]
    left = sum(one.get("not_run", False) for one in run["cases"])
    cut = left and draw(st.booleans())
    run["run"] |= {
        "fail_on": sorted(draw(st.sets(st.sampled_from(FAIL_ON)))),
        "profiles": profile_counts(run["cases"]),
        "interrupted": {"by": "SIGTERM", "judged": len(run["cases"]) - left, "of": len(run["cases"])} if cut else None,
    }
    if draw(st.booleans()):
        run["background"] = {"verdict": draw(st.sampled_from(["PASS", "ERROR"])), "reason": "it could not begin"}
        run["background"] |= {"stations": 2, "calls": dict.fromkeys(_CALLS, 0), "sessions": dict.fromkeys(_SESSIONS, 0)}
        run["background"] |= {"connections": {"not_connected": 0, "lost": 0}, "violations": [], "from_s": None}
        run["background"] |= {"to_s": None}
        run["performance"]["loaded"] = None
        if draw(st.booleans()):
            verdict = draw(st.sampled_from(["PASS", "FAIL", "ERROR", "INCONCLUSIVE"]))
            run["background"]["load"] = load(verdict, outlasted=draw(st.integers(0, 1)))
    return run


_CALLS = ("sent", "per_second", "refused", "invalid", "unanswered", "cut")
_SESSIONS = ("begun", "refused")


@settings(max_examples=40, deadline=None)
@given(runs())
def test_all_reports_are_red_together(run: dict[str, Any]) -> None:
    code = exit_code(run)
    red = code != 0
    document = junit(run)
    root = ET.fromstring(document)
    assert (root.find(".//failure") is not None or root.find(".//error") is not None) is red
    assert (int(root.attrib["failures"]) + int(root.attrib["errors"]) > 0) is red
    assert [str(error.reason) for error in SCHEMA.iter_errors(document)] == []
    assert (f'class="headline {state(run)}"' in page(run, {})) is True
    assert (state(run) == "bad") is red
    assert f"**Exit code {code}: " in summary(run)
    assert f"**Exit code {code}: " in step_summary(run)
    assert f"exit code {code}: {why(run)}" in page(run, {})
    results = [make(run, one, []) for one in run["cases"]]
    whole = run_result(run)
    statuses = {one.status for one in (*results, *([whole] if whole else []))}
    assert bool(statuses & {"failed", "broken"}) is red
    assert (why(run) == "nothing failed") is not red
    # A red run names its cause in a case, or the run itself is the cause.
    named = any(mark(run, one) in ("failed", "error") for one in run["cases"])
    assert named or (problem_of_the_run(run) is not None) is red
    assert (code == 130) is bool(run["run"]["interrupted"])


@settings(max_examples=40, deadline=None)
@given(runs())
def test_every_red_case_is_where_a_reader_looks_first(run: dict[str, Any]) -> None:
    document = page(run, {})
    red = [one["id"] for one in run["cases"] if mark(run, one) in ("failed", "error")]
    first = document.partition('id="attention"')[2].partition("</section>")[0]
    assert all(f"#{id}" in first for id in red)
    assert bool(first) is bool(red)
    assert {mark(run, one) for one in run["cases"]} <= set(get_args(Mark))


@pytest.mark.parametrize(
    ("outcomes", "fail_on", "code", "said"),
    [
        (["PASS", "INCONCLUSIVE"], [], 0, "nothing failed"),
        (["PASS", "INCONCLUSIVE"], ["inconclusive"], 1, "1 inconclusive (--fail-on inconclusive)"),
        (["PASS", "NOT_RUN"], ["inconclusive"], 0, "nothing failed"),
        (["PASS", "NOT_RUN"], ["not-run"], 1, "1 not run (--fail-on not-run)"),
        (["PASS", "ERROR"], ["not-run"], 3, "1 with errors"),
        (["PASS", "FAIL"], ["finding"], 1, "1 failed"),
        (["INCONCLUSIVE"], [], 3, "nothing conclusive"),
        (["NOT_APPLICABLE"], ["inconclusive", "not-run", "finding"], 5, "no case ran"),
    ],
)
def test_what_a_run_is_asked_to_be_red_for(
    with_outcomes: Any, outcomes: list[str], fail_on: list[str], code: int, said: str
) -> None:
    run = with_outcomes(*outcomes)
    run["run"]["fail_on"] = fail_on
    assert (exit_code(run), why(run)) == (code, said)
    wish = f"Asked to be red for (--fail-on): {', '.join(fail_on)}."
    for text in (summary(run), step_summary(run), page(run, {}), write(from_results(run), "md").decode()):
        assert (wish in text) is bool(fail_on)


@pytest.mark.parametrize("level", ["SHOULD", "INFO"])
def test_a_finding_makes_a_run_red_that_was_asked_to_be(with_outcomes: Any, level: str) -> None:
    run = with_outcomes("PASS")
    run["cases"][0]["findings"] = [finding("JSON-07", level, "Too many decimals.")]
    assert exit_code(run) == 0
    run["run"]["fail_on"] = ["finding"]
    assert (exit_code(run), why(run)) == (1, "1 with findings (--fail-on finding)")
    child = ET.fromstring(junit(run)).find(".//failure")
    assert child is not None
    message = f"{level} JSON-07: Too many decimals. (--fail-on finding)"
    assert child.attrib == {"type": "PASS", "message": message}
    assert make(run, run["cases"][0], []).statusDetails.message == f"PASS: {level} JSON-07: Too many decimals."
    assert f"--fail-on finding: {level} JSON-07: Too many decimals." in page(run, {})


def test_the_categories_of_allure_know_every_beginning_of_a_message(results: dict[str, Any]) -> None:
    assert {one["messageRegex"].removeprefix("(?s)").removesuffix(r"\b.*") for one in categories()} == {
        *("FAIL", "XPASS", "ERROR", "INCONCLUSIVE", "NOT RUN", "PASS", "XFAIL", "NOT APPLICABLE", "RUN"),
    }


def test_a_load_that_never_was_is_no_success(with_outcomes: Any) -> None:
    run = with_outcomes("PASS")
    run["background"] = {"verdict": "ERROR", "reason": "no station was let in"}
    assert (exit_code(run), why(run)) == (3, "the background load was not there")
    assert problem_of_the_run(run) == ("BACKGROUND", "The background load was not there: no station was let in.")
    assert totals(run)["PASS"] == 1
    assert headline(run) == "1 of 1 cases passed"


def test_a_run_in_which_nothing_could_be_judged_is_no_success(with_outcomes: Any) -> None:
    run = with_outcomes("INCONCLUSIVE")
    assert exit_code(run) == 3
    kind, sentence = problem_of_the_run(run) or ("", "")
    assert (kind, sentence) == ("NOTHING_CONCLUSIVE", "0 of 1 cases passed, 1 inconclusive.")
