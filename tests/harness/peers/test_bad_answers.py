"""What a SUT does instead of answering, end to end: each way has a verdict, and a text that says which it was."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from ocppj.errors import OcppError
from reports.evidence.explanation import render
from tests.harness.conftest import Running
from tests.harness.support.scripted_sut import Hangup, Late, Never, Rule, ScriptedSut, Text

BEAT = """
@made_up()
async def test_heartbeat(station):
    await station.sends("Heartbeat", rule="R1")
"""
GOES_ON = """
from harness.case.verdicts import CaseFailure

@made_up()
async def test_heartbeat(station):
    try:
        await station.sends("Heartbeat")
    except CaseFailure:
        await states.status(station, 1, "Preparing", rule="R1")
"""
CHARGING = """
@made_up()
async def test_charging(station, charging):
    await station.sends("Heartbeat", rule="R1")
"""


@dataclass(frozen=True)
class Bad:
    """An answer that is none, the verdict it leads to, and what a reader is told of it."""

    answers: dict[str, Rule]
    verdict: str
    told: tuple[str, ...]
    source: str = BEAT
    sut: dict[str, Any] = field(default_factory=dict)


TIME = {"currentTime": "2026-11-21T10:00:00Z"}
WAYS = {
    "a CALLERROR": Bad(
        {"Heartbeat": OcppError("InternalError", "database is down")},
        "FAIL",
        ("CALLERROR InternalError: database is down, expected Heartbeat.conf",),
    ),
    "an answer that breaks its schema": Bad(
        {"Heartbeat": {"currentTime": 5}},
        "FAIL",
        ("R1: currentTime: a number where a string belongs (5)", "expected Heartbeat.conf, a string"),
    ),
    "an answer to another id": Bad(
        {"Heartbeat": Text('[3,"someone-else",{"currentTime":"2026-11-21T10:00:00Z"}]')},
        "FAIL",
        ("that answers it; what did arrive: no CALL with the id 'someone-else' was ever sent",),
        sut={"message_s": 1.5},
    ),
    "a text that is no message": Bad(
        {"Heartbeat": Text("pong")},
        "FAIL",
        ("nothing arrived in 1.5 s that answers it; what did arrive: the text is no JSON",),
        sut={"message_s": 1.5},
    ),
    "silence": Bad({"Heartbeat": Never}, "FAIL", ("nothing arrived in 1.5 s, expected",), sut={"message_s": 1.5}),
    "an answer after the time-out": Bad(
        {"Heartbeat": Late(TIME)},
        "FAIL",
        ("RPC-13: the CALL", "(Heartbeat) was not answered in time"),
        source=GOES_ON,
        sut={"message_s": 1.5},
    ),
    "a closed socket": Bad(
        {"Heartbeat": Hangup(1011, "oops")},
        "FAIL",
        ("the connection was closed by the other side (1011, oops), expected an answer to Heartbeat",),
    ),
    "a CALLERROR in the preamble": Bad(
        {"StartTransaction": OcppError("InternalError", "database is down")},
        "ERROR",
        ("the state charging was not reached: CALLERROR InternalError: database is down",),
        source=CHARGING,
    ),
    "a closed socket in the preamble": Bad(
        {"StartTransaction": Hangup(1011, "oops")},
        "ERROR",
        ("the state charging was not reached: the connection was closed by the other side (1011, oops)",),
        source=CHARGING,
    ),
}


@pytest.mark.parametrize("name", WAYS)
def test_a_bad_answer_is_told_for_what_it_is(running: Running, scripted: ScriptedSut, name: str) -> None:
    bad = WAYS[name]
    scripted.answers |= bad.answers
    outcome = running(bad.source, sut=bad.sut)

    assert outcome.only["verdict"] == bad.verdict
    assert outcome.code == {"FAIL": 1, "ERROR": 3}[bad.verdict]
    said = f"{outcome.only['reason']}\n{' '.join(render(outcome.only, width=4000).split())}"
    for text in bad.told:
        assert text in said
    assert "Traceback" not in outcome.stdout


RESET = """
@made_up()
async def test_reset(station, operator):
    await operator.reset(station, type="Hard")
    request = await station.receives("Reset", rule="R1", type="Hard")
    await request.answered(status="Accepted")
"""
NEARLY = {
    "another case": ('[2,"x","reset",{"type":"Hard"}]', "'reset' is no action of OCPP 1.6; Reset is meant"),
    "a suffix": ('[2,"x","Reset.req",{"type":"Hard"}]', "'Reset.req' is no action of OCPP 1.6; Reset is meant"),
    "a class": ('[2,"x","ResetRequest",{"type":"Hard"}]', "'ResetRequest' is no action of OCPP 1.6"),
    "a numeric id": (
        '[2,17,"Reset",{"type":"Hard"}]',
        "a CALL is [2, id, action, payload]; the id is a number, not a string",
    ),
    "no payload": ('[2,"x","Reset"]', "a CALL is [2, id, action, payload]; this has 3 elements"),
    "broken JSON": ('[2,"x","Reset",{"type":', "the text is no JSON: Input data was truncated"),
    "an object": ('{"action":"Reset","type":"Hard"}', "a message is a JSON array, this is an object"),
}


@pytest.mark.parametrize("name", NEARLY)
def test_a_call_that_is_nearly_one_is_the_closest_candidate(running: Running, scripted: ScriptedSut, name: str) -> None:
    text, told = NEARLY[name]
    scripted.operations["Reset"] = lambda _: [text]
    outcome = running(RESET, sut={"operator": True, "message_s": 20})

    failure = outcome.only["failure"]
    assert (outcome.only["verdict"], failure["rule"]) == ("FAIL", "TC_MADE_UP_CSMS.R1")
    assert failure["actual"] == f"{told}; no right Reset came after it"
    assert failure["frame"]["text"] == text
    assert "nothing arrived" not in render(outcome.only, width=4000)


def test_a_call_that_only_our_parser_refuses_is_no_fail(running: Running, scripted: ScriptedSut) -> None:
    scripted.operations["Reset"] = lambda _: ['[2,"x","Reset",{"type":"Hard","more":1e400}]']
    outcome = running(RESET, sut={"operator": True, "message_s": 20})

    told = "Reset was very likely sent, and the text is JSON and cannot be read here: it has a number that is too large"
    assert (outcome.only["verdict"], outcome.only["reason"]) == ("ERROR", told)


def test_a_right_call_after_one_that_is_nearly_one_is_taken(running: Running, scripted: ScriptedSut) -> None:
    scripted.operations["Reset"] = lambda _: ['[2,"x","reset",{"type":"Hard"}]', ("Reset", {"type": "Hard"})]
    outcome = running(RESET, sut={"operator": True, "settle_s": 20})

    assert outcome.only["rules_judged"] == ["TC_MADE_UP_CSMS.R1"]
    assert outcome.only["failure"]["rule"] == "RPC-08"  # which the first one broke


LONG = "x" * 37


def test_a_call_with_an_id_that_is_too_long_has_come(running: Running, scripted: ScriptedSut) -> None:
    """The station refuses it, and what the case asks of it holds all the same."""
    scripted.operations["Reset"] = lambda _: [f'[2,"{LONG}","Reset",{{"type":"Hard"}}]']
    outcome = running(RESET, sut={"operator": True, "message_s": 20})

    assert (outcome.only["verdict"], outcome.only["failure"]["rule"]) == ("FAIL", "RPC-05")
    assert outcome.only["rules_judged"] == ["TC_MADE_UP_CSMS.R1"]


def test_an_answer_with_another_id_is_shown(running: Running, scripted: ScriptedSut) -> None:
    text = '[3,"someone-else",{"currentTime":"2026-11-21T10:00:00Z"}]'
    scripted.answers["Heartbeat"] = Text(text)
    outcome = running(BEAT, sut={"message_s": 1.5})

    assert outcome.only["failure"]["frame"]["text"] == text


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        (OcppError("InternalError"), "RPC-00"),
        (OcppError("NoSuchCode"), "ERR-01"),
        (Never, "RPC-13"),
        (Hangup(1011), "RPC-13"),
        (Text('[3,"{id}"]'), "RPC-03"),
        (Text('[3,"{id}",[]]'), "RPC-19"),
    ],
)
def test_an_ordinary_call_is_judged_by_the_protocol(
    running: Running, scripted: ScriptedSut, answer: Any, rule: str
) -> None:
    scripted.answers["Heartbeat"] = answer
    outcome = running(BEAT.replace(', rule="R1"', ""), sut={"message_s": 1.5})

    failure = outcome.only["failure"]
    assert (outcome.only["verdict"], failure["rule"]) == ("FAIL", rule)
    assert failure["sentence"]
    assert outcome.only["reason"].startswith(f"{rule}: ")


def test_what_a_case_needs_to_go_on_and_names_no_rule_for_is_no_failure(
    running: Running, scripted: ScriptedSut
) -> None:
    scripted.answers["DataTransfer"] = {"status": "Rejected"}
    outcome = running(
        """
        @made_up()
        async def test_transfer(station):
            answer = await station.sends("DataTransfer", vendorId="org.example")
            answer.shows(status="Accepted")
            await station.sends("Heartbeat", rule="R1")
        """
    )

    assert (outcome.code, outcome.only["verdict"]) == (3, "ERROR")
    assert outcome.only["reason"] == "the case could not go on: status = Rejected"
    assert outcome.only["failure"]["kind"] == "preamble"
