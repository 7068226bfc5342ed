"""Every rule case for a CSMS passes on the reference, and tells of each of its rules under the fault for it."""

from typing import NamedTuple

import pytest

from csms_core import versions
from harness.case.registry import catalogue
from reports.results.verdicts import Case
from tests.testcases import kill_matrix
from tests.testcases.rule_kills import csms
from tests.testcases.rule_kills.csms import KILLS, TABLE

pytestmark = [pytest.mark.xdist_group("rule-kills-csms"), pytest.mark.timeout(1_800)]
"""All cases are played before the first test."""

CASES = csms.cases()


class Played(NamedTuple):
    """Records by case without a fault, and by rule with its fault."""

    without: dict[str, Case]
    killed: dict[str, Case]


@pytest.fixture(scope="module")
def played() -> Played:
    """All rounds, once."""
    with kill_matrix.reference(call_timeout=csms.CALL_TIMEOUT) as (sut, out):
        csms.settle(sut)
        return Played(csms.healthy(sut, out), csms.killed_all(sut, out))


def test_every_rule_has_its_fault() -> None:
    assert set(TABLE) == {rid for case in CASES.values() for rid in case.rules}
    assert {fault for fault, _ in TABLE.values()} <= set(versions.faults())


def test_no_rule_case_is_in_the_catalogue() -> None:
    assert CASES
    assert {case.profile for case in CASES.values()} == {"rpc"}
    assert not CASES.keys() & {case.id for case in catalogue("1.6")}


@pytest.mark.parametrize("id", CASES)
def test_it_passes_on_the_reference_and_judges_all_its_rules(played: Played, id: str) -> None:
    case = played.without[id]

    assert (case["verdict"], case["reason"], case["findings"]) == ("PASS", None, [])
    assert case["rules_judged"] == case["rules"]


@pytest.mark.parametrize("rid", KILLS)
def test_its_fault_is_told_as_this_rule_and_no_other(played: Played, rid: str) -> None:
    assert csms.told_of(played.killed[rid]) == {rid: TABLE[rid][1]}


def test_a_recommendation_fails_no_case(played: Played) -> None:
    """What passes under its fault has a warning or a remark; what fails does so because the standard demands it."""
    of_rule = {rid: played.killed[rid]["verdict"] for rid, (_, told) in TABLE.items() if told != csms.FAILED}

    assert {rid: verdict for rid, verdict in of_rule.items() if verdict == "ERROR"} == {}
    assert "PASS" in of_rule.values()


def test_the_committed_page_is_what_the_script_makes(played: Played) -> None:
    assert csms.PAGE.read_text("utf-8") == csms.page(played.killed)
