"""Every rule of every case is broken by a fault of the reference CSMS, and the case fails under it, where it should."""

import pytest

from csms_core import versions
from harness.case.registry import catalogue
from tests.testcases import kill_matrix
from tests.testcases.kill_matrix import KILLS, Played

pytestmark = pytest.mark.xdist_group("kill-matrix")


@pytest.fixture(scope="module")
def played() -> Played:
    """All rounds, once. That everything passes without a fault is seen in `test_catalogue.py`, with the same times."""
    with kill_matrix.reference() as (sut, out):
        return kill_matrix.run(sut, out)


def test_every_rule_of_a_csms_has_its_fault() -> None:
    assert set(KILLS) == {rid for case in catalogue("1.6") if case.sut == "csms" for rid in case.rules}
    assert {kill.fault for kill in KILLS.values()} <= set(versions.faults())


def test_a_case_passes_whatever_the_operator_chooses(played: Played) -> None:
    assert {id: case["verdict"] for id, case in played.otherwise.items()} == dict.fromkeys(
        kill_matrix.BY_CHOICE, "PASS"
    )


@pytest.mark.parametrize("rid", KILLS)
def test_its_fault_kills_the_rule_at_its_step(played: Played, rid: str) -> None:
    case = played.killed[rid]

    assert (case["verdict"], kill_matrix.blamed(case), kill_matrix.step_of(case)) == ("FAIL", rid, KILLS[rid].step)
    assert rid in case["rules_judged"]


def test_the_committed_matrix_is_what_the_script_makes(played: Played) -> None:
    matrix = kill_matrix.rows(played.killed)

    assert kill_matrix.rows_of("csms") == matrix
    assert kill_matrix.PAGE.read_text("utf-8") == kill_matrix.as_page(matrix)


def test_no_case_meets_two_faults_in_a_round() -> None:
    seen = []
    for _, faults in kill_matrix.rounds():
        cases = [rid.rpartition(".")[0] for rid in faults]
        assert len(cases) == len(set(cases))
        seen += list(faults)
    assert sorted(seen) == sorted(KILLS)
