"""What results say of what was asked for: a selection, the counts of each profile, and what makes the run red."""

from pathlib import Path

import msgspec
import pytest

from harness.case.facts import is_selected
from harness.case.registry import all_cases
from harness.plugin.collector import _ID
from harness.plugin.selection import Asked, profile_counts, selection
from harness.sut import Sut
from harness.sut.reading import for_url, load
from harness.v16.claims import Features
from tests.harness.conftest import PlugproofRun, Running
from tests.harness.support.scripted_sut import ScriptedSut

CATALOGUE = [case for case in all_cases("1.6") if is_selected(case, sut="csms")]
IDS = {case.id for case in CATALOGUE}

TWO = """
@made_up("TC_ONE_CSMS")
async def test_one(station):
    await station.sends("Heartbeat", rule="R1")

@made_up("TC_TWO_CSMS")
async def test_two(station):
    await station.sends("Heartbeat", rule="R1")
"""


@pytest.fixture
def sut() -> Sut:
    return for_url("ws://127.0.0.1:9/ocpp")


def test_all_cases_of_the_role_are_no_selection() -> None:
    assert selection(Asked(), CATALOGUE, IDS) is None
    assert selection(Asked(tuple(IDS)), CATALOGUE, IDS) is None


@pytest.mark.parametrize(
    ("asked", "more", "other"),
    [
        (Asked(("TC_001_CSMS",)), set(), False),
        (Asked((), ("Reservation",), ("Reservation",)), set(), False),
        (Asked((), ("Reservation",), ("Reservation",)), {"TC_046_CSMS"}, True),
        (Asked(), {"TC_001_CSMS"}, True),
    ],
)
def test_a_selection_says_how_it_came_about(asked: Asked, more: set[str], other: bool) -> None:
    chosen = {case.id for case in asked.of(CATALOGUE)} - more
    expected = {"cases": list(asked.ids), "profiles": list(asked.profiles), "other": other}
    assert selection(asked, CATALOGUE, chosen) == expected


def test_every_profile_is_counted_in_print_order(sut: Sut) -> None:
    sut = msgspec.structs.replace(sut, features=Features(clear_cache=False))
    rows = profile_counts(sut, CATALOGUE, {"TC_001_CSMS", "TC_023_3_CSMS", "TC_061_CSMS"}, [])
    assert [row["profile"] for row in rows][:2] == ["Core", "FirmwareManagement"]
    assert sum(row["cases"] for row in rows) == len(CATALOGUE)
    core = rows[0]
    # TC_061_CSMS does not apply. TC_023_3_CSMS does: that a run by address alone has no blocked tag is no claim.
    assert core["selected"] == 2 < core["applicable"] == core["cases"] - 1


def test_cases_of_another_package_are_counted_by_what_came_of_them(sut: Sut) -> None:
    records = [
        {"id": "TC_X_CSMS", "profile": "Core", "verdict": "PASS"},
        {"id": "TC_Y_CSMS", "profile": "Own", "verdict": "NOT_APPLICABLE"},
    ]
    before = profile_counts(sut, CATALOGUE, set(), [])[0]
    rows = {row["profile"]: row for row in profile_counts(sut, CATALOGUE, set(), records)}
    assert rows["Core"]["cases"] == before["cases"] + 1
    assert rows["Core"]["selected"] == 1
    assert rows["Own"] == {"profile": "Own", "cases": 1, "applicable": 0, "selected": 0}


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_run_of_pytest_says_what_was_left_out(running: Running, workers: tuple[str, ...]) -> None:
    outcome = running(TWO, "-k", "TC_ONE", *workers, "--plugproof-fail-on", "not-run")
    assert outcome.results is not None
    run = outcome.results["run"]
    assert run["selection"] == {"cases": [], "profiles": [], "other": True}
    assert run["interrupted"] is None
    assert run["fail_on"] == ["not-run"]
    assert run["profiles"][0]["selected"] == 1


def test_a_pre_check_says_what_was_asked_for(
    plugproof_run: PlugproofRun, scripted: ScriptedSut, tmp_path: Path
) -> None:
    sut = scripted.sut_file(tmp_path)
    options = ("--case", "tc_001_csms", "--fail-on", "inconclusive", "--fail-on", "finding")
    results = plugproof_run("precheck", "--sut", str(sut), *options, "--out", "out").results
    assert results is not None
    run = results["run"]
    assert run["selection"] == {"cases": ["tc_001_csms"], "profiles": [], "other": False}
    assert run["fail_on"] == ["finding", "inconclusive"]
    core = run["profiles"][0]
    assert (core["profile"], core["selected"]) == ("Core", 1)
    expected = profile_counts(load(sut), CATALOGUE, {"TC_001_CSMS"}, [])
    assert run["profiles"] == expected


def test_what_does_not_exist_cannot_make_a_run_red(plugproof_run: PlugproofRun) -> None:
    done = plugproof_run("precheck", "--fail-on", "findings")
    assert (done.code, done.stderr) == (2, "--fail-on is inconclusive, not-run or finding, not findings\n")


def test_the_id_of_a_case_is_read_off_whatever_stands_behind_it() -> None:
    ids = ("TC_001_CSMS", "RPC-11_CSMS", "TC_001_CSMS-two", "BOOT-08a_CS-two")
    found = [_ID.search(f"testcases/test_boot.py::test_boot[{id}]") for id in ids]
    assert [match and match[1] for match in found] == ["TC_001_CSMS", "RPC-11_CSMS", "TC_001_CSMS", "BOOT-08a_CS"]
