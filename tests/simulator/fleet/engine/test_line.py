"""The connection of a fleet station on picows, at servers that refuse, fragment, close, or keep silent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from ocppj.errors import BadAnswer, CallRefused, CallTimeout, ConnectFailed, ConnectionClosed
from ocppj.frames import Call
from ocppj.peers.base import payload_of
from ocppj.session.session import Seen
from ocppj.v16 import PROTOCOL
from simulator.fleet.counting.tally import Tally
from simulator.fleet.engine.dialler import KEPT_FINDINGS, Dialler
from simulator.fleet.engine.line import FleetLine
from simulator.fleet.engine.wheel import Wheel
from simulator.kernel.clock import Clock, VirtualClock
from simulator.wire.dialing import Outcome

pytestmark = pytest.mark.asyncio

Play = Callable[[ServerConnection], Awaitable[None]]


async def call(line: FleetLine, action: str, timeout: float = 10.0) -> Any:
    """Send a CALL; gives the payload of its answer, or raises what became of it."""
    over: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    line.request(action, {}, timeout, over.set_result)
    assert not over.done(), "nobody is told before the request has returned"
    outcome = await over
    if isinstance(outcome, Exception):
        raise outcome
    return payload_of(action, outcome.frame)


class End:
    """The station's end of the line: what it was told."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.tally = Tally()
        self.wheel = Wheel()
        self.clock = clock or self.wheel
        self.calls: list[str] = []
        self.closed: asyncio.Future[ConnectionClosed] = asyncio.get_running_loop().create_future()
        self.line: FleetLine | None = None

    async def on_call(self, seen: Seen) -> None:
        assert isinstance(seen.frame, Call)
        assert self.line is not None
        self.calls.append(seen.frame.id)
        await asyncio.sleep(0)
        await self.line.reply(seen.frame, {"status": "Accepted"})

    async def connect(self, url: str, **options: Any) -> FleetLine:
        dialler = Dialler(self.tally, self.clock)
        self.line = await dialler.connect(
            url, "CP 1", protocol=PROTOCOL, on_call=self.on_call, on_closed=self.closed.set_result, **options
        )
        return self.line

    async def end(self) -> ConnectionClosed:
        async with asyncio.timeout(30):
            return await self.closed


@asynccontextmanager
async def server(play: Play, **options: Any) -> AsyncIterator[str]:
    options = {"subprotocols": ["ocpp1.6"], "compression": None, "ping_interval": None, **options}
    async with serve(play, "127.0.0.1", 0, **options) as running:
        port = next(iter(running.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}/ocpp"


def answers(*texts: str | bytes | list[str]) -> Play:
    """Answers the first CALL with these texts, in which ID stands for its id; a list is sent in fragments."""

    async def play(websocket: ServerConnection) -> None:
        id = str(await websocket.recv()).split('"')[1]
        for text in texts:
            if isinstance(text, list):
                await websocket.send([part.replace("ID", id) for part in text])
            else:
                await websocket.send(text.replace("ID", id) if isinstance(text, str) else text)
        await websocket.wait_closed()

    return play


async def test_a_call_and_its_answer() -> None:
    seen: list[Any] = []

    async def play(websocket: ServerConnection) -> None:
        assert websocket.request is not None
        seen.append((websocket.request.path, websocket.request.headers["Authorization"], websocket.subprotocol))
        await answers('[3,"ID",{"currentTime":"2026-01-01T00:00:00Z"}]')(websocket)

    end = End()
    async with server(play) as url:
        line = await end.connect(url, basic_auth=("CP 1", b"secret"))
        answer = await call(line, "Heartbeat")
        await line.close()

    assert answer == {"currentTime": "2026-01-01T00:00:00Z"}
    transport: Any = line._transport
    assert len(transport.request.headers) == len(transport.response.headers) == 0, "nobody asks for them any more"
    assert seen == [("/ocpp/CP%201", "Basic Q1AgMTpzZWNyZXQ=", "ocpp1.6")]
    heartbeat = end.tally.actions["Heartbeat"]
    assert (heartbeat.sent, heartbeat.errors, heartbeat.samples.count) == (1, 0, 1)
    assert (end.tally.connected, end.tally.lost, end.tally.violations) == (1, 0, {})


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('[4,"ID","InternalError","no",{}]', CallRefused),
        ('[3,"ID"]', BadAnswer),
    ],
)
async def test_what_is_no_result_is_raised(text: str, error: type[Exception]) -> None:
    end = End()
    async with server(answers(text)) as url:
        line = await end.connect(url)
        with pytest.raises(error):
            await call(line, "Heartbeat")
        await line.close()
    assert end.tally.actions["Heartbeat"].errors == 1


async def test_a_fragmented_answer_is_one() -> None:
    end = End()
    async with server(answers(['[3,"ID",', '{"currentTime":', '"2026-01-01T00:00:00Z"}]'])) as url:
        line = await end.connect(url)
        assert await call(line, "Heartbeat") == {"currentTime": "2026-01-01T00:00:00Z"}
        await line.close()


async def test_a_binary_message_is_a_violation_and_no_answer() -> None:
    end = End()
    async with server(answers(b"[]", '[3,"ID",{"currentTime":"2026-01-01T00:00:00Z"}]')) as url:
        line = await end.connect(url)
        await call(line, "Heartbeat")
        await line.close()
    assert end.tally.breaches("csms") == 1


async def test_silence_is_a_time_out_and_a_late_answer_is_none() -> None:
    released = asyncio.Event()

    async def play(websocket: ServerConnection) -> None:
        id = str(await websocket.recv()).split('"')[1]
        await released.wait()
        await websocket.send(f'[3,"{id}",{{"currentTime":"2026-01-01T00:00:00Z"}}]')
        await answers('[3,"ID",{"currentTime":"2026-01-02T00:00:00Z"}]')(websocket)

    end = End()
    async with server(play) as url:
        line = await end.connect(url)
        with pytest.raises(CallTimeout):
            await call(line, "Heartbeat", timeout=0.02)
        released.set()
        assert await call(line, "Heartbeat") == {"currentTime": "2026-01-02T00:00:00Z"}
        await line.close()

    heartbeat = end.tally.actions["Heartbeat"]
    assert (heartbeat.sent, heartbeat.unanswered, heartbeat.samples.count) == (2, 1, 1)
    assert end.wheel.pending == 0


async def test_what_a_silence_breaks_is_counted_once_whatever_was_broken_before() -> None:
    async def play(websocket: ServerConnection) -> None:
        for _ in range(KEPT_FINDINGS + 2):
            await websocket.send("garbage")
        await websocket.wait_closed()

    clock, end = VirtualClock(), End()
    end.clock = clock
    async with server(play) as url:
        line = await end.connect(url)
        await line.ping()  # what was sent before its pong has arrived
        waiting = asyncio.ensure_future(call(line, "Heartbeat", timeout=10))
        await asyncio.sleep(0)
        await clock.advance(10.1)
        with pytest.raises(CallTimeout):
            await waiting
        await line.close()

    counts = {key[0]: one.count for key, one in end.tally.violations.items() if key[2] == "csms"}
    assert counts == {"RPC-01": KEPT_FINDINGS + 2, "RPC-13": 1}


async def test_each_call_has_its_whole_time_also_after_a_quick_one() -> None:
    clock, end = VirtualClock(), End()
    end.clock = clock
    async with server(answers('[3,"ID",{"currentTime":"2026-01-01T00:00:00Z"}]')) as url:
        line = await end.connect(url)
        await call(line, "Heartbeat", timeout=10)
        await clock.advance(6)
        waiting = asyncio.ensure_future(call(line, "Heartbeat", timeout=10))
        await asyncio.sleep(0)
        await clock.advance(9.9)
        assert end.tally.actions["Heartbeat"].unanswered == 0, "only the time of the first one is over"
        await clock.advance(0.2)
        with pytest.raises(CallTimeout, match="10"):
            await waiting
        await line.close()

    heartbeat = end.tally.actions["Heartbeat"]
    assert (heartbeat.sent, heartbeat.unanswered, heartbeat.samples.count) == (2, 1, 1)


async def test_a_close_frame_ends_an_open_call_with_its_code_and_reason() -> None:
    async def play(websocket: ServerConnection) -> None:
        await websocket.recv()
        await websocket.close(1012, "restart")

    end = End()
    async with server(play) as url:
        line = await end.connect(url)
        with pytest.raises(ConnectionClosed):
            await call(line, "Heartbeat")
        closed = await end.end()
        with pytest.raises(ConnectionClosed):
            await call(line, "Heartbeat")

    assert (closed.code, closed.reason, closed.by_remote) == (1012, "restart", True)
    assert (end.tally.lost, end.tally.actions["Heartbeat"].cut) == (1, 1)


async def test_a_connection_that_breaks_is_lost_with_1006() -> None:
    async def play(websocket: ServerConnection) -> None:
        websocket.transport.abort()

    end = End()
    async with server(play) as url:
        await end.connect(url)
        closed = await end.end()

    assert (closed.code, closed.by_remote, end.tally.lost) == (1006, True, 1)


async def test_what_the_station_ends_is_not_lost() -> None:
    codes: list[int | None] = []

    async def play(websocket: ServerConnection) -> None:
        await websocket.wait_closed()
        codes.append(websocket.close_code)

    for way in ("close", "abort"):
        end = End()
        async with server(play) as url:
            line = await end.connect(url)
            await getattr(line, way)()
            assert (await end.end()).by_remote is False
        assert end.tally.lost == 0
    assert codes == [1000, 1006]


async def test_calls_of_the_csms_are_answered_one_after_the_other_and_bad_ones_refused() -> None:
    got: list[str] = []

    async def play(websocket: ServerConnection) -> None:
        for number in range(100):
            await websocket.send(f'[2,"{number}","ClearCache",{{}}]')
        await websocket.send('[2,"wrong","ClearCache",{"surplus":1}]')
        await websocket.send('[2,"unknown","Nonsense",{}]')
        for _ in range(102):
            got.append(str(await websocket.recv()))
        await websocket.close()

    end = End()
    async with server(play) as url:
        await end.connect(url)
        await end.end()

    assert end.calls == [str(number) for number in range(100)]
    assert got[:100] == [f'[3,"{number}",{{"status":"Accepted"}}]' for number in range(100)]
    assert got[100].startswith('[4,"wrong","FormationViolation"')
    assert got[101].startswith('[4,"unknown","NotImplemented"')
    assert end.tally.calls_of_csms == 102


async def test_a_ping_of_either_side_is_answered() -> None:
    async def play(websocket: ServerConnection) -> None:
        await (await websocket.ping())
        await websocket.wait_closed()

    end = End()
    async with server(play) as url:
        line = await end.connect(url)
        async with asyncio.timeout(30):
            await line.ping()
        await line.close()
        with pytest.raises(ConnectionClosed):
            await line.ping()


async def test_a_text_that_is_no_utf_8_ends_the_connection_with_1007() -> None:
    codes: list[int | None] = []

    async def play(websocket: ServerConnection) -> None:
        websocket.transport.write(b"\x81\x02\xc3\x28")
        await websocket.wait_closed()
        codes.append(websocket.close_code)

    end = End()
    async with server(play) as url:
        await end.connect(url)
        await end.end()
    assert codes == [1007]


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "the server asks for credentials (HTTP 401)"),
        (404, "the server does not know the path or the identity (HTTP 404)"),
        (503, "the server refused the upgrade with HTTP 503"),
    ],
)
async def test_a_refused_handshake_says_why(status: int, sentence: str) -> None:
    async def play(websocket: ServerConnection) -> None:
        raise AssertionError("never")

    end = End()
    refuse = {"process_request": lambda websocket, _: websocket.respond(HTTPStatus(status), "")}
    async with server(play, **refuse) as url:
        with pytest.raises(ConnectFailed) as caught:
            await end.connect(url)

    assert sentence in str(caught.value)
    assert caught.value.status == status
    assert (end.tally.attempts, end.tally.not_connected, end.tally.connected) == (1, 1, 0)


async def test_a_server_without_our_subprotocol_is_no_ocpp_server() -> None:
    async def play(websocket: ServerConnection) -> None:
        await websocket.wait_closed()

    end = End()
    async with server(play, subprotocols=None) as url:
        with pytest.raises(ConnectFailed, match=r"the server agreed on no subprotocol, ocpp1\.6 was offered"):
            await end.connect(url)
    assert not end.closed.done(), "the station never had it"


async def test_a_port_where_nobody_listens_is_named() -> None:
    end = End()
    async with server(answers()) as url:
        pass
    with pytest.raises(ConnectFailed, match="the connection was refused"):
        await end.connect(url)


async def test_a_server_that_hangs_up_instead_of_answering_is_a_failed_attempt() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    end = End()
    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as running:
        port = running.sockets[0].getsockname()[1]
        with pytest.raises(ConnectFailed, match="did not receive a valid HTTP response"):
            await end.connect(f"ws://127.0.0.1:{port}/ocpp")

    assert (end.tally.attempts, end.tally.not_connected) == (1, 1)
    assert not end.closed.done(), "the station never had it"
