"""The peer on threads, over real WebSockets."""

import asyncio
import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import websockets.exceptions
from websockets.asyncio.server import ServerConnection
from websockets.frames import Close

from ocppj import frames
from ocppj.evidence.trace import Trace
from ocppj.frames import Call
from ocppj.peers import sync
from ocppj.peers.base import MAX_WAITING
from ocppj.peers.sync import (
    BadAnswer,
    CallRefused,
    CallTimeout,
    ConnectFailed,
    ConnectionClosed,
    OcppError,
    PeerSync,
)
from ocppj.session.session import Seen, Session
from ocppj.v16 import PROTOCOL
from tests.ocppj.support.endpoint import NOW, answer_everything, endpoint_in_thread, script

connect = partial(sync.connect, protocol=PROTOCOL)
RESET = '[2,"r","Reset",{"type":"Soft"}]'


def test_a_call_gives_the_payload_of_its_answer() -> None:
    shown: list[Seen] = []
    with endpoint_in_thread(answer_everything) as server:
        with connect(
            server.url, "RDAM 123", trace=Trace(), observer=shown.append, basic_auth=("RDAM 123", b"k")
        ) as peer:
            assert peer.call("Heartbeat") == {"currentTime": NOW}
            assert peer.call("Heartbeat", {}, id="mine", timeout=30) == {"currentTime": NOW}
            assert not peer.is_closed
            with pytest.raises(TimeoutError, match="still open"):
                peer.wait_closed(0)
        assert server.path == "/ocpp/RDAM%20123"
    assert (peer.role, peer.subprotocol, peer.findings, peer.is_closed) == ("station", "ocpp1.6", [], True)
    assert [seen.seq for seen in shown] == [1, 2, 3, 4]
    assert shown[2].frame.id == "mine"
    with pytest.raises(ConnectionClosed):
        peer.call("Heartbeat")


@pytest.mark.parametrize(
    ("answer", "error"),
    [('[4,"1","GenericError","no",{}]', CallRefused), ('[3,"1"]', BadAnswer), ("[3,1,{}]", BadAnswer)],
)
def test_what_is_no_callresult_raises(answer: str, error: type[Exception]) -> None:
    behaviour, _ = script(answer)
    with endpoint_in_thread(behaviour) as server, connect(server.url, "A") as peer, pytest.raises(error):
        peer.call("Heartbeat", id="1")


def test_silence_raises_and_a_late_answer_does_no_harm() -> None:
    late, right = (f'[3,"{id}",{{"currentTime":"{NOW}"}}]' for id in "13")
    behaviour, _ = script('[9,"no answer"]', late, right)
    with endpoint_in_thread(behaviour) as server, connect(server.url, "A", call_timeout=0.01) as peer:
        for id in "12":
            with pytest.raises(CallTimeout, match=r"within 0\.01 s"):
                peer.call("Heartbeat", id=id)
        assert peer.call("Heartbeat", id="3", timeout=30) == {"currentTime": NOW}
    assert ("RPC-13", "csms") in [(finding.rule, finding.party) for finding in peer.findings]


def test_calls_of_many_threads_wait_for_their_turn() -> None:
    answers: list[Any] = []
    with endpoint_in_thread(answer_everything) as server, connect(server.url, "A") as peer:
        threads = [threading.Thread(target=lambda: answers.append(peer.call("Heartbeat"))) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [{"currentTime": NOW}] * 5
    assert peer.findings == []


def test_a_call_fails_when_the_connection_ends() -> None:
    async def hang_up(websocket: ServerConnection) -> None:
        await websocket.recv()
        await websocket.close(1001, "bye")

    with endpoint_in_thread(hang_up) as server, connect(server.url, "A") as peer:
        with pytest.raises(ConnectionClosed, match=r"closed by the other side \(1001, bye\)"):
            peer.call("Heartbeat")
        assert peer.wait_closed().by_remote


def _answers(handler: Any, *requests: str) -> list[str]:
    """What a station with this handler answers to the requests."""
    heard: list[str] = []

    async def ask(websocket: ServerConnection) -> None:
        for request in requests:
            await websocket.send(request)
            if request.startswith('[2,"'):
                heard.append(str(await websocket.recv()))

    with endpoint_in_thread(ask) as server, connect(server.url, "A", handler=handler) as peer:
        peer.wait_closed()
    return heard


def _accept(call: Call) -> dict[str, Any]:
    return {"status": "Accepted"}


def test_a_handler_answers_calls_and_what_has_no_id_is_left_alone() -> None:
    assert _answers(_accept, "[2]", '[2,7,"Reset",{}]', RESET) == ['[3,"r",{"status":"Accepted"}]']


def test_a_handler_may_refuse() -> None:
    def handler(call: Call) -> dict[str, Any]:
        raise OcppError("SecurityError", "not now", {"a": 1})

    assert _answers(handler, RESET) == ['[4,"r","SecurityError","not now",{"a":1}]']


def test_a_handler_that_finds_the_connection_gone_answers_nothing() -> None:
    def handler(call: Call) -> dict[str, Any]:
        if call.id == "gone":
            raise ConnectionClosed(1006, "", by_remote=True)
        return {"status": "Accepted"}

    heard: list[str] = []

    async def ask(websocket: ServerConnection) -> None:
        await websocket.send(RESET.replace('"r"', '"gone"'))
        await websocket.send(RESET)
        heard.append(str(await websocket.recv()))

    with endpoint_in_thread(ask) as server, connect(server.url, "A", handler=handler) as peer:
        peer.wait_closed()
    assert heard == ['[3,"r",{"status":"Accepted"}]']


@pytest.mark.parametrize("answer", [None, ValueError("x")])
def test_a_handler_that_fails_is_an_internal_error(answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    def handler(call: Call) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with caplog.at_level(logging.ERROR):
        assert _answers(handler, RESET) == ['[4,"r","InternalError","Reset could not be processed",{}]']
    assert "the handler of Reset failed" in caplog.text


def test_without_a_handler_nothing_is_supported_and_what_is_wrong_is_refused() -> None:
    heard = [frames.parse(text) for text in _answers(None, RESET, '[2,"b","Reset"]')]
    assert [frame.code for frame in heard if isinstance(frame, frames.CallError)] == [
        "NotSupported",
        "FormationViolation",
    ]


def test_on_call_sees_the_frame_and_answers_itself() -> None:
    answered = threading.Event()
    peers: list[PeerSync] = []

    def on_call(seen: Seen) -> None:
        assert isinstance(seen.frame, Call)
        peers[0].reply(seen.frame, {"status": "Rejected"})
        answered.set()

    behaviour, heard = script(RESET)
    with endpoint_in_thread(behaviour) as server, connect(server.url, "A", on_call=on_call) as peer:
        peers.append(peer)
        peer.send_raw("any text")
        answered.wait()
    assert heard == ["any text", '[3,"r",{"status":"Rejected"}]']


def test_on_call_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    done = threading.Event()

    def on_call(seen: Seen) -> None:
        if seen.frame.id == "r":
            raise ValueError("oops")
        done.set()

    async def ask(websocket: ServerConnection) -> None:
        await websocket.send(RESET)
        await websocket.send(RESET.replace('"r"', '"s"'))
        await websocket.wait_closed()

    with endpoint_in_thread(ask) as server, connect(server.url, "A", on_call=on_call):
        done.wait()
    assert "a CALL could not be answered" in caplog.text


def test_a_handler_may_close_the_connection_it_serves() -> None:
    async def ask(websocket: ServerConnection) -> None:
        await websocket.recv()
        await websocket.send(RESET)
        await websocket.wait_closed()

    def handler(call: Call) -> dict[str, Any]:
        peer.close(1000, "done")
        return {"status": "Accepted"}

    with endpoint_in_thread(ask) as server:
        peer = connect(server.url, "A", handler=handler)
        peer.send_raw("ready")
        closed = peer.wait_closed()
        peer._worker.join()
    assert (closed.code, closed.reason, closed.by_remote) == (1000, "done", False)


def test_an_observer_that_fails_ends_the_connection(caplog: pytest.LogCaptureFixture) -> None:
    def observer(seen: Seen) -> None:
        raise ValueError("observer")

    async def ask(websocket: ServerConnection) -> None:
        await websocket.send(RESET)
        await websocket.wait_closed()

    with endpoint_in_thread(ask) as server, connect(server.url, "A", observer=observer) as peer:
        assert peer.wait_closed().code == 1006
    assert "a frame could not be taken in" in caplog.text


@pytest.mark.parametrize("ends", ["handled", "closed"])
def test_reading_stops_while_too_many_calls_wait(ends: str) -> None:
    may_go_on, is_full = threading.Event(), threading.Event()
    handled: list[str] = []

    def handler(call: Call) -> dict[str, Any]:
        may_go_on.wait()
        handled.append(call.id)
        return {"status": "Accepted"}

    def observer(seen: Seen) -> None:
        if isinstance(seen.frame, Call) and seen.frame.id == str(MAX_WAITING + 1):
            is_full.set()

    count = 3 * MAX_WAITING

    async def flood(websocket: ServerConnection) -> None:
        for number in range(count):
            await websocket.send(RESET.replace('"r"', f'"{number}"'))
        for _ in range(count):
            await websocket.recv()

    with endpoint_in_thread(flood) as server:
        peer = connect(server.url, "A", handler=handler, observer=observer)
        is_full.wait()
        assert len(peer._inbox) == MAX_WAITING
        if ends == "closed":
            peer.close()
            assert peer._inbox == type(peer._inbox)()
        may_go_on.set()
        peer.wait_closed()
        peer.close()
        peer._worker.join()
    assert len(handled) == (count if ends == "handled" else 1)


class _Socket:
    """A transport without a socket; reading it ends at once."""

    def __init__(self, error: Exception | None = None, effect: Callable[[], None] = lambda: None) -> None:
        self.error = error
        self.effect = effect

    def send(self, message: str, /) -> None:
        self.effect()
        if self.error is not None:
            raise self.error

    def recv(self) -> str:
        raise websockets.exceptions.ConnectionClosedOK(None, None)

    def close(self, code: int = 1000, reason: str = "") -> None:
        pass


def _peer_over(socket: _Socket) -> PeerSync:
    return PeerSync(Session("csms", PROTOCOL), socket)


def test_a_write_that_fails_says_how_the_connection_ended() -> None:
    gone = websockets.exceptions.ConnectionClosedError(Close(1011, "broken"), None, None)
    peer = _peer_over(_Socket(gone))
    with pytest.raises(ConnectionClosed, match=r"\(1011, broken\)"):
        peer.exchange("Reset", {"type": "Soft"}, timeout=1)


def test_an_answer_is_taken_once_and_beats_the_end_of_the_connection() -> None:
    socket = _Socket()
    peer = _peer_over(socket)

    def answer_twice() -> None:
        peer._deliver('[3,"1",{"status":"Accepted"}]', 0)
        peer._deliver('[3,"1",{"status":"Rejected"}]', 0)
        peer.start()
        peer._reader.join()

    socket.effect = answer_twice
    assert peer.call("Reset", {"type": "Soft"}, id="1") == {"status": "Accepted"}
    assert peer.is_closed


def test_handshake_failures_are_sentences() -> None:
    def refuse(websocket: ServerConnection, request: Any) -> Any:
        return websocket.respond(404, "")

    async def idle(websocket: ServerConnection) -> None:
        await asyncio.wait_for(websocket.wait_closed(), None)

    with endpoint_in_thread(idle, process_request=refuse) as server:
        with pytest.raises(ConnectFailed, match="does not know the path") as caught:
            connect(server.url, "A")
        assert caught.value.status == 404
    with endpoint_in_thread(idle, subprotocols=None) as server:
        with pytest.raises(ConnectFailed, match="agreed on no subprotocol"):
            connect(server.url, "A")
        with connect(server.url, "A", subprotocols=()) as peer:
            assert peer.subprotocol is None
