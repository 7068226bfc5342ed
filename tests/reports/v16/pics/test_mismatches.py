"""Contradicted claims in the documents of a run: the summary, and the abstract in both layouts."""

from typing import Any

import pytest

from reports.ci.summary import summary
from reports.results.mismatches import contradictions
from reports.results.validation import validate
from reports.v16.abstract import from_results, write
from tests.reports.support.abstract_reading import from_html

TEXT = '[3,"1",{"status":"Pending","interval":10}]'
FOUND = {
    "rule": "PICS-01",
    "claim": "questions.AQ-1",
    "declared": False,
    "observed": "Pending",
    "message": "questions.AQ-1 = false, but a BootNotification is answered with Pending",
    "case": "TC_001_CSMS",
    "trace": "cases/TC_001_CSMS/trace.jsonl",
    "frame": {"seq": 2, "text": TEXT, "start": 17, "end": 26},
}
BARE = {
    **FOUND,
    "rule": "PICS-03",
    "claim": "features.heartbeat_interval_s",
    "message": "an interval\x1b",
    "case": None,
    "trace": None,
    "frame": None,
}
SENTENCE = f"{FOUND['message']} (PICS-01, TC_001_CSMS, entry 2 of its trace)"


@pytest.fixture
def wrong(results: dict[str, Any]) -> dict[str, Any]:
    results["run"]["claims"]["questions"] = {"AQ-1": False, "AQ-6": True}
    results["pics_mismatch"] = [FOUND, BARE]
    assert validate(results) == []
    return results


def test_a_sentence_each(wrong: dict[str, Any]) -> None:
    assert contradictions(wrong) == [SENTENCE, "an interval␛ (PICS-03)"]
    del wrong["pics_mismatch"]
    assert contradictions(wrong) == []


def test_the_summary_has_a_part_for_them(wrong: dict[str, Any]) -> None:
    heading = "## Claims that the wire contradicts"
    part = summary(wrong).partition(heading)[2].partition("##")[0]
    assert "a BootNotification is answered with Pending" in part
    assert part.count("\n- ") == 2
    del wrong["pics_mismatch"]
    assert heading not in summary(wrong)


@pytest.mark.parametrize("layout", ["2023", "2024"])
def test_the_abstract_has_a_remark_for_each(wrong: dict[str, Any], layout: Any) -> None:
    made = from_results(wrong, layout)
    rows = from_html(write(made, "html").decode())["Tested functionalities"]
    assert [row for row in rows if "Contradicted" in row[0]] == [
        [f"Contradicted by the run: {SENTENCE}"],
        ["Contradicted by the run: an interval␛ (PICS-03)"],
    ]
    assert f'data-source="M">Contradicted by the run: {SENTENCE}' in write(made, "html").decode()


@pytest.mark.parametrize("claim", ["questions.AQ-1", "features.boot_pending"])
def test_a_question_says_what_was_observed(wrong: dict[str, Any], claim: str) -> None:
    wrong["pics_mismatch"] = [{**FOUND, "claim": claim}]
    made = from_results(wrong)
    assert [(question.id, question.answer, question.observed) for question in made.questions] == [
        ("AQ-1", "No", "Yes"),
        ("AQ-6", "Yes", None),
    ]
    rows = from_html(write(made, "html").decode())["Additional Questions"]
    assert rows[-1] == ["AQ-1: the answer is No, the run observed Yes."]


def test_a_question_that_nobody_answered_is_not_contradicted(wrong: dict[str, Any]) -> None:
    wrong["run"]["claims"]["questions"] = {}
    wrong["run"]["claims"].pop("features", None)
    assert [(question.id, question.observed) for question in from_results(wrong).questions] == [("AQ-1", None)]
