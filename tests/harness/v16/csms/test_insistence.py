"""What the trace of a case shows of what the official tool insists on: of each connection, and of nothing asked for."""

from __future__ import annotations

from typing import Any

import pytest

from harness.artifacts.results import case_record
from harness.case.facts import Case
from harness.case.run import Asked, CaseRun
from harness.edition import edition
from ocppj import frames
from ocppj.evidence.trace import Role
from ocppj.session.session import Memory
from tests.harness.conftest import Running
from tests.harness.support.scripted_sut import ScriptedSut
from tests.harness.support.suts import reference_sut

CASE = Case(id="TC_1_CSMS", title="One", sut="csms", profile="Core", ref="OCPP 1.6 §4.1", rules={"TC_1_CSMS.R1": "A."})
DIRECTIONS: dict[Role, Any] = {"csms": "csms->station", "station": "station->csms"}


class Conversation:
    """A run of a case, with a trace that is written by hand."""

    def __init__(self) -> None:
        sut = reference_sut("ws://127.0.0.1:9/ocpp", "http://127.0.0.1:9")
        self.run = CaseRun(CASE, sut, sut.lane(0), Memory())
        self._number = 0

    def connects(self) -> None:
        self.run.trace.add_handshake("csms->station", "HTTP/1.1 101 Switching Protocols", 0)

    def asks(self, action: str) -> None:
        self.run.asked.append(Asked(action, {}, self.run.trace.add("operator", f"POST {action}", 0)))

    def calls(self, sender: Role, action: str, payload: dict[str, Any], answer: dict[str, Any]) -> int:
        self._number += 1
        other: Role = "station" if sender == "csms" else "csms"
        id = str(self._number)
        seq = self.run.trace.add_frame(DIRECTIONS[sender], frames.call(id, action, payload).raw, 0)
        self.run.trace.add_frame(DIRECTIONS[other], frames.result(id, answer).raw, 0)
        return seq

    def tells_its_keys(self) -> int:
        return self.calls("csms", "GetConfiguration", {"key": ["A"]}, {})

    @property
    def found(self) -> list[tuple[str, int | None]]:
        return [(one.rule, one.seq) for one in edition("1.6").benches["csms"].insisted(self.run)]


@pytest.fixture
def talk() -> Conversation:
    return Conversation()


def test_a_question_right_after_each_connection_is_found(talk: Conversation) -> None:
    seqs = []
    for _ in range(2):
        talk.connects()
        talk.calls("station", "Heartbeat", {}, {"currentTime": "2026-11-21T10:00:00Z"})
        seqs.append(talk.tells_its_keys())
        talk.tells_its_keys()
    assert talk.found == [("TOOL-01", seq) for seq in seqs]


def test_what_the_operator_was_asked_for_did_not_come_by_itself(talk: Conversation) -> None:
    talk.connects()
    first = talk.tells_its_keys()
    talk.asks("GetConfiguration")
    talk.connects()
    talk.tells_its_keys()
    assert talk.found == [("TOOL-01", first)]


def test_nothing_is_found_where_nothing_is_wrong(talk: Conversation) -> None:
    talk.connects()
    talk.calls("csms", "ClearCache", {}, {"status": "Accepted"})
    talk.tells_its_keys()
    assert talk.found == []


def test_it_stands_beside_the_findings_and_only_where_it_is_asked_for(talk: Conversation) -> None:
    talk.connects()
    seq = talk.tells_its_keys()
    given: dict[str, Any] = {"verdict": "PASS", "reason": None, "failure": None, "seconds": 0.0, "rerun": ""}

    record = case_record(talk.run, **given, insisted=edition("1.6").benches["csms"].insisted(talk.run))
    assert record["compatibility"] == [
        {
            "rule": "TOOL-01",
            "message": "GetConfiguration is the first CALL after the connection was opened",
            "seq": seq,
            "path": [],
        }
    ]
    assert record["findings"] == []
    assert "compatibility" not in case_record(talk.run, **given)


CASE_OF_A_RUN = """
@made_up("TC_A_CSMS")
async def test_unlock(station, operator):
    await operator.unlock_connector(station, connectorId=1)
    request = await station.receives("UnlockConnector", rule="R1", connectorId=present)
    await request.answered(status="Unlocked")
"""


@pytest.mark.parametrize("option", [["--plugproof-like-the-official-tool"], []])
def test_a_run_tells_it_where_it_is_asked_for(scripted: ScriptedSut, running: Running, option: list[str]) -> None:
    scripted.operations["UnlockConnector"] = lambda payload: [("GetConfiguration", {}), ("UnlockConnector", payload)]
    outcome = running(CASE_OF_A_RUN, *option, sut={"operator": True})

    assert outcome.results is not None
    assert outcome.results["run"].get("compatibility", False) is bool(option)
    assert outcome.only["verdict"] == "PASS"
    assert outcome.only["findings"] == []
    told = [(one["rule"], one["message"]) for one in outcome.only.get("compatibility", ())]
    first = ("TOOL-01", "GetConfiguration is the first CALL after the connection was opened")
    assert told == ([first] if option else [])


def test_a_charge_point_is_told_nothing_of_it(talk: Conversation) -> None:
    talk.tells_its_keys()
    assert [*edition("1.6").benches["charge_point"].insisted(talk.run)] == []
    assert [*edition("2.0.1").benches["csms"].insisted(talk.run)] == []
