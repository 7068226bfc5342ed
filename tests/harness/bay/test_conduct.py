"""What a station may do once it is in: floods, frames nobody asked for, late answers, and connections that come twice.

Each of it is survived, answered as OCPP-J has it, and said. The next thing that a case wants still works.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from harness.case.verdicts import CaseFailure
from harness.peers import csms as played
from tests.harness.bay.bench import Hosted, asked, bay, heard, hosted, raw_station, station_sut

HEARTBEATS = 150
BOOT = {"chargePointModel": "Sockets", "chargePointVendor": "Nobody"}


async def sent(station: ClientConnection, *frames: Any) -> None:
    """Send these frames; a text goes as it is."""
    for frame in frames:
        await station.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))


async def is_asked(station: ClientConnection, csms: Hosted) -> None:
    """The connection works in both directions."""
    asking = asyncio.create_task(csms.sends("GetConfiguration"))
    call = await heard(station)
    assert call[2] == "GetConfiguration"
    await sent(station, [3, call[1], {"configurationKey": []}])
    assert (await asking).payload == {"configurationKey": []}
    assert (await asked(station, "still-there", "Heartbeat", {}))[:2] == [3, "still-there"]


@pytest.mark.asyncio
async def test_150_heartbeats_in_a_second_are_all_answered_and_it_is_said_once(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as station:
        await sent(station, *([2, str(number), "Heartbeat", {}] for number in range(HEARTBEATS)))
        answers = [await heard(station) for _ in range(HEARTBEATS)]
        assert [answer[:2] for answer in answers] == [[3, str(number)] for number in range(HEARTBEATS)]
        assert all("currentTime" in answer[2] for answer in answers)
        await is_asked(station, csms)
    floods = [message for rule, message in csms.said if rule == "FLOOD"]
    assert floods == ["the station sent 50 CALLs within a second, the last one is Heartbeat"]


@pytest.mark.asyncio
async def test_what_the_journal_cannot_hold_is_answered_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(played, "MAX_JOURNAL", 10)
    monkeypatch.setattr(played, "FLOOD", 1_000)
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as station:
        for number in range(12):
            assert (await asked(station, str(number), "Heartbeat", {}))[0] == 3
        await is_asked(station, csms)
        for _ in range(10):
            csms._marked = 0
            await csms.receives("Heartbeat")
    floods = [message for rule, message in csms.said if rule == "FLOOD"]
    assert floods == ["the case received more than 10 CALLs; those after are only answered"]


UNASKED: dict[str, tuple[Any, Any, str]] = {
    # what comes unasked: the frame, the code it is answered with (None: nothing), the rule it breaks
    "an answer to nothing": ([3, "nobody", {}], None, "RPC-14"),
    "an error to nothing": ([4, "nobody", "InternalError", "", {}], None, "RPC-14"),
    "an action of nobody": ([2, "a", "MakeCoffee", {}], "NotImplemented", "RPC-08"),
    "an action of the other side": ([2, "a", "Reset", {"type": "Hard"}], "NotSupported", "RPC-08"),
    "members that are missing": ([2, "a", "BootNotification", {}], "OccurenceConstraintViolation", "VAL-00"),
    "no JSON": ("Hello", None, "RPC-01"),
    "an object": ({"hello": 1}, None, "RPC-01"),
    "octets": (b"\x00\x01", None, "CON-16"),
    "a number of a message that is none": ([9, "a", "Heartbeat", {}], None, "RPC-01"),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("what", UNASKED)
async def test_what_nobody_asked_for_is_told_from_what_was_asked(what: str, tmp_path: Path) -> None:
    frame, code, rule = UNASKED[what]
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as station:
        await sent(station, frame)
        if code is not None:
            answer = await heard(station)
            assert answer[:3] == [4, "a", code]
        await is_asked(station, csms)
    assert rule in {broken for broken, _ in csms.said}
    assert all(finding.party == "station" for finding in csms.run.findings)


@pytest.mark.asyncio
async def test_a_station_that_does_not_boot_is_talked_to_all_the_same(tmp_path: Path) -> None:
    """Some send no BootNotification when only their connection was lost; the first word may be any."""
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as station:
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
        assert await asked(station, "1", "StatusNotification", status) == [3, "1", {}]
        await csms.receives("StatusNotification", connectorId=1, status="Available")
        await is_asked(station, csms)


@pytest.mark.asyncio
async def test_a_late_answer_belongs_to_no_later_question(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as station:
        asking = asyncio.create_task(csms.sends("ClearCache"))
        call = await heard(station)
        with pytest.raises(CaseFailure) as failure:
            await asking
        assert failure.value.kind == "silence"
        await sent(station, [3, call[1], {"status": "Accepted"}])
        await is_asked(station, csms)
    assert csms.run.timeouts == ["ClearCache"]
    assert "RPC-14" not in {rule for rule, _ in csms.said}  # it was asked for


@pytest.mark.asyncio
async def test_a_late_answer_to_a_case_that_is_over_disturbs_none_that_follows(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as station:
        asking = asyncio.create_task(csms.sends("ClearCache"))
        call = await heard(station)
        with pytest.raises(CaseFailure):
            await asking
        later = hosted(stand)
        await later.takes_over()
        await sent(station, [3, call[1], {"status": "Accepted"}])
        await is_asked(station, later)
    assert later.run.samples
    assert all(sample.action == "GetConfiguration" for sample in later.run.samples)


@pytest.mark.asyncio
async def test_of_two_connections_the_newer_one_counts_and_the_other_is_closed(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as former:
        assert (await asked(former, "1", "BootNotification", BOOT))[0] == 3
        async with raw_station(stand) as newer:
            with pytest.raises(ConnectionClosed, match=r"1000.*the same station has connected anew"):
                await asyncio.wait_for(former.recv(), 5)
            await is_asked(newer, csms)
    assert ("CON-14", "the station connected although its former connection was open, which is closed now") in csms.said


@pytest.mark.asyncio
async def test_who_comes_anew_while_the_farewell_is_under_way_is_no_double(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as former:
        assert (await asked(former, "1", "BootNotification", BOOT))[0] == 3
        former.protocol.send_close(1000)
        former.transport.write(b"".join(former.protocol.data_to_send()))
        former.transport.pause_reading()  # so that the farewell cannot be finished
        async with raw_station(stand) as newer:
            await is_asked(newer, csms)
    assert csms.said == []


@pytest.mark.asyncio
async def test_what_the_former_of_two_connections_still_says_is_not_answered_on_the_newer_one(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as former:
        former.protocol.send_text(json.dumps([2, "of-the-former", "Heartbeat", {}]).encode())
        frame = b"".join(former.protocol.data_to_send())
        former.transport.pause_reading()  # it has not noticed that it is being closed
        async with raw_station(stand) as newer:
            former.transport.write(frame)
            await is_asked(newer, csms)
        assert await csms.may_receive("Heartbeat") is not None  # that of the newer one
        assert await csms.may_receive("Heartbeat") is None
        assert [2, "of-the-former", "Heartbeat", {}] in csms.frames


@pytest.mark.asyncio
async def test_a_reconnect_in_the_middle_of_a_question_is_told_and_the_case_can_go_on(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms):
        async with raw_station(stand) as station:
            asking = asyncio.create_task(csms.sends("ClearCache"))
            assert (await heard(station))[2] == "ClearCache"
        with pytest.raises(CaseFailure) as failure:
            await asking
        assert failure.value.kind == "closed"
        assert not stand.bay.is_connected
        async with raw_station(stand) as again:
            await csms.connects()
            assert csms.is_new
            await is_asked(again, csms)
    assert any(note.startswith("the connection has ended") for note in csms.notes)


@pytest.mark.asyncio
async def test_a_reconnect_while_a_message_is_waited_for_is_waited_through(tmp_path: Path) -> None:
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms):
        async with raw_station(stand) as station:
            assert (await asked(station, "1", "BootNotification", BOOT))[0] == 3
            waiting = asyncio.create_task(csms.receives("StatusNotification", within=5, status="Available"))
        async with raw_station(stand) as station:
            assert await asked(station, "1", "StatusNotification", status) == [3, "1", {}]
            assert (await waiting).payload["connectorId"] == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("cut", [1, 3, 20])
async def test_half_a_frame_and_silence_is_a_station_that_does_not_answer(cut: int, tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms), raw_station(stand) as station:
        station.protocol.send_text(json.dumps([2, "half", "Heartbeat", {}]).encode())
        station.transport.write(b"".join(station.protocol.data_to_send())[:cut])
        with pytest.raises(CaseFailure) as failure:
            await csms.sends("ClearCache")
        assert failure.value.kind == "silence"
        async with raw_station(stand) as again:  # it has noticed by itself, and comes anew
            await is_asked(again, csms)
        station.transport.abort()
    assert "half" not in str(csms.said)


@pytest.mark.asyncio
async def test_a_run_ends_although_a_station_is_stuck_within_a_frame(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, _), raw_station(stand) as station:
        station.protocol.send_text(b"x" * 1000)
        station.transport.write(b"".join(station.protocol.data_to_send())[:500])
        station.transport.pause_reading()
        await asyncio.wait_for(stand.bay.closes(), 5)
        station.transport.abort()
