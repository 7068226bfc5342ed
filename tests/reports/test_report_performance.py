"""Figures from raw nanoseconds."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.performance import figures, milliseconds, seconds, statistics

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
