"""What the official tool insists on stands in a section of its own, and in none that tells of the standard."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.cli.precheck.printing import print_results
from reports.ci.summary import summary
from reports.html import page
from reports.results.compatibility import ABOUT, HEADING, NOTHING, insisted, is_looked_for
from reports.results.validation import validate
from reports.results.verdicts import exit_code

TOLD = "GetConfiguration is the first CALL after the connection was opened"


@pytest.fixture
def looked(with_outcomes: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """A run of two cases that looked for it and found nothing."""
    run = with_outcomes("PASS", "NOT_APPLICABLE")
    run["run"]["compatibility"] = True
    for case in run["cases"]:
        case["compatibility"] = []
    return run


@pytest.fixture
def found(looked: dict[str, Any]) -> dict[str, Any]:
    """The same, and both cases saw the same thing."""
    for case in looked["cases"]:
        case["compatibility"] = [{"rule": "TOOL-01", "message": TOLD, "seq": 3, "path": []}]
    return looked


def test_what_was_found_is_told_once_with_its_cases(found: dict[str, Any]) -> None:
    (told,) = insisted(found)
    assert told[:2] == ("TOOL-01", TOLD)
    assert sorted(told.ids) == sorted(case["id"] for case in found["cases"])


def test_every_report_has_a_section_for_it(
    found: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = insisted(found)[0].ids[0]
    assert f"## {HEADING}\n\n{ABOUT}\n\n" in summary(found)
    assert f"TOOL-01 | {TOLD} | 2 | {first} |" in " ".join(summary(found).split())
    shown = page(found, {})
    assert f">{HEADING}</h2>" in shown
    assert TOLD in shown
    print_results(found, tmp_path)
    assert f"tool: TOOL-01: {TOLD} ({first}, " in " ".join(capsys.readouterr().out.split())


def test_a_run_that_found_nothing_says_so(looked: dict[str, Any]) -> None:
    assert f"## {HEADING}\n\n{NOTHING}\n\n## " in summary(looked)
    assert NOTHING in page(looked, {})


def test_a_run_that_did_not_look_says_nothing_of_it(with_outcomes: Callable[..., dict[str, Any]]) -> None:
    run = with_outcomes("PASS")
    assert not is_looked_for(run)
    assert insisted(run) == []
    assert HEADING not in summary(run)
    assert f">{HEADING}</h2>" not in page(run, {})


def test_it_decides_about_nothing_and_is_no_finding(found: dict[str, Any]) -> None:
    found["run"]["fail_on"] = ["finding"]
    assert exit_code(found) == 0
    assert "## Recommendations" not in summary(found)


def test_results_with_it_are_as_the_schema_says(results: dict[str, Any]) -> None:
    results["run"]["compatibility"] = True
    results["cases"][0]["compatibility"] = [{"rule": "TOOL-01", "message": TOLD, "seq": None, "path": ["status"]}]
    assert [problem for problem in validate(results) if "compatibility" in str(problem)] == []

    results["cases"][0]["compatibility"][0]["level"] = "MUST"
    assert [problem for problem in validate(results) if "compatibility" in str(problem)] != []
