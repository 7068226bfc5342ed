"""What was asked for and what was sent: the same sentence in every report, whatever the verdict."""

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from harness.cli.precheck.printing import print_results
from reports.ci.allure import test_result as allure_result
from reports.ci.junit import junit
from reports.ci.step_summary import step_summary
from reports.ci.summary import summary
from reports.html import page
from reports.results.asked import RULE, differences

SENTENCE = "asked for UnlockConnector with connectorId = 1, sent connectorId = 2"


@pytest.fixture
def differing(with_outcomes: Any) -> dict[str, Any]:
    """A run with a case that passed and one that failed, and in both the same was sent."""
    run: dict[str, Any] = with_outcomes("PASS", "FAIL")
    for case in run["cases"]:
        finding = {"rule": RULE, "level": "INFO", "party": "csms", "message": SENTENCE, "seq": 3, "path": []}
        case["findings"] = [*case["findings"], finding]
    return run


def test_the_same_difference_is_told_once_with_its_cases(differing: dict[str, Any]) -> None:
    ids = sorted(case["id"] for case in differing["cases"])
    (told,) = differences(differing)
    assert sorted(told.partition(": ")[0].split(", ")) == ids
    assert told.partition(": ")[2] == SENTENCE

    for case in differing["cases"]:
        case["findings"].pop()
    assert differences(differing) == []


def test_every_report_tells_it(differing: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    passed = next(case for case in differing["cases"] if case["verdict"] == "PASS")

    assert f"## Asked for and sent\n\n- {differences(differing)[0]}" in summary(differing)
    assert "### Asked for and sent" in step_summary(differing)
    assert SENTENCE in step_summary(differing)
    assert SENTENCE in page(differing, {})
    suite = ET.fromstring(junit(differing))
    texts = {one.get("name"): one.findtext("system-out") or "" for one in suite.iter("testcase")}
    assert SENTENCE.split(",")[0] in texts[passed["id"]]
    print_results(differing, tmp_path)
    assert f"sent: {differences(differing)[0]}" in " ".join(capsys.readouterr().out.split())


def test_allure_tells_it_of_the_case_that_passed(differing: dict[str, Any]) -> None:
    passed = next(case for case in differing["cases"] if case["verdict"] == "PASS")
    assert f"- {SENTENCE}" in allure_result(differing, passed, ()).description
