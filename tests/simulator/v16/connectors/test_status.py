"""The status table and what a connector's facts make of it: rules STAT-02, STAT-03, STAT-04, AVL-01."""

import itertools

import pytest

from simulator.v16.connectors.status import TRANSITIONS, Facts, IllegalTransition, derive, route

# 1.6 §4.9, row by row, written down a second time in the letters and numbers of the specification; B6 is erratum 3.20.
ORDER = (
    "Available",
    "Preparing",
    "Charging",
    "SuspendedEV",
    "SuspendedEVSE",
    "Finishing",
    "Reserved",
    "Unavailable",
    "Faulted",
)
TABLE = [
    "A2",
    "A3",
    "A4",
    "A5",
    "A7",
    "A8",
    "A9",
    "B1",
    "B3",
    "B4",
    "B5",
    "B6",
    "B9",
    "C1",
    "C4",
    "C5",
    "C6",
    "C8",
    "C9",
    "D1",
    "D3",
    "D5",
    "D6",
    "D8",
    "D9",
    "E1",
    "E3",
    "E4",
    "E6",
    "E8",
    "E9",
    "F1",
    "F2",
    "F8",
    "F9",
    "G1",
    "G2",
    "G8",
    "G9",
    "H1",
    "H2",
    "H3",
    "H4",
    "H5",
    "H9",
    "I1",
    "I2",
    "I3",
    "I4",
    "I5",
    "I6",
    "I7",
    "I8",
]


def test_stat_02_the_table_is_the_one_of_the_specification() -> None:
    written = {(ORDER["ABCDEFGHI".index(cell[0])], ORDER[int(cell[1]) - 1]) for cell in TABLE}

    assert {(current, target) for current, targets in TRANSITIONS.items() for target in targets} == written


@pytest.mark.parametrize(("current", "target"), list(itertools.product(ORDER, ORDER)))
def test_stat_02_every_route_uses_the_table_only(current: str, target: str) -> None:
    try:
        steps = route(current, target)
    except IllegalTransition:
        assert target not in TRANSITIONS[current]
        return

    assert steps == () if current == target else steps[-1] == target
    for one, other in itertools.pairwise((current, *steps)):
        assert other in TRANSITIONS[one]


def test_stat_02_a_second_transaction_with_the_cable_in_passes_preparing() -> None:
    assert route("Finishing", "Charging") == ("Preparing", "Charging")


def test_stat_02_what_has_no_way_is_refused() -> None:
    with pytest.raises(IllegalTransition, match="from Charging to Reserved"):
        route("Charging", "Reserved")


def test_stat_04_suspended_evse_has_precedence() -> None:
    assert derive(Facts(transaction=True, suspended_by_ev=True, suspended_by_evse=True)) == "SuspendedEVSE"
    assert derive(Facts(transaction=True, suspended_by_ev=True)) == "SuspendedEV"


def test_avl_01_a_transaction_outlives_out_of_service() -> None:
    assert derive(Facts(transaction=True, operative=False)) == "Charging"
    assert derive(Facts(operative=False, cable=True)) == "Unavailable"


def test_a_fault_hides_everything_else() -> None:
    assert derive(Facts(faulted=True, transaction=True, operative=False)) == "Faulted"


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        (Facts(), "Available"),
        (Facts(cable=True), "Preparing"),
        (Facts(authorized=True), "Preparing"),
        (Facts(cable=True, finished=True), "Finishing"),
        (Facts(cable=True, finished=True, authorized=True), "Preparing"),
        (Facts(transaction=True), "Charging"),
        (Facts(reserved=True), "Reserved"),
        (Facts(reserved=True, cable=True), "Reserved"),
    ],
)
def test_the_status_follows_from_the_facts(facts: Facts, status: str) -> None:
    assert derive(facts) == status
