"""Ten defects of the reference CSMS and ten of the simulated station that no case sees are found; nothing else is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from csms_core.v16.faults import unusual as of_csms
from simulator.v16.faults.rules import unusual as of_station
from tests.harness.instruments.fuzzing.benches import Bench, a_csms, a_station

SEED = 7
MOST = 6_000
"""Sessions in which each defect has to be found, shortening and all. The rarest takes 400 in the mean; what Hypothesis
draws for a seed also depends on which modules the tests before have loaded."""
SEEDS = (1, 2, 3)
QUIET = 25
"""Sessions of each seed in which nothing may be found in a product that is right."""

CSMS = [fault.name for fault in of_csms.faults()]
STATION = [fault.name for fault in of_station.faults()]

SHOWN = {
    "null-payload-crashes": "CALLERROR InternalError",
    "long-tag-accepted": "CALLRESULT",
    "repeated-id-silences": "silence",
    "repeated-id-answered-twice": "RPC-13",
    "unknown-action-accepted": "CALLRESULT",
    "sampled-value-missing-accepted": "CALLRESULT",
    "schedule-missing-accepted": "CALLRESULT",
    "unicode-crashes": "CALLERROR InternalError",
    "nul-crashes": "CALLERROR InternalError",
    "offset-refused": "CALLERROR FormationViolation",
    "largest-number-crashes": "CALLERROR InternalError",
}
"""Fault -> what is seen of it."""
ALSO = {"offset-refused": "STAT-08"}
"""The same defect in a StatusNotification, which has a rule of its own."""


@pytest.fixture(scope="module")
def csms() -> Iterator[Bench]:
    with a_csms() as bench:
        yield bench


@pytest.fixture(scope="module")
def station() -> Iterator[Bench]:
    with a_station() as bench:
        yield bench


def is_found(bench: Bench, name: str) -> None:
    """The defect is found, in as few messages as show it, and the right product has no problem with them."""
    outcome = bench.hunts(name, seed=SEED, most=MOST, most_findings=1)

    assert len(outcome.findings) == 1, (outcome.sessions, outcome.ended, outcome.unsure)
    (finding,) = outcome.findings
    assert finding.problem.symptom in (SHOWN[name], ALSO.get(name))
    assert finding.is_sure
    assert len(finding.problem.steps) <= 3
    assert bench.arena().plays(finding.problem.steps)[0] is None


def test_there_are_ten_of_each_and_each_has_its_sign() -> None:
    assert len(CSMS) == len(STATION) == 10
    assert {*CSMS, *STATION} == SHOWN.keys()


@pytest.mark.parametrize("name", CSMS)
def test_a_defect_of_the_csms_is_found(csms: Bench, name: str) -> None:
    is_found(csms, name)


@pytest.mark.parametrize("name", STATION)
def test_a_defect_of_the_station_is_found(station: Bench, name: str) -> None:
    is_found(station, name)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_found_in_the_right_csms(csms: Bench, seed: int) -> None:
    outcome = csms.hunts(seed=seed, most=QUIET)

    assert [finding.problem.title for finding in outcome.findings] == []
    assert outcome.unsure == []
    assert outcome.messages > QUIET


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_found_in_the_right_station(station: Bench, seed: int) -> None:
    outcome = station.hunts(seed=seed, most=QUIET)

    assert [finding.problem.title for finding in outcome.findings] == []
    assert outcome.unsure == []
    assert outcome.messages > QUIET
