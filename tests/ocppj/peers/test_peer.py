"""The asyncio peer over real WebSockets."""

import asyncio
import logging
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import websockets.exceptions
from ocpp.v16 import call as ocpp_call
from websockets.asyncio.server import ServerConnection
from websockets.frames import Close

from ocppj import frames
from ocppj.evidence.trace import Trace
from ocppj.frames import Call
from ocppj.peers import aio
from ocppj.peers.aio import (
    MAX_WAITING,
    BadAnswer,
    CallRefused,
    CallTimeout,
    ConnectFailed,
    ConnectionClosed,
    OcppError,
    Peer,
    station_url,
)
from ocppj.peers.base import connection_closed
from ocppj.peers.handshake import connect_failed
from ocppj.session.session import Seen, Session
from ocppj.v16 import PROTOCOL
from ocppj.v201 import PROTOCOL as V201
from tests.ocppj.support.endpoint import NOW, answer_everything, endpoint, script

pytestmark = pytest.mark.asyncio
connect = partial(aio.connect, protocol=PROTOCOL)

RESET = '[2,"r","Reset",{"type":"Soft"}]'


async def _until_closed(websocket: ServerConnection) -> None:
    await websocket.wait_closed()


async def test_a_call_gives_the_payload_of_its_answer() -> None:
    shown: list[Seen] = []
    async with endpoint(answer_everything) as server:
        trace = Trace()
        peer = await connect(
            server.url,
            "RDAM 123",
            trace=trace,
            observer=shown.append,
            headers={"X-A": "b"},
            basic_auth=("RDAM 123", b"\xff"),
        )
        assert await peer.call("Heartbeat") == {"currentTime": NOW}
        assert await peer.call("Heartbeat", ocpp_call.Heartbeat(), id="mine") == {"currentTime": NOW}
        await peer.close()

        assert (server.path, server.headers["X-A"]) == ("/ocpp/RDAM%20123", "b")
        assert server.headers["Authorization"] == "Basic UkRBTSAxMjM6/w=="
    assert (peer.role, peer.subprotocol, peer.findings, peer.trace) == ("station", "ocpp1.6", [], trace)
    assert [entry.direction for entry in trace] == ["station->csms", "csms->station"] * 2
    assert [seen.seq for seen in shown] == [1, 2, 3, 4]
    assert shown[2].frame.id == "mine"
    assert peer.is_closed
    with pytest.raises(ConnectionClosed):
        await peer.call("Heartbeat")


async def test_a_text_may_be_written_in_fragments() -> None:
    async with endpoint(answer_everything) as server:
        peer = await connect(server.url, "A")
        seen = await peer.send_in_pieces('[2,"f","Heartbeat",{}]', 5)
        assert seen.frame.raw == '[2,"f","Heartbeat",{}]'
        assert await peer.call("Heartbeat") == {"currentTime": NOW}
        await peer.close()
        with pytest.raises(ConnectionClosed):
            await peer.send_in_pieces('[2,"g","Heartbeat",{}]', 2)


async def test_null_is_an_empty_answer() -> None:
    behaviour, _ = script('[3,"1",null]')
    async with endpoint(behaviour) as server:
        peer = await connect(server.url, "A")
        assert await peer.call("StatusNotification", {}, id="1") == {}
        await peer.close()


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ('[4,"1","GenericError","no",{}]', CallRefused, "Heartbeat was answered with CALLERROR GenericError: no"),
        ('[3,"1"]', BadAnswer, "what is no message"),
        ("[3,1,{}]", BadAnswer, "the id is a number"),
    ],
)
async def test_what_is_no_callresult_raises(answer: str, error: type[Exception], words: str) -> None:
    behaviour, _ = script(answer)
    async with endpoint(behaviour) as server:
        peer = await connect(server.url, "A")
        with pytest.raises(error, match=words):
            await peer.call("Heartbeat", id="1")
        await peer.close()


async def test_silence_raises_and_a_late_answer_does_no_harm() -> None:
    late, right = (f'[3,"{id}",{{"currentTime":"{NOW}"}}]' for id in "13")
    behaviour, _ = script('[9,"no answer"]', late, right)
    async with endpoint(behaviour) as server:
        peer = await connect(server.url, "A", call_timeout=0.01)
        with pytest.raises(CallTimeout, match=r"Heartbeat was not answered within 0\.01 s"):
            await peer.call("Heartbeat", id="1")
        with pytest.raises(CallTimeout):
            await peer.call("Heartbeat", id="2")
        assert await peer.call("Heartbeat", id="3", timeout=30) == {"currentTime": NOW}
        await peer.close()
    assert ("RPC-13", "csms") in [(finding.rule, finding.party) for finding in peer.findings]


async def test_calls_wait_for_their_turn() -> None:
    async with endpoint(answer_everything) as server:
        peer = await connect(server.url, "A")
        await asyncio.gather(*(peer.call("Heartbeat") for _ in range(5)))
        await peer.close()
    assert peer.findings == []


async def test_a_call_fails_when_the_connection_ends() -> None:
    async def hang_up(websocket: ServerConnection) -> None:
        await websocket.recv()
        await websocket.close(1001, "bye")

    async with endpoint(hang_up) as server:
        peer = await connect(server.url, "A")
        with pytest.raises(ConnectionClosed, match=r"closed by the other side \(1001, bye\)") as caught:
            await peer.call("Heartbeat")
        assert (caught.value.code, caught.value.reason, caught.value.by_remote) == (1001, "bye", True)
        assert await peer.wait_closed() is caught.value
        await peer.close()


async def test_aborting_is_no_closing() -> None:
    async with endpoint(_until_closed) as server:
        peer = await connect(server.url, "A")
        await peer.ping()
        await peer.ping(b"with a body")
        await peer.abort()
        closed = await peer.wait_closed()
        assert closed.code == 1006
        with pytest.raises(ConnectionClosed):
            await peer.ping()


async def _answers(handler: Any, *requests: str) -> list[str]:
    """What a station with this handler answers to the requests."""
    heard: list[str] = []

    async def ask(websocket: ServerConnection) -> None:
        for request in requests:
            await websocket.send(request)
            heard.append(str(await websocket.recv()))

    async with endpoint(ask) as server:
        peer = await connect(server.url, "A", handler=handler)
        await peer.wait_closed()
        await peer.close()
    return heard


async def test_a_handler_answers_calls() -> None:
    async def handler(call: Call) -> dict[str, Any]:
        return {"status": "Accepted"}

    assert await _answers(handler, RESET) == ['[3,"r",{"status":"Accepted"}]']


async def test_a_handler_may_refuse() -> None:
    async def handler(call: Call) -> dict[str, Any]:
        raise OcppError("SecurityError", "not now", {"a": 1})

    assert await _answers(handler, RESET) == ['[4,"r","SecurityError","not now",{"a":1}]']


async def test_a_handler_that_finds_the_connection_gone_answers_nothing() -> None:
    async def handler(call: Call) -> dict[str, Any]:
        if call.id == "gone":
            raise ConnectionClosed(1006, "", by_remote=True)
        return {"status": "Accepted"}

    heard: list[str] = []

    async def ask(websocket: ServerConnection) -> None:
        await websocket.send(RESET.replace('"r"', '"gone"'))
        await websocket.send(RESET)
        heard.append(str(await websocket.recv()))

    async with endpoint(ask) as server:
        peer = await connect(server.url, "A", handler=handler)
        await peer.wait_closed()
    assert heard == ['[3,"r",{"status":"Accepted"}]']


@pytest.mark.parametrize("answer", [None, {"status": object()}, ValueError("x")])
async def test_a_handler_that_fails_is_an_internal_error(answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    async def handler(call: Call) -> dict[str, Any]:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with caplog.at_level(logging.ERROR):
        heard = await _answers(handler, RESET)
    assert heard == ['[4,"r","InternalError","Reset could not be processed",{}]']
    assert "the handler of Reset failed" in caplog.text


async def test_without_a_handler_nothing_is_supported_and_what_is_wrong_is_refused() -> None:
    bad = '[2,"b","Reset"]'
    heard = await _answers(None, RESET, bad)
    assert [frames.parse(text).code for text in heard] == ["NotSupported", "FormationViolation"]  # type: ignore[union-attr]


async def test_a_version_says_what_is_offered_and_how_a_call_without_a_readable_id_is_answered() -> None:
    heard: list[str] = []

    async def ask(websocket: ServerConnection) -> None:
        await websocket.send("{")
        heard.append(str(await websocket.recv()))

    async with endpoint(ask, subprotocols=["ocpp1.6", "ocpp2.0.1"]) as server:
        peer = await aio.connect(server.url, "A", protocol=V201)
        await peer.wait_closed()

    assert peer.subprotocol == "ocpp2.0.1"
    assert [(frame.id, frame.code) for frame in map(frames.parse, heard)] == [("-1", "RpcFrameworkError")]  # type: ignore[union-attr]


async def test_a_call_without_a_readable_id_is_left_alone() -> None:
    async def handler(call: Call) -> dict[str, Any]:
        return {"status": "Accepted"}

    heard: list[str] = []

    async def ask(websocket: ServerConnection) -> None:
        await websocket.send('[2,7,"Reset",{}]')
        await websocket.send("[2]")
        await websocket.send(RESET)
        heard.append(str(await websocket.recv()))

    async with endpoint(ask) as server:
        peer = await connect(server.url, "A", handler=handler)
        await peer.wait_closed()
    assert heard == ['[3,"r",{"status":"Accepted"}]']


async def test_on_call_sees_the_frame_and_answers_itself() -> None:
    peers: list[Peer] = []

    async def on_call(seen: Seen) -> None:
        assert isinstance(seen.frame, Call)
        await peers[0].reply(seen.frame, {"status": "Rejected"})

    behaviour, heard = script(RESET)
    async with endpoint(behaviour) as server:
        peers.append(await connect(server.url, "A", on_call=on_call))
        answered = asyncio.Event()
        peers[0]._observer = lambda seen: answered.set() if isinstance(seen.frame, frames.CallResult) else None
        await peers[0].send_raw("any text")
        await answered.wait()
        await peers[0].close()
    assert heard == ["any text", '[3,"r",{"status":"Rejected"}]']


async def test_on_call_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    done = asyncio.Event()

    async def on_call(seen: Seen) -> None:
        if seen.frame.id == "r":
            raise ValueError("oops")
        done.set()

    async def ask(websocket: ServerConnection) -> None:
        await websocket.send(RESET)
        await websocket.send(RESET.replace('"r"', '"s"'))
        await websocket.wait_closed()

    async with endpoint(ask) as server:
        peer = await connect(server.url, "A", on_call=on_call)
        await done.wait()
        await peer.close()
    assert "a CALL could not be answered" in caplog.text


async def test_a_handler_may_close_the_connection_it_serves() -> None:
    async def handler(call: Call) -> dict[str, Any]:
        await peer.close(1000, "done")
        return {"status": "Accepted"}

    async def ask(websocket: ServerConnection) -> None:
        await websocket.send(RESET)
        await websocket.wait_closed()

    async with endpoint(ask) as server:
        peer = await connect(server.url, "A", handler=handler)
        closed = await peer.wait_closed()
        assert (closed.code, closed.reason, closed.by_remote) == (1000, "done", False)


async def test_a_handler_may_lose_its_connection_while_it_calls() -> None:
    async def handler(call: Call) -> dict[str, Any]:
        await peer.call("Heartbeat")
        raise AssertionError("not reached")

    async def ask(websocket: ServerConnection) -> None:
        await websocket.send(RESET)
        await websocket.recv()

    async with endpoint(ask) as server:
        peer = await connect(server.url, "A", handler=handler)
        assert (await peer.wait_closed()).by_remote


async def test_an_observer_that_fails_ends_the_connection() -> None:
    def observer(seen: Seen) -> None:
        raise ValueError("observer")

    async def ask(websocket: ServerConnection) -> None:
        await websocket.send(RESET)
        await websocket.wait_closed()

    async with endpoint(ask) as server:
        peer = await connect(server.url, "A", observer=observer)
        assert (await peer.wait_closed()).code == 1006
        with pytest.raises(ValueError, match="observer"):
            await peer.close()


async def test_reading_stops_while_too_many_calls_wait() -> None:
    may_go_on = asyncio.Event()
    handled: list[str] = []

    async def handler(call: Call) -> dict[str, Any]:
        await may_go_on.wait()
        handled.append(call.id)
        return {"status": "Accepted"}

    count = 3 * MAX_WAITING
    heard: list[str] = []

    async def flood(websocket: ServerConnection) -> None:
        for number in range(count):
            await websocket.send(RESET.replace('"r"', f'"{number}"'))
        for _ in range(count):
            heard.append(str(await websocket.recv()))

    is_full = asyncio.Event()

    def observer(seen: Seen) -> None:
        if isinstance(seen.frame, Call) and seen.frame.id == str(MAX_WAITING):
            is_full.set()

    async with endpoint(flood) as server:
        peer = await connect(server.url, "A", handler=handler, observer=observer)
        await is_full.wait()
        assert not peer.has_room
        may_go_on.set()
        await peer.wait_closed()
    assert handled == [str(number) for number in range(count)]
    assert len(heard) == count


class _Socket:
    """A transport without a socket."""

    def __init__(self, error: Exception | None = None, effect: Callable[[], None] = lambda: None) -> None:
        self.error = error
        self.effect = effect
        self.texts: list[str] = []

    async def send(self, message: str, /) -> None:
        self.texts.append(message)
        self.effect()
        if self.error is not None:
            raise self.error

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self.texts.append(f"close {code}")


def _peer_over(socket: _Socket) -> Peer:
    return Peer(Session("csms", PROTOCOL), socket)


async def test_a_peer_that_is_fed_drops_calls_when_there_is_no_room() -> None:
    peer = _peer_over(_Socket())
    for number in range(MAX_WAITING + 5):
        peer.feed(f'[2,"{number}","Heartbeat",{{}}]', number)
    assert not peer.has_room
    assert peer.findings != []  # RPC-15


async def test_a_write_that_fails_says_how_the_connection_ended() -> None:
    gone = websockets.exceptions.ConnectionClosedError(Close(1011, "broken"), None, None)
    peer = _peer_over(_Socket(gone))
    with pytest.raises(ConnectionClosed, match=r"\(1011, broken\)"):
        await peer.exchange("Reset", {"type": "Soft"}, timeout=1)
    await peer.close()


async def test_an_answer_is_taken_once_and_beats_the_end_of_the_connection() -> None:
    socket = _Socket()
    peer = _peer_over(socket)

    def answer_twice() -> None:
        for _ in range(2):
            peer.feed('[3,"1",{"status":"Accepted"}]', 0)
        peer.lost(ConnectionClosed(1000, "", True))
        peer.lost(ConnectionClosed(1006, "", False))

    socket.effect = answer_twice
    assert await peer.call("Reset", {"type": "Soft"}, id="1") == {"status": "Accepted"}
    assert (await peer.wait_closed()).code == 1000


async def test_a_connection_lost_during_the_write_fails_the_call() -> None:
    socket = _Socket()
    peer = _peer_over(socket)
    socket.effect = lambda: peer.lost(ConnectionClosed(1006, "", True))
    with pytest.raises(ConnectionClosed):
        await peer.call("Reset", {"type": "Soft"})


# --- the handshake ---------------------------------------------------------------------------------------------------


async def test_a_server_that_agrees_on_no_subprotocol_is_no_ocpp_endpoint() -> None:
    async with endpoint(_until_closed, subprotocols=None) as server:
        with pytest.raises(ConnectFailed, match=r"agreed on no subprotocol, ocpp1\.6 was offered"):
            await connect(server.url, "A")
        peer = await connect(server.url, "A", subprotocols=())
        assert peer.subprotocol is None
        await peer.close()


async def test_a_refused_upgrade_is_a_sentence_with_the_status() -> None:
    def refuse(websocket: ServerConnection, request: Any) -> Any:
        return websocket.respond(int(request.path.rpartition("/")[2]), "")

    async with endpoint(_until_closed, process_request=refuse) as server:
        for status, words in ((401, "auth_key"), (403, "forbids"), (404, "does not know"), (500, "HTTP 500")):
            with pytest.raises(ConnectFailed, match=words) as caught:
                await connect(server.url, str(status))
            assert (caught.value.status, caught.value.url) == (status, f"{server.url}/{status}")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (websockets.exceptions.NegotiationError("x"), "OCPP 1.6J endpoint"),
        (ssl.SSLCertVerificationError("self-signed"), "not trusted"),
        (ssl.SSLError("record layer"), "TLS failed"),
        (TimeoutError(), "in time"),
        (ConnectionRefusedError(), "is the CSMS running"),
        (websockets.exceptions.InvalidMessage("x"), "not answer as a WebSocket server"),
        (OSError(113, "No route to host"), "No route to host"),
        (OSError(24, "Too many open files"), "this machine has no open file left"),
        (ValueError("x"), "the connection failed"),
    ],
)
async def test_every_failure_is_a_sentence_with_the_address(error: Exception, words: str) -> None:
    if isinstance(error, ssl.SSLCertVerificationError):
        error.verify_message = "self-signed"
    assert str(connect_failed("ws://h/A", error, PROTOCOL.version)).startswith("ws://h/A: ")
    failed = connect_failed("ws://h/A", error, PROTOCOL.version)
    assert words in str(failed)
    assert failed.is_ours is ("this machine" in words)


async def test_an_address_that_is_none_is_said_to_be_none() -> None:
    with pytest.raises(ConnectFailed, match="no WebSocket address"):
        await connect("http://127.0.0.1:1", "A")


async def test_the_identity_is_percent_encoded() -> None:
    assert station_url("ws://h/ocpp/", "a b/c") == "ws://h/ocpp/a%20b%2Fc"


async def test_a_query_stays_behind_the_identity() -> None:
    assert station_url("ws://h/ocpp?tenant=7&x=/?", "A 1") == "ws://h/ocpp/A%201?tenant=7&x=/?"
    assert station_url("ws://h/ocpp/?tenant=7", "A") == "ws://h/ocpp/A?tenant=7"


async def test_more_of_an_identity_may_be_encoded_than_has_to_be() -> None:
    assert station_url("ws://h/ocpp/?tenant=7", "A", "%41") == "ws://h/ocpp/%41?tenant=7"


@pytest.mark.parametrize(
    ("sent", "received", "received_first", "code", "by_remote"),
    [
        (Close(1000, ""), Close(1000, ""), False, 1000, False),
        (Close(1000, ""), Close(1001, ""), True, 1001, True),
        (None, None, None, 1006, True),
        (Close(1011, ""), None, None, 1011, False),
    ],
)
async def test_who_closed_is_told(sent: Any, received: Any, received_first: Any, code: int, by_remote: bool) -> None:
    closed = connection_closed(websockets.exceptions.ConnectionClosedError(received, sent, received_first))
    assert (closed.code, closed.by_remote) == (code, by_remote)
