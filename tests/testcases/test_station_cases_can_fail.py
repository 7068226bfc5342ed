"""Every rule of every case for a charge point is broken by a fault of the simulated station, and fails the case."""

from __future__ import annotations

import pytest

from harness.case.registry import catalogue
from simulator.v16.faults import CATALOGUE
from tests.simulator.v16.faults.table import CANNOT_BE_BROKEN
from tests.testcases import kill_matrix, station_matrix
from tests.testcases.station_faults import NONE
from tests.testcases.station_kills import Pair, Record, blamed, kills, run

KILLS = kills()
OTHERS = station_matrix.others(KILLS)
CASES = [case for case in catalogue("1.6") if case.sut == "charge_point"]

Played = dict[tuple[str, Pair], Record]

pytestmark = [pytest.mark.xdist_group("station-kills"), pytest.mark.timeout(1_800)]
"""All cases are played before the first test."""


@pytest.fixture(scope="module")
def played() -> Played:
    """Every case with each of its faults, and without any: once."""
    pairs = station_matrix.wanted(KILLS)
    for case, more in OTHERS.items():
        pairs.setdefault(case, set()).update(more)
    return run(pairs)


def test_every_rule_has_its_fault_or_says_why_not() -> None:
    assert {rid for case in CASES for rid in case.rules} == set(KILLS) | set(CANNOT_BE_BROKEN)
    assert not set(KILLS) & set(CANNOT_BE_BROKEN)
    assert {name for kill in KILLS.values() for name in kill.fault.split("+")} <= set(CATALOGUE)


@pytest.mark.parametrize("case", [case.id for case in CASES])
def test_without_a_fault_the_case_passes(played: Played, case: str) -> None:
    record = played[case, (NONE, 0)]
    assert record["verdict"] == "PASS", record["reason"]


def test_no_rule_of_messages_trips_on_a_station_without_a_fault(played: Played) -> None:
    found = {case.id: played[case.id, (NONE, 0)]["findings"] for case in CASES}
    assert {case: findings for case, findings in found.items() if findings} == {}


@pytest.mark.parametrize("rid", KILLS)
def test_its_fault_kills_the_rule(played: Played, rid: str) -> None:
    kill = KILLS[rid]
    record = played[station_matrix.case_of(rid), (kill.fault, kill.since)]
    assert record["verdict"] == "FAIL", record["reason"]
    assert rid in blamed(record), record["reason"]


@pytest.mark.parametrize("fault", sorted({fault for pairs in OTHERS.values() for fault, _ in pairs}))
def test_a_fault_that_no_kill_needs_turns_a_case_red(played: Played, fault: str) -> None:
    verdicts = {case: played[case, (fault, 0)]["verdict"] for case, pairs in OTHERS.items() if (fault, 0) in pairs}
    assert "FAIL" in verdicts.values(), verdicts


def test_the_committed_matrix_names_every_kill() -> None:
    matrix = kill_matrix.rows_of("charge_point")
    assert {(row["rid"], row["fault"], row.get("since", 0)) for row in matrix if "fault" in row} == {
        (rid, kill.fault, kill.since) for rid, kill in KILLS.items()
    }
    assert {row["rid"] for row in matrix if "reason" in row} == set(CANNOT_BE_BROKEN)
    assert {row["verdict"] for row in matrix if "fault" in row} == {"FAIL"}
    assert station_matrix.PAGE.read_text("utf-8") == station_matrix.as_page(matrix)
