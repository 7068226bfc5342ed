"""From what happened in a case to verdict, reason and failure, without any socket."""

import json
from typing import Any

import pytest

from harness.adapters.operators import NotOffered, OperatorError
from harness.case import failures, judgement
from harness.case.facts import Case
from harness.case.failures import MAX_SEQUENCE, judged_text, sequence
from harness.case.judgement import Judgement
from harness.case.registry import all_cases, known_ids, nearest
from harness.case.run import CaseRun
from harness.case.verdicts import CaseFailure, HarnessError, Inconclusive, PreambleBroken, one_line
from harness.sut import Sut
from harness.sut.reading import for_url
from ocppj.matchers import one_of
from ocppj.rules import Finding
from ocppj.session.session import Memory, Session
from ocppj.v16 import PROTOCOL
from tests.harness.support.suts import reference_sut

CASE = Case(
    id="TC_1_CSMS",
    title="One",
    sut="csms",
    profile="Core",
    ref="OCPP 1.6 §4.1",
    rules={"TC_1_CSMS.R1": "First.", "TC_1_CSMS.R2": "Second."},
)


def run_with(sut: Sut | None = None) -> CaseRun:
    sut = sut or reference_sut("ws://127.0.0.1:9/ocpp", "http://127.0.0.1:9")
    return CaseRun(CASE, sut, sut.lane(0), Memory())


@pytest.fixture
def run() -> CaseRun:
    return run_with()


def mismatch(rule: str | None = "TC_1_CSMS.R1") -> CaseFailure:
    return CaseFailure("mismatch", expected="status = A", actual="status = B", rule=rule)


@pytest.mark.parametrize(
    ("error", "verdict", "reason", "kind"),
    [
        (Inconclusive("nobody\nlooked"), "INCONCLUSIVE", "nobody looked", None),
        (mismatch(), "FAIL", "TC_1_CSMS.R1: status = B, expected status = A", "mismatch"),
        (mismatch(None), "ERROR", "the case could not go on: status = B", "preamble"),
        (
            PreambleBroken("booted", mismatch(None)),
            "ERROR",
            "the state booted was not reached: status = B",
            "preamble",
        ),
        (NotOffered("no template"), "FAIL", "claimed, but not offered: no template", "operator"),
        (OperatorError("it is down"), "ERROR", "it is down", "operator"),
        (HarnessError("no lane"), "ERROR", "no lane", "harness"),
        (ValueError("oh"), "ERROR", "the case or the harness is broken: oh", "harness"),
        (ValueError(), "ERROR", "the case or the harness is broken: ValueError", "harness"),
        (KeyboardInterrupt(), "ERROR", "the case or the harness is broken: KeyboardInterrupt", "harness"),
    ],
)
def test_the_verdict_of_an_exception(
    run: CaseRun, error: BaseException, verdict: str, reason: str, kind: str | None
) -> None:
    judged = judgement.of_exception(run, error, "the traceback")

    assert (judged.verdict, judged.reason) == (verdict, reason)
    assert (judged.failure and judged.failure["kind"]) == kind
    unforeseen = "the case or the harness" in reason
    assert (judged.failure or {}).get("traceback") == ("the traceback" if unforeseen else None)


def test_a_fail_without_a_rule_cannot_be_made(run: CaseRun) -> None:
    with pytest.raises(ValueError, match="a FAIL without a rule: no idea"):
        Judgement("FAIL", "no idea", failures.failure_of(run, mismatch(None)))


def test_what_is_claimed_and_not_offered_is_a_failure_of_what_is_not_judged_yet(run: CaseRun) -> None:
    run.judge("R1")
    judged = judgement.of_exception(run, NotOffered("no template"), "")
    assert judged.verdict == "FAIL"
    assert judged.failure is not None
    assert judged.failure["rule"] == "TC_1_CSMS.R2"

    run.judge("R2")
    assert judgement.of_exception(run, NotOffered("no template"), "").verdict == "ERROR"


def test_without_an_operator_nothing_can_be_said() -> None:
    judged = judgement.of_exception(run_with(for_url("ws://127.0.0.1:9/ocpp")), NotOffered("nobody"), "")

    assert (judged.verdict, judged.reason, judged.failure) == ("INCONCLUSIVE", "nobody", None)


def test_a_case_passes_when_everything_promised_was_judged(run: CaseRun) -> None:
    run.judge("R1 R2")

    assert judgement.of_silence(run, strict=True).verdict == "PASS"


def test_a_case_that_forgot_a_rule_is_an_error(run: CaseRun) -> None:
    run.judge("R2")
    judged = judgement.of_silence(run, strict=False)

    assert (judged.verdict, judged.reason) == ("ERROR", "the case ended without judging TC_1_CSMS.R1")


def found(level: Any, party: Any, rule: str = "VAL-14") -> Finding:
    return Finding(rule, level, party, f"{rule} is broken", ("status",), 3)


@pytest.mark.parametrize(
    ("finding", "strict", "verdict"),
    [
        (found("MUST", "csms"), False, "FAIL"),
        (found("MUST", "station"), True, "PASS"),  # our own station is somebody else's test
        (found("SHOULD", "csms"), False, "PASS"),
        (found("SHOULD", "csms"), True, "FAIL"),
        (found("INFO", "csms"), True, "PASS"),
    ],
)
def test_findings(run: CaseRun, finding: Finding, strict: bool, verdict: str) -> None:
    session = Session("station", PROTOCOL, trace=run.trace)
    session.findings.append(finding)
    run.sessions.append(session)
    run.judge("R1 R2")

    judged = judgement.of_silence(run, strict=strict)

    assert judged.verdict == verdict
    if verdict == "FAIL":
        assert judged.reason == "VAL-14: VAL-14 is broken"
        assert judged.failure is not None
        assert (judged.failure["rule"], judged.failure["ref"]) == ("VAL-14", "JE 3.2")


def test_a_must_weighs_more_than_a_should(run: CaseRun) -> None:
    run.judge("R1 R2")
    run.remarks += [found("SHOULD", "csms", "RPC-15"), found("MUST", "csms", "RPC-13")]

    assert judgement.of_silence(run, strict=True).reason == "RPC-13: RPC-13 is broken"


# --- rules by their short names ---------------------------------------------------------------------------------------


def test_rules_are_judged_once_and_by_their_full_names(run: CaseRun) -> None:
    run.judge("R2")
    run.judge("R1 R2")
    run.judge(None)

    assert run.judged == ["TC_1_CSMS.R2", "TC_1_CSMS.R1"]
    assert run.failed(None) is None
    assert run.failed("R2 R1") == "TC_1_CSMS.R2"


def test_a_rule_that_was_not_promised_cannot_be_judged(run: CaseRun) -> None:
    with pytest.raises(KeyError, match="TC_1_CSMS names no rule R9; add it to `rules` of its @case"):
        run.judge("R9")


def test_phases_nest_and_end(run: CaseRun) -> None:
    run.trace.phase = "case"
    with run.phase("cleanup"):
        with run.phase("deeper"):
            run.note("deep")
        run.note("inside")
    run.note("outside")

    assert [entry.phase for entry in run.trace] == ["deeper", "cleanup", "case"]


# --- the failure record -----------------------------------------------------------------------------------------------


def add(run: CaseRun, direction: Any, frame: Any) -> int:
    text = frame if isinstance(frame, str) else json.dumps(frame, separators=(",", ":"))
    return run.trace.add_frame(direction, text, 1_000_000 * len(run.trace))


def test_the_rows_of_a_sequence(run: CaseRun) -> None:
    run.trace.phase = "preamble:booted"
    add(run, "station->csms", [2, "1", "Authorize", {"idTag": "A"}])
    run.trace.phase = "case"
    add(run, "csms->station", [3, "1", {"idTagInfo": {"status": "Accepted", "list": [1, "b"]}}])
    add(run, "csms->station", [4, "1", "GenericError", "no", {}])
    add(run, "csms->station", [4, "1", "GenericError", "", {}])
    add(run, "csms->station", [3, "9", {}])
    add(run, "csms->station", "hello")
    add(run, "csms->station", [3, "1", None])
    add(run, "csms->station", [3, "1", [1]])
    add(run, "csms->station", [2, "2", "DataTransfer", {"vendorId": "v" * 200, "data": ""}])
    run.trace.add("operator", "Reset type=Hard")

    rows = sequence(run, 2)

    assert [(row["label"], row["detail"]) for row in rows] == [
        ("Authorize", "idTag=A"),
        ("Authorize.conf", 'idTagInfo.status=Accepted idTagInfo.list=[1,"b"]'),
        ("CALLERROR GenericError", "description=no"),
        ("CALLERROR GenericError", ""),
        ("CALLRESULT 9", ""),
        ("no OCPP-J message", "hello"),
        ("Authorize.conf", ""),
        ("Authorize.conf", "payload=[1]"),
        ("DataTransfer", "vendorId=" + "v" * 110 + "…"),
        ("Reset type=Hard", ""),
    ]
    assert [row["offending"] for row in rows] == [False, True] + [False] * 8
    assert (rows[0]["phase"], rows[0]["state"]) == ("preamble", "booted")
    assert (rows[1]["phase"], rows[1]["state"]) == ("case", None)
    assert [row["ms"] for row in rows[:3]] == [0.0, 1.0, 2.0]
    assert sequence(run_with(), None) == []


@pytest.mark.parametrize("offending", [2, 150, 400, 600, None])
def test_a_long_sequence_keeps_the_offending_frame(run: CaseRun, offending: int | None) -> None:
    for number in range(300):
        add(run, "station->csms", [2, str(number), "Heartbeat", {}])
        add(run, "csms->station", [3, str(number), {"currentTime": "x"}])

    rows = sequence(run, offending)

    assert len(rows) == MAX_SEQUENCE
    assert [row["seq"] for row in rows] == list(range(rows[0]["seq"], rows[0]["seq"] + MAX_SEQUENCE))
    assert [row["seq"] for row in rows if row["offending"]] == ([] if offending is None else [offending])
    assert {row["label"] for row in rows} == {"Heartbeat", "Heartbeat.conf"}
    assert rows[-1]["seq"] >= min((offending or 600) + failures.AFTER, 600)


def test_the_offending_member_has_its_place(run: CaseRun) -> None:
    seq = add(run, "csms->station", [3, "1", {"idTagInfo": {"status": "Invalid"}}])
    error = CaseFailure("mismatch", expected="a", actual="b", seq=seq, path=("idTagInfo", "status"))

    frame = failures.failure_of(run, error)["frame"]

    assert frame["text"][frame["start"] : frame["end"]] == '"Invalid"'
    error.path = None
    assert failures.failure_of(run, error)["frame"] == {**frame, "start": None, "end": None}
    error.seq = run.trace.add("note", "closed")
    assert failures.failure_of(run, error)["frame"] is None
    error.seq = 999
    assert failures.failure_of(run, error)["frame"] is None


def test_a_failure_names_both_sides(run: CaseRun) -> None:
    assert failures.failure_of(run, mismatch())["columns"] == {
        "station": f"plugproof ({run.lane.identity})",
        "csms": "SUT: ws://127.0.0.1:9/ocpp",
    }


def test_a_message_with_what_is_asked_of_it() -> None:
    assert judged_text("Reset", {}) == "Reset"
    assert (
        judged_text("Reset", {"type": one_of("Hard", "Soft"), "x": "a b"})
        == "Reset with type = one of Hard, Soft, x = a b"
    )


def test_an_exception_as_one_line() -> None:
    assert one_line(ValueError(" a\n  b ")) == "a b"
    assert one_line(ValueError()) == "ValueError"


# --- the registry -----------------------------------------------------------------------------------------------------


def test_the_registry_finds_every_case_once() -> None:
    ids = [case.id for case in all_cases()]

    assert len(ids) == len(set(ids)) > 30
    assert known_ids() == set(ids)
    assert all(case.ref for case in all_cases())


@pytest.mark.parametrize(
    ("id", "hint"),
    [
        ("tc_001_csm", "did you mean TC_001_CSMS?"),
        ("PERF_AUTHORISE_CSMS", "did you mean PERF_AUTHORIZE_CSMS?"),
        ("zzz", "`plugproof list` shows the ids"),
    ],
)
def test_the_nearest_case(id: str, hint: str) -> None:
    assert nearest(id) == hint
