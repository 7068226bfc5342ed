"""What a SUT does instead of answering, end to end: each way has a verdict, and a text that says which it was."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from ocppj.errors import OcppError
from reports.explanation import render
from tests.harness.conftest import Running
from tests.harness.scripted_sut import Hangup, Late, Never, Rule, ScriptedSut, Text

BEAT = """
@made_up()
async def test_heartbeat(station):
    await station.sends("Heartbeat", rule="R1")
"""
GOES_ON = """
from harness.verdicts import CaseFailure

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
