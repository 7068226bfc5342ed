"""What a station says by hand, and answers that are disturbed: in Python, typed, and over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ocppj.errors import CallTimeout
from ocppj.frames import CallError, CallResult, Malformed, parse
from ocppj.peers.aio import CallRefused
from ocppj.session.session import Seen
from simulator import NotPossible, Station, VirtualClock
from simulator.fleet.counting.tally import Tally
from simulator.fleet.engine.dialler import Dialler
from simulator.v16.faults import CATALOGUE
from simulator.views.terminal.commands import Commands, Mistake
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation
from tests.simulator.views.api.support import served

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


@pytest.fixture
def tally() -> Tally:
    return Tally()


@pytest.fixture(params=["asyncio", "fleet"])
def connect(request: pytest.FixtureRequest, clock: VirtualClock, tally: Tally) -> Any:
    return Dialler(tally, clock).connect if request.param == "fleet" else None


async def test_a_call_by_hand_is_sent_as_it_is_and_its_answer_comes_back(
    start: StartStation, csms: ScriptedCsms, connect: Any
) -> None:
    station = await start(connect=connect)
    sent = watched(csms)
    said = await station.raw('[2, "by hand","Heartbeat",{}]')

    assert sent == ['[2, "by hand","Heartbeat",{}]']
    assert isinstance(parse(said["answer"]), CallResult)
    assert parse(said["answer"]).id == "by hand"
    assert said["why"] is None


async def test_a_call_that_is_none_is_answered_with_an_error(
    start: StartStation, csms: ScriptedCsms, connect: Any
) -> None:
    station = await start(connect=connect)
    csms.excused.add("RPC-02")
    answer = (await station.raw('[2,"by hand","Heartbeat"]'))["answer"]

    assert isinstance(parse(answer), CallError)
    assert parse(answer).id == "by hand"


NEVER_ANSWERED = '[2,"by hand","DataTransfer",{"vendorId":"org.example"}]'


async def silent(
    start: StartStation, csms: ScriptedCsms, connect: Any, text: str = NEVER_ANSWERED
) -> tuple[Station, asyncio.Task[dict[str, Any]]]:
    """A station that has sent a text by hand and waits 7 s at the most; the CSMS says nothing."""
    station = await start(connect=connect, call_timeout=7)
    sent, never = asyncio.Event(), asyncio.Event()
    station.events.listen(lambda event: sent.set() if event.text.startswith("sent by hand") else None)

    async def wait(*_: Any) -> dict[str, Any]:
        await never.wait()
        return {}

    async def refuse(*_: Any) -> None:
        await never.wait()

    csms.answers["DataTransfer"] = wait
    assert csms.peer is not None
    csms.peer.refuse = refuse  # type: ignore[method-assign, assignment]
    asked = asyncio.create_task(station.raw(text))
    await sent.wait()
    return station, asked


async def test_a_call_by_hand_waits_as_long_as_any_other_and_it_is_said_that_nothing_came(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, tally: Tally, connect: Any
) -> None:
    station, asked = await silent(start, csms, connect)
    await clock.advance(6.9)
    assert not asked.done()
    await clock.advance(0.1)

    assert await asked == {"answer": None, "why": "no answer within 7 s"}
    assert [(one.rule, one.party) for one in station.findings] == [("RPC-13", "csms")]
    if connect is not None:
        assert tally.actions["DataTransfer"].unanswered == 1
        assert tally.breaches("csms", "DataTransfer") == 1


async def test_a_call_that_is_none_and_that_nobody_answers_is_given_up_too(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, tally: Tally, connect: Any
) -> None:
    csms.excused.add("RPC-02")
    _, asked = await silent(start, csms, connect, '[2,"by hand","Heartbeat"]')
    await clock.advance(7)

    assert await asked == {"answer": None, "why": "no answer within 7 s"}
    assert "" not in tally.actions


async def test_when_the_connection_ends_nobody_waits_any_longer(
    start: StartStation, csms: ScriptedCsms, connect: Any
) -> None:
    station, asked = await silent(start, csms, connect)
    await station.lose_network()

    assert await asked == {"answer": None, "why": "the connection ended before an answer came"}


async def test_whoever_observes_a_station_sees_its_frames_over_any_line(
    start: StartStation, csms: ScriptedCsms, connect: Any
) -> None:
    seen: list[tuple[str, Any]] = []
    station = await start(connect=connect)
    station.observe(lambda one: seen.append((one.sender, one.frame.id)))
    await station.lose_network()
    await station.restore_network()
    await station.until(lambda _: station.connected, within=30)
    await station.raw('[2,"by hand","Heartbeat",{}]')

    assert seen[-2:] == [("station", "by hand"), ("csms", "by hand")]


@pytest.mark.parametrize("text", ["", "no JSON", "[9]", '[2,"1","Heartbeat"', '[3,"nobody asked",{}]'])
async def test_any_text_is_sent(station: Station, csms: ScriptedCsms, text: str) -> None:
    sent = watched(csms)
    csms.excused |= {"RPC-01", "RPC-14"}

    assert await station.raw(text) == {"answer": None, "why": "it is no CALL, so nothing answers it"}
    await csms.call("GetConfiguration", **GET)
    assert sent[0] == text


async def test_it_is_said_from_the_terminal_and_over_http(
    start: StartStation, csms: ScriptedCsms, connect: Any
) -> None:
    station = await start(connect=connect)
    sent = watched(csms)
    (said,) = await Commands(station, CATALOGUE, lambda: None).run("""raw '[2,"typed","Heartbeat",{}]'""")
    async with served(station) as api:
        done = await api.client.post("/api/v1/verbs/raw", json={"text": '[2,"posted","Heartbeat",{}]'})

    assert sent == ['[2,"typed","Heartbeat",{}]', '[2,"posted","Heartbeat",{}]']
    assert "currentTime" in said
    assert parse(done.json()["answer"]["answer"]).id == "posted"


async def test_what_cannot_be_sent_is_told(station: Station, csms: ScriptedCsms) -> None:
    with pytest.raises(ValueError, match="lone surrogate"):
        await station.raw("\ud800")
    with pytest.raises(Mistake, match=r"^answer_next: text is missing"):
        await Commands(station, CATALOGUE, lambda: None).run("answer_next say")
    with pytest.raises(Mistake, match="chance"):
        await Commands(station, CATALOGUE, lambda: None).run("answer_next drop chance=2")
    await station.lose_network()
    with pytest.raises(NotPossible, match="no connection"):
        await station.raw("[]")


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
