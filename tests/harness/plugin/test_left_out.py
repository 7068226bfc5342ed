"""What a product cannot do, what is left out of a run, an ERROR that is expected: reasons are told, none is a Pass."""

from __future__ import annotations

import re
from typing import Any

import pytest

from harness.case.registry import catalogue
from harness.plugin.selection import NoSkip, skipped
from harness.sut.needs import NOT_TESTED
from harness.v16.needs import NEEDS
from reports.results.untested import untested
from reports.v16.abstract import from_results
from tests.harness.conftest import Outcome, PlugproofRun, Running
from tests.harness.support.scripted_sut import ScriptedSut

STEPS = {name for name, need in NEEDS.table.items() if need.step is not None}


def test_every_step_switches_a_case_and_nothing_else_asks_about_it() -> None:
    asked = {need for case in catalogue("1.6") for need in case.needs}
    assert asked >= STEPS
    assert len(STEPS) == 10


CASES = """
@made_up("TC_052_CSMS", needs=["cancel-unknown-reservation"])
async def test_cancel(station, operator):
    raise AssertionError("not to be run")

@made_up("TC_A_CSMS")
@made_up("TC_B_CSMS")
async def test_others(station):
    await station.sends("Heartbeat", rule="R1")
"""


def test_a_step_that_the_product_cannot_do_is_not_tested_and_says_so(running: Running) -> None:
    outcome = running(CASES, sut={"more": "[features]\ncancel_unknown_reservation = false"})

    record = outcome.cases["TC_052_CSMS"]
    assert record["verdict"] == "NOT_APPLICABLE"
    reason = (
        "the product cannot cancel a reservation it has no record of: "
        "features.cancel_unknown_reservation = false in sut.toml"
    )
    assert record["reason"].removesuffix("sut.toml").startswith(NOT_TESTED + reason.removesuffix("sut.toml"))
    assert record["not_tested"] is True
    assert outcome.results is not None
    (told,) = untested(outcome.results)
    assert told.startswith("TC_052_CSMS: the product cannot cancel a reservation it has no record of: features.")
    assert from_results(outcome.results, "2024").untested == (told,)


def test_a_case_is_left_out_of_one_run(running: Running) -> None:
    outcome = running(CASES, "--plugproof-skip", "tc_a_csms= ticket  12 ", "--plugproof-case", "TC_A_CSMS")
    record = outcome.only
    assert (record["verdict"], record["not_run"], record["not_tested"]) == ("INCONCLUSIVE", True, True)
    assert record["reason"] == "not run: left out with --skip: ticket 12"
    assert record["trace"] is None


@pytest.mark.parametrize(
    ("skip", "sentence"),
    [
        ("TC_Z_CSMS=ticket", "--plugproof-skip TC_Z_CSMS is no case; "),
        ("TC_A_CSMS", "--plugproof-skip TC_A_CSMS has no reason; say why it is left out, for example "),
        ("=ticket", "--plugproof-skip =ticket is no case; "),
    ],
)
def test_what_names_no_case_or_no_reason_is_told(running: Running, skip: str, sentence: str) -> None:
    outcome = running(CASES, "--plugproof-skip", skip)
    assert outcome.code == 4
    assert sentence in outcome.stderr


def test_a_case_is_left_out_once() -> None:
    with pytest.raises(NoSkip, match="--skip names TC_052_CSMS twice; remove one of them"):
        skipped(["TC_052_CSMS=a", "tc_052_csms=b"])


def test_the_command_says_what_was_left_out_and_how_much_was_run(
    plugproof_run: PlugproofRun, scripted: ScriptedSut
) -> None:
    outcome = plugproof_run(
        *("precheck", "--csms", scripted.url, "--tag", "VALID-1", "--case", "TC_001_CSMS", "--case", "TC_003_CSMS"),
        *("--skip", "TC_003_CSMS=ticket 12", "--out", "out"),
    )
    said = " ".join(outcome.stdout.split())
    assert outcome.code == 0
    assert outcome.verdicts == {"TC_001_CSMS": "PASS", "TC_003_CSMS": "INCONCLUSIVE"}
    assert "left out with --skip: ticket 12" in said
    assert re.search(r"Core 1 of \d\d run", said)


def test_the_command_tells_a_skip_that_is_none(plugproof_run: PlugproofRun) -> None:
    outcome = plugproof_run("precheck", "--skip", "TC_0052_CSMS=ticket")
    assert outcome.code == 2
    assert outcome.stderr == "--skip TC_0052_CSMS is no case; did you mean TC_052_CSMS?\n"


EXPECTED = '[expected_failures]\nTC_MADE_UP_CSMS = { verdict = "ERROR", reason = "the console asks twice" }'
NO_OPERATION = """
@made_up()
async def test_unlock(station, operator):
    await operator.unlock_connector(station, connectorId=1)
    await station.receives("UnlockConnector", rule="R1")
"""
PASSES = """
@made_up()
async def test_heartbeat(station):
    await station.sends("Heartbeat", rule="R1")
"""
FAILS = """
@made_up()
async def test_heartbeat(station):
    answer = await station.sends("Heartbeat")
    answer.shows(rule="R1", currentTime="never")
"""
OURS = """
@made_up()
async def test_heartbeat(station):
    raise HarnessError("this is a fault of ours")
"""


def expecting(running: Running, source: str) -> Outcome:
    return running(source, "-rA", sut={"operator": True, "more": EXPECTED})


def test_an_error_of_the_product_that_is_expected_is_not_red(running: Running, scripted: ScriptedSut) -> None:
    scripted.api_status = 500
    outcome = expecting(running, NO_OPERATION)
    record = outcome.only
    assert (outcome.code, record["verdict"], record["expected_verdict"]) == (0, "ERROR", "ERROR")
    assert record["expected_failure"] == "the console asks twice"
    assert "1 xfailed" in outcome.stdout


@pytest.mark.parametrize(("source", "code", "verdict"), [(PASSES, 1, "PASS"), (FAILS, 1, "FAIL"), (OURS, 3, "ERROR")])
def test_anything_else_is_red(running: Running, source: str, code: int, verdict: str) -> None:
    outcome = expecting(running, source)
    assert (outcome.code, outcome.only["verdict"]) == (code, verdict)


def test_a_text_alone_expects_a_fail_and_no_error(running: Running, scripted: ScriptedSut) -> None:
    scripted.api_status = 500
    more = '[expected_failures]\nTC_MADE_UP_CSMS = "ticket 12"'
    outcome = running(NO_OPERATION, sut={"operator": True, "more": more})
    assert (outcome.code, outcome.only["verdict"]) == (3, "ERROR")
    assert "expected_verdict" not in outcome.only


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ('{ verdict = "PASS", reason = "x" }', 'expected_failures.TC_001_CSMS.verdict must be one of "FAIL", "ERROR"'),
        ('{ verdict = "ERROR", reason = " " }', "expected_failures.TC_001_CSMS.reason has no reason"),
        ('{ verdict = "ERROR" }', "expected_failures.TC_001_CSMS.reason is missing"),
        ("12", "expected_failures.TC_001_CSMS must be "),
    ],
)
def test_what_is_expected_is_written_in_one_way(running: Running, entry: Any, sentence: str) -> None:
    outcome = running(PASSES, sut={"more": f"[expected_failures]\nTC_001_CSMS = {entry}"})
    assert outcome.code == 4
    assert sentence in outcome.stderr
