"""What a CSMS does below the verbs: pings, refusals, CALLs left open, a connection dropped, a door that is shut.

The other side is a socket, so that each of it is seen on the wire; that the cases can fail is shown in
`tests/testcases/rule_kills`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode

from harness.case.verdicts import CaseFailure
from harness.peers.wire.raw import SHOWN
from tests.harness.bay.bench import Hosted, asked, bay, heard, raw_station, station_sut
from tests.harness.bay.test_conduct import sent

pytestmark = pytest.mark.asyncio


def _findings(csms: Hosted) -> list[tuple[str, str]]:
    return [(finding.rule, finding.level) for finding in csms.run.remarks]


async def _answers(station: ClientConnection, answer: Any) -> None:
    """Answer the next CALL with the frame that is made of its id."""
    call = await heard(station)
    await sent(station, answer(call[1]))


# --- refusing, and leaving open ---------------------------------------------------------------------------------------


async def test_calls_are_refused_so_often_and_then_answered_again(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as station:
        csms.wire.refuses_all("Heartbeat", "InternalError", times=1)
        assert (await asked(station, "1", "Heartbeat", {}))[:3] == [4, "1", "InternalError"]
        assert (await asked(station, "2", "Heartbeat", {}))[0] == 3


async def test_nothing_is_refused_any_more_when_the_case_is_over(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as station:
        csms.wire.refuses_all("Heartbeat", "GenericError")
        assert (await asked(station, "1", "Heartbeat", {}))[0] == 4
        csms.forgets_answers()
        assert (await asked(station, "2", "Heartbeat", {}))[0] == 3


async def test_what_a_case_leaves_open_is_answered_when_it_is_over(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as station:
        csms.holds("Heartbeat")
        await sent(station, [2, "1", "Heartbeat", {}])
        held = await csms.receives("Heartbeat")
        csms.forgets_answers()
        await csms.answers_the_rest()
        assert (await heard(station))[:2] == [3, "1"]
        assert held.is_answered


async def test_a_call_that_was_held_is_answered_by_any_text(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as station:
        csms.holds("Heartbeat")
        await sent(station, [2, "1", "Heartbeat", {}])
        held = await csms.receives("Heartbeat")
        await csms.wire.answers(held, "no JSON")
        assert await asyncio.wait_for(station.recv(), 5) == "no JSON"
        await csms.answers_the_rest()
        assert (await asked(station, "2", "Heartbeat", {}))[:2] == [3, "2"]  # nothing came between


# --- pings ------------------------------------------------------------------------------------------------------------


async def test_a_pong_of_the_same_octets_is_what_a_ping_wants(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand):
        await csms.wire.pings(rule="R1")
    assert csms.run.judged == ["TC_0_CS.R1"]


async def test_a_ping_that_is_not_answered_fails_the_rule(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as station:
        right = station.protocol.send_frame
        station.protocol.send_frame = lambda frame: (  # type: ignore[method-assign]
            right(Frame(Opcode.PONG, b"other") if frame.opcode is Opcode.PONG else frame)
        )
        with pytest.raises(CaseFailure, match="none came in 1 s") as raised:
            await csms.wire.pings(rule="R1")
    assert raised.value.rule == "TC_0_CS.R1"


async def test_a_connection_that_ends_on_a_ping_fails_the_rule(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as station:
        station.protocol.send_frame = lambda frame: station.transport.abort()  # type: ignore[method-assign]
        with pytest.raises(CaseFailure, match="the connection was closed") as raised:
            await csms.wire.pings(rule="R1")
    assert (raised.value.kind, raised.value.rule) == ("closed", "TC_0_CS.R1")


async def test_pings_of_the_station_are_counted_from_when_they_are_waited_for(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as station:
        await (await station.ping())
        waiting = asyncio.create_task(csms.wire.pinged(2, within=5))
        await asyncio.sleep(0)
        for _ in range(2):
            await (await station.ping())
        first, second = await waiting
        assert first < second
        assert await csms.wire.pinged(1, within=0) == []


# --- the connection, and the door -------------------------------------------------------------------------------------


async def test_a_connection_that_is_dropped_can_be_made_anew(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms):
        async with raw_station(stand) as station:
            await csms.is_there()
            await csms.wire.drops()
            with pytest.raises(ConnectionClosed):
                await station.recv()
        async with raw_station(stand):
            await csms.connects()
        assert stand.bay.is_settled  # nothing that a boot brings is waited for


async def test_a_door_that_is_shut_answers_with_a_status(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms):
        csms.wire.shuts(404, "shut for a test")
        with pytest.raises(InvalidStatus, match="404"):
            async with raw_station(stand):
                pass
        first = await csms.knocks()
        csms.wire.opens()
        async with raw_station(stand):
            second = await csms.knocks()
        assert 0 < first.at < second.at
        csms.wire.shuts(503, "shut for a test")
        csms.comes_back()
        assert stand.bay.shut is None


# --- what is judged ---------------------------------------------------------------------------------------------------


async def test_what_is_heard_between_two_calls_is_told(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as station:
        for number, connector in enumerate((1, 2, 3)):
            payload = {"connectorId": connector, "errorCode": "NoError", "status": "Available"}
            await asked(station, str(number), "StatusNotification", payload)
        first = await csms.receives("StatusNotification", connectorId=1)
        last = await csms.receives("StatusNotification", connectorId=3)
        assert [one["connectorId"] for one in csms.heard_between(first, last)] == [2]
        assert csms.heard_between(last, first) == []


REFUSALS: dict[str, tuple[Any, bool, str | None]] = {
    # the answer, whether it is only recommended, and what becomes of the rule: a finding, a failure, or neither
    "the code": (lambda id: [4, id, "NotSupported", "", {}], False, None),
    "its historical spelling": (lambda id: [4, id, "FormatViolation", "", {}], False, None),
    "one that is tolerated": (lambda id: [4, id, "NotImplemented", "", {}], False, "SHOULD"),
    "another code": (lambda id: [4, id, "GenericError", "", {}], False, "FAIL"),
    "another code, as it is recommended": (lambda id: [4, id, "GenericError", "", {}], True, "SHOULD"),
    "an answer": (lambda id: [3, id, {"configurationKey": []}], False, "FAIL"),
}


@pytest.mark.parametrize(("answer", "advised", "outcome"), REFUSALS.values(), ids=REFUSALS)
async def test_how_a_refusal_is_judged(tmp_path: Path, answer: Any, advised: bool, outcome: str | None) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as station:
        answering = asyncio.create_task(_answers(station, answer))
        given = await csms.wire.asks("GetConfiguration", rule="R1")
        await answering
        codes, warned = ["NotSupported", "FormationViolation"], ["NotImplemented"]
        failed = None
        try:
            csms.wire.is_refused(given, codes, rule="R1", warned=warned, advised=advised)
        except CaseFailure as failure:
            failed = failure.rule
    assert failed == ("TC_0_CS.R1" if outcome == "FAIL" else None)
    assert _findings(csms) == ([("TC_0_CS.R1", "SHOULD")] if outcome == "SHOULD" else [])
    assert csms.run.judged == ["TC_0_CS.R1"]


async def test_an_answer_of_whatever_id_is_heard(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as station:
        asked_for = await csms.wire.writes("{" + "x" * SHOWN)
        await csms.wire.hears_nothing(since=asked_for, rule="R1")
        await sent(station, [4, "-1", "FormationViolation", "", {}])
        await csms.wire.hears_nothing(since=asked_for, rule="R1", advised=True)
        with pytest.raises(CaseFailure, match=r"it was answered by \[4"):
            await csms.wire.hears_nothing(since=asked_for, rule="R1")
    assert _findings(csms) == [("TC_0_CS.R1", "SHOULD")]


async def test_silence_fails_the_rule_after_the_time_for_a_message(tmp_path: Path) -> None:
    sut = station_sut(tmp_path)
    sut = msgspec.structs.replace(sut, timeouts=msgspec.structs.replace(sut.timeouts, message_s=0.1))
    async with bay(sut, tmp_path) as (stand, csms), raw_station(stand):
        with pytest.raises(CaseFailure, match=r"nothing arrived in 0\.1 s"):
            await csms.wire.asks("GetConfiguration", rule="R1")
