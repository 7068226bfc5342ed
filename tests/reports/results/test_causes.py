"""One cause, one place: which cases share one, and that each report tells it once."""

import copy
from typing import Any

import pytest

from reports.ci.step_summary import step_summary
from reports.ci.summary import summary
from reports.html import page
from reports.results.causes import causes
from tests.reports.conftest import MISMATCH, PREAMBLE, SILENCE, case, profile_counts

MANY = 78


def many(template: dict[str, Any] = PREAMBLE, count: int = MANY) -> list[dict[str, Any]]:
    """Cases that die of the same mistake, each with its own id, station and rule."""
    made = []
    for number in range(count):
        one = copy.deepcopy(template)
        one |= {"id": f"TC_{number:03}_CSMS", "lane": f"PP-{number:04}", "rerun": None, "trace": None}
        if one["failure"]["rule"]:
            one["failure"]["rule"] = f"TC_{number:03}_CSMS.R1"
        made.append(one)
    return made


@pytest.fixture
def broken(results: dict[str, Any]) -> dict[str, Any]:
    """A run in which everything dies of one mistake."""
    results["cases"] = many()
    results["run"]["profiles"] = profile_counts(results["cases"])
    return results


@pytest.mark.parametrize("template", [PREAMBLE, MISMATCH, SILENCE], ids=lambda one: one["id"])
def test_the_same_mistake_is_one_cause(template: dict[str, Any]) -> None:
    (cause,) = causes(many(template, 5))
    assert cause.example["id"] == "TC_000_CSMS"
    assert cause.others == tuple(f"TC_{number:03}_CSMS" for number in range(1, 5))
    assert len(cause.ids) == 5


@pytest.mark.parametrize(
    "change",
    [
        {"expected": "idTagInfo.status = Blocked"},
        {"actual": "idTagInfo.status = Expired"},
        {"kind": "schema"},
    ],
)
def test_another_text_or_kind_is_another_cause(change: dict[str, Any]) -> None:
    one, other = many(count=2)
    other["failure"] |= change
    assert len(causes([one, other])) == 2


def test_another_message_at_which_it_went_astray_is_another_cause() -> None:
    one, other = many(count=2)
    other["failure"]["sequence"][-1]["label"] = "StartTransaction.conf"
    assert len(causes([one, other])) == 2
    other["failure"]["sequence"][-1]["offending"] = False
    assert len(causes([one, other])) == 2


def test_a_failure_and_an_error_are_two_causes() -> None:
    one, other = many(count=2)
    assert len(causes([one, other | {"verdict": "FAIL"}])) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("PP-0000 was refused", "PP-0001 was refused"),
        ("lost after 0.81 s", "lost after 1.02 s"),
        ("id 5f0c0a3e-7e5a-4b42-9d6f-1c8b8d2f4a11 is unknown", "id 6f0c0a3e-7e5a-4b42-9d6f-1c8b8d2f4a12 is unknown"),
        ("at 2026-11-21T10:00:00Z", "at 2026-11-21T10:00:01.5+01:00"),
        ("TC_000_CSMS.R1: no answer", "TC_001_CSMS.R4: no answer"),
    ],
)
def test_what_differs_from_case_to_case_makes_no_cause(first: str, second: str) -> None:
    pair = [
        case(f"TC_{number:03}_CSMS", "Title", "ERROR", reason=reason, lane=f"PP-{number:04}")
        for number, reason in enumerate((first, second))
    ]
    assert len(causes(pair)) == 1
    pair[1]["reason"] = "something else"
    assert len(causes(pair)) == 2


def test_a_case_without_a_station_has_a_cause_too() -> None:
    assert len(causes([case(f"TC_{n}_CSMS", "Title", "ERROR", reason="it died", lane=None) for n in (1, 2)])) == 1


def test_expected_failures_are_told_apart_by_what_was_expected(results: dict[str, Any]) -> None:
    one, other = (case(f"TC_{n}_CSMS", "Title", "PASS", expected_failure="PROJ-1") for n in (1, 2))
    assert len(causes([one, other])) == 1
    assert len(causes([one, other | {"expected_failure": "PROJ-2"}])) == 2


def test_every_document_explains_it_once_and_names_all(broken: dict[str, Any]) -> None:
    ids = [one["id"] for one in broken["cases"]]
    text = summary(broken)
    assert text.count("expected: `idTagInfo.status = Accepted`") == 1
    assert "the same in 77 others: TC\\_001" in text or "the same in 77 others: TC_001_CSMS, " in text
    assert all(id in text for id in ids)
    assert len(text.splitlines()) < 120

    text = step_summary(broken)
    assert text.count("<summary>💥 ERROR TC_000_CSMS and 77 more</summary>") == 1
    assert text.count("harness.errors.PreambleFailed") == 1
    assert all(f"`{id}`" in text for id in ids)
    assert len(text.splitlines()) < 160

    first = page(broken, {}).partition('id="attention"')[2].partition("</section>")[0]
    assert first.count("<li>") == 1
    assert "The same in 77 others: " in first
    assert all(f"#{id}" in first for id in ids)


def test_one_other_is_one(broken: dict[str, Any]) -> None:
    broken["cases"] = broken["cases"][:2]
    assert "the same in 1 other: TC" in summary(broken)
    assert "The same in 1 other: " in page(broken, {})
