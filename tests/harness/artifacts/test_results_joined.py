"""What a run writes about its figures, and how its quiet and its loaded part become one."""

import copy
import json
from typing import Any

import msgspec
import pytest

from harness.artifacts.joining import joined
from harness.case.facts import Case
from harness.case.measuring import PACKAGES, Measured, machine, measured_by, packages, performance
from harness.case.run import CaseRun, Sample
from harness.sut.reading import for_url
from harness.v16.effects import EFFECTS
from ocppj.session.session import Memory
from reports.results.validation import run_id, validate
from tests.harness.conftest import Running
from tests.harness.support.scripted_sut import Never, ScriptedSut

TWO = """
@made_up("TC_ONE_CSMS", rules=("R1", "R2"))
async def test_one(station):
    await station.sends("Heartbeat", rule="R1")
    station.leaves_out("R2", "there is nothing to judge it by")

@made_up("TC_TWO_CSMS")
async def test_two(station):
    await station.sends("Authorize", idTag="X", rule="R1")
"""
BACKGROUND: dict[str, Any] = {
    "stations": 3,
    "verdict": "PASS",
    "reason": None,
    "identity": "PP-L0001",
    "seed": 9,
    "from_s": 1.0,
    "to_s": 2.0,
    "least_online": 3,
    "calls": {"sent": 4, "answered": 4, "refused": 0, "invalid": 0, "unanswered": 0, "cut": 0, "per_second": 4.0},
    "milliseconds": {"mean": 1.0, "p50": 1.0, "p95": 1.0, "p99": 1.0, "max": 1.0},
    "sessions": {"begun": 0, "over": 0, "refused": 0},
    "connections": {"attempts": 3, "connected": 3, "not_connected": 0, "lost": 0},
    "violations": [],
    "problems": {},
}


def test_a_run_writes_its_conditions_and_every_single_time(running: Running, scripted: ScriptedSut) -> None:
    scripted.answers["Authorize"] = Never
    results = running(TWO, sut={"message_s": 0.2}).results
    assert results is not None
    run, measured = results["run"], results["performance"]

    assert run["id"] == run_id(results)
    assert run["seed"] is None
    assert run["machine"].keys() == {"python", "platform", "cpus", "load_1m"}
    assert run["packages"].keys() <= set(PACKAGES)
    assert {"websockets", "ocpp", "msgspec"} <= run["packages"].keys()
    assert {name: run["suite"][name] for name in ("cases", "rules")} == {"cases": 2, "rules": 3}
    assert run["rules"] == {"promised": 3, "judged": 2, "left_out": 1}
    assert "background" not in results
    assert "loaded" not in measured

    rows = measured["samples"]["rows"]
    assert measured["samples"]["taken"] == len(rows) == measured["ocpp_response"]["n"]
    assert measured["ocpp_response"]["timeouts"] == measured["authorize_response"]["timeouts"] == 1
    assert measured["per_action"]["Authorize"]["timeouts"] == 1
    assert [row["at_ms"] for row in rows] == sorted(row["at_ms"] for row in rows)
    assert {row["case"] for row in rows} == {"TC_ONE_CSMS", "TC_TWO_CSMS"}
    assert [row["action"] for row in rows if row["first"]] == ["BootNotification"] * 2
    assert measured["first_calls"]["n"] == 2
    assert max(row["at_ms"] for row in rows) <= run["seconds"] * 1_000
    longest = max(row["ns"] for row in rows)
    assert measured["ocpp_response"]["max_ms"] == longest / 1e6

    again = running(TWO, sut={"message_s": 0.2}).results
    assert again is not None
    assert again["run"]["suite"] == run["suite"]
    assert again["run"]["id"] != run["id"]


@pytest.fixture
def quiet(running: Running) -> dict[str, Any]:
    results = running(TWO).results
    assert results is not None
    return results


def join(quiet: dict[str, Any], loaded: dict[str, Any] | None, **changed: Any) -> dict[str, Any]:
    results = joined(quiet, loaded, {**BACKGROUND, **changed}, later_s=10.0, seconds=20.0, again="--background 3")
    assert validate(results) == []
    assert run_id(results) == results["run"]["id"] != quiet["run"]["id"]
    return json.loads(json.dumps(results))


def test_two_parts_are_one_run_with_every_case_twice(quiet: dict[str, Any]) -> None:
    loaded = copy.deepcopy(quiet)
    loaded["performance"]["ocpp_response"]["max_ms"] += 1
    frame = {"seq": 1, "text": "[]", "start": None, "end": None}
    loaded["pics_mismatch"] = [
        {
            "rule": "PICS-01",
            "claim": "profiles.reservation",
            "declared": False,
            "observed": True,
            "message": "It does.",
            "case": "TC_ONE_CSMS",
            "trace": "cases/TC_ONE_CSMS/trace.jsonl",
            "frame": frame,
        }
    ]

    results = join(quiet, loaded)

    assert [(case["id"], case["phase"], case["trace"]) for case in results["cases"]] == [
        ("TC_ONE_CSMS", "quiet", "cases/TC_ONE_CSMS/trace.jsonl"),
        ("TC_TWO_CSMS", "quiet", "cases/TC_TWO_CSMS/trace.jsonl"),
        ("TC_ONE_CSMS@loaded", "loaded", "loaded/cases/TC_ONE_CSMS/trace.jsonl"),
        ("TC_TWO_CSMS@loaded", "loaded", "loaded/cases/TC_TWO_CSMS/trace.jsonl"),
    ]
    assert results["cases"][2]["rerun"] == quiet["cases"][0]["rerun"] + " --background 3"
    assert results["cases"][2]["rules"] == ["TC_ONE_CSMS.R1", "TC_ONE_CSMS.R2"]
    assert (results["run"]["seed"], results["run"]["seconds"]) == (9, 20.0)
    assert results["run"]["rules"] == {"promised": 6, "judged": 4, "left_out": 2}
    assert results["run"]["suite"] == quiet["run"]["suite"]
    under = results["performance"]["loaded"]
    assert under["ocpp_response"] == loaded["performance"]["ocpp_response"]
    assert results["performance"]["ocpp_response"] == quiet["performance"]["ocpp_response"]
    first, before = under["samples"]["rows"][0], quiet["performance"]["samples"]["rows"][0]
    assert first["at_ms"] == pytest.approx(before["at_ms"] + 10_000)
    assert first["case"] == f"{before['case']}@loaded"
    (mismatch,) = results["pics_mismatch"]
    assert (mismatch["case"], mismatch["trace"]) == ("TC_ONE_CSMS@loaded", "loaded/cases/TC_ONE_CSMS/trace.jsonl")


def test_without_the_load_a_pass_says_nothing(quiet: dict[str, Any]) -> None:
    loaded = copy.deepcopy(quiet)
    loaded["cases"][0]["profile"] = "Performance"
    failed = {**copy.deepcopy(quiet["cases"][1]), "id": "TC_BAD_CSMS", "verdict": "ERROR", "reason": "It broke."}
    loaded["cases"].append(failed)

    results = join(quiet, loaded, verdict="ERROR", reason="only 1 of 3 stations were still online")

    assert results["performance"]["loaded"] is None
    assert [(case["verdict"], case["reason"]) for case in results["cases"][2:]] == [
        ("ERROR", "the background load was not there: only 1 of 3 stations were still online"),
        ("INCONCLUSIVE", "the background load was not there: only 1 of 3 stations were still online"),
        ("ERROR", "It broke."),
    ]


def test_when_the_load_never_came_only_the_quiet_part_is_there(quiet: dict[str, Any]) -> None:
    results = join(quiet, None, verdict="ERROR", reason="no", from_s=None, to_s=None, milliseconds=None)
    assert len(results["cases"]) == 2
    assert results["performance"]["loaded"] is None


def test_a_machine_without_a_load_average(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine()["load_1m"] >= 0
    monkeypatch.delattr("os.getloadavg")
    assert machine()["load_1m"] is None


def test_what_is_not_installed_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.case.measuring.PACKAGES", ("msgspec", "there-is-no-such-thing"))
    assert packages().keys() == {"msgspec"}


CASE = Case("TC_1_CSMS", "One", "csms", "Core", "OCPP 1.6 §4.6", {"TC_1_CSMS.R1": "One."})


def test_a_sample_before_the_run_began_is_at_its_beginning() -> None:
    run = CaseRun(CASE, for_url("ws://127.0.0.1:9/ocpp"), for_url("ws://127.0.0.1:9/ocpp").lane(0), Memory())
    run.samples = [Sample("Heartbeat", 5, at=90), Sample("Heartbeat", 7, at=2_000_100, first=True)]
    measured = Measured(began_ns=100)
    measured.take("TC_1_CSMS", measured_by(run, EFFECTS))
    assert [(row["at_ms"], row["ns"], row["first"]) for row in measured.rows] == [(0.0, 5, False), (2.0, 7, True)]


def test_a_charge_point_is_measured_by_its_trace() -> None:
    address = for_url("ws://127.0.0.1:9/ocpp")
    declared = msgspec.structs.replace(address.performance, remote_stop_end=1)
    product = msgspec.structs.replace(address.product, sut="charge_point")
    sut = msgspec.structs.replace(address, product=product, performance=declared)
    run = CaseRun(CASE, sut, sut.lane(0), Memory())
    run.trace.add_frame("csms->station", '[2,"1","RemoteStopTransaction",{"transactionId":7}]', 100)
    run.trace.add_frame("station->csms", '[3,"1",{"status":"Accepted"}]', 150)
    run.trace.add_frame("station->csms", '[2,"2","StopTransaction",{"transactionId":7}]', 2_000_000_100)
    measured = Measured(began_ns=0)
    measured.take("TC_1_CP", measured_by(run, EFFECTS))

    figures = performance(sut, measured, None)

    assert (figures["ocpp_response"]["n"], figures["ocpp_response"]["max_ms"]) == (1, 0.00005)
    assert (figures["remote_stop_end"]["max_ms"], figures["remote_stop_end"]["within_declared"]) == (2_000.0, False)
    assert figures["triggered_function"]["n"] == figures["remote_start_authorization"]["n"] == 0
    assert list(figures["per_action"]) == ["RemoteStopTransaction"]
