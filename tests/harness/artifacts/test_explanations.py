"""What a reader sees for each kind of failure, whole, as snapshots; only times, ids, ports and paths are made equal."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from ocppj.errors import OcppError
from reports.evidence.explanation import render
from tests.harness.conftest import Running
from tests.harness.support.scripted_sut import Answer, Hangup, Never, Operation, Rule, ScriptedSut, Text


class TextFile(SingleFileSnapshotExtension):
    """Snapshots as plain files, as a user would see them."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.fixture
def text_file(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(TextFile)


TAG = """
@made_up()
async def test_tag(station, tags):
    await states.status(station, 1, "Preparing")
    answer = await station.sends("Authorize", idTag=tags.valid)
    answer.shows(rule="R1", idTagInfo={"status": "Accepted"})
"""
BEAT = """
@made_up()
async def test_heartbeat(station):
    await station.sends("Heartbeat", rule="R1")
"""
RESET = """
@made_up()
async def test_reset(station, operator):
    await operator.reset(station, type="Hard")
    request = await station.receives("Reset", rule="R1", type="Hard")
    await request.answered(status="Accepted")
"""
UNWANTED = """
@made_up()
async def test_nothing_more(station):
    station.expects("Reset")
    await station.sends("Heartbeat")
    await station.receives_no("Reset", rule="R1", type="Hard")
"""
CHARGING = """
@made_up()
async def test_meter(station, charging):
    await station.sends("Heartbeat", rule="R1")
"""
BROKEN = """
@made_up()
async def test_broken(station):
    raise RuntimeError("this is a mistake in the case")
"""
PREFERS = """
@made_up()
async def test_preference(station):
    answer = await station.sends("DataTransfer", vendorId="org.example")
    answer.prefers(rule="R1", status="UnknownVendorId")
"""


@dataclass
class Scene:
    """A case and what the CSMS does in it."""

    source: str
    answers: dict[str, Rule] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)
    after: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)
    sut: dict[str, Any] = field(default_factory=dict)
    arguments: list[str] = field(default_factory=list)
    api_status: int = 202


def says(action: str, answer: Answer) -> dict[str, Rule]:
    return {action: answer}


OPERATED: dict[str, Any] = {"operator": True}
SOON: dict[str, Any] = {"message_s": 1.5}
INVALID = {"idTagInfo": {"status": "Invalid", "parentIdTag": "FAMILY"}}
SCENES = {
    "mismatch": Scene(TAG, says("Authorize", INVALID)),
    "missing member": Scene(TAG, says("Authorize", {"idTagInfo": {"parentIdTag": "FAMILY"}})),
    "missing object": Scene(TAG, says("Authorize", {})),
    "silence after a call": Scene(BEAT, says("Heartbeat", Never), sut=SOON),
    "silence of a request": Scene(RESET, operations={"Reset": lambda _: []}, sut=OPERATED | SOON),
    "another request": Scene(RESET, operations={"Reset": lambda _: [("ClearCache", {})]}, sut=OPERATED | SOON),
    "closest candidate": Scene(RESET, operations={"Reset": lambda _: [("Reset", {"type": "Soft"})]}, sut=OPERATED),
    "request without a member": Scene(RESET, operations={"Reset": lambda _: [("Reset", {})]}, sut=OPERATED),
    "callerror": Scene(BEAT, says("Heartbeat", OcppError("GenericError", "no idea"))),
    "callerror outside the rules": Scene(TAG, says("StatusNotification", OcppError("InternalError"))),
    "schema": Scene(BEAT, says("Heartbeat", {"currentTime": "21 November"})),
    "wrong id": Scene(BEAT, says("Heartbeat", Text('[3,"someone-else",{}]')), sut=SOON),
    "no json": Scene(BEAT, says("Heartbeat", Text('[3,"{id}",{"currentTime"')), sut=SOON),
    "no message": Scene(BEAT, says("Heartbeat", Text('[3,"{id}"]'))),
    "closed": Scene(BEAT, says("Heartbeat", Hangup(1001, "going away"))),
    "protocol finding": Scene(BEAT, says("StatusNotification", {"status": "Accepted"})),
    "strict": Scene(PREFERS, says("DataTransfer", {"status": "Accepted"}), arguments=["--plugproof-strict"]),
    "unwanted": Scene(UNWANTED, after={"Heartbeat": [("Reset", {"type": "Hard"})]}, sut={"quiet_s": 20}),
    "operator error": Scene(RESET, sut=OPERATED, api_status=500),
    "no operator": Scene(RESET),
    "preamble": Scene(CHARGING, says("StartTransaction", {"transactionId": 1, "idTagInfo": {"status": "Blocked"}})),
    "preamble silence": Scene(CHARGING, says("StartTransaction", Never), sut=SOON),
    "harness error": Scene(BROKEN),
    "unjudged": Scene(BEAT.replace("made_up()", 'made_up(rules=("R1", "R2"))')),
    "unexpected pass": Scene(BEAT, sut={"more": '[expected_failures]\nTC_MADE_UP_CSMS = "ticket 12"'}),
}


@pytest.mark.parametrize("name", SCENES)
def test_explanation(running: Running, scripted: ScriptedSut, text_file: SnapshotAssertion, name: str) -> None:
    scene = SCENES[name]
    scripted.answers |= scene.answers
    scripted.operations |= scene.operations
    scripted.after |= scene.after
    scripted.api_status = scene.api_status
    outcome = running(scene.source, *scene.arguments, sut=scene.sut)

    assert render(settled(outcome.only, str(outcome.out.parent)), width=100) == text_file


ID = re.compile(r"\b[0-9a-f]{16}(?=-\d)")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
PORT = re.compile(r"127\.0\.0\.1:\d+")
ANSWERED = re.compile(r"(?<= Text after )\d+(?= ms)")
TAKEN = re.compile(r"202 Text after ")
ADDRESS = re.compile(r"\b0x[0-9a-f]+")


def settled(record: dict[str, Any], folder: str) -> dict[str, Any]:
    """The record with what changes from run to run made equal; ids and times keep their length for the carets."""
    text = json.dumps(record, ensure_ascii=False).replace(f"{folder}/", "")
    text = ID.sub("0123456789abcdef", text)
    text = TIME.sub("2026-11-21T10:00:00.000Z", text)
    text = ADDRESS.sub("0x7f00", PORT.sub("127.0.0.1:9000", ANSWERED.sub("1", text)))
    same: dict[str, Any] = json.loads(text)
    failure = same["failure"] or {"sequence": [], "traceback": None}
    # That the API took it may be told before the frame comes or after it.
    taken = [entry for entry in failure["sequence"] if TAKEN.match(entry["label"])]
    failure["sequence"] = [entry for entry in failure["sequence"] if entry not in taken]
    if failure.get("frame"):
        failure["frame"]["seq"] -= sum(entry["seq"] < failure["frame"]["seq"] for entry in taken)
    for number, entry in enumerate(failure["sequence"]):
        entry["ms"] = float(number)
    if failure["traceback"]:
        failure["traceback"] = re.sub(r"\n/.*/(?=[a-z_]+\.py:)", "\n.../", "\n" + failure["traceback"])
    return same
