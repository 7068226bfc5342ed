"""JUnit XML of the fixed run: what each outcome becomes, and whether Jenkins would take the file."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from syrupy.assertion import SnapshotAssertion

from reports.ci.junit import junit
from reports.results.verdicts import outcome
from tests.reports.support.diff_runs import now, three

JENKINS = Path(__file__).parent / "schemas" / "junit-10.xsd"


def case_in(document: str, name: str) -> ET.Element:
    element = ET.fromstring(document).find(f".//testcase[@name='{name}']")
    assert element is not None
    return element


def test_document(xml_file: SnapshotAssertion) -> None:
    assert junit(three()) == xml_file


def test_jenkins_takes_it(results: dict[str, Any]) -> None:
    schema = xmlschema.XMLSchema10(str(JENKINS))
    assert [str(error.reason) for error in schema.iter_errors(junit(results))] == []
    # The schema is not so wide that it takes anything: a property in a case is what it is known to refuse.
    inside = junit(results).replace("<system-out>", "<properties/><system-out>", 1)
    assert len(list(schema.iter_errors(inside))) == 1


def test_every_case_of_the_sample_is_in_it_with_its_own_explanation() -> None:
    run = now()
    document = junit(run)
    assert [str(error.reason) for error in xmlschema.XMLSchema10(str(JENKINS)).iter_errors(document)] == []
    elements = ET.fromstring(document).findall(".//testcase")
    assert sorted(one.attrib["name"] for one in elements) == sorted(case["id"] for case in run["cases"])
    for case in run["cases"]:
        element = case_in(document, case["id"])
        kinds = [child.attrib["type"] for child in element if child.tag in ("failure", "error", "skipped")]
        assert kinds == ([] if outcome(case) == "PASS" else [outcome(case)])
        assert case["title"] in (element.findtext("system-out") or "")
        if case["failure"] and case["verdict"] == "FAIL" and not case["expected_failure"]:
            text = element.findtext("failure") or ""
            assert case["failure"]["expected"] in text
            assert case["failure"]["actual"] in text


def test_counts_are_of_what_it_holds(results: dict[str, Any]) -> None:
    root = ET.fromstring(junit(results))
    suites = root.findall("testsuite")
    assert [suite.get("name") for suite in suites][:2] == ["Core", "Firmware Management"]
    names = {"failure": "failures", "error": "errors", "skipped": "skipped"}
    for suite in suites:
        assert len(suite.findall("testcase")) == int(suite.attrib["tests"])
        for tag, attribute in names.items():
            assert len(suite.findall(f"testcase/{tag}")) == int(suite.attrib[attribute])
    totals = {name: sum(int(suite.attrib[name]) for suite in suites) for name in ("tests", *names.values())}
    assert totals == {"tests": 14, "failures": 6, "errors": 1, "skipped": 4}
    assert {name: int(root.attrib[name]) for name in ("tests", "failures", "errors")} == {
        name: totals[name] for name in ("tests", "failures", "errors")
    }


def test_a_case_that_was_not_run_is_skipped(results: dict[str, Any]) -> None:
    case = next(case for case in results["cases"] if case["id"] == "TC_030_CSMS")
    case["not_run"] = True
    element = case_in(junit(results), "TC_030_CSMS")
    assert [child.tag for child in element] == ["skipped", "system-out"]


@pytest.mark.parametrize(
    ("name", "tag", "kind", "message"),
    [
        ("TC_003_CSMS", "failure", "FAIL", "The CSMS refused a tag that it knows as valid."),
        ("TC_056_CSMS", "failure", "XPASS", "passed although a failure was expected: PROJ-124: stack level is wrong"),
        ("TC_031_CSMS", "error", "ERROR", "The state charging could not be reached: Authorize was not accepted."),
        ("TC_030_CSMS", "skipped", "INCONCLUSIVE", "Nobody pressed the button within 120 s."),
        ("TC_042_1_CSMS", "skipped", "XFAIL", "failed as expected: PROJ-123: lists come with the next release"),
        ("TC_061_CSMS", "skipped", "NOT_APPLICABLE", "not claimed: features.clear_cache = false in sut.toml"),
    ],
)
def test_files_each_outcome_where_it_belongs(
    results: dict[str, Any], name: str, tag: str, kind: str, message: str
) -> None:
    element = case_in(junit(results), name)
    verdicts = [child for child in element if child.tag in ("failure", "error", "skipped")]
    assert [(child.tag, child.attrib) for child in verdicts] == [(tag, {"type": kind, "message": message})]


def test_says_rule_expected_and_actual(results: dict[str, Any]) -> None:
    text = case_in(junit(results), "TC_003_CSMS").findtext("failure") or ""
    assert text.splitlines()[0] == "TC_003_CSMS.R3 · OCPP 1.6 §4.1"
    assert text.splitlines()[-2:] == ["expected: idTagInfo.status = Accepted", "actual: idTagInfo.status = Invalid"]


def test_has_the_traceback_of_an_error_only(results: dict[str, Any]) -> None:
    assert "Traceback (most recent" in (case_in(junit(results), "TC_031_CSMS").findtext("error") or "")
    case = next(case for case in results["cases"] if case["id"] == "TC_031_CSMS")
    case["failure"]["traceback"] = None
    assert "Traceback (most recent" not in junit(results)


def test_properties_say_what_was_judged(results: dict[str, Any]) -> None:
    document = junit(results)
    element = case_in(document, "TC_021_CSMS")
    assert element.attrib == {"classname": "testcases.csms.Core", "name": "TC_021_CSMS", "time": "0.050"}
    assert [child.tag for child in element] == ["system-out"]
    assert (element.findtext("system-out") or "").startswith("PASS  TC_021_CSMS")
    core = ET.fromstring(document).find("testsuite[@name='Core']")
    assert core is not None
    properties = {p.attrib["name"]: p.attrib["value"] for p in core.findall("properties/property")}
    assert properties["profile"] == "Core"
    assert properties["TC_021_CSMS.verdict"] == "PASS"
    assert properties["TC_021_CSMS.rules"] == "TC_021_CSMS.R1 TC_021_CSMS.R2"
    assert properties["TC_021_CSMS.rules_judged"] == "TC_021_CSMS.R1"
    assert "TC_021_CSMS.rule" not in properties
    assert properties["TC_003_CSMS.rule"] == "TC_003_CSMS.R3"
    assert "TC_031_CSMS.rule" not in properties  # its preamble broke, and that is no rule of it


@pytest.mark.parametrize("bad", ["\x00", "\x1b", "\x0b", "\ud800", "\ufffe", "\uffff", "]]>", "<&\"'"])
def test_survives_any_character(results: dict[str, Any], bad: str) -> None:
    case = next(case for case in results["cases"] if case["id"] == "TC_031_CSMS")
    for key in ("title", "reason", "lane", "rerun"):
        case[key] = f"x{bad}y"
    case["failure"] |= dict.fromkeys(("sentence", "expected", "actual", "traceback"), f"x{bad}y")
    document = junit(results)
    document.encode()
    assert case_in(document, "TC_031_CSMS").findtext("error")
