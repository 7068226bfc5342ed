"""What a diff finds between two load runs, what makes it red, and how it reads."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from reports.diff.compare import FAIL_ON
from reports.diff.load_tables import load_headline, load_json, load_told
from reports.diff.loads import MIN_ANSWERS, LimitChange, compare_loads, is_load, is_load_red
from reports.diff.markdown import comment
from reports.results.validation import validate_load
from tests.reports.support.diff_runs import now
from tests.reports.support.load_runs import action, limit, load_run, violation

Run = dict[str, Any]


@pytest.fixture
def old() -> Run:
    return load_run()


@pytest.fixture
def new() -> Run:
    return load_run()


def moved(changes: tuple[LimitChange, ...]) -> dict[str, tuple[str | None, str | None]]:
    return {change.limit: (change.before, change.after) for change in changes}


def test_the_runs_of_these_tests_are_load_results_and_cases_are_none(old: Run) -> None:
    assert validate_load(old) == []
    assert is_load(old)
    assert not is_load(now())
    assert not is_load([])
    del old["plan"]["url"]
    assert validate_load(old) == ["plan has no url."]


def test_equal_runs_do_not_differ(old: Run, new: Run) -> None:
    diff = compare_loads(old, new)

    assert load_headline(diff) == "load run PASS, nothing else changed"
    assert (diff.warnings, diff.unchanged) == ((), 1)
    assert not is_load_red(diff, FAIL_ON)
    assert [row.verdict for row in diff.latency] == ["same", "same"]
    assert "**" not in comment(load_told(diff))


def test_every_limit_is_where_it_belongs(old: Run, new: Run) -> None:
    before = {"a": "PASS", "b": "FAIL", "c": "PASS", "d": "INCONCLUSIVE", "gone": "PASS", "same": "FAIL"}
    after = {"a": "FAIL", "b": "PASS", "c": "INCONCLUSIVE", "d": "FAIL", "same": "FAIL", "new": "PASS", "bad": "FAIL"}
    old["limits"] = [limit(text, verdict) for text, verdict in before.items()]
    new["limits"] = [limit(text, verdict) for text, verdict in after.items()]
    diff = compare_loads(old, new)

    assert moved(diff.failing) == {"a": ("PASS", "FAIL"), "d": ("INCONCLUSIVE", "FAIL"), "bad": (None, "FAIL")}
    assert moved(diff.passing) == {"b": ("FAIL", "PASS")}
    assert moved(diff.unjudged) == {"c": ("PASS", "INCONCLUSIVE")}
    assert moved(diff.added) == {"new": (None, "PASS")}
    assert moved(diff.removed) == {"gone": ("PASS", None)}
    assert diff.unchanged == 1
    assert diff.failing[0].reason == "a is what it is"
    assert load_headline(diff) == (
        "load run PASS, limits newly failing: 3, limits no longer judged: 1, limits newly kept: 1, limits added: 1, "
        "limits removed: 1"
    )
    titles = [section.table.title for section in load_told(diff).sections if section.urgent]
    assert titles == ["Limits newly failing (3)", "Limits no longer judged (1)"]


@pytest.mark.parametrize(
    ("before", "after", "is_worse"),
    [
        ("PASS", "FAIL", True),
        ("PASS", "INCONCLUSIVE", True),
        ("PASS", "ERROR", True),
        ("ERROR", "FAIL", True),
        ("FAIL", "FAIL", False),
        ("FAIL", "ERROR", False),
        ("FAIL", "PASS", False),
    ],
)
def test_a_verdict_that_got_worse_is_red(old: Run, new: Run, before: str, after: str, is_worse: bool) -> None:
    old["verdict"], new["verdict"] = before, after
    diff = compare_loads(old, new)

    assert (diff.is_worse, is_load_red(diff)) == (is_worse, is_worse)
    assert (f"{after}, was {before}" in load_headline(diff)) == (before != after)


def test_only_limits_and_verdict_are_red_until_more_is_asked_for(old: Run, new: Run) -> None:
    changes: dict[str, Callable[[Run], None]] = {
        "latency": lambda run: run["actions"].update(Heartbeat=action(300, 5.0, 10.0)),
        "unjudged": lambda run: run["limits"].append(limit("x", "PASS")),
        "removed": lambda run: run["limits"].append(limit("y", "PASS")),
        "warning": lambda run: run["run"].update(platform="another"),
    }
    new["limits"].append(limit("x", "INCONCLUSIVE"))
    old["limits"].append(limit("x", "INCONCLUSIVE"))
    for name, change in changes.items():
        earlier = copy.deepcopy(old)
        change(earlier)
        diff = compare_loads(earlier, new)
        assert not is_load_red(diff), name
        assert [kind for kind in FAIL_ON if is_load_red(diff, [kind])] == [name]


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (action(300, 10.0, 20.0), action(300, 20.0, 40.0), "slower"),
        (action(300, 20.0, 40.0), action(300, 10.0, 20.0), "faster"),
        (action(300, 10.0, 20.0), action(300, 11.9, 23.0), "same"),
        (action(300, 10.0, 20.0), action(300, 20.0, 20.0), "same"),  # the tail does not agree
        (action(300, 10.0, 80.0), action(300, 20.0, 40.0), "same"),  # it says the opposite
        (action(300, 0.0, 0.0), action(300, 20.0, 40.0), "same"),  # and no percent can be told
        (action(MIN_ANSWERS - 1, 10.0, 20.0), action(300, 20.0, 40.0), "too few"),
        (action(300, 10.0, 20.0), action(MIN_ANSWERS - 1, 20.0, 40.0), "too few"),
        (action(MIN_ANSWERS, 10.0, 20.0), action(MIN_ANSWERS, 20.0, 40.0), "slower"),
    ],
)
def test_response_times(old: Run, new: Run, before: Run, after: Run, verdict: str) -> None:
    old["actions"], new["actions"] = {"Heartbeat": before}, {"Heartbeat": after}

    assert [row.verdict for row in compare_loads(old, new).latency] == [verdict]


def test_the_threshold_is_the_users(old: Run, new: Run) -> None:
    new["actions"]["Heartbeat"] = action(300, 13.0, 26.0)

    assert [row.action for row in compare_loads(old, new, min_change=29).slower] == ["Heartbeat"]
    assert compare_loads(old, new, min_change=31).slower == ()
    assert compare_loads(old, old, min_change=0).latency[0].verdict == "same"


def test_response_times_are_shown_the_most_changed_first(old: Run, new: Run) -> None:
    old["actions"] |= {"BootNotification": action(300), "MeterValues": action(0), "StopTransaction": action(300)}
    new["actions"] |= {"BootNotification": action(300, 40.0, 90.0), "MeterValues": action(300)}
    new["actions"]["Heartbeat"] = action(300, 5.0, 5.0)
    diff = compare_loads(old, new)

    assert [row.action for row in diff.latency] == ["BootNotification", "Heartbeat", "Authorize"]
    told = load_told(diff)
    changed, rest, _ = (section.table for section in told.sections)
    assert changed.title == "Response times that changed"
    assert changed.rows[0] == (
        "BootNotification",
        "300 → 300",
        "10.0 → 40.0",
        "+300 %",
        "20.0 → 90.0",
        "+350 %",
        "slower",
    )
    assert changed.rows[1][-1] == "faster"
    assert [row[0] for row in rest.rows] == ["Authorize"]
    assert "both moved the same way by at least 20 %" in told.note
    assert load_headline(diff) == "load run PASS, slower: 1, faster: 1"


def test_without_a_response_time_there_is_no_word_of_them(old: Run, new: Run) -> None:
    new["actions"] = {"Heartbeat": action(0)}
    told = load_told(compare_loads(old, new))

    assert told.note == ""
    assert [section.table.title for section in told.sections] == ["Figures"]


def test_a_median_of_nothing_has_no_percent(old: Run, new: Run) -> None:
    old["actions"] = {"Heartbeat": action(300, 0.0, 20.0)}
    (row,) = load_told(compare_loads(old, new)).sections[0].table.rows

    assert (row[3], row[5]) == ("-", "+0 %")


def test_rules_that_only_one_of_the_runs_broke(old: Run, new: Run) -> None:
    old["violations"] = [violation("RPC-19", 2), violation("RPC-20", 7)]
    new["violations"] = [violation("RPC-20", 9), violation("VAL-04", 3, "SHOULD")]
    new["violations"][1]["action"] = ""
    diff = compare_loads(old, new)

    assert [(one.rule, one.count) for one in diff.broken] == [("VAL-04", (0, 3))]
    assert [(one.rule, one.count) for one in diff.mended] == [("RPC-19", (2, 0))]
    assert load_headline(diff) == "load run PASS, rules newly broken: 1, rules no longer broken: 1"
    tables = {section.table.title: section for section in load_told(diff).sections}
    assert tables["Rules newly broken (1)"].urgent
    assert tables["Rules newly broken (1)"].table.rows == (("VAL-04 (SHOULD)", "csms", "-", "0 → 3"),)
    assert tables["Rules no longer broken (1)"].table.rows == (("RPC-19 (MUST)", "csms", "Heartbeat", "2 → 0"),)
    assert ("MUST rules broken by the CSMS", "9", "9") in diff.figures


def test_figures_are_counts_with_their_share(old: Run, new: Run) -> None:
    new["stations"] |= {"accepted": 4, "lost": 1}
    new["connections"] = {"attempts": 0, "connected": 0, "not_connected": 0, "lost": 0, "failures": {}}
    new["all"] = action(495, sent=500, errors=5)

    assert compare_loads(old, new).figures == (
        ("stations accepted", "5 of 5 (100 %)", "4 of 5 (80 %)"),
        ("stations lost at the end", "0 of 5 (0 %)", "1 of 4 (25 %)"),
        ("attempts to connect that failed", "0 of 5 (0 %)", "0 of 0"),
        ("connections dropped", "0 of 5 (0 %)", "0 of 0"),
        ("CALLs without a usable answer", "0 of 500 (0 %)", "5 of 500 (1 %)"),
        ("MUST rules broken by the CSMS", "0", "0"),
        ("messages a second", "16.2", "16.2"),
    )


def test_warnings(old: Run, new: Run) -> None:
    old["run"] |= {"interrupted": True, "lasted_s": 12.34}
    old["run"]["harness"]["version"] = "0.0.9"
    old["run"]["schemas"]["digest"] = "cd" * 32
    old["plan"] |= {"model": "wallbox", "tags": ["TAG-1"], "stations": 4, "ramp_per_s": 2.5}
    new["run"] |= {"ended_by": "all errors < 5%", "lasted_s": 30.0, "platform": "Python 3.12 on linux"}
    new["process"] |= {"processes": 2, "late_share": 0.125}
    new["interventions"] = [{"at_s": 1.0, "what": "quit", "stations": 0, "recovery": None}]

    assert list(compare_loads(old, new).warnings) == [
        "The earlier run ended early, after 12.3 s of 60 s: its counts are of that time.",
        "The later run ended early, after 30.0 s of 60 s: its counts are of that time.",
        "In the later run 12.5 % of the figures were taken while the load generator itself was late: "
        "its response times contain that.",
        "Somebody has steered the later run by hand: it is not what its plan says.",
        "The plans differ: stations was 4, is 5; ramp_per_s was 2.5, is 10; tags was TAG-1, is TAG-1, TAG-2; "
        "model was wallbox, is not set.",
        "The message schemas differ: cdcdcdcdcdcd, now abababababab.",
        "The versions of plugproof differ: 0.0.9, now 0.1.0.",
        "The platforms differ: Python 3.11 on linux, now Python 3.12 on linux.",
        "The numbers of processes differ: 1, now 2.",
    ]


def test_the_comment_names_both_runs(old: Run, new: Run) -> None:
    new["verdict"], new["reason"] = "FAIL", "p95 of Authorize is 2000.000 ms"
    new["limits"] = [limit("Authorize p95 < 1s", "FAIL")]
    text = comment(load_told(compare_loads(old, new)))

    assert text.startswith("### plugproof: load run FAIL, was PASS, limits newly failing: 1\n")
    assert "**Limits newly failing (1)**" in text
    assert "<details><summary>Figures</summary>" in text
    assert "5 stations for 60.0 s | 0.1.0 | FAIL, p95 of Authorize is 2000.000 ms |" in text


def test_json_is_plain_and_whole(old: Run, new: Run) -> None:
    new["actions"]["Heartbeat"] = action(300, 20.0, 40.0)
    diff = compare_loads(old, new)
    data = json.loads(json.dumps(load_json(diff)))

    assert (data["format"], data["kind"], data["headline"]) == (1, "load", "load run PASS, slower: 1")
    assert data["latency"][0]["p95_ms"] == [20.0, 40.0]
    assert data["new"]["url"] == "ws://csms.example/ocpp"
