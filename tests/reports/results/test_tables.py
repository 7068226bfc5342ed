"""Tables and the Markdown summary of the fixed run."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from reports.ci.junit import junit
from reports.ci.summary import summary
from reports.results.tables import action_table, performance_table, profile_table
from tests.reports.support.diff_runs import now

Run = Callable[..., dict[str, Any]]


def test_profile_table(results: dict[str, Any]) -> None:
    table = profile_table(results)
    assert [row[:2] for row in table.rows] == [
        ("Core", "Fail"),
        ("Firmware Management", "Not claimed"),
        ("Local Authorization List Management", "Fail"),
        ("Smart Charging", "Pass"),
        ("Advanced Security", "Fail"),
        ("OCPP-J", "Pass"),
    ]
    core = dict(zip(table.headers, table.rows[0], strict=True))
    assert (core["Passed"], core["Failed"], core["Errors"], core["Passed unexpectedly"]) == ("2", "4", "1", "-")


def test_performance_table(results: dict[str, Any]) -> None:
    results["performance"]["ocpp_response"] |= {"declared_s": None, "within_declared": None}
    assert performance_table(results).rows == (
        ("OCPP response time", "15", "0", "0.28", "0.44", "0.33", "-", "-"),
        ("Response time Authorize", "3 (fewer than 10)", "1", "0.24", "0.47", "0.33", "5", "no"),
    )


@pytest.mark.parametrize(("n", "printed"), [(0, "0"), (1, "1 (fewer than 10)"), (9, "9 (fewer than 10)"), (10, "10")])
def test_few_samples_are_called_few(results: dict[str, Any], n: int, printed: str) -> None:
    results["performance"]["ocpp_response"]["n"] = n
    assert performance_table(results).rows[0][1] == printed


def test_performance_table_in_milliseconds(results: dict[str, Any]) -> None:
    table = performance_table(results, unit="ms")
    assert table.title == "Response times in milliseconds"
    assert table.rows[1][3:7] == ("235.0", "470.0", "331.7", "5000")


def test_action_table(results: dict[str, Any]) -> None:
    assert action_table(results).rows == (
        ("(all)", "15", "0", "280.0", "325.8", "304.0", "440.0", "440.0", "440.0"),
        ("Authorize", "3", "1", "235.0", "331.7", "290.0", "470.0", "470.0", "470.0"),
        ("Heartbeat", "0", "0", "-", "-", "-", "-", "-", "-"),
    )


def test_no_table_has_an_empty_or_missing_cell(results: dict[str, Any]) -> None:
    for table in (profile_table(results), performance_table(results), action_table(results)):
        assert table.rows
        assert all(len(row) == len(table.headers) and all(row) for row in table.rows)


@pytest.mark.parametrize("write", [junit, summary])
def test_documents_do_not_depend_on_the_order_of_the_workers(
    results: dict[str, Any], write: Callable[[Any], str]
) -> None:
    before = write(results)
    random.Random(7).shuffle(results["cases"])
    assert write(results) == before


@pytest.mark.parametrize("write", [junit, summary])
def test_documents_hold_no_secret(results: dict[str, Any], password: str, write: Callable[[Any], str]) -> None:
    assert password in str(results)
    assert password not in write(results)


def test_summary_document(results: dict[str, Any], markdown_file: SnapshotAssertion) -> None:
    assert summary(results) == markdown_file


def test_summary_document_of_the_sample(markdown_file: SnapshotAssertion) -> None:
    assert summary(now()) == markdown_file


def test_summary_says_first_that_it_is_no_certificate(results: dict[str, Any]) -> None:
    first = summary(results).splitlines()[0]
    assert "open conformance harness" in first
    assert "no certificate" in first


def test_summary_lists_what_was_not_tested_and_why(results: dict[str, Any]) -> None:
    text = summary(results)
    assert "| TC_061_CSMS | Clear the authorization cache | not claimed: features.clear_cache = false in" in text
    assert "| TC_021_CSMS | TC_021_CSMS.R2 |" in text


def test_summary_leaves_out_what_a_case_does_not_have(with_outcomes: Run) -> None:
    run = with_outcomes("INCONCLUSIVE")
    run["cases"][0] |= {"rerun": None, "trace": None}
    text = summary(run)
    assert "  - reason: Nobody pressed the button within 120 s." in text
    assert "  - trace" not in text
    assert "  - run again" not in text


def test_summary_counts_recommendations_per_rule(results: dict[str, Any]) -> None:
    assert "| JSON-07 | The time has more than three decimals of a second. | 2 | TC_003_CSMS |" in summary(results)


def test_summary_cannot_be_broken_by_a_name(results: dict[str, Any]) -> None:
    results["run"]["sut"]["name"] = "<script>|[x](http://evil)_a_"
    results["run"]["command"] = "plugproof `x` | y"
    text = summary(results)
    assert "# \\<script\\>\\|\\[x\\](http://evil)\\_a\\_:" in text
    assert "| `plugproof 'x' ¦ y` |" in text


def test_summary_of_a_clean_run_has_no_empty_parts(with_outcomes: Run) -> None:
    run = with_outcomes("PASS")
    run["cases"][0] |= {"rules": ["R1"], "rules_judged": ["R1"], "findings": []}
    run["run"] |= {"sut_file_digest": None, "strict": True, "seed": None}
    run["run"]["sut"]["address"] = None
    run["performance"]["per_action"] = {}
    run["performance"]["link"] = {"technology": None, "rtt_ms": None}
    text = summary(run)
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# Reference CSMS: 1 of 1 cases passed",
        "## Totals",
        "## Profiles",
        "## Performance",
        "## Conditions of the run",
    ]
    assert "during the measurement: -; round trip: not measured." in text
    assert "| Digest of the SUT file | - |" in text
    assert "| Recommendations count as rules | yes |" in text


def test_summary_says_what_the_wire_contradicts_and_no_more(results: dict[str, Any]) -> None:
    results["performance"]["authorize_response"] = results["performance"]["ocpp_response"]
    assert "\n- " not in summary(results).partition("## Performance")[2].partition("\n## ")[0]
    one = {"rule": "PICS-01", "claim": "profiles.reservation", "message": "It <is> there.", "case": None}
    results["pics_mismatch"] = [one | {"trace": None, "frame": None, "declared": False, "observed": True}]
    assert "## Claims that the wire contradicts\n\n- It \\<is\\> there. (PICS-01)\n" in summary(results)


def test_summary_of_nothing_is_not_green(with_outcomes: Run) -> None:
    assert "# Reference CSMS: no case ran" in summary(with_outcomes())
    assert "# Reference CSMS: no case ran" in summary(with_outcomes("NOT_APPLICABLE"))
