"""How a rule is judged below the verbs: what is demanded fails the case, what is recommended is told, once."""

from __future__ import annotations

from typing import Any

import pytest

from harness.case.facts import Case
from harness.case.judgement import of_silence
from harness.case.run import CaseRun
from harness.case.verdicts import CaseFailure
from harness.peers.wire.calls import CallingWire, is_result, told
from harness.v16.csms.station import Station
from ocppj import frames
from ocppj.frames import CallError, CallResult
from ocppj.rules import Finding
from ocppj.session.session import Memory, Seen
from tests.harness.support.suts import reference_sut

CASE = Case(
    id="ERR-1_CSMS",
    title="One",
    sut="csms",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2",
    rules={"ERR-1_CSMS.R1": "First.", "ERR-1_CSMS.R2": "Second."},
)
R1, R2 = CASE.rules
REFUSED = CallError("1", "FormatViolation", "no such member", {}, '[4,"1","FormatViolation","no such member",{}]')
ACCEPTED = CallResult("1", {}, '[3,"1",{}]')


@pytest.fixture
def run() -> CaseRun:
    sut = reference_sut("ws://127.0.0.1:9/ocpp", "http://127.0.0.1:9")
    return CaseRun(CASE, sut, sut.lane(0), Memory())


@pytest.fixture
def wire(run: CaseRun) -> CallingWire:
    return Station(run).wire


def seen(frame: Any, seq: int = 7) -> Seen:
    return Seen(frame, "csms", 0, seq=seq)


def test_what_is_recommended_and_does_not_hold_is_a_finding(run: CaseRun, wire: CallingWire) -> None:
    for _ in range(2):  # a case may ask the same several times
        wire.advises("R1", False, expected="this", actual="that", seen=seen(ACCEPTED))
    wire.advises("R2", True, expected="this", actual="this")

    assert run.judged == [R1, R2]
    assert run.remarks == [Finding(R1, "SHOULD", "csms", "that, expected this: First.", (), 7)]
    assert of_silence(run, strict=False).verdict == "PASS"
    assert of_silence(run, strict=True).verdict == "FAIL"


def test_what_is_left_open_fails_nobody(run: CaseRun, wire: CallingWire) -> None:
    wire.advises("R1 R2", False, expected="this", actual="that", level="INFO", seq=3)

    assert [(finding.rule, finding.seq) for finding in run.remarks] == [(R1, 3), (R2, 3)]
    assert of_silence(run, strict=True).verdict == "PASS"


def test_what_is_demanded_fails_and_names_the_frame(run: CaseRun, wire: CallingWire) -> None:
    with pytest.raises(CaseFailure) as failed:
        wire.judges("R2", False, expected="this", actual="that", seen=seen(ACCEPTED))

    assert (failed.value.rule, failed.value.seq, failed.value.actual) == (R2, 7, "that")
    assert run.judged == [R2]


def test_a_code_counts_in_each_of_its_spellings(run: CaseRun, wire: CallingWire) -> None:
    wire.is_refused(seen(REFUSED), ["FormationViolation"], rule="R1")
    wire.is_refused(seen(REFUSED), ["ProtocolError"], rule="R2", advised=True)

    assert [finding.rule for finding in run.remarks] == [R2]
    with pytest.raises(CaseFailure, match="CALLERROR ProtocolError"):
        wire.is_refused(seen(ACCEPTED), ["ProtocolError"], rule="R1")


def test_a_result_is_recommended(run: CaseRun, wire: CallingWire) -> None:
    wire.advises_result(seen(ACCEPTED), rule="R1")
    wire.advises_result(seen(REFUSED), rule="R2")

    assert [finding.rule for finding in run.remarks] == [R2]
    assert run.remarks[0].message.startswith("CALLERROR FormatViolation: no such member, expected a CALLRESULT")


@pytest.mark.parametrize(
    ("text", "right", "words"),
    [
        ('[3,"1",{}]', True, 'CALLRESULT [3,"1",{}]'),
        ('[4,"1","GenericError","",{}]', False, "CALLERROR GenericError"),
        ('[3,"1"]', False, '[3,"1"]'),
    ],
)
def test_an_answer_in_words(text: str, right: bool, words: str) -> None:
    answer = seen(frames.parse(text))

    assert (is_result(answer), told(answer)) == (right, words)
