"""The summary of a step of GitHub Actions: every verdict in it, cut where GitHub would throw it away."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from reports.ci.step_summary import LIMIT, step_summary
from tests.reports.support.diff_runs import case_of, now, three

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def sample() -> dict[str, Any]:
    return now()


def test_document(markdown_file: SnapshotAssertion) -> None:
    assert step_summary(three()) == markdown_file


def test_every_case_is_in_a_table_and_what_went_wrong_is_explained(sample: dict[str, Any]) -> None:
    text = step_summary(sample)
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", text, re.MULTILINE)
    listed = [id for row in rows for id in re.findall(r"\w+", row)]
    assert sorted(listed) == sorted(case["id"] for case in sample["cases"])
    explained = re.findall(r"<summary>\S+ (FAIL|XPASS|ERROR) (\w+)(?: and (\d+) more)?</summary>", text)
    counted = [(name, 1 + int(more or 0)) for name, _, more in explained]
    assert sum(count for name, count in counted if name == "FAIL") == 12
    assert [count for name, count in counted if name != "FAIL"] == [1, 2]  # the two errors have one cause
    assert text.count("<details>") == text.count("</details>") == len(explained) + 4
    assert text.count("\n```text\n") == text.count("\n```\n") == len(explained)
    assert text.index("### Failed") < text.index("### Profiles") < text.index("### Explanations")
    assert "no certificate" in text


def test_a_clean_run_has_no_empty_parts(with_outcomes: Run) -> None:
    run = with_outcomes("PASS")
    run["performance"]["per_action"] = {}
    run["performance"]["authorize_response"] = run["performance"]["ocpp_response"]  # enough samples to say nothing
    text = step_summary(run)
    assert re.findall(r"^#+ .*", text, re.MULTILINE) == [
        "## plugproof · Reference CSMS: 1 of 1 cases passed",
        "### Profiles",
        "### Response times in milliseconds",
    ]
    assert text.count("<details>") == 1
    assert "| ✅ Passed |\n| --- |\n| 1 |" in text


def test_contradicted_claims_and_remarks_are_said(sample: dict[str, Any]) -> None:
    one = {"rule": "PICS-01", "claim": "profiles.reservation", "message": "It <is> there.", "case": "TC_046_CSMS"}
    sample["pics_mismatch"] = [one | {"trace": None, "frame": None, "declared": False, "observed": True}]
    text = step_summary(sample)
    assert "### Claims that the wire contradicts\n\n- It \\<is\\> there. (PICS-01, TC_046_CSMS)\n" in text
    assert "- OCPP response time: requests without an answer in time: 1; they are no samples." in text


def test_nothing_ran(with_outcomes: Run) -> None:
    assert "| Cases |\n| --- |\n| 0 |" in step_summary(with_outcomes())


def test_expected_failures_say_what_was_expected(sample: dict[str, Any]) -> None:
    text = step_summary(sample)
    assert "expected to fail (CSMS-398: values of configuration keys are cut) |" in text
    assert "expected to fail (CSMS-412: the kind of a reset is swapped, mended in 3.2): TC_013_CSMS.R1: type =" in text


def test_an_explanation_cannot_leave_its_fence(sample: dict[str, Any]) -> None:
    case_of(sample, "TC_010_CSMS")["failure"]["actual"] = "````` </details>"
    text = step_summary(sample)
    assert "\n``````text\n" in text
    assert "\n``````\n" in text


def test_no_secret(results: dict[str, Any], password: str) -> None:
    assert password in str(results)
    assert password not in step_summary(results)


def test_what_github_would_throw_away_is_cut_and_said(sample: dict[str, Any]) -> None:
    case_of(sample, "TC_010_CSMS")["failure"]["actual"] = "é" * LIMIT  # two bytes each
    text = step_summary(sample)
    assert len(text.encode()) <= LIMIT
    assert "FAIL TC_010_CSMS</summary>" not in text
    assert "FAIL TC_085_CSMS</summary>" in text  # what fits stays
    *_, last = text.splitlines()
    assert re.fullmatch(r"> \*\*Cut:\*\* 1 of the \d+ parts of this summary do not fit into 1 MiB; .*", last)


def test_any_room_is_enough_or_nothing_is_written(sample: dict[str, Any]) -> None:
    whole = len(step_summary(sample).encode())
    for room in (whole, whole - 1, whole // 2, 5_000, 300, 140, 20, 0, -5):
        text = step_summary(sample, room)
        assert len(text.encode()) <= max(room, 0)
        assert ("**Cut:**" in text) == (140 <= room < whole)
