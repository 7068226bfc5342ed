"""The first look at a CSMS: what it knows of the tags, whom it changes nothing for, and what is made of its absence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.case.registry import all_cases
from harness.peers.look import Answers
from harness.plugin.lanes.found import Found
from harness.plugin.preparation import looker
from harness.plugin.trouble.health import presence
from harness.sut import Lane, NoFixtures, Sut, Tags
from harness.sut.reading import for_url, load
from harness.v16.csms.reach.looking import look
from ocppj.errors import OcppError
from tests.harness.conftest import PlugproofRun, Running
from tests.harness.support.scripted_sut import Hangup, Never, ScriptedSut, Text
from tests.harness.support.suts import sut_of

INVALID = {"idTagInfo": {"status": "Invalid"}}
UNKNOWN = (
    "VALID-1 of [tags] is not known to this CSMS (Authorize was answered Invalid); "
    "register it, or name another one in tags.valid of sut.toml"
)
CASES = """
@made_up("TC_A_CSMS", needs=["valid-tag"])
async def test_a(station, tags):
    answer = await station.sends("Authorize", idTag=tags.valid)
    answer.shows(rule="R1", idTagInfo={"status": "Accepted"})

@made_up("TC_B_CSMS")
async def test_b(authorized, station):
    await station.sends("Heartbeat", rule="R1")

@made_up("TC_C_CSMS")
async def test_c(charging, station):
    await station.sends("Heartbeat", rule="R1")

@made_up("TC_D_CSMS", needs=["expired-tag"])
async def test_d(station, tags):
    answer = await station.sends("Authorize", idTag=tags.expired)
    answer.shows(rule="R1", idTagInfo={"status": "Expired"})

@made_up("TC_E_CSMS")
async def test_e(station):
    await station.sends("Heartbeat", rule="R1")
"""


def told(**statuses: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Authorize answers these statuses, a word for each tag, and Invalid for all others."""
    by_tag = {name.replace("_", "-"): status for name, status in statuses.items()}
    return lambda payload: {"idTagInfo": {"status": by_tag.get(payload["idTag"], "Invalid")}}


# --- tags ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_an_unknown_tag_is_said_once_and_blamed_on_nobody(
    running: Running, scripted: ScriptedSut, workers: list[str]
) -> None:
    scripted.answers["Authorize"] = INVALID
    outcome = running(CASES, *workers, process=bool(workers))

    assert outcome.stderr.count(f"before the first case: {UNKNOWN}\n") == 1
    assert outcome.verdicts == {f"TC_{letter}_CSMS": "INCONCLUSIVE" for letter in "ABCD"} | {"TC_E_CSMS": "PASS"}
    left = [outcome.cases[f"TC_{letter}_CSMS"] for letter in "ABC"]
    assert {record["reason"] for record in left} == {f"not run: {UNKNOWN}"}
    assert [record["not_run"] for record in left] == [True] * 3
    assert "EXPIRED-1 of [tags] is not known to this CSMS" in outcome.cases["TC_D_CSMS"]["reason"]
    assert outcome.code == 0
    assert [payload["idTag"] for action, payload in scripted.received if action == "Authorize"] == [
        "VALID-1",
        "EXPIRED-1",
    ]  # nothing was asked with them after the look, and the invalid one never was


def test_a_tag_that_is_blocked_is_no_tag_to_start_with(running: Running, scripted: ScriptedSut) -> None:
    scripted.answers["Authorize"] = told(VALID_1="Blocked", EXPIRED_1="Expired")
    outcome = running(CASES)

    assert outcome.verdicts["TC_A_CSMS"] == "INCONCLUSIVE"
    assert outcome.cases["TC_A_CSMS"]["reason"].startswith(
        "not run: VALID-1 of [tags] is Blocked at this CSMS; register"
    )
    assert outcome.verdicts["TC_D_CSMS"] == "PASS"


def test_a_csms_that_calls_the_expired_tag_invalid_is_judged(running: Running, scripted: ScriptedSut) -> None:
    """It knows the valid tag, so the file was gone by; that the other one may be missing is said, and no excuse."""
    scripted.answers["Authorize"] = told(VALID_1="Accepted")
    outcome = running(CASES)

    said = "EXPIRED-1 of [tags] was answered Invalid, not Expired; is it registered as such at this CSMS?"
    assert outcome.stderr.strip() == f"before the first case: {said}"
    assert outcome.verdicts["TC_D_CSMS"] == "FAIL"
    assert outcome.verdicts["TC_A_CSMS"] == "PASS"


def test_a_tag_that_plugproof_made_is_there_and_what_is_told_of_it_is_judged(
    running: Running, scripted: ScriptedSut
) -> None:
    scripted.answers["Authorize"] = INVALID
    outcome = running(CASES, sut={"operator": True})  # its [fixtures] make the tags

    assert outcome.stderr == ""
    assert outcome.verdicts["TC_A_CSMS"] == "FAIL"
    assert outcome.verdicts["TC_B_CSMS"] == "ERROR"


@pytest.mark.parametrize(
    "answer", [OcppError("InternalError"), Text('[3,"{id}",[]]'), {}, {"idTagInfo": 5}, Hangup(1011), Never]
)
def test_an_answer_that_tells_nothing_is_left_to_the_cases(
    running: Running, scripted: ScriptedSut, answer: Any
) -> None:
    scripted.answers["Authorize"] = answer
    outcome = running(CASES, "--plugproof-case", "TC_A_CSMS", sut={"message_s": 1.5})

    assert outcome.stderr == ""
    assert outcome.verdicts == {"TC_A_CSMS": "FAIL"}
    assert outcome.only["failure"]["rule"] is not None


def test_without_a_sut_file_the_option_is_named(plugproof_run: PlugproofRun, scripted: ScriptedSut) -> None:
    scripted.answers["Authorize"] = INVALID
    cases = ("--case", "TC_003_CSMS", "--case", "TC_023_1_CSMS", "--case", "TC_005_1_CSMS")
    outcome = plugproof_run("precheck", "--csms", scripted.url, "--tag", "CARD-9", "--out", "out", *cases)

    sentence = (
        "CARD-9 of --tag is not known to this CSMS (Authorize was answered Invalid); "
        "register it, or give --tag one that the CSMS accepts"
    )
    assert outcome.stderr == f"before the first case: {sentence}\n"
    assert outcome.verdicts == {
        "TC_003_CSMS": "INCONCLUSIVE",
        "TC_005_1_CSMS": "INCONCLUSIVE",
        "TC_023_1_CSMS": "PASS",
    }
    assert f"not run: TC_003_CSMS, TC_005_1_CSMS: {sentence}" in " ".join(outcome.stdout.split())
    assert not list(outcome.out.glob(".sut-*"))


def test_a_tag_that_nobody_named_is_told_as_such(plugproof_run: PlugproofRun, scripted: ScriptedSut) -> None:
    scripted.answers["Authorize"] = INVALID
    outcome = plugproof_run("precheck", "--csms", scripted.url, "--out", "out", "--case", "TC_003_CSMS")

    assert outcome.code == 3  # nothing conclusive
    told = "PLUGPROOF-VALID (no --tag was given) is not known to this CSMS (Authorize was answered Invalid)"
    assert outcome.stderr.startswith(f"before the first case: {told}; register it, or give --tag one")


def test_check_probe_shows_what_is_told_of_every_tag(
    plugproof_run: PlugproofRun, scripted: ScriptedSut, tmp_path: Path
) -> None:
    scripted.answers["Authorize"] = told(EXPIRED_1="Expired")
    scripted.sut_file(tmp_path)
    outcome = plugproof_run("check", "--probe", "sut.toml")

    assert (outcome.code, outcome.stderr) == (3, f"{UNKNOWN}\n")
    assert outcome.stdout.splitlines()[-1] == "  tags       VALID-1 is Invalid, EXPIRED-1 is Expired"


def test_check_probe_tells_how_far_a_station_came(
    plugproof_run: PlugproofRun, scripted: ScriptedSut, tmp_path: Path
) -> None:
    scripted.sut_file(tmp_path, message_s=0.5)
    scripted.refuses = 403
    outcome = plugproof_run("check", "--probe", "sut.toml")
    assert (outcome.code, outcome.stdout.splitlines()[-1]) == (3, "  probe      LANE-2 was not let in")
    assert outcome.stderr.startswith(f"{scripted.url} does not let LANE-2 in: HTTP 403 (no)")

    scripted.refuses = None
    scripted.answers["BootNotification"] = Never
    outcome = plugproof_run("check", "--probe", "sut.toml")
    assert outcome.code == 3
    assert outcome.stdout.splitlines()[-1].startswith("  probe      LANE-2 connected, round trip ")
    assert outcome.stderr == f"{scripted.url}, LANE-2: nothing was answered to BootNotification in 0.5 s\n"


def test_every_case_that_presents_a_tag_says_so_by_its_needs() -> None:
    """Or by the state it begins with: else it would be run, and blame the CSMS, with a tag that is not there."""
    tags = Tags(**{name: name for name in ("valid", "valid_2", "expired", "blocked", "concurrent")})
    unknown = dict.fromkeys(msgspec.structs.asdict(tags).values(), "gone")
    needs = {need for case in all_cases() for need in case.needs if need.endswith("-tag")}

    assert needs
    assert all(Found(unknown=unknown).missing(case, (), tags) for case in all_cases() if {*case.needs} & needs)


# --- who looks -------------------------------------------------------------------------------------------------------


def test_the_station_that_looks_is_none_of_a_case_where_there_is_another(tmp_path: Path) -> None:
    fresh = for_url("ws://127.0.0.1:9/ocpp")
    assert looker(fresh, [fresh.lane(0, "r")], "r").identity == "PP-r-LOOK"

    named = sut_of(tmp_path, "", stations='[[lanes]]\nidentity = "A"\n[[lanes]]\nidentity = "B"\n')
    assert looker(named, [named.lane(0)], "r").identity == "B"
    assert looker(named, [named.lane(0), named.lane(1)], "r").identity == "A"  # no other one is known

    numbered = sut_of(tmp_path, "", stations='[identities]\npattern = "L-{lane}"\n')
    assert looker(numbered, [numbered.lane(0), numbered.lane(1)], "r").identity == "L-3"


def test_a_cold_boot_is_the_first_one_of_its_station(running: Running, scripted: ScriptedSut) -> None:
    source = """
    @made_up("TC_001_CSMS")
    async def test_boot(cold_station):
        await states.boots(cold_station)
        await cold_station.sends("Heartbeat", rule="R1")
    """
    outcome = running(source)

    assert outcome.verdicts == {"TC_001_CSMS": "PASS"}
    assert scripted.identities == ["LANE-2", "LANE-1"]


# --- who is away -----------------------------------------------------------------------------------------------------


def sut(scripted: ScriptedSut, tmp_path: Path) -> Sut:
    return load(scripted.sut_file(tmp_path, message_s=0.3), environ={})


@pytest.mark.asyncio
async def test_away_is_who_answers_less_than_at_first(scripted: ScriptedSut, tmp_path: Path) -> None:
    here, lane = sut(scripted, tmp_path), Lane(identity="L")
    assert (await look(here, lane)).answers is Answers.BOOTS
    assert await presence(here, lane, Answers.BOOTS) is None

    scripted.answers["BootNotification"] = Never
    assert (await look(here, lane)).answers is Answers.OPENS
    assert await presence(here, lane, Answers.OPENS) is None
    assert "nothing was answered to BootNotification" in str(await presence(here, lane, Answers.BOOTS))

    scripted.refuses = 403  # an answer, which a case has judged
    assert await presence(here, lane, Answers.BOOTS) is None
    scripted.refuses = 503  # what a gateway says for a CSMS that is gone
    assert "HTTP 503" in str(await presence(here, lane, Answers.BOOTS))
    assert await presence(here, lane, Answers.SOMETHING) is None


@pytest.mark.asyncio
async def test_nobody_there_is_nothing(tmp_path: Path) -> None:
    gone = msgspec.structs.replace(for_url("ws://127.0.0.1:9/ocpp"), tags=Tags(), fixtures=NoFixtures())
    seen = await look(gone, gone.lane(0, "r"))

    assert (seen.answers, seen.tags) == (Answers.NOTHING, {})
    assert "the connection was refused" in str(seen.sentence)
    assert await presence(gone, gone.lane(0, "r"), Answers.SOMETHING) == seen.sentence


def test_what_was_found_is_read_by_every_process_and_everything_is_there_without_it(tmp_path: Path) -> None:
    assert Found.of(tmp_path) == Found(Answers.BOOTS, {})

    found = Found(Answers.OPENS, {"valid": "why"})
    found.write(tmp_path / "new")
    assert Found.of(tmp_path / "new") == found
