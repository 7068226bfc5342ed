"""A CSMS that refuses, is slow, closes, sends garbage or is started again: the fleet never falls over.

It counts what happened by reason, keeps its pauses, and is itself again when the CSMS is.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import pytest
import pytest_asyncio
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from simulator import VirtualClock
from simulator.fleet import Fleet, Plan
from simulator.fleet.counting.tally import MOST_PROBLEMS
from simulator.fleet.report.judging.limits import parse_limit
from simulator.fleet.report.result import Measured, result
from tests.simulator.fleet.played import played
from tests.simulator.support.scripted_csms import ScriptedCsms

pytestmark = pytest.mark.asyncio

QUIET: dict[str, Any] = {"session_every": 0.0, "meter_every": 0.0}
Trick = Callable[[ServerConnection, str, str], Awaitable[bool]]
"""Does something instead of an answer to a CALL, given its id and its action; False: nothing, and it is answered."""


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


async def well(websocket: ServerConnection, id: str, action: str) -> bool:
    return False


class Misbehaving:
    """Answers as it should, but for its `trick`, and has room for so many connections."""

    def __init__(self) -> None:
        self.trick: Trick = well
        self.room = 10_000
        self.is_shut = False  # who comes in is sent away
        self.interval = 10  # of heartbeats, in seconds
        self.open: set[ServerConnection] = set()
        self.received: Counter[str] = Counter()
        self.url = ""

    async def play(self, websocket: ServerConnection) -> None:
        if self.is_shut:
            await websocket.close(1013, "later")
            return
        self.open.add(websocket)
        try:
            async for message in websocket:
                kind, id, action = json.loads(message)[:3]
                if kind != 2:
                    continue
                self.received[action] += 1
                if not await self.trick(websocket, id, action):
                    await websocket.send(json.dumps([3, id, self._answer(action)]))
        except ConnectionClosed:
            pass
        finally:
            self.open.discard(websocket)

    def _answer(self, action: str) -> dict[str, Any]:
        answers: dict[str, dict[str, Any]] = {
            "BootNotification": {"status": "Accepted", "currentTime": _now(), "interval": self.interval},
            "Heartbeat": {"currentTime": _now()},
            "Authorize": {"idTagInfo": {"status": "Accepted"}},
            "StartTransaction": {
                "transactionId": self.received["StartTransaction"],
                "idTagInfo": {"status": "Accepted"},
            },
        }
        return answers.get(action, {})

    def judge(self, websocket: ServerConnection, request: Request) -> Response | None:
        if len(self.open) < self.room:
            return None
        return websocket.respond(HTTPStatus.SERVICE_UNAVAILABLE, "full")


@pytest_asyncio.fixture
async def other() -> AsyncIterator[Misbehaving]:
    csms = Misbehaving()
    async with serve(
        csms.play,
        "127.0.0.1",
        0,
        subprotocols=["ocpp1.6"],  # type: ignore[list-item]
        compression=None,
        ping_interval=None,
        process_request=csms.judge,
    ) as server:
        csms.url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ocpp"
        yield csms


async def until(condition: Callable[[], object]) -> None:
    """Wait for what happens at sockets, in real time."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - there is no event for what a socket does
            await asyncio.sleep(0.005)


@asynccontextmanager
async def running(url: str, clock: VirtualClock | None = None, **plan: Any) -> AsyncIterator[Fleet]:
    """A fleet that runs until the block is left; then nothing of it may have failed, and it has broken no rule."""
    facts = {"stations": 5, "ramp": 1000.0, "duration": 1e6, "seed": 7, "grace": 1.0, **QUIET, **plan}
    fleet = Fleet(Plan(url, **facts), clock=clock)
    async with played(fleet):
        yield fleet


def outcome(fleet: Fleet, *limits: str) -> dict[str, Any]:
    given = [parse_limit(text, ("Authorize", "StatusNotification")) for text in limits]
    return result(fleet, Measured(datetime.now(UTC), 1.0, 1.0, True, given))


# --- it has no room ---------------------------------------------------------------------------------------------------


async def test_who_finds_no_room_is_told_with_the_reason_and_comes_in_when_there_is_some(other: Misbehaving) -> None:
    other.room = 30
    async with running(other.url, stations=50) as fleet:
        await until(lambda: fleet.online == 30 and fleet.tally.not_connected >= 20)
        tally = fleet.tally
        assert tally.not_connected_by == {"the server refused the upgrade with HTTP 503": tally.not_connected}
        told = outcome(fleet)
        assert told["verdict"] == "FAIL"
        assert told["reason"].startswith("20 of 50 stations were never accepted by the CSMS; ")

        other.room = 50
        await until(lambda: fleet.online == 50)
        assert outcome(fleet)["verdict"] == "PASS"


@pytest.mark.parametrize("is_let_in", [False, True])
async def test_who_cannot_stay_tries_again_ever_more_seldom(
    other: Misbehaving, clock: VirtualClock, is_let_in: bool
) -> None:
    """Refused, or let in and sent away at once."""
    async with running(other.url, clock, stations=1) as fleet:
        await clock.advance(1.0)
        before = fleet.tally.attempts
        other.room, other.is_shut = (1, True) if is_let_in else (0, False)
        await next(iter(other.open)).close(1013, "later")
        await until(lambda: fleet.online == 0)
        for _ in range(130):
            tried = fleet.tally.attempts
            await clock.advance(0.5)
            if is_let_in and fleet.tally.attempts > tried:
                await until(lambda: fleet.tally.lost == fleet.tally.connected)
        # After 1, 2, 4, 8, 16 and 32 s, and up to a fifth more.
        assert 5 <= fleet.tally.attempts - before <= 6
        other.room, other.is_shut = 1, False
        await clock.advance(80.0)
        await until(lambda: fleet.online == 1)
        await clock.advance(20.0)
        assert other.received["Heartbeat"] > 0

        before = fleet.tally.attempts
        await next(iter(other.open)).close(1012, "restart")
        await until(lambda: fleet.online == 0)
        await clock.advance(1.2)
        await until(lambda: fleet.online == 1)
        assert fleet.tally.attempts == before + 1, "the pauses have begun anew"


@pytest.mark.parametrize(("seconds", "later"), [(9.0, [1, 2, 4]), (10.0, [1, 1, 1])])
async def test_who_was_let_stay_for_a_while_was_not_let_in_in_vain(
    other: Misbehaving, clock: VirtualClock, seconds: float, later: list[int]
) -> None:
    """A station that comes back without a boot has nothing to say, and so nothing is answered."""
    other.interval = 100_000
    pauses = []
    async with running(other.url, clock, stations=1) as fleet:
        await clock.advance(20.0)
        for _ in later:
            (connection,) = other.open
            await connection.close(1012, "restart")
            await until(lambda: fleet.online == 0)
            pauses.append(0)
            while fleet.online == 0:
                pauses[-1] += 1
                await clock.advance(1.2)
            await clock.advance(seconds)

    assert pauses == later, "a first pause is a second and up to a fifth of it"


# --- it is slow -------------------------------------------------------------------------------------------------------


async def test_answers_that_come_too_late_are_errors_of_the_csms_until_it_is_itself_again(other: Misbehaving) -> None:
    released, late = asyncio.Event(), asyncio.Event()

    async def slow(websocket: ServerConnection, id: str, action: str) -> bool:
        if action == "StatusNotification" and not released.is_set():
            await released.wait()
            await websocket.send(json.dumps([3, id, {}]))
            late.set()
            return True
        return False

    other.trick = slow
    async with running(other.url, call_timeout=0.1) as fleet:
        counted = fleet.tally.action("StatusNotification")
        await until(lambda: counted.unanswered == 10)
        released.set()
        await late.wait()
        await until(lambda: fleet.tally.frames_received == 15)

    told = outcome(fleet, "all errors <= 0")
    assert told["verdict"] == "FAIL", "and not ERROR, because the last word before the end was late"
    assert told["problems"] == {"StatusNotification: no answer in time": 10}
    assert {(one["rule"], one["party"]) for one in told["violations"]} == {("RPC-13", "csms")}
    assert (counted.sent, counted.samples.count) == (10, 0)
    assert fleet.tally.lost == 0, "no station goes because of that"
    assert outcome(fleet)["stations"]["online"] == 5


# --- it closes --------------------------------------------------------------------------------------------------------


async def test_connections_that_end_at_random_are_made_again_and_no_transaction_is_lost(
    other: Misbehaving, clock: VirtualClock
) -> None:
    chance, is_mean = random.Random(7), True

    async def closes(websocket: ServerConnection, id: str, action: str) -> bool:
        if not is_mean or action == "BootNotification" or chance.random() > 0.1:
            return False
        if chance.random() < 0.5:
            websocket.transport.abort()
        else:
            await websocket.close(1011, "oops")
        return True

    other.trick = closes
    plan = {"stations": 5, "session_every": 20.0, "session_length": 10.0, "meter_every": 5.0}
    async with running(other.url, clock, **plan) as fleet:
        await clock.advance(200.0)
        is_mean = False
        await clock.advance(150.0)
        await until(lambda: fleet.online == 5)
        assert fleet.stations.lost == 0

    tally = fleet.tally
    assert tally.lost > 10
    assert all(sentence.endswith(": connection lost") for sentence in tally.problems)
    assert tally.connected == tally.lost + 5
    assert tally.sessions == tally.sessions_over > 10
    answered = {name: tally.action(name).samples.count for name in ("StartTransaction", "StopTransaction")}
    assert answered["StartTransaction"] == answered["StopTransaction"] >= tally.sessions


async def test_a_csms_that_is_started_again_finds_all_stations_and_their_transactions(
    csms: ScriptedCsms, clock: VirtualClock
) -> None:
    plan = {"stations": 5, "session_every": 30.0, "session_length": 30.0}
    async with running(csms.url, clock, **plan) as fleet:
        await clock.advance(60.0)
        boots = csms.actions.count("BootNotification")
        await csms.stop()
        await until(lambda: fleet.online == 0)
        await clock.advance(40.0)
        await until(lambda: fleet.tally.not_connected >= 5)
        assert outcome(fleet)["reason"] == "5 stations were lost at the end: accepted once, and offline"
        await csms.start()
        await clock.advance(150.0)
        await until(lambda: fleet.online == 5)
        assert outcome(fleet)["verdict"] == "PASS"

    assert (fleet.tally.lost, csms.actions.count("BootNotification")) == (5, boots), "nobody has lost its power"
    (reason,) = fleet.tally.not_connected_by
    assert reason == "the connection was refused; is the CSMS running, and is this its port?"
    starts, stops = csms.payloads("StartTransaction"), csms.payloads("StopTransaction")
    assert len(starts) == len(stops) == fleet.tally.sessions == fleet.tally.sessions_over > 5
    assert len({payload["transactionId"] for payload in stops}) == len(stops)


# --- it sends garbage -------------------------------------------------------------------------------------------------

GARBAGE: tuple[str | bytes, ...] = (
    "no json", "", "{}", "[]", "null", "[3]", "[2,5,6,7]", '[9,"ID",{}]',
    '[3,"ID",[]]', '[3,"ID","x"]', '[3,"ID",null]', '[3,"ID",{"x":1e999999}]', '[3,"ID",{"x":"\U0001f600"}]',
    '[4,"ID"]', '[4,"ID",5,6,7]', '[4,"ID","NoSuchCode","",{}]',
    '[2,"x","Nope",{}]', '[2,"y","Reset",{"type":"Loud"}]', '[3,"nobody asked",{}]',
    "[" * 5000 + "]" * 5000, b"\x00\xff" * 100, '[3,"ID",{"x":"' + "y" * 100_000 + '"}]',
)  # fmt: skip
BROKEN: tuple[bytes, ...] = (
    b"\xff\xff garbage \x00" * 30,  # no WebSocket frame
    b"\x81\x04\xff\xfe\xfd\xfc",  # a text that is not UTF-8
    b"\x81\x7f\x00\x00\x00\xff\x00\x00\x00\x00",  # a text of a terabyte
    b"\x83\x00",  # a reserved opcode
)


async def test_garbage_is_told_by_reason_and_each_station_is_itself_again(
    other: Misbehaving, caplog: pytest.LogCaptureFixture
) -> None:
    """Each station gets one kind of it instead of its first answer after the boot."""
    kinds = [*GARBAGE, *BROKEN]
    lucky: set[str] = set()  # have had theirs
    authorized: set[str] = set()

    async def garbage(websocket: ServerConnection, id: str, action: str) -> bool:
        assert websocket.request is not None
        path = websocket.request.path
        if action == "Authorize":
            authorized.add(path)
        if action != "StatusNotification" or path in lucky:
            return False
        lucky.add(path)
        what = kinds[int(path[-5:]) - 1]
        if what in BROKEN:
            assert isinstance(what, bytes)
            websocket.transport.write(what)
        else:
            await websocket.send(what.replace("ID", id) if isinstance(what, str) else what)
        return True

    other.trick = garbage
    plan: dict[str, Any] = {"stations": len(kinds), "session_every": 0.01, "session_length": 1.0, "call_timeout": 0.5}
    async with running(other.url, **plan) as fleet:
        await until(lambda: authorized == lucky and len(lucky) == len(kinds) and fleet.online == len(kinds))
        counted = fleet.tally.action("StatusNotification")
        told = outcome(fleet)

    assert [one for one in caplog.records if not one.name.startswith("websockets")] == []
    assert fleet.tally.lost == len(BROKEN)
    assert counted.cut == len(BROKEN)
    assert (counted.refused, counted.invalid) == (1, 7)
    assert counted.unanswered == len(GARBAGE) - 9, "and one answer is one: null is an empty object"
    assert told["verdict"] == "PASS", "all stations are there, and no limit is about the rest"
    problems = told["problems"]
    assert sum(sentence.startswith("the CSMS sent what is no WebSocket frame: ") for sentence in problems) >= 3
    assert len(problems) <= 12
    assert {one["party"] for one in told["violations"]} == {"csms"}
    assert outcome(fleet, "all violations <= 0")["verdict"] == "FAIL"
    assert max(len(one["example"]) for one in told["violations"]) <= 501


async def test_made_up_words_do_not_fill_the_result(other: Misbehaving) -> None:
    """A CSMS that finds another word each time is not told a line for each."""
    number = 0

    async def errors(websocket: ServerConnection, id: str, action: str) -> bool:
        nonlocal number
        if action != "StatusNotification":
            return False
        number += 1
        await websocket.send(json.dumps([4, id, f"Code{number}", "x" * 10_000, {}]))
        return True

    other.trick = errors
    async with running(other.url, stations=40) as fleet:
        counted = fleet.tally.action("StatusNotification")
        await until(lambda: counted.refused == 80)
    problems = outcome(fleet)["problems"]
    assert len(problems) == MOST_PROBLEMS + 1
    assert problems["other problems"] == 80 - MOST_PROBLEMS
    assert sum(problems.values()) == 80
