"""Every rule of every rule case for a charge point is broken by a fault of the simulated station, and told of."""

from __future__ import annotations

import json

import pytest

from simulator.v16.faults import CATALOGUE
from tests.testcases.rule_kills import station
from tests.testcases.rule_kills.station import FAIL, SURVIVES, WARNS, Played, case_of, cases, outcome, run, wanted
from tests.testcases.rule_kills.table import kills
from tests.testcases.station_faults import NONE
from tests.testcases.station_kills import blamed

KILLS = kills()
CASES = cases()

pytestmark = [pytest.mark.xdist_group("rule-kills-station"), pytest.mark.timeout(1_800)]
"""All cases are played before the first test."""


@pytest.fixture(scope="module")
def played() -> Played:
    """Every case with each of its faults, and without any: once."""
    return run(wanted(KILLS))


def test_every_rule_has_its_fault() -> None:
    assert {rid for case in CASES for rid in case.rules} == set(KILLS)
    assert {name for kill in KILLS.values() for name in kill.fault.split("+")} <= set(CATALOGUE)


@pytest.mark.parametrize("case", [case.id for case in CASES])
def test_without_a_fault_the_case_passes(played: Played, case: str) -> None:
    record = played[case, (NONE, 0)]
    assert record["verdict"] == "PASS", record["reason"]
    assert blamed(record) == []
    assert record["rules_judged"] == [rid for one in CASES if one.id == case for rid in one.rules]


@pytest.mark.parametrize("rid", KILLS)
def test_its_fault_breaks_the_rule(played: Played, rid: str) -> None:
    kill = KILLS[rid]
    record = played[case_of(rid), (kill.fault, kill.since)]
    assert outcome(rid, record) in (FAIL, WARNS), (record["verdict"], record["reason"], blamed(record))


def test_the_committed_matrix_names_every_kill() -> None:
    matrix = json.loads(station.JSON_FILE.read_text("utf-8"))
    assert {(row["rid"], row["fault"], row.get("since", 0)) for row in matrix} == {
        (rid, kill.fault, kill.since) for rid, kill in KILLS.items()
    }
    assert SURVIVES not in {row["verdict"] for row in matrix}
    assert station.PAGE.read_text("utf-8") == station.as_page(matrix)
