"""What cases share has an owner, and what one leaves open is ended and blamed on nobody else."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from harness.adapters.provisioning.ledger import FOLDER, Entry, Ledger
from harness.case.left_open import LeftOpen
from harness.case.tags import CaseTags
from harness.case.verdicts import Inconclusive
from harness.cli.app import app
from harness.plugin.lanes.turns import Turns
from harness.sut import SutError
from harness.sut.reading import load
from harness.sut.tables.values import Tags
from harness.v16.csms.frames.left_open import answered, started, stopped
from ocppj.errors import OcppError
from tests.harness.conftest import Running
from tests.harness.support.scripted_sut import Payload, ScriptedSut
from tests.harness.support.suts import HEAD, sut_of

CHARGES = """
@made_up("TC_A_CSMS", needs=["valid-tag"])
async def test_a(station, tags, connector):
    await states.start(station, connector, tags.valid, rule="R1")
"""


def one_at_a_time(scripted: ScriptedSut, charging: dict[int, str]) -> None:
    """A CSMS that rightly answers ConcurrentTx (OCPP 1.6 §7.2)."""

    def info(payload: Payload) -> Payload:
        return {"status": "ConcurrentTx" if payload["idTag"] in charging.values() else "Accepted"}

    def start(payload: Payload) -> Payload:
        told, number = info(payload), len(scripted.received)
        if told["status"] == "Accepted":
            charging[number] = payload["idTag"]
        return {"transactionId": number, "idTagInfo": told}

    def stop(payload: Payload) -> Payload:
        charging.pop(payload["transactionId"], None)
        return {}

    scripted.answers |= {
        "Authorize": lambda payload: {"idTagInfo": info(payload)},
        "StartTransaction": start,
        "StopTransaction": stop,
    }


def notes(outcome: Any, id: str) -> str:
    return (outcome.out / outcome.cases[id]["trace"]).read_text("utf-8")


# --- a transaction that is left open ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "end",
    ["raise CaseFailure('mismatch', expected='a', actual='b', rule='TC_A_CSMS.R1')", "await station.loses_power()"],
    ids=["failed", "gone"],
)
def test_what_a_case_started_is_stopped_also_after_a_failure_and_without_its_connection(
    running: Running, scripted: ScriptedSut, end: str
) -> None:
    charging: dict[int, str] = {}
    one_at_a_time(scripted, charging)
    source = CHARGES + f"    from harness.case.verdicts import CaseFailure\n    {end}\n" + CHARGES.replace("_A_", "_B_")
    outcome = running(source.replace("test_a", "test_b", 1))

    assert outcome.verdicts["TC_B_CSMS"] == "PASS"
    assert charging == {}
    assert "was left running; it is stopped" in notes(outcome, "TC_A_CSMS")
    assert not (outcome.out / FOLDER).exists()


def test_a_transaction_whose_start_was_judged_wrong_is_stopped_too(running: Running, scripted: ScriptedSut) -> None:
    scripted.answers["StartTransaction"] = {"transactionId": 7, "idTagInfo": {"status": "WellDone"}}
    outcome = running(CHARGES)

    assert outcome.only["verdict"] == "FAIL"
    assert [payload["transactionId"] for name, payload in scripted.received if name == "StopTransaction"] == [7]


def test_a_stop_that_is_refused_in_the_cleanup_is_in_the_results_and_blamed_on_no_other_case(
    running: Running, scripted: ScriptedSut
) -> None:
    one_at_a_time(scripted, {})
    scripted.answers["StopTransaction"] = OcppError("InternalError", "no")
    outcome = running(CHARGES + CHARGES.replace("_A_", "_B_").replace("test_a", "test_b"))

    first, second = outcome.cases["TC_A_CSMS"], outcome.cases["TC_B_CSMS"]
    number = re.search(r"transaction (\d+) of TC_A_CSMS at station LANE-1", second["reason"])
    assert number is not None
    (finding,) = first["findings"]
    assert (first["verdict"], finding["level"], finding["rule"]) == ("PASS", "INFO", "RPC-00")
    assert finding["message"] == (
        f"{number[0]} could not be stopped in the cleanup and may be open still: CALLERROR InternalError: no"
    )
    assert second["verdict"] == "ERROR"
    assert second["reason"] == (
        f"the case could not go on: StartTransaction was answered ConcurrentTx, as VALID-1 charges already: {number[0]}"
    )
    assert f"{number[0]} was left open; it is ended before this case begins" in notes(outcome, "TC_B_CSMS")
    assert f"{number[0]} could not be stopped in the cleanup" in outcome.stderr  # at the end of the run, once more
    assert [(entry.kind, entry.case) for entry in Ledger(outcome.out / FOLDER)] == [
        ("transaction", "TC_A_CSMS"),
        ("transaction", "TC_B_CSMS"),
    ]


def test_what_is_told_of_a_tag_is_masked_where_the_file_asks_for_it(running: Running, scripted: ScriptedSut) -> None:
    def refused(method: str, target: str) -> None:
        scripted.api_status = 202
        if method == "DELETE":
            raise ConnectionError("the API went away")

    scripted.on_request = refused
    one_at_a_time(scripted, {})
    scripted.answers["StopTransaction"] = OcppError("InternalError", "no")
    source = CHARGES + CHARGES.replace("_A_", "_B_").replace("test_a", "test_b")
    outcome = running(source, sut={"operator": True, "more": "[run]\nmask_tags = true\n"})

    assert "tag *** could not be removed" in outcome.stderr
    assert outcome.cases["TC_B_CSMS"]["verdict"] == "ERROR"
    assert "as ******** charges already: transaction" in outcome.cases["TC_B_CSMS"]["reason"]
    told = [
        outcome.stderr,
        outcome.stdout,
        *(path.read_text("utf-8") for path in outcome.out.glob("*.*") if path.is_file()),
    ]
    assert not any("VALID-1" in text for text in told)


def test_a_csms_that_answers_concurrent_tx_for_a_free_tag_is_judged(running: Running, scripted: ScriptedSut) -> None:
    scripted.answers["StartTransaction"] = {"transactionId": 7, "idTagInfo": {"status": "ConcurrentTx"}}

    assert running(CHARGES).only["verdict"] == "FAIL"


PERFORMANCE = """
@made_up("TC_A_CSMS", profile="performance", needs=["valid-tag"])
async def test_a(station, tags, connector):
    charging = await states.charge(station, connector, tags.valid)
    station.answered_within(5, rule="R1")
"""


def test_a_state_that_a_measurement_does_not_reach_is_an_error(running: Running, scripted: ScriptedSut) -> None:
    scripted.answers["Authorize"] = {"idTagInfo": {"status": "ConcurrentTx"}}
    outcome = running(PERFORMANCE)

    assert (outcome.only["verdict"], outcome.only["reason"]) == (
        "ERROR",
        "the case could not go on: idTagInfo.status = ConcurrentTx",
    )


DIES = """
import os, signal
from pathlib import Path

@made_up("TC_A_CSMS", needs=["valid-tag"])
async def test_a(station, tags, connector):
    await states.start(station, connector, tags.valid, rule="R1")
    os.kill(os.getpid(), signal.SIGKILL)

@made_up("TC_B_CSMS", needs=["valid-tag"])
@made_up("TC_C_CSMS", needs=["valid-tag"])
@made_up("TC_D_CSMS", needs=["valid-tag"])
async def test_others(station, tags, connector):
    await states.charge(station, connector, tags.valid, rule="R1")
"""


def test_a_worker_that_dies_holds_nobody_up_and_its_transaction_is_ended(
    running: Running, scripted: ScriptedSut
) -> None:
    charging: dict[int, str] = {}
    one_at_a_time(scripted, charging)
    outcome = running(DIES, "-n", "2", process=True)

    assert outcome.verdicts == {
        "TC_A_CSMS": "ERROR",
        **dict.fromkeys(("TC_B_CSMS", "TC_C_CSMS", "TC_D_CSMS"), "PASS"),
    }
    assert charging == {}
    told = [notes(outcome, id) for id in ("TC_B_CSMS", "TC_C_CSMS", "TC_D_CSMS")]
    assert sum("of TC_A_CSMS at station LANE-" in text for text in told) == 1


def test_the_next_run_ends_what_a_killed_one_left_open(running: Running, scripted: ScriptedSut) -> None:
    stopped: list[int] = []

    def stop(payload: Payload) -> Payload:
        stopped.append(payload["transactionId"])
        return {}

    scripted.answers["StopTransaction"] = stop
    facts = {"transactionId": 4711, "idTag": "VALID-1", "connectorId": 1}
    entry = Entry("transaction", "OLD-1 4711", facts=facts, station="OLD-1", case="TC_OLD_CSMS")
    Ledger(Path.cwd() / "out" / FOLDER).add(entry)
    outcome = running(CHARGES)

    assert outcome.only["verdict"] == "PASS"
    assert stopped[0] == 4711
    assert "OLD-1" in scripted.identities
    assert not (outcome.out / FOLDER).exists()


# --- what only the CSMS can end --------------------------------------------------------------------------------------

LEAVES = """
@made_up("TC_A_CSMS")
async def test_a(station, operator):
    await operator.reserve_now(station, connectorId=1, idTag="A", expiryDate="2099-01-01T00:00:00Z", reservationId=5)
    await (await station.receives("ReserveNow", rule="R1")).answered(status="Accepted")
    await operator.change_availability(station, connectorId=1, type="Inoperative")
    await (await station.receives("ChangeAvailability", rule="R1")).answered(status="Accepted")
    profile = {"chargingProfileId": 9, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile",
               "chargingProfileKind": "Relative", "chargingSchedule": {"chargingRateUnit": "A",
               "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}]}}
    await operator.set_charging_profile(station, connectorId=1, csChargingProfiles=profile)
    await (await station.receives("SetChargingProfile", rule="R1")).answered(status="Accepted")
"""
UNDONE = [
    ("CancelReservation", {"reservationId": 5}),
    ("ChangeAvailability", {"connectorId": 1, "type": "Operative"}),
    ("ClearChargingProfile", {"id": 9}),
]


@pytest.mark.parametrize("pattern", ["LANE-{lane}", "PP-{run}-{case}"])
def test_what_a_case_left_in_the_csms_is_taken_back_where_the_station_is_met_again(
    running: Running, scripted: ScriptedSut, pattern: str
) -> None:
    asked: list[tuple[str, Payload]] = []
    for action in ("ReserveNow", "SetChargingProfile", *(action for action, _ in UNDONE)):
        scripted.operations[action] = _recorded(action, asked)
    outcome = running(LEAVES, sut={"operator": True, "pattern": pattern})

    assert outcome.only["verdict"] == "PASS"
    assert sorted(asked[3:], key=lambda one: one[0]) == (UNDONE if pattern == "LANE-{lane}" else [])
    assert not (outcome.out / FOLDER).exists()


def test_what_cannot_be_taken_back_is_told_and_kept_for_the_next_run(running: Running, scripted: ScriptedSut) -> None:
    def refused(method: str, target: str) -> None:
        scripted.api_status = 409 if target.endswith("CancelReservation") else 202

    scripted.on_request = refused
    outcome = running(LEAVES, sut={"operator": True})

    assert outcome.only["verdict"] == "PASS"
    said = "reservation 5 of TC_A_CSMS at station LANE-1 could not be taken back: operator reference: POST"
    assert said in notes(outcome, "TC_A_CSMS")
    assert said in outcome.stderr
    assert [entry.text for entry in Ledger(outcome.out / FOLDER)] == ["reservation 5 of TC_A_CSMS at station LANE-1"]


REFUSED = """
@made_up("TC_A_CSMS")
async def test_a(station, operator):
    await operator.reserve_now(station, connectorId=1, idTag="A", expiryDate="2099-01-01T00:00:00Z", reservationId=5)
    await (await station.receives("ReserveNow", rule="R1")).answered(status="Accepted")
    await operator.reset(station, type="Soft")
    await station.receives("Reset", rule="R1")
"""


def test_what_the_api_refused_in_the_case_is_no_failure_of_taking_back(running: Running, scripted: ScriptedSut) -> None:
    def refused(method: str, target: str) -> None:
        scripted.api_status = 409 if target.endswith("Reset") else 202

    scripted.on_request = refused
    outcome = running(REFUSED, sut={"operator": True})

    assert outcome.only["verdict"] == "ERROR"
    assert [name for name, _ in scripted.replies] == ["ReserveNow", "CancelReservation"]
    assert not (outcome.out / FOLDER).exists()


def _recorded(action: str, asked: list[tuple[str, Payload]]) -> Callable[[Payload], list[tuple[str, Any] | str]]:
    def operation(payload: Payload) -> list[tuple[str, Any] | str]:
        asked.append((action, payload))
        return [(action, payload)]

    return operation


@pytest.mark.parametrize(
    ("action", "left", "ended"),
    [
        ("FirmwareStatusNotification", "Installing", "InstallationFailed"),
        ("FirmwareStatusNotification", "Downloading", "DownloadFailed"),
        ("DiagnosticsStatusNotification", "Uploading", "UploadFailed"),
        ("FirmwareStatusNotification", "Installed", None),
    ],
)
def test_a_job_that_a_case_left_half_done_is_ended(
    running: Running, scripted: ScriptedSut, action: str, left: str, ended: str | None
) -> None:
    scripted.answers[action] = {}
    running(
        f"@made_up()\nasync def test_a(station):\n    await station.sends('{action}', rule='R1', status='{left}')\n"
    )

    statuses = [payload["status"] for name, payload in scripted.received if name == action]
    assert statuses == [left, *([ended] if ended else [])]


def test_what_ends_a_thing_on_the_wire_ends_it_in_the_books() -> None:
    left = LeftOpen("TC_1_CSMS", is_met_again=True)
    profile = {"chargingProfileId": 1, "stackLevel": 3, "chargingProfilePurpose": "TxDefaultProfile"}
    for connector in (1, 2):
        set_ = {"connectorId": connector, "csChargingProfiles": {**profile, "chargingProfileId": connector}}
        answered(left, "CP", "SetChargingProfile", set_, {"status": "Accepted"})
        answered(left, "CP", "ReserveNow", {"reservationId": connector}, {"status": "Accepted"})
        answered(left, "CP", "ChangeAvailability", {"connectorId": connector, "type": "Inoperative"}, _ACCEPTED)
    answered(left, "CP", "ReserveNow", {"reservationId": 3}, {"status": "Rejected"})
    of_transaction = {"csChargingProfiles": {**profile, "chargingProfilePurpose": "TxProfile"}}
    answered(left, "CP", "SetChargingProfile", of_transaction, _ACCEPTED)
    assert [entry.name for entry in left] == ["CP 1", "CP 1", "CP 1", "CP 2", "CP 2", "CP 2"]

    answered(left, "CP", "ClearChargingProfile", {"connectorId": 2, "stackLevel": 3}, _ACCEPTED)
    answered(left, "CP", "CancelReservation", {"reservationId": 1}, _ACCEPTED)
    assert [(entry.kind, entry.name) for entry in left] == [
        ("profile", "CP 1"),
        ("availability", "CP 1"),
        ("reservation", "CP 2"),
        ("availability", "CP 2"),
    ]
    answered(left, "CP", "ClearChargingProfile", {}, _ACCEPTED)
    answered(left, "CP", "ChangeAvailability", {"connectorId": 0, "type": "Operative"}, _ACCEPTED)
    started(left, "CP", {"idTag": "Tag", "connectorId": 2, "reservationId": 2}, 8)  # it uses the reservation up
    assert [(entry.kind, entry.name) for entry in left] == [("transaction", "CP 8")]
    assert left.who_charges_with("TAG") is not None
    assert left.who_charges_with("TAG", but=8) is None
    stopped(left, 8)
    assert list(left) == []


_ACCEPTED = {"status": "Accepted"}


# --- tags ------------------------------------------------------------------------------------------------------------


def test_an_unknown_tag_is_a_new_one_each_time() -> None:
    drawn = {Tags().unknown for _ in range(50)}
    assert len(drawn) == 50
    assert all(re.fullmatch(r"PP-NOBODY-[A-Z0-9]{10}", tag) for tag in drawn)
    assert re.fullmatch(r"X[A-Z0-9]{18}Y", Tags(invalid="X{random}Y").unknown)
    assert Tags(invalid="NOBODY").unknown == "NOBODY"


def tags_of(folder: Path, text: str) -> str:
    head, _, tail = HEAD.format(url="ws://127.0.0.1:9/ocpp", connection="", stations="[identities]").partition("[tags]")
    file = folder / "sut.toml"
    file.write_text(f"{head}[tags]\n{text}\n{tail[tail.index('[profiles]') :]}", "utf-8")
    return str(file)


def test_each_worker_has_a_tag_where_the_file_gives_several(tmp_path: Path) -> None:
    sut = load(tags_of(tmp_path, 'valid = ["A", "B", "C"]\nvalid_2 = ["A2", "B2"]\nexpired = "X"'))

    assert [sut.tags_of(worker).valid for worker in range(4)] == ["A", "B", "C", "A"]
    assert [sut.tags_of(worker).valid_2 for worker in range(4)] == ["A2", "B2", "A2", "A2"]
    assert {sut.tags_of(worker).expired for worker in range(4)} == {"X"}
    named = {"valid": "A", "valid[1]": "B", "valid[2]": "C", "valid_2": "A2", "valid_2[1]": "B2", "expired": "X"}
    assert {name: tag for name, tag in sut.named_tags().items() if name != "invalid"} == named


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("valid = []", 'tags.valid has too few items; write for example valid = ["VALID-A", "VALID-B"]'),
        ("valid = 5", 'tags.valid must be a text or a list, not 5; write for example valid = "VALID-1"'),
        ('valid = ["A", 5]', "item 2 of tags.valid must be a text, not 5"),
        ('valid = ["A", "A"]', "tags.valid lists the same thing twice; remove one of them"),
        (f'valid = ["{"A" * 21}"]', "item 1 of tags.valid has 21 characters, at most 20 are allowed; shorten it"),
        ('valid = ["A", "B"]\nblocked = "b"', "tags.blocked and tags.valid[1] are the same idTag B; use two tags"),
        (
            'valid = "A"\nexpired = ["B"]',
            'tags.expired must be a text, not ["B"]; write for example expired = "EXPIRED-1"',
        ),
        (
            'valid = "A"\ninvalid = "{random}{random}"',
            'tags.invalid = "{random}{random}" holds {random} more than once; write it once',
        ),
    ],
)
def test_a_mistake_in_the_tags_is_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(SutError) as caught:
        load(tags_of(tmp_path, text))
    assert [said.partition("sut.toml: ")[2] for said in caught.value.sentences] == [sentence]


def test_a_tag_that_the_file_lacks_is_inconclusive_and_named(running: Running) -> None:
    source = (
        "@made_up()\nasync def test_a(station, tags):\n    await states.authorize(station, tags.valid_2, rule='R1')\n"
    )
    outcome = running(source)

    assert (outcome.only["verdict"], outcome.only["reason"]) == (
        "INCONCLUSIVE",
        "sut.toml: tags.valid_2 is missing; name a second tag that the CSMS accepts",
    )
    for name in ("valid", "valid_2", "parent", "expired", "blocked", "concurrent"):
        with pytest.raises(Inconclusive, match=rf"f\.toml: tags\.{name} is missing; name "):
            CaseTags(Tags(), "f.toml").named(name)


# --- turns -----------------------------------------------------------------------------------------------------------


def _holds(folder: str, took: Any, go_on: Any) -> None:
    turn = Turns(Path(folder)).take(["tag A"], "TC_1_CSMS")
    assert turn is not None
    took.set()
    go_on.wait(60)
    os.kill(os.getpid(), signal.SIGKILL)  # without letting go


def test_a_turn_ends_with_the_process_that_has_it(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    took, go_on = context.Event(), context.Event()
    process = context.Process(target=_holds, args=(str(tmp_path), took, go_on))
    process.start()
    assert took.wait(60)
    turns, looked = Turns(tmp_path), []

    def meanwhile() -> bool:
        looked.append(True)
        go_on.set()
        return False

    with turns.tried("tag A", "TC_2_CSMS") as is_free:
        assert not is_free
    with turns.tried("tag B", "TC_2_CSMS") as is_free:
        assert is_free
    assert turns.take(["tag B", "tag A"], "TC_2_CSMS", lambda: True) is None  # an interruption
    turn = turns.take(["tag b", "TAG A"], "TC_2_CSMS", meanwhile)
    process.join(60)

    assert turn is not None
    assert looked
    assert (process.exitcode, turn.before) == (-signal.SIGKILL, "TC_1_CSMS")
    assert turn.waited > 0
    turn.ends()
    turn.ends()
    with turns.tried("tag A", "TC_3_CSMS") as is_free:
        assert is_free


def test_a_file_with_tags_per_case_says_so(tmp_path: Path) -> None:
    made = '[fixtures]\nkind = "rest"\nbase_url = "http://127.0.0.1:9"\ntags_per = "{}"\n'
    with pytest.raises(SutError, match=r"add \[fixtures.tags.create\] and \[fixtures.tags.remove\], or remove the key"):
        sut_of(tmp_path, made.format("case"))
    made += '[fixtures.tags.create]\npath = "/"\n[fixtures.tags.remove]\npath = "/"\n'
    assert sut_of(tmp_path, made.format("case")).fresh_tags
    assert not sut_of(tmp_path, made.format("run")).fresh_tags

    def told(text: str) -> str:
        sut_of(tmp_path, text)
        return CliRunner().invoke(app, ["check", str(tmp_path / "sut.toml")]).stdout

    assert "\n  tags       made for every case\n" in told(made.format("case"))
    assert "tags are made for every case" in told(made.format("case"))
    turns = "\n  tags       1 to charge with; with several workers the cases that charge take turns\n"
    assert turns in told(made.format("run"))
    tags_of(tmp_path, 'valid = ["A", "B", "C"]')
    file = str(tmp_path / "sut.toml")
    lists = "\n  tags       3 to charge with, one for each worker up to -n 3\n"
    assert lists in CliRunner().invoke(app, ["check", file]).stdout
