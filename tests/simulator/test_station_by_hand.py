"""What a station says by hand, and answers that are disturbed: in Python, typed, and over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ocppj.errors import CallTimeout
from ocppj.frames import CallResult, Malformed, parse
from ocppj.peer import CallRefused
from ocppj.session import Seen
from simulator import NotPossible, Station, VirtualClock
from simulator.fleet.line import Dialler
from simulator.fleet.tally import Tally
from simulator.terminal.commands import Commands, Mistake
from tests.simulator.api_support import served
from tests.simulator.scripted_csms import ScriptedCsms, StartStation

pytestmark = pytest.mark.asyncio

GET = {"key": ["HeartbeatInterval"]}


def watched(csms: ScriptedCsms) -> list[str]:
    """The texts the station has sent from now on."""
    texts: list[str] = []

    def see(seen: Seen) -> None:
        if seen.sender == "station":
            texts.append(seen.frame.raw)

    assert csms.peer is not None
    csms.peer._observer = see
    return texts


async def test_a_call_by_hand_is_sent_as_it_is_and_its_answer_comes_back(station: Station, csms: ScriptedCsms) -> None:
    sent = watched(csms)
    answer = (await station.raw('[2, "by hand","Heartbeat",{}]'))["answer"]

    assert sent == ['[2, "by hand","Heartbeat",{}]']
    assert isinstance(parse(answer), CallResult)
    assert parse(answer).id == "by hand"


@pytest.mark.parametrize("text", ["", "no JSON", "[9]", '[2,"1","Heartbeat"', '[3,"nobody asked",{}]'])
async def test_any_text_is_sent(station: Station, csms: ScriptedCsms, text: str) -> None:
    sent = watched(csms)
    csms.excused |= {"RPC-01", "RPC-14"}

    assert await station.raw(text) == {"answer": None}
    await csms.call("GetConfiguration", **GET)
    assert sent[0] == text


async def test_it_is_said_from_the_terminal_and_over_http(start: StartStation, csms: ScriptedCsms) -> None:
    station = await start()
    sent = watched(csms)
    (said,) = await Commands(station, lambda: None).run("""raw '[2,"typed","Heartbeat",{}]'""")
    async with served(station) as api:
        done = await api.client.post("/api/v1/verbs/raw", json={"text": '[2,"posted","Heartbeat",{}]'})

    assert sent == ['[2,"typed","Heartbeat",{}]', '[2,"posted","Heartbeat",{}]']
    assert "currentTime" in said
    assert parse(done.json()["answer"]["answer"]).id == "posted"


async def test_what_cannot_be_sent_is_told(station: Station, csms: ScriptedCsms) -> None:
    with pytest.raises(ValueError, match="lone surrogate"):
        await station.raw("\ud800")
    with pytest.raises(Mistake, match=r"^answer_next: text is missing"):
        await Commands(station, lambda: None).run("answer_next say")
    with pytest.raises(Mistake, match="chance"):
        await Commands(station, lambda: None).run("answer_next drop chance=2")
    await station.lose_network()
    with pytest.raises(NotPossible, match="no connection"):
        await station.raw("[]")


@pytest.fixture(params=["asyncio", "fleet"])
def connect(request: pytest.FixtureRequest, clock: VirtualClock) -> Any:
    return Dialler(Tally(), clock).connect if request.param == "fleet" else None


async def test_the_next_answer_is_another_text(start: StartStation, csms: ScriptedCsms, connect: Any) -> None:
    station = await start(connect=connect)
    await station.answer_next("say", '[4,"{id}","GenericError","by hand",{}]')
    with pytest.raises(CallRefused, match="by hand"):
        await csms.call("GetConfiguration", **GET)

    assert "configurationKey" in await csms.call("GetConfiguration", **GET)


async def test_the_next_answer_is_dropped(start: StartStation, csms: ScriptedCsms, connect: Any) -> None:
    station = await start(connect=connect)
    await station.answer_next("drop")
    assert csms.peer is not None
    csms.excused.add("RPC-13")
    with pytest.raises(CallTimeout):
        await csms.peer.call("GetConfiguration", GET, timeout=0.2)

    assert "configurationKey" in await csms.call("GetConfiguration", **GET)


async def test_the_next_answer_comes_twice(start: StartStation, csms: ScriptedCsms, connect: Any) -> None:
    station = await start(connect=connect)
    sent = watched(csms)
    csms.excused.add("RPC-13")
    await station.answer_next("double")
    await csms.call("GetConfiguration", **GET)
    await csms.call("GetConfiguration", **GET)

    assert len(sent) == 3
    assert sent[0] == sent[1]


async def test_the_next_answer_is_late(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = await start(connect=connect)
    slept, sleep = asyncio.Event(), clock.sleep

    async def seen_sleeping(seconds: float) -> None:
        slept.set()
        await sleep(seconds)

    monkeypatch.setattr(clock, "sleep", seen_sleeping)
    await station.answer_next("delay", seconds=7)
    asked = asyncio.create_task(csms.call("GetConfiguration", **GET))
    await slept.wait()
    await clock.advance(6.9)
    assert not asked.done()
    await clock.advance(0.1)

    assert "configurationKey" in await asked


async def test_what_is_disturbed_is_drawn_by_a_seed(start: StartStation, csms: ScriptedCsms) -> None:
    station = await start()

    async def struck(seed: int) -> list[bool]:
        await station.answer_next("say", '[4,"{id}","GenericError","",{}]', times=100, chance=0.5, seed=seed)
        found = []
        for _ in range(12):
            try:
                await csms.call("GetConfiguration", **GET)
                found.append(False)
            except CallRefused:
                found.append(True)
        return found

    first = await struck(1)
    assert {*first} == {True, False}
    assert await struck(1) == first
    assert await struck(2) != first
    await station.answer_next("right")
    assert "configurationKey" in await csms.call("GetConfiguration", **GET)


async def test_a_text_that_is_no_frame_can_be_the_answer(station: Station, csms: ScriptedCsms) -> None:
    sent = watched(csms)
    csms.excused |= {"RPC-01", "RPC-13"}
    await station.answer_next("say", "garbage")
    assert csms.peer is not None
    with pytest.raises(CallTimeout):
        await csms.peer.call("GetConfiguration", GET, timeout=0.2)

    assert isinstance(parse(sent[0]), Malformed)
