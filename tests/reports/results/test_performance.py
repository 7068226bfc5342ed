"""Figures from raw nanoseconds."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.results.performance import (
    MOST_KEPT,
    figures,
    kept,
    milliseconds,
    nanoseconds,
    part,
    samples_of,
    seconds,
    statistics,
)
from reports.results.remarks import remarks, sections
from reports.results.tables import action_table, performance_table
from reports.results.validation import validate

MS = 1_000_000


def test_figures_of_a_small_set() -> None:
    assert figures([30 * MS, 10 * MS, 20 * MS, 45 * MS], 2) == {
        "n": 4,
        "timeouts": 2,
        "min_ms": 10.0,
        "mean_ms": 26.25,
        "p50_ms": 20.0,
        "p95_ms": 45.0,
        "p99_ms": 45.0,
        "max_ms": 45.0,
    }


def test_percentiles_are_nearest_ranks() -> None:
    row = figures((n * MS for n in range(1, 201)), 0)
    assert (row["p50_ms"], row["p95_ms"], row["p99_ms"]) == (100.0, 190.0, 198.0)


def test_without_samples_there_are_no_figures() -> None:
    row = figures([], 3)
    assert (row["n"], row["timeouts"]) == (0, 3)
    assert [row[key] for key in ("min_ms", "mean_ms", "p50_ms", "p95_ms", "p99_ms", "max_ms")] == [None] * 6


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=50))
def test_figures_are_in_order_and_percentiles_are_samples(samples: list[int]) -> None:
    row = figures(samples, 0)
    assert row["min_ms"] <= row["p50_ms"] <= row["p95_ms"] <= row["p99_ms"] <= row["max_ms"]
    assert row["min_ms"] <= row["mean_ms"] <= row["max_ms"]
    assert row["mean_ms"] == float(Fraction(sum(samples), len(samples) * MS))
    assert {row["p50_ms"], row["p95_ms"], row["p99_ms"]} <= {sample / MS for sample in samples}


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=40), st.sampled_from([(50, "p50_ms"), (95, "p95_ms")]))
def test_a_percentile_is_the_smallest_sample_that_covers_enough(samples: list[int], which: tuple[int, str]) -> None:
    percent, key = which
    enough = [s for s in samples if 100 * sum(other <= s for other in samples) >= percent * len(samples)]
    assert figures(samples, 0)[key] == min(enough) / MS


@pytest.mark.parametrize(
    ("samples", "timeouts", "declared", "within"),
    [
        ([100 * MS], 0, 0.1, True),
        ([100 * MS + 1], 0, 0.1, False),
        ([100 * MS], 1, 5, False),
        ([], 1, 5, False),
        ([], 0, 5, None),
        ([100 * MS], 0, None, None),
    ],
)
def test_within_the_declared_maximum(samples: list[int], timeouts: int, declared: float, within: Any) -> None:
    row = statistics(samples, timeouts, declared)
    assert row["within_declared"] is within
    assert row["declared_s"] == declared


def test_samples_may_come_from_an_iterator() -> None:
    assert statistics(iter([1 * MS, 3 * MS]), 0, 1)["mean_ms"] == 2.0


@pytest.mark.parametrize(
    ("ms", "printed"),
    [(None, "-"), (0.0, "0.00"), (4.999, "0.00"), (5.0, "0.01"), (285.0, "0.29"), (1005.0, "1.01"), (30000.0, "30.00")],
)
def test_seconds_are_rounded_half_up_once(ms: float | None, printed: str) -> None:
    assert seconds(ms) == printed


@pytest.mark.parametrize(("ms", "printed"), [(None, "-"), (0.05, "0.1"), (0.25, "0.3"), (12.0, "12.0")])
def test_milliseconds_are_rounded_half_up_once(ms: float | None, printed: str) -> None:
    assert milliseconds(ms) == printed


def test_the_certificate_of_2024_prints_as_it_was_printed() -> None:
    row = statistics([280 * MS, 440 * MS, *[296 * MS] * 25, *[303 * MS] * 5], 0, 5)
    assert [seconds(row[key]) for key in ("min_ms", "max_ms", "mean_ms")] == ["0.28", "0.44", "0.30"]
    assert row["within_declared"] is True


# --- single times -----------------------------------------------------------------------------------------------------


def row(ns: int, at_ms: float = 0.0, **more: Any) -> dict[str, Any]:
    return {"action": "Heartbeat", "ns": ns, "at_ms": at_ms, "case": "TC_001_CSMS", "first": False} | more


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 1000)), max_size=60), st.integers(1, 20))
def test_what_is_kept_is_bounded_in_order_and_evenly_chosen(samples: list[tuple[int, int]], most: int) -> None:
    rows = [row(ns, at) for ns, at in samples]
    part_of = kept(rows, most)
    ordered = sorted(rows, key=lambda one: one["at_ms"])
    assert part_of["taken"] == len(rows)
    assert part_of["kept"] == len(part_of["rows"]) <= most
    assert (part_of["thinned"] is None) == (len(rows) <= most)
    places = [number for number, one in enumerate(ordered) if any(one is other for other in part_of["rows"])]
    assert len({later - earlier for earlier, later in pairwise(places)}) <= 1
    assert places[:1] == [0][: len(rows)]


def test_how_it_was_thinned_is_said() -> None:
    assert (
        kept([row(1)] * 5, 2)["thinned"]
        == "one of 3 in the order of writing, whatever its value; the figures are of all"
    )
    assert MOST_KEPT == 4_000


def test_rows_are_read_by_phase_and_action(results: dict[str, Any]) -> None:
    assert samples_of(results) == []
    assert nanoseconds(results, phase="loaded") == []
    assert part(results, "loaded") is None
    results["performance"]["samples"] = kept([row(1), row(2, 1.0, action="Authorize")])
    results["performance"]["loaded"] = {"samples": kept([row(3)])}
    assert nanoseconds(results) == [1, 2]
    assert nanoseconds(results, "Authorize") == [2]
    assert nanoseconds(results, phase="loaded") == [3]


# --- remarks ----------------------------------------------------------------------------------------------------------


def measured(results: dict[str, Any], rows: list[dict[str, Any]], declared: float | None = 5, timeouts: int = 0) -> Any:
    authorize = [one["ns"] for one in rows if one["action"] == "Authorize"]
    return results["performance"] | {
        "ocpp_response": statistics([one["ns"] for one in rows], timeouts, declared),
        "authorize_response": statistics(authorize, 0, declared),
        "first_calls": figures([], 0),
        "samples": kept(rows),
    }


def test_nothing_is_remarked_of_a_good_run(results: dict[str, Any]) -> None:
    results["performance"] = measured(results, [row(MS, action="Authorize")] * 10)
    assert remarks(results) == []


def test_what_is_over_the_maximum_is_named(results: dict[str, Any]) -> None:
    rows = [row(MS, action="Authorize")] * 10 + [row(6_000 * MS, case="TC_003_CSMS")]
    results["performance"] = measured(results, rows, 5, timeouts=2)
    assert remarks(results) == [
        "OCPP response time: the longest took 6000.0 ms (Heartbeat in TC_003_CSMS), more than the declared 5 s.",
        "OCPP response time: requests without an answer in time: 2; they are no samples.",
    ]
    results["performance"] = measured(results, [row(MS, action="Authorize")] * 10, 5, timeouts=1)
    assert remarks(results) == ["OCPP response time: requests without an answer in time: 1; they are no samples."]


def test_the_longest_is_not_named_when_it_was_not_kept(results: dict[str, Any]) -> None:
    results["performance"] = measured(results, [row(6_000 * MS, action="Authorize")] * 10)
    results["performance"]["samples"] = kept([row(MS)] * 5_000)
    assert remarks(results) == [
        "OCPP response time: the longest took 6000.0 ms, more than the declared 5 s.",
        "Response time Authorize: the longest took 6000.0 ms, more than the declared 5 s.",
        "2500 of 5000 single times are kept: one of 2 in the order of writing, whatever its value; "
        "the figures are of all.",
    ]


def test_a_charge_point_has_rows_of_its_own(results: dict[str, Any]) -> None:
    results["run"]["sut"]["role"] = "charge_point"
    results["performance"]["remote_stop_end"] = statistics([2_000 * MS], 0, 1)
    assert sections(results) == ["ocpp_response", "remote_stop_end"]
    assert remarks(results) == [
        "Transaction authorization end time by RemoteStopTransaction: the longest took 2000.0 ms, "
        "more than the declared 1 s.",
        "Transaction authorization end time by RemoteStopTransaction: number of samples 1; a figure needs at least 10.",
    ]
    assert performance_table(results).rows[1][0] == "Transaction authorization end time by RemoteStopTransaction"


BACKGROUND: dict[str, Any] = {
    "stations": 5,
    "verdict": "PASS",
    "reason": None,
    "identity": "PP-L0001",
    "seed": 1,
    "from_s": 4.0,
    "to_s": 9.0,
    "least_online": 5,
    "calls": {"sent": 40, "answered": 40, "refused": 0, "invalid": 0, "unanswered": 0, "cut": 0, "per_second": 8.0},
    "milliseconds": None,
    "sessions": {"begun": 3, "over": 2, "refused": 0},
    "connections": {"attempts": 5, "connected": 5, "not_connected": 0, "lost": 0},
    "violations": [],
    "problems": {},
}


def loaded(results: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """A run whose figures are three times as long under load."""
    performance = measured(results, [row(10 * MS, action="Authorize")] * 10)
    under = measured(results, [row(30 * MS, action="Authorize", case="TC_001_CSMS@loaded")] * 10)
    keys = ("ocpp_response", "authorize_response", "per_action", "first_calls", "samples", "link")
    performance["loaded"] = {key: under[key] for key in keys}
    return {**results, "performance": performance, "background": {**BACKGROUND, **changed}}


def test_quiet_and_loaded_stand_side_by_side(results: dict[str, Any]) -> None:
    results = loaded(results)
    assert validate(results) == []
    assert remarks(results) == [
        "5 background stations sent 40 requests, 8 a second; sessions begun: 3.",
        "OCPP response time, p95: 10.0 ms quiet, 30.0 ms under load, 3 times as long.",
        "Response time Authorize, p95: 10.0 ms quiet, 30.0 ms under load, 3 times as long.",
    ]
    table = performance_table(results, unit="ms")
    assert table.headers[:3] == ("Name", "Phase", "Samples")
    assert [row[:5] for row in table.rows] == [
        ("OCPP response time", "quiet", "10", "0", "10.0"),
        ("OCPP response time", "loaded", "10", "0", "30.0"),
        ("Response time Authorize", "quiet", "10", "0", "10.0"),
        ("Response time Authorize", "loaded", "10", "0", "30.0"),
    ]
    assert all(len(row) == len(table.headers) for row in table.rows)
    assert action_table(results, "loaded").title == "Response times per action in milliseconds, under load"
    assert action_table(results, "loaded").rows[0][:2] == ("(all)", "10")
    assert action_table(results).rows[-1][0] == "(first of a connection)"


def test_from_few_samples_nothing_is_concluded(results: dict[str, Any]) -> None:
    results = loaded(results)
    results["performance"]["loaded"]["ocpp_response"] = statistics([MS], 0, 5)
    results["performance"]["authorize_response"] = statistics([0] * 10, 0, 5)
    assert not [sentence for sentence in remarks(results) if "p95" in sentence]
    assert "OCPP response time under load: number of samples 1; a figure needs at least 10." in remarks(results)


def test_a_load_that_was_not_there_is_not_silently_quiet(results: dict[str, Any]) -> None:
    results = loaded(results, verdict="ERROR", reason="only 1 of 5 stations were still online", stations=1)
    results["performance"]["loaded"] = None
    assert validate(results) == []
    assert remarks(results)[0] == "Nothing was measured under load: only 1 of 5 stations were still online."
    assert performance_table(results).rows[1] == ("OCPP response time", "loaded", "not measured", *("-" * 6))
    assert action_table(results, "loaded").rows == ()


def test_what_went_wrong_in_the_background_is_counted(results: dict[str, Any]) -> None:
    violation = {"rule": "VAL-01", "level": "MUST", "action": "Authorize", "count": 4, "example": "", "message": "No."}
    results = loaded(
        results,
        calls={**BACKGROUND["calls"], "refused": 2, "cut": 1},
        sessions={"begun": 0, "over": 0, "refused": 7},
        connections={"attempts": 9, "connected": 8, "not_connected": 1, "lost": 0},
        violations=[violation | {"party": "csms"}, violation | {"party": "station"}],
    )
    assert validate(results) == []
    assert remarks(results)[1:6] == [
        "Requests of the 5 background stations without a usable answer: 2 refused, 1 cut.",
        "Drivers at the 5 background stations that the CSMS did not let in: 7; "
        "name idTags that the CSMS accepts in [background] of the SUT file.",
        "Connections of the 5 background stations: 1 not connected.",
        "MUST rule VAL-01 broken by the CSMS 4 times: No.",
        "MUST rule VAL-01 broken by the background stations themselves 4 times: No.",
    ]
    results["background"]["sessions"] = {"begun": 1, "over": 0, "refused": 7}
    assert "Drivers at the 5 background stations that the CSMS did not let in: 7." in remarks(results)


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (
            lambda r: r["performance"]["loaded"]["ocpp_response"].update(n=0),
            "performance under load of ocpp_response: 0 samples and 6 figures, there must be all six or, without "
            "samples, none.",
        ),
        (
            lambda r: r["performance"]["samples"].update(kept=3),
            "performance of samples: 10 rows, of which 3 are said to be kept and 10 taken.",
        ),
        (lambda r: r.pop("background"), "performance has figures under load, but there is no background."),
    ],
)
def test_contradictions_about_the_load_are_told(results: dict[str, Any], edit: Any, sentence: str) -> None:
    results = loaded(results)
    edit(results)
    assert validate(results) == [sentence]
