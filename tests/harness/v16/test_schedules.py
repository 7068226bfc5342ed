"""What a composite schedule of a charge point has to say, and what it may."""

from __future__ import annotations

from typing import Any

import pytest

from harness.v16.charge_point.schedules import capped, limits, moved, read

WANTED = {0.0: 8.0, 46.0: 10.0, 196.0: 6.0}


def periods(*told: tuple[Any, Any]) -> list[dict[str, Any]]:
    return [{"startPeriod": start, "limit": limit} for start, limit in told]


@pytest.mark.parametrize(
    "told",
    [
        [(0, 8), (46, 10), (196, 6)],
        [(0, 8.0), (42, 10), (200, 6)],  # each change is off by as much as it may
        [(0, 8), (20, 8), (46, 10), (100, 10), (196, 6)],  # cut up where nothing changes
        [(0, 8), (46, 10.04), (196, 6)],
        [(0, 8), (46, 10), (196, 6), (380, 12)],  # what comes at the end is not looked at
    ],
)
def test_these_limits_agree(told: list[tuple[Any, Any]]) -> None:
    assert limits(WANTED, 346, 4).accepts(periods(*told))


@pytest.mark.parametrize(
    "told",
    [
        [],
        [(0, 8)],
        [(0, 8), (46, 10)],
        [(0, 8), (46, 10), (196, 7)],
        [(0, 8), (46, 10), (196, 6), (300, 12)],
        [(0, 8), (51, 10), (196, 6)],
        [(5, 8), (46, 10), (196, 6)],  # the first period begins at 0
        [(0, 8), (196, 6), (46, 10)],
        [(0, 8), (46, "10"), (196, 6)],
        [(0, 8), (46.0, 10), (196, 6)],
        [(None, 8), (46, 10), (196, 6)],
    ],
)
def test_these_limits_do_not(told: list[tuple[Any, Any]]) -> None:
    assert not limits(WANTED, 346, 4).accepts(periods(*told))


@pytest.mark.parametrize("told", [None, "8", [8], {"startPeriod": 0, "limit": 8}])
def test_what_is_no_list_of_periods_has_no_limits(told: Any) -> None:
    assert read(told) is None
    assert not limits(WANTED, 346, 4).accepts(told)


def test_a_schedule_that_begins_later_begins_with_the_limit_of_that_moment() -> None:
    assert moved({0: 7, 100: 9}, 4) == {0: 7, 96: 9}
    assert moved({0: 7, 100: 9, 200: 5}, 120) == {0: 9, 80: 5}
    assert moved({0: 7, 100: 9}, -1) == {0: 7, 101: 9}


def test_nothing_is_expected_that_the_station_cannot_deliver() -> None:
    assert capped({0: 8, 50: 11, 200: 6, 240: 12}, None) == {0: 8, 50: 11, 200: 6, 240: 12}
    assert capped({0: 8, 50: 11, 200: 6, 240: 12}, 16) == {0: 8, 50: 11, 200: 6, 240: 12}
    assert capped({0: 8, 50: 11, 200: 6, 240: 12}, 10) == {0: 8, 50: 10, 200: 6, 240: 10}
    assert capped({0: 11, 200: 12}, 11) == {0: 11}
    assert capped({0: 7, 100: 9}, 6) == {0: 7, 100: 9}


def test_a_failure_says_which_limits_are_wanted() -> None:
    assert limits(WANTED, 346, 4).text == "limits of 8 from 0 s, 10 from 46 s, 6 from 196 s, give or take 4 s"
