"""What machines read of a fleet: JUnit that is red when the exit code is not 0, and tables without formulas."""

import csv
from io import StringIO
from typing import Any

import pytest
import xmlschema

from simulator.fleet.report.junit import junit
from simulator.fleet.report.sheets import NAMES, places, sheets
from tests import ROOT
from tests.simulator.fleet.report.test_page import INTERVENTIONS, result, violation

JENKINS = xmlschema.XMLSchema(str(ROOT / "tests" / "reports" / "ci" / "schemas" / "junit-10.xsd"))


def made(**others: Any) -> dict[str, Any]:
    whole = result(**others)
    whole["run"]["harness"]["name"] = "plugproof"
    return whole


def limit(verdict: str) -> dict[str, Any]:
    return {"limit": f"all p95 < 1ms: {verdict}", "verdict": verdict, "reason": "p95 of all CALLs is 2.500 ms"}


@pytest.mark.parametrize(
    ("verdict", "element"), [("PASS", None), ("FAIL", "failure"), ("ERROR", "error"), ("INCONCLUSIVE", "error")]
)
def test_junit_is_red_when_the_exit_code_is_not_0(verdict: str, element: str | None) -> None:
    text = junit(made(verdict=verdict, limits=[]))
    assert ("<failure " in text, "<error " in text) == (element == "failure", element == "error")
    assert 'name="verdict"' in text
    JENKINS.validate(text)


def test_each_limit_is_a_test_case() -> None:
    text = junit(made(verdict="FAIL", limits=[limit("PASS"), limit("FAIL"), limit("INCONCLUSIVE")]))

    assert '<testsuite name="limits" tests="3" failures="1" errors="1"' in text
    assert '<testcase classname="fleet.limits" name="all p95 &lt; 1ms: PASS" time="0.000" />' in text
    assert text.count('message="p95 of all CALLs is 2.500 ms"') == 2
    JENKINS.validate(text)


def test_junit_names_what_was_broken_and_holds_no_character_that_xml_cannot() -> None:
    text = junit(made(violations=[violation("RPC-19", "MUST", "", 2, "a\x00b", "")]))

    assert 'name="violation.RPC-19.connection" value="2 times by the csms (MUST): a�b"' in text
    JENKINS.validate(text)


def test_tables_hold_every_action_every_interval_and_every_broken_rule() -> None:
    times = {"mean": 0.5, "p50": 0.25, "p95": 1.5, "p99": 2.0, "max": 4.0}
    asked = {"=Reset": {"received": 3, "answered": 2, "refused": 1, "milliseconds": times}}
    whole = made(interventions=INTERVENTIONS, asked=asked)
    tables = {name: list(csv.DictReader(StringIO(text))) for name, text in sheets(whole).items()}

    assert set(tables) == set(NAMES)
    (row,) = tables["asked"]
    assert (row["action"], row["received"], row["refused"], row["p95_ms"]) == ("'=Reset", "3", "1", "1.5")
    assert [row["action"] for row in tables["actions"]] == ["Authorize", "Heartbeat", "all"]
    assert [row["p95_ms"] for row in tables["actions"]] == ["2.5", "", "2.5"]
    assert [row["max_due_ms"] for row in tables["actions"]] == ["54.0", "", "54.0"]
    assert [(row["at_s"], row["online"], row["late_ms"], row["p99_ms"]) for row in tables["timeline"]] == [
        ("0.0", "4", "3.0", "3.0"),
        ("1.0", "5", "3.0", ""),
        ("2.0", "5", "3.0", "8.0"),
    ]
    assert [(row["is_charging"], row["is_lost"], row["of_unanswered"]) for row in tables["timeline"]] == [
        ("1", "0", "0"),
        ("1", "0", "6"),
        ("1", "1", "0"),
    ]
    assert [row["rss_mib"] for row in tables["timeline"]] == ["40.0", "41.5", ""]
    assert [(row["at_s"], row["action"], row["p95_ms"]) for row in tables["latency"]] == [
        ("0.0", "Authorize", "2.0"),
        ("2.0", "Authorize", "4.0"),
        ("2.0", "Heartbeat", "4.0"),
    ]
    assert [tuple(row.values()) for row in tables["interventions"]] == [
        ("0.5", "network lost", "3", "", ""),
        ("1.0", "network back", "3", "4", "0.5"),
        ("1.5", "power cut", "4", "5", ""),
        ("2.0", "drivers paused", "0", "", ""),
    ]
    assert [(row["rule"], row["count"]) for row in tables["violations"]] == [("RPC-19", "2"), ("RPC-15", "1")]


@pytest.mark.parametrize("said", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])
def test_no_text_of_a_csms_is_a_formula(said: str) -> None:
    tables = sheets(made(violations=[violation("RPC-08", "MUST", said, 1, said, said)]))

    (row,) = csv.DictReader(StringIO(tables["violations"]))
    assert (row["action"], row["message"], row["example"]) == (f"'{said}",) * 3


def test_each_table_is_a_file_of_its_own() -> None:
    assert [str(place) for place in places("out/load").values()] == [
        "out/load_actions.csv",
        "out/load_timeline.csv",
        "out/load_latency.csv",
        "out/load_interventions.csv",
        "out/load_violations.csv",
        "out/load_asked.csv",
    ]
