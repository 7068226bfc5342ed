"""The pytest plugin, run by pytester on made-up cases against a CSMS that answers as it is told."""

import base64
import html
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from harness.artifacts import so_far
from harness.case.facts import Case, cases_of
from harness.v16.csms.vocabulary import case
from ocppj.errors import OcppError
from ocppj.frames import CallError, CallResult
from tests.harness.conftest import INI, WITHOUT, Outcome, Running
from tests.harness.support.scripted_sut import Hangup, Late, Never, Rule, ScriptedSut, Text

HEARTBEAT = """
@made_up()
async def test_heartbeat(station):
    await station.sends("Heartbeat", rule="R1")
"""
TWO = """
@made_up("TC_ONE_CSMS")
async def test_one(station):
    await station.sends("Heartbeat", rule="R1")

@made_up("TC_TWO_CSMS")
async def test_two(station):
    await station.sends("Heartbeat", rule="R1")
"""
RESET = """
@made_up()
async def test_reset(station, operator):
    await operator.reset(station, type="Hard")
    request = await station.receives("Reset", rule="R1", type="Hard")
    await request.answered(status="Accepted")
"""
ONCE = "TC_MADE_UP_CSMS"


# --- what pytest sees ------------------------------------------------------------------------------------------------


def test_the_plugin_is_inert_in_a_foreign_project(pytester: pytest.Pytester) -> None:
    pytester.makeini(INI)
    pytester.makepyfile(
        """
        def test_mine(request):
            assert request.node.user_properties == []

        def test_yours():
            assert 1 == 2
        """
    )

    result = pytester.runpytest_inprocess(*WITHOUT)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*assert 1 == 2*"])
    result.stdout.no_fnmatch_line("*- plugproof -*")
    assert not (pytester.path / "plugproof-out").exists()


def test_a_foreign_async_test_is_left_to_its_own_plugin(pytester: pytest.Pytester) -> None:
    pytester.makeini(INI)
    pytester.makepyfile("async def test_mine():\n    pass\n")

    result = pytester.runpytest_inprocess(*WITHOUT, "-W", "ignore")

    assert result.parseoutcomes().get("passed", 0) == 0


def test_case_attaches_and_never_wraps() -> None:
    async def test_it() -> None: ...

    facts: dict[str, Any] = {"profile": "core", "ref": "OCPP 1.6 §4.6", "rules": {"R1": "One."}}
    decorated = case("TC_2_CSMS", "Two", **facts, tag="b")(test_it)
    decorated = case("TC_1_CSMS", "One", **facts, tag="a", needs=["reset"])(decorated)

    assert decorated is test_it
    assert cases_of(test_it) == (
        Case(
            "TC_1_CSMS",
            "One",
            "csms",
            "Core",
            "OCPP 1.6 §4.6",
            {"TC_1_CSMS.R1": "One."},
            ("reset",),
            parameters={"tag": "a"},
            version="1.6",
        ),
        Case(
            "TC_2_CSMS",
            "Two",
            "csms",
            "Core",
            "OCPP 1.6 §4.6",
            {"TC_2_CSMS.R1": "One."},
            parameters={"tag": "b"},
            version="1.6",
        ),
    )
    assert cases_of(lambda: None) == ()


def test_the_id_of_the_case_is_the_pytest_id_and_its_facts_are_properties(running: Running) -> None:
    outcome = running(TWO, "--collect-only", "-q", named=False)

    assert outcome.code == 0
    assert "test_made_up.py::test_one[TC_ONE_CSMS]" in outcome.stdout
    assert "test_made_up.py::test_two[TC_TWO_CSMS]" in outcome.stdout

    outcome = running(TWO, "--collect-only", "-q")
    assert (outcome.code, outcome.results) == (0, None)  # nothing was run, so there is nothing to report

    outcome = running(TWO, "--junit-xml=pytest.xml")
    properties = {
        (node.get("name"), node.get("value"))
        for element in ET.parse(outcome.out.parent / "pytest.xml").iter("testcase")
        if element.get("name") == "test_one[TC_ONE_CSMS]"
        for node in element.iter("property")
    }
    assert {("case", "TC_ONE_CSMS"), ("profile", "Core"), ("rules", "TC_ONE_CSMS.R1")} <= properties


def test_stacked_cases_run_once_each_with_their_parameters(running: Running) -> None:
    outcome = running(
        """
        @made_up("TC_A_CSMS", tag="VALID-1")
        @made_up("TC_B_CSMS", tag="OTHER", size=3)
        async def test_tags(station, tag, size):
            await station.sends("Authorize", rule="R1", idTag=tag)
            station.run.note(f"{station.run.case.id} {tag} {size}")
        """,
        "-v",
    )

    assert outcome.verdicts == {"TC_A_CSMS": "PASS", "TC_B_CSMS": "PASS"}
    traces = {id: (outcome.out / record["trace"]).read_text() for id, record in outcome.cases.items()}
    assert "TC_A_CSMS VALID-1 None" in traces["TC_A_CSMS"]
    assert "TC_B_CSMS OTHER 3" in traces["TC_B_CSMS"]
    assert outcome.stdout.index("[TC_A_CSMS]") < outcome.stdout.index("[TC_B_CSMS]")  # as they are read


@pytest.mark.parametrize(
    ("option", "ids"),
    [
        (["-k", "TC_ONE"], {"TC_ONE_CSMS"}),
        (["-k", "test_two"], {"TC_TWO_CSMS"}),
        (["--plugproof-case", "tc_two_csms"], {"TC_TWO_CSMS"}),
        (["--plugproof-case", "TC_ONE_CSMS", "--plugproof-case", "TC_TWO_CSMS"], {"TC_ONE_CSMS", "TC_TWO_CSMS"}),
        (["--plugproof-profile", "core"], {"TC_ONE_CSMS", "TC_TWO_CSMS"}),
        (["--plugproof-profile", "Core", "-k", "TWO"], {"TC_TWO_CSMS"}),
    ],
)
def test_selection(running: Running, option: list[str], ids: set[str]) -> None:
    outcome = running(TWO, *option)

    assert outcome.code == 0
    assert outcome.verdicts == dict.fromkeys(ids, "PASS")


@pytest.mark.parametrize("option", [["-k", "nothing"], ["--plugproof-profile", "reservation"]])
def test_an_empty_run_is_never_green(running: Running, option: list[str]) -> None:
    outcome = running(TWO, *option)

    assert (outcome.code, outcome.cases) == (5, {})


def test_cases_for_the_other_role_are_not_run(running: Running) -> None:
    outcome = running(HEARTBEAT + '\n@made_up("TC_STATION_CP")\nasync def test_of_a_station():\n    assert False\n')

    assert outcome.verdicts == {ONCE: "PASS"}


def test_our_cases_and_somebody_elses_tests_in_one_run(running: Running) -> None:
    source = HEARTBEAT + "\ndef test_mine():\n    assert 1 == 2\n"

    assert running(source).code == 1
    assert running(source, "-k", "heartbeat").code == 0
    assert running(source).verdicts == {ONCE: "PASS"}


# --- verdicts --------------------------------------------------------------------------------------------------------


def test_a_broken_rule_fails_the_case_with_an_explanation_instead_of_a_traceback(
    running: Running, scripted: ScriptedSut
) -> None:
    scripted.answers["Authorize"] = {"idTagInfo": {"status": "Invalid"}}
    outcome = running(
        """
        @made_up()
        async def test_tag(station, tags):
            (await station.sends("Authorize", idTag=tags.valid)).shows(rule="R1", idTagInfo={"status": "Accepted"})
        """
    )

    assert (outcome.code, outcome.verdicts) == (1, {ONCE: "FAIL"})
    failure = outcome.only["failure"]
    assert (failure["kind"], failure["rule"], failure["sentence"]) == ("mismatch", f"{ONCE}.R1", "Sentence of R1.")
    assert failure["expected"] == "Authorize.conf with idTagInfo.status = Accepted"
    assert failure["actual"] == "idTagInfo.status = Invalid"
    frame = failure["frame"]
    assert frame["text"][frame["start"] : frame["end"]] == '"Invalid"'
    assert failure["traceback"] is None
    assert "Sentence of R1." in outcome.stdout
    assert "Traceback" not in outcome.stdout
    assert "harness/peers/counterpart.py" not in outcome.stdout


def test_not_applicable_names_the_claim_and_not_run_the_tag(running: Running, scripted: ScriptedSut) -> None:
    outcome = running(
        """
        @made_up("TC_A_CSMS", needs=["blocked-tag"])
        async def test_blocked(station):
            assert False, "not to be run"

        @made_up("TC_B_CSMS", profile="reservation")
        async def test_reservation(station):
            assert False, "not to be run"
        """,
        "-rA",
    )

    assert outcome.code == 3  # nothing conclusive
    assert outcome.verdicts == {"TC_A_CSMS": "INCONCLUSIVE", "TC_B_CSMS": "NOT_APPLICABLE"}
    assert {id: record["reason"] for id, record in outcome.cases.items()} == {
        "TC_A_CSMS": "not run: tags.blocked is not set in sut.toml; name one to have this judged",
        "TC_B_CSMS": "not claimed: profiles.reservation = false in sut.toml",
    }
    assert "1 not applicable" in outcome.stdout
    assert all(record["trace"] is None for record in outcome.cases.values())
    look = ["BootNotification", "Authorize", "Authorize"]  # the one before the run, with the tags of the file
    assert [action for action, _ in scripted.received] == look


def test_a_case_may_find_out_itself_that_it_cannot_be_judged(running: Running) -> None:
    outcome = running(
        """
        @made_up("TC_B_CSMS")
        async def test_b(station):
            raise Inconclusive("the clock of the CSMS could not be seen")

        @made_up("TC_C_CSMS")
        async def test_c(station):
            import pytest
            pytest.skip("somebody skipped it")
        """,
        "-rA",
    )

    assert outcome.verdicts == {"TC_B_CSMS": "INCONCLUSIVE", "TC_C_CSMS": "INCONCLUSIVE"}
    assert outcome.code == 3
    assert "2 inconclusive" in outcome.stdout


EXPECTED = {"more": '[expected_failures]\nTC_MADE_UP_CSMS = "ticket 12"'}


def test_an_expected_failure_is_not_red(running: Running, scripted: ScriptedSut) -> None:
    scripted.answers["Heartbeat"] = OcppError("InternalError")
    outcome = running(HEARTBEAT, sut=EXPECTED)

    assert (outcome.code, outcome.verdicts) == (0, {ONCE: "FAIL"})
    assert outcome.only["expected_failure"] == "ticket 12"
    assert "1 xfailed" in outcome.stdout


def test_an_expected_failure_that_passes_is_red(running: Running) -> None:
    outcome = running(HEARTBEAT, sut=EXPECTED)

    assert (outcome.code, outcome.verdicts) == (1, {ONCE: "PASS"})
    assert "It was expected to fail (ticket 12) and passed" in outcome.stdout
    assert "XPASS" in outcome.stdout


def test_an_error_is_no_expected_failure(running: Running) -> None:
    outcome = running('@made_up()\nasync def test_it(station):\n    raise RuntimeError("broken")\n', sut=EXPECTED)

    assert (outcome.code, outcome.verdicts) == (3, {ONCE: "ERROR"})


def test_without_an_operator_the_case_is_inconclusive(running: Running) -> None:
    outcome = running(RESET)

    assert (outcome.code, outcome.verdicts) == (3, {ONCE: "INCONCLUSIVE"})
    assert outcome.only["reason"] == (
        "nobody operates the back office, so it cannot be asked for anything; "
        'configure an [operator] in sut.toml, for example kind = "rest"'
    )


def test_an_operation_that_is_claimed_and_not_offered_fails(running: Running) -> None:
    rest = {"more": '[operator]\nkind = "rest"\nbase_url = "http://127.0.0.1:9"\n'}
    outcome = running(RESET, sut=rest)

    assert (outcome.code, outcome.verdicts) == (1, {ONCE: "FAIL"})
    assert outcome.only["failure"]["kind"] == "operator"
    assert outcome.only["reason"] == (
        "claimed, but not offered: operator rest has no template for Reset; add [operator.actions.Reset] to sut.toml"
    )


def test_an_operator_that_refuses_is_an_error_and_not_silence(running: Running, scripted: ScriptedSut) -> None:
    scripted.api_status = 500
    outcome = running(RESET, sut={"operator": True})

    assert (outcome.code, outcome.verdicts) == (3, {ONCE: "ERROR"})
    assert outcome.only["failure"]["kind"] == "operator"
    assert "was answered 500 (wanted 200, 201, 202, 204)" in outcome.only["reason"]


REST = """
[operator]
kind = "rest"
base_url = "{api}"
headers = {{ Authorization = "Bearer token-4711" }}
[operator.actions.Reset]
path = "/{{station}}/reset"
body = "{{payload}}"
"""
REFUSAL = {"message": "no. " * 100, "token": "token-4711"}


def told(outcome: Outcome) -> list[str]:
    """What the trace of the only case says of the operator."""
    lines = (outcome.out / outcome.only["trace"]).read_text("utf-8").splitlines()
    return [entry["text"] for entry in map(json.loads, lines) if entry["kind"] == "operator"]


@pytest.mark.parametrize("status", [400, 200])
def test_what_the_api_of_an_operator_did_is_evidence(running: Running, scripted: ScriptedSut, status: int) -> None:
    """Refused, and taken without anything happening: request and answer stand in trace, explanation and page."""
    scripted.api_status, scripted.api_body = status, json.dumps(REFUSAL).encode()
    outcome = running(RESET, sut={"more": REST.format(api=scripted.api), "message_s": 1})

    said = json.dumps(REFUSAL).replace("token-4711", "***")
    asked, request, answer = told(outcome)
    assert asked == "Reset type=Hard"
    assert request.splitlines() == [
        f"POST {scripted.api}/LANE-1/reset",
        "Content-Type: application/json",
        "Authorization: ***",
        "",
        '{"type":"Hard"}',
    ]
    assert answer.startswith(f"{status} Text after ")
    assert answer.endswith(f"\n\n{said}")
    assert outcome.verdicts == {ONCE: "ERROR" if status == 400 else "FAIL"}
    assert outcome.only["failure"]["evidence"] == f"{request}\n\n{answer}"
    folded = outcome.stdout.partition("\n  operator  ")[2]
    assert re.sub(r"\s", "", said) in re.sub(r"\s", "", folded)
    assert html.escape(said, quote=False) in (outcome.out / "report.html").read_text("utf-8")


NEW_KEY = """
@made_up()
async def test_key(station, operator):
    await operator.change_configuration(station, key="AuthorizationKey", value=b"sixteen-octets-k".hex())
    await station.receives("ChangeConfiguration", rule="R1")
"""
PASSWORD = """
[operator]
kind = "rest"
base_url = "{api}"
[operator.actions.ChangeConfiguration]
path = "/password"
body = {{ digits = "{{value}}", text = "{{value|unhex}}" }}
"""


def test_a_key_that_is_set_is_not_told_whatever_the_api_calls_it(running: Running, scripted: ScriptedSut) -> None:
    scripted.api_status, scripted.api_body = 400, b"sixteen-octets-k is too short"
    outcome = running(NEW_KEY, sut={"more": PASSWORD.format(api=scripted.api)})

    assert told(outcome)[1].endswith('\n\n{"digits":"********","text":"********"}')
    assert outcome.only["failure"]["evidence"].endswith("\n\n******** is too short")
    written = [file for file in outcome.out.rglob("*") if file.is_file()]
    assert len(written) > 4
    for file in written:
        assert not re.search(b"sixteen-octets-k|7369787465656e", file.read_bytes()), file


def test_with_an_operator_the_case_passes(running: Running, scripted: ScriptedSut) -> None:
    outcome = running(RESET, sut={"operator": True})

    assert (outcome.code, outcome.verdicts) == (0, {ONCE: "PASS"})
    assert scripted.replied("Reset") == {"status": "Accepted"}


def test_an_error_keeps_its_traceback(running: Running) -> None:
    outcome = running('@made_up()\nasync def test_it(station):\n    raise RuntimeError("the case is broken")\n')

    assert (outcome.code, outcome.verdicts) == (3, {ONCE: "ERROR"})
    failure = outcome.only["failure"]
    assert failure["kind"] == "harness"
    assert 'raise RuntimeError("the case is broken")' in failure["traceback"]
    assert 'raise RuntimeError("the case is broken")' in outcome.stdout


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ('__import__("pytest").fail("by hand")', "ERROR"),
        ("raise SystemExit(0)", "ERROR"),
        ('raise __import__("asyncio").CancelledError', "ERROR"),
        ("assert False", "ERROR"),
        ('await station.sends("Heartbeat", rule="R9")', "ERROR"),
        ('await station.sends("Authorize", rule="R1")', "ERROR"),
        ('raise HarnessError("nothing works")', "ERROR"),
    ],
)
def test_no_way_to_leave_a_case_goes_without_a_verdict(running: Running, body: str, verdict: str) -> None:
    outcome = running(f"@made_up()\nasync def test_it(station):\n    {body}\n")

    assert (outcome.code, outcome.verdicts) == (3, {ONCE: verdict})
    assert outcome.only["reason"]


def test_a_fixture_that_breaks_is_an_error_before_and_after_the_case(running: Running) -> None:
    outcome = running(
        """
        import pytest

        @pytest.fixture
        def before():
            raise RuntimeError("set-up broken")

        @pytest.fixture
        def after():
            yield
            raise RuntimeError("tear-down broken")

        @made_up("TC_A_CSMS")
        async def test_a(before, station):
            await station.sends("Heartbeat", rule="R1")

        @made_up("TC_B_CSMS")
        async def test_b(after, station):
            await station.sends("Heartbeat", rule="R1")
        """
    )

    assert (outcome.code, outcome.verdicts) == (3, {"TC_A_CSMS": "ERROR", "TC_B_CSMS": "ERROR"})
    assert "set-up broken" in outcome.cases["TC_A_CSMS"]["failure"]["traceback"]
    assert "tear-down broken" in outcome.cases["TC_B_CSMS"]["failure"]["traceback"]


def test_a_case_that_does_not_judge_what_it_promises_is_an_error(running: Running) -> None:
    outcome = running(
        """
        @made_up(rules=("R1", "R2"))
        async def test_it(station):
            await station.sends("Heartbeat", rule="R1")
        """
    )

    assert (outcome.code, outcome.verdicts) == (3, {ONCE: "ERROR"})
    assert outcome.only["reason"] == f"the case ended without judging {ONCE}.R2"
    assert outcome.only["rules_judged"] == [f"{ONCE}.R1"]


def test_a_preamble_that_breaks_is_an_error_of_the_state(running: Running, scripted: ScriptedSut) -> None:
    scripted.answers["BootNotification"] = {"status": "Rejected", "currentTime": "2026-11-21T10:00:00Z", "interval": 9}
    outcome = running(HEARTBEAT)

    assert (outcome.code, outcome.verdicts) == (3, {ONCE: "ERROR"})
    assert outcome.only["reason"] == "the state booted was not reached: status = Rejected"
    assert outcome.only["failure"]["kind"] == "preamble"


# --- the protocol under every case -----------------------------------------------------------------------------------


def test_a_broken_must_in_any_frame_fails_a_case_whose_checks_hold(running: Running, scripted: ScriptedSut) -> None:
    scripted.answers["StatusNotification"] = {"status": "Accepted"}
    outcome = running(HEARTBEAT)

    assert (outcome.code, outcome.verdicts) == (1, {ONCE: "FAIL"})
    assert outcome.only["failure"]["rule"] == "VAL-14"
    assert outcome.only["failure"]["kind"] == "protocol"
    assert outcome.only["rules_judged"] == [f"{ONCE}.R1"]


def test_a_broken_must_in_the_cleanup_fails_the_case(running: Running, scripted: ScriptedSut) -> None:
    scripted.answers["StopTransaction"] = {"unknown": True}
    outcome = running(
        """
        @made_up()
        async def test_it(station, charging):
            await station.sends("Heartbeat", rule="R1")
        """
    )

    assert (outcome.code, outcome.verdicts) == (1, {ONCE: "FAIL"})
    assert outcome.only["failure"]["rule"] == "VAL-14"


SHOULD = """
@made_up()
async def test_preference(station):
    answer = await station.sends("DataTransfer", vendorId="org.example.unknown")
    answer.prefers(rule="R1", status="UnknownVendorId")
"""


@pytest.mark.parametrize(("strict", "code", "verdict"), [([], 0, "PASS"), (["--plugproof-strict"], 1, "FAIL")])
def test_a_broken_should_is_a_finding_and_fails_only_when_strict(
    running: Running, scripted: ScriptedSut, strict: list[str], code: int, verdict: str
) -> None:
    scripted.answers["DataTransfer"] = {"status": "Accepted"}
    outcome = running(SHOULD, *strict)

    assert (outcome.code, outcome.verdicts) == (code, {ONCE: verdict})
    (finding,) = outcome.only["findings"]
    assert (finding["rule"], finding["level"], finding["party"]) == (f"{ONCE}.R1", "SHOULD", "csms")
    assert finding["message"] == "status = Accepted, expected UnknownVendorId: Sentence of R1."
    if strict:
        assert outcome.only["failure"]["rule"] == f"{ONCE}.R1"


# --- bad answers -----------------------------------------------------------------------------------------------------

BAD_ANSWERS: dict[str, tuple[Rule, str, str]] = {
    "callerror": (OcppError("GenericError", "no idea"), "callerror", "R1"),
    "missing member": ({}, "schema", "R1"),
    "wrong type": ({"currentTime": 5}, "schema", "R1"),
    "wrong id": (Text('[3,"someone-else",{"currentTime":"2026-11-21T10:00:00Z"}]'), "silence", "R1"),
    "wrong case of the id": (Text('[3,"{id}X",{"currentTime":"2026-11-21T10:00:00Z"}]'), "silence", "R1"),
    "too short": (Text('[3,"{id}"]'), "protocol", "R1"),
    "no JSON": (Text('[3,"{id}",'), "protocol", "R1"),
    "no array": (Text('{"id":"{id}"}'), "silence", "R1"),
    "empty text": (Text(""), "silence", "R1"),
    "payload is a list": (Text('[3,"{id}",[]]'), "schema", "R1"),
    "error without details": (Text('[4,"{id}","GenericError",""]'), "protocol", "R1"),
    "never": (Never, "silence", "R1"),
    "closed": (Hangup(1001, "going away"), "closed", "R1"),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_a_bad_answer_fails_the_case_under_its_rule(running: Running, scripted: ScriptedSut, name: str) -> None:
    answer, kind, rule = BAD_ANSWERS[name]
    scripted.answers["Heartbeat"] = answer
    outcome = running(HEARTBEAT, sut={"message_s": 1.5 if kind == "silence" else 20})

    assert (outcome.code, outcome.verdicts) == (1, {ONCE: "FAIL"})
    failure = outcome.only["failure"]
    assert (failure["kind"], failure["rule"]) == (kind, f"{ONCE}.{rule}")
    assert "Traceback" not in outcome.stdout


def test_a_late_answer_does_not_stop_the_case_and_breaks_a_rule(running: Running, scripted: ScriptedSut) -> None:
    scripted.answers["Heartbeat"] = Late({"currentTime": "2026-11-21T10:00:00Z"})
    outcome = running(
        """
        from harness.case.verdicts import CaseFailure

        @made_up()
        async def test_late(station):
            try:
                await station.sends("Heartbeat")
            except CaseFailure as failure:
                assert failure.kind == "silence"
            await states.status(station, 1, "Preparing", rule="R1")
        """,
        sut={"message_s": 1},
    )

    assert outcome.verdicts == {ONCE: "FAIL"}
    assert outcome.only["failure"]["rule"] == "RPC-13"
    assert outcome.only["rules_judged"] == [f"{ONCE}.R1"]


def test_an_answer_that_comes_twice_breaks_a_rule(running: Running, scripted: ScriptedSut) -> None:
    scripted.operations["Reset"] = lambda _: ['[3,"again",{}]', '[3,"again",{}]', ("Reset", {"type": "Hard"})]
    outcome = running(RESET, sut={"operator": True})

    assert outcome.verdicts == {ONCE: "FAIL"}
    assert outcome.only["failure"]["rule"] == "RPC-14"
    assert len(outcome.only["findings"]) == 2


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        (lambda payload: [], "silence"),
        (lambda payload: [("Reset", {"type": "Soft"})], "mismatch"),
        (lambda payload: [("Reset", {})], "schema"),
        (lambda payload: ['[2,"x","Reset"]'], "protocol"),
        (lambda payload: ['[2,"x","reset",{"type":"Hard"}]'], "protocol"),
    ],
)
def test_a_bad_request_fails_the_case_under_its_rule(
    running: Running, scripted: ScriptedSut, operation: object, kind: str
) -> None:
    scripted.operations["Reset"] = operation  # type: ignore[assignment]
    outcome = running(RESET, sut={"operator": True, "message_s": 1.5})

    assert (outcome.code, outcome.verdicts) == (1, {ONCE: "FAIL"})
    failure = outcome.only["failure"]
    assert (failure["kind"], failure["rule"]) == (kind, f"{ONCE}.R1")


def test_a_connection_that_closes_instead_of_a_request_fails_under_the_rule(
    running: Running, scripted: ScriptedSut
) -> None:
    scripted.answers["Heartbeat"] = Hangup(1001, "restart")
    outcome = running(
        """
        import asyncio

        @made_up()
        async def test_it(station):
            beating = asyncio.ensure_future(station.sends("Heartbeat"))
            try:
                await station.receives("Reset", rule="R1")
            finally:
                await asyncio.gather(beating, return_exceptions=True)
        """
    )

    assert outcome.verdicts == {ONCE: "FAIL"}
    failure = outcome.only["failure"]
    assert (failure["kind"], failure["rule"], failure["expected"]) == ("closed", f"{ONCE}.R1", "Reset")
    assert failure["actual"] == "the connection was closed by the other side (1001, restart)"


def test_a_better_candidate_is_waited_for(running: Running, scripted: ScriptedSut) -> None:
    scripted.operations["Reset"] = lambda _: [("Reset", {"type": "Soft"}), ("Reset", {"type": "Hard"})]
    outcome = running(RESET, sut={"operator": True, "settle_s": 20})

    assert outcome.verdicts == {ONCE: "PASS"}
    assert [frame.payload for _, frame in scripted.replies if isinstance(frame, CallResult)] == [
        {"status": "Rejected"},
        {"status": "Accepted"},
    ]


def test_a_request_that_is_right_where_it_matters_and_invalid_elsewhere(
    running: Running, scripted: ScriptedSut
) -> None:
    scripted.operations["Reset"] = lambda _: [("Reset", {"type": "Hard", "extra": 1})]
    outcome = running(RESET, sut={"operator": True})

    assert outcome.verdicts == {ONCE: "FAIL"}
    assert outcome.only["failure"]["rule"] == "VAL-14"
    assert outcome.only["rules_judged"] == [f"{ONCE}.R1"]
    (answer,) = answers_in(outcome)  # one answer, the refusal, although the case answers too
    assert answer[0] == 4


def test_a_request_whose_case_failed_is_answered_all_the_same(running: Running, scripted: ScriptedSut) -> None:
    outcome = running(
        """
        @made_up()
        async def test_reset(station, operator):
            await operator.reset(station, type="Soft")
            request = await station.receives("Reset")
            request.shows(rule="R1", type="Hard")
        """,
        sut={"operator": True},
    )

    assert outcome.verdicts == {ONCE: "FAIL"}
    assert [answer[2] for answer in answers_in(outcome)] == [{"status": "Rejected"}]


def answers_in(outcome: Outcome) -> list[list[Any]]:
    """The CALLRESULTs and CALLERRORs of the station, as they are in the trace of the only case."""
    lines = (outcome.out / outcome.only["trace"]).read_text("utf-8").splitlines()
    sent = [json.loads(line) for line in lines]
    frames = [json.loads(e["text"]) for e in sent if (e["kind"], e["direction"]) == ("frame", "station->csms")]
    return [frame for frame in frames if frame[0] in (3, 4)]


@pytest.mark.parametrize(
    ("body", "kind", "actual"),
    [
        (
            'await station.disconnects(); await station.sends("Heartbeat", rule="R1")',
            "harness",
            "station LANE-1 is not connected",
        ),
        (
            'station.answered_within(9, action="Authorize", rule="R1")',
            "harness",
            "0 response times are too few to judge, 10 are needed",
        ),
        (
            '(await station.sends("Heartbeat"))["interval"]',
            "schema",
            "no interval",
        ),
        (
            'await station.loses_power(); await station.sends("Heartbeat", rule="R1")',
            "harness",
            "station LANE-1 is not connected",
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence(running: Running, body: str, kind: str, actual: str) -> None:
    outcome = running(f"@made_up()\nasync def test_it(station):\n    {body}\n")

    failure = outcome.only["failure"]
    assert (failure["kind"], failure["actual"]) == (kind, actual)


def test_the_slowest_answer_decides(running: Running) -> None:
    outcome = running(
        """
        @made_up("TC_FAST_CSMS")
        @made_up("TC_SLOW_CSMS", limit=0)
        async def test_times(station, limit):
            for _ in range(10):
                await station.sends("Heartbeat")
            station.answered_within(1000 if limit is None else limit, action="Heartbeat", rule="R1")
        """
    )

    assert outcome.verdicts == {"TC_FAST_CSMS": "PASS", "TC_SLOW_CSMS": "FAIL"}
    failure = outcome.cases["TC_SLOW_CSMS"]["failure"]
    assert failure["expected"] == "an answer within 0 s, the maximum that is declared"
    assert [entry["label"] for entry in failure["sequence"] if entry["offending"]] == ["Heartbeat.conf"]


def test_a_request_that_may_not_come(running: Running, scripted: ScriptedSut) -> None:
    source = """
    @made_up()
    async def test_it(station):
        await station.sends("Heartbeat")
        await station.receives_no("Reset", rule="R1", type="Hard")
    """
    scripted.after["Heartbeat"] = [("Reset", {"type": "Soft"})]
    assert running(source).verdicts == {ONCE: "PASS"}

    outcome = running(
        """
        @made_up()
        async def test_it(station):
            station.expects("Reset")
            await station.sends("Heartbeat")
            await station.receives("Reset", type="Soft")
            await station.receives_no("Reset", rule="R1", type="Soft")
        """
    )
    assert outcome.verdicts == {ONCE: "PASS"}

    scripted.after["Heartbeat"] = [("Reset", {"type": "Hard"})]
    outcome = running(
        """
        @made_up()
        async def test_it(station):
            station.expects("Reset")
            await station.sends("Heartbeat")
            await station.receives_no("Reset", rule="R1", type="Hard")
        """,
        sut={"quiet_s": 20},
    )
    assert (outcome.verdicts, outcome.only["failure"]["kind"]) == ({ONCE: "FAIL"}, "unwanted")


# --- what nobody asked for -------------------------------------------------------------------------------------------

UNASKED = [
    ("GetConfiguration", {"key": ["HeartbeatInterval", "Nonsense"]}),
    ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "7"}),
    ("TriggerMessage", {"requestedMessage": "StatusNotification", "connectorId": 1}),
    ("TriggerMessage", {"requestedMessage": "MeterValues"}),
    ("DataTransfer", {"vendorId": "org.example"}),
    ("Reset", {"type": "Hard"}),
    ("RemoteStartTransaction", {"idTag": "X"}),
    ("GetConfiguration", {}),
]


# Each is sent when the one before has been answered, so that a case that has seen the last one has met them all.
LAST: tuple[str, dict[str, Any]] = ("ClearCache", {})
MEETING = """
@made_up()
async def test_it(cold_station, tags):
    cold_station.expects("ClearCache")
    await states.boot(cold_station)
    await states.charge(cold_station, 1, tags.valid)
    await cold_station.sends("Heartbeat", rule="R1")
    await (await cold_station.receives("ClearCache")).answered(status="Accepted")
"""

SENSIBLE = [
    {
        "configurationKey": [{"key": "HeartbeatInterval", "readonly": False, "value": "60"}],
        "unknownKey": ["Nonsense"],
    },
    {"status": "Accepted"},
    {"status": "Accepted"},
    {"status": "Rejected"},
    {"status": "UnknownVendorId"},
    {"status": "Rejected"},
    {"status": "Rejected"},
]


@pytest.mark.parametrize("action", ["BootNotification", "StatusNotification", "Authorize", "StartTransaction"])
def test_what_nobody_asked_for_is_answered_sensibly_and_the_case_goes_on(
    running: Running, scripted: ScriptedSut, action: str
) -> None:
    scripted.after[action] = [*UNASKED, LAST]
    outcome = running(MEETING)

    assert outcome.verdicts == {ONCE: "PASS"}
    assert scripted.replies
    assert [frame for _, frame in scripted.replies if not isinstance(frame, CallResult)] == []
    trace = [json.loads(line) for line in (outcome.out / outcome.only["trace"]).read_text().splitlines()]
    notes = [entry["text"] for entry in trace if entry["kind"] == "note"]
    assert "Reset was not asked for; the station answers and goes on" in notes


@pytest.mark.parametrize("number", range(len(UNASKED)))
def test_the_sensible_answers(running: Running, scripted: ScriptedSut, number: int) -> None:
    action, payload = UNASKED[number]
    scripted.after["Heartbeat"] = [(action, payload), LAST]
    outcome = running(MEETING)

    assert outcome.verdicts == {ONCE: "PASS"}
    answer = scripted.replied(action)
    if action == "GetConfiguration" and not payload:
        assert len(answer["configurationKey"]) > 15
        assert "unknownKey" not in answer
    else:
        assert answer == SENSIBLE[number]


def test_a_boot_that_is_triggered_after_acceptance_is_rejected_and_the_rule_is_broken(
    running: Running, scripted: ScriptedSut
) -> None:
    scripted.after["Heartbeat"] = [("TriggerMessage", {"requestedMessage": "BootNotification"}), LAST]
    outcome = running(MEETING)

    assert (outcome.verdicts, outcome.only["failure"]["rule"]) == ({ONCE: "FAIL"}, "BOOT-09")
    assert scripted.replied("TriggerMessage") == {"status": "Rejected"}


def test_a_request_that_no_station_can_understand_is_refused(running: Running, scripted: ScriptedSut) -> None:
    scripted.after["Heartbeat"] = [("UpdateFirmware", {}), ("Nonsense", {}), LAST]
    outcome = running(MEETING)

    assert outcome.verdicts == {ONCE: "FAIL"}
    assert {finding["rule"] for finding in outcome.only["findings"]} == {"VAL-00", "RPC-08"}
    codes = {action: frame.code for action, frame in scripted.replies if isinstance(frame, CallError)}
    assert codes == {"UpdateFirmware": "OccurenceConstraintViolation", "Nonsense": "NotImplemented"}


# --- exit codes, documents, secrets ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--csms", "ws://127.0.0.1:9/ocpp"], "--sut and --csms exclude each other: the SUT file names the address"),
        (["--sut", "nowhere.toml"], "nowhere.toml: there is no such file; `plugproof init nowhere.toml` writes one"),
    ],
)
def test_usage_errors_are_one_sentence(running: Running, arguments: list[str], sentence: str) -> None:
    outcome = running(HEARTBEAT, *arguments)

    assert (outcome.code, outcome.results) == (4, None)
    assert outcome.stderr.strip() == f"ERROR: {sentence}"


def test_a_wrong_address_is_one_sentence(running: Running) -> None:
    outcome = running(HEARTBEAT, "--csms", "http://127.0.0.1:9/ocpp", named=False)

    assert (outcome.code, outcome.results) == (4, None)
    assert outcome.stderr.strip() == (
        "ERROR: --csms starts with http://, but OCPP-J speaks WebSocket; write ws://127.0.0.1:9/ocpp"
    )


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_cases_without_a_system_under_test_are_a_usage_error(pytester: pytest.Pytester, workers: list[str]) -> None:
    pytester.makeini(INI)
    result = pytester.runpytest_subprocess("--pyargs", "testcases", *WITHOUT, *workers)

    assert result.ret == 4
    assert "no system under test was named: give --sut FILE or --csms URL" in result.stderr.str()
    assert "Traceback" not in result.stderr.str() + result.stdout.str()


def test_the_documents_are_valid_and_say_the_same(running: Running, scripted: ScriptedSut) -> None:
    scripted.answers["Authorize"] = {"idTagInfo": {"status": "Invalid"}}
    outcome = running(
        TWO
        + """
@made_up("TC_BAD_CSMS")
async def test_bad(station):
    (await station.sends("Authorize", idTag="X")).shows(rule="R1", idTagInfo={"status": "Accepted"})
"""
    )

    assert outcome.verdicts == {"TC_ONE_CSMS": "PASS", "TC_TWO_CSMS": "PASS", "TC_BAD_CSMS": "FAIL"}
    suite = ET.parse(outcome.out / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "0")
    assert "TC_BAD_CSMS" in (outcome.out / "summary.md").read_text()
    assert f"results, reports and traces: {outcome.out}" in outcome.stdout
    assert outcome.results is not None
    assert outcome.results["run"]["command"].startswith("pytest ")
    assert (
        outcome.only
        if len(outcome.cases) == 1
        else outcome.cases["TC_BAD_CSMS"]["rerun"].endswith("--case TC_BAD_CSMS")
    )


SECRET = "open-sesame-01234567"


def test_secrets_stand_in_no_artefact(running: Running, scripted: ScriptedSut, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", SECRET)
    encoded = base64.b64encode(f"LANE-1:{SECRET}".encode()).decode()
    change = ("ChangeConfiguration", {"key": "AuthorizationKey", "value": SECRET})
    scripted.operations["ChangeConfiguration"] = lambda _: [change]
    scripted.answers["Authorize"] = OcppError("GenericError", f"your key is {SECRET}")
    scripted.answers["DataTransfer"] = {"status": "Accepted", "data": SECRET}
    outcome = running(
        f"""
        @made_up("TC_A_CSMS")
        async def test_a(station, operator):
            await operator.change_configuration(station, key="AuthorizationKey", value="{SECRET}")
            await station.receives("ChangeConfiguration", rule="R1", key="Other")

        @made_up("TC_B_CSMS")
        async def test_b(station):
            await station.sends("Authorize", rule="R1", idTag="X")

        @made_up("TC_C_CSMS")
        async def test_c(station):
            (await station.sends("DataTransfer", vendorId="X")).shows(rule="R1", data="{SECRET}x")

        @made_up("TC_D_CSMS")
        async def test_d(station):
            raise RuntimeError("it was {SECRET}")
        """,
        sut={"operator": True, "connection": 'security_profile = 1\nauth_key = "${KEY}"'},
    )

    assert set(outcome.verdicts.values()) == {"FAIL", "ERROR"}
    assert scripted.authorizations[-1] == f"Basic {encoded}"  # it was used
    written = [path for path in outcome.out.rglob("*") if path.is_file()]
    documents = {"results.json", "report.html", "junit.xml", "summary.md"}
    assert {path.name for path in written} == {*documents, so_far.FILE, "trace.jsonl", "sequence.svg"}
    for path in written:
        for secret in (SECRET, encoded):
            assert secret not in path.read_text("utf-8"), path
    assert SECRET not in outcome.stdout + outcome.stderr


# --- xdist -----------------------------------------------------------------------------------------------------------

MANY = """
@made_up("TC_ONE_CSMS")
@made_up("TC_TWO_CSMS")
@made_up("TC_THREE_CSMS")
@made_up("TC_FOUR_CSMS")
async def test_it(station):
    await station.sends("Heartbeat", rule="R1")
"""


def test_every_worker_has_a_lane_of_its_own(running: Running) -> None:
    outcome = running(MANY, "-n", "2", process=True)

    assert (outcome.code, len(outcome.cases)) == (0, 4)
    assert {record["lane"] for record in outcome.cases.values()} == {"LANE-1", "LANE-2"}
    assert outcome.results is not None
    assert outcome.results["run"]["workers"] == 2


def test_more_workers_than_lanes_is_one_sentence(running: Running, scripted: ScriptedSut) -> None:
    file = scripted.sut_file(Path.cwd())
    text = file.read_text().replace('[identities]\npattern = "LANE-{lane}"', '[[lanes]]\nidentity = "CP-1"')
    few = file.with_name("few.toml")
    few.write_text(text)
    outcome = running(MANY, "--sut", str(few), "-n", "3", named=False, process=True)

    assert (outcome.code, outcome.results) == (4, None)
    assert outcome.stderr.strip() == (
        "ERROR: few.toml: worker 3 has no lane, because the file lists 1 [[lanes]]; "
        "run with -n 1 at most or add a [[lanes]] table per worker"
    )


def test_a_worker_that_crashes_is_an_error_and_its_lane_is_used_again(running: Running) -> None:
    outcome = running(
        MANY
        + """
@made_up("TC_001_CSMS", ("R3", "R4", "R5", "R7"))
async def test_crash(cold_station):
    import os
    os._exit(9)
""",
        "-n",
        "2",
        process=True,
    )

    assert outcome.code == 3
    assert outcome.verdicts.pop("TC_001_CSMS") == "ERROR"
    assert outcome.cases["TC_001_CSMS"]["reason"] == "the process that ran the case died"
    others = {id: record for id, record in outcome.cases.items() if id != "TC_001_CSMS"}
    assert {record["verdict"] for record in others.values()} == {"PASS"}
    assert len(others) == 4
    assert {record["lane"] for record in others.values()} <= {"LANE-1", "LANE-2"}


def test_a_crash_in_a_case_of_somebody_elses_package_is_not_missing(running: Running) -> None:
    outcome = running("@made_up()\nasync def test_crash():\n    import os\n    os._exit(9)\n", "-n", "1", process=True)

    assert (outcome.code, outcome.verdicts) == (3, {ONCE: "ERROR"})


def test_without_xdist(running: Running) -> None:
    assert running(HEARTBEAT, "-p", "no:xdist").verdicts == {ONCE: "PASS"}
