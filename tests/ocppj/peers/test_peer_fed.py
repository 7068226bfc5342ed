"""The peer that is fed by its transport, without sockets: order, waiting, room, refusals, the end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
import websockets.exceptions

from ocppj import frames
from ocppj.errors import CallTimeout, ConnectionClosed, OcppError
from ocppj.frames import Call, CallError, Frame
from ocppj.peers.base import MAX_WAITING
from ocppj.peers.fed import IN_A_ROW, FedPeer
from ocppj.protocol import Protocol
from ocppj.session.session import Seen, Session
from ocppj.v16 import PROTOCOL
from ocppj.v201 import PROTOCOL as V201

pytestmark = pytest.mark.asyncio

NOW = {"currentTime": "2026-11-21T10:00:00Z"}
END = ConnectionClosed(1000, "", by_remote=True)


class Wire:
    """A transport without a socket. `is_jammed`: the other end reads nothing for now."""

    def __init__(self) -> None:
        self.receiver: Callable[[str | bytes], bool]
        self.wants_more = True
        self.rests: list[float] = []
        self.is_jammed = False
        self.free = asyncio.Event()
        self.ended: asyncio.Future[ConnectionClosed] = asyncio.get_running_loop().create_future()
        self.error: Exception | None = None
        self.sent: list[Frame] = []

    async def deliver(self, receiver: Callable[[str | bytes], bool], /) -> ConnectionClosed:
        self.receiver = receiver
        return await self.ended

    def resume(self) -> None:
        self.wants_more = True

    def rest(self, seconds: float, /) -> None:
        self.rests.append(seconds)

    def send_now(self, message: str, /) -> bool:
        if not self.is_jammed:
            self.sent.append(frames.parse(message))
        return not self.is_jammed

    async def send(self, message: str, /) -> None:
        await self.free.wait()
        if self.error is not None:
            raise self.error
        self.sent.append(frames.parse(message))

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self.ended.set_result(ConnectionClosed(code, reason, by_remote=False))

    def brings(self, text: str | bytes) -> None:
        """The other end has sent a message."""
        assert self.wants_more
        self.wants_more = self.receiver(text)

    def calls(self, id: str, action: str = "Heartbeat", payload: Any = None) -> None:
        """The other end has sent a CALL."""
        self.brings(frames.call(id, action, {} if payload is None else payload).raw)

    @property
    def ids(self) -> list[str | None]:
        """Whose answers went out."""
        return [frame.id for frame in self.sent]


class Rig:
    """A running peer, whose handler waits for what `waits` says and remembers what it handled."""

    def __init__(self, protocol: Protocol = PROTOCOL) -> None:
        self.wire = Wire()
        self.handled: list[str] = []
        self.seen: list[Seen] = []
        self.waits: Callable[[Call], Awaitable[Any]] | None = None
        session = Session("csms", protocol)
        self.peer = FedPeer(session, self.wire, self.handle, observer=self.seen.append)
        self.running = asyncio.create_task(self.peer.run())

    async def handle(self, call: Call) -> dict[str, Any]:
        self.handled.append(call.id)
        if self.waits is not None:
            await self.waits(call)
        return NOW

    async def ends(self) -> None:
        """The other end has gone."""
        if not self.wire.ended.done():
            self.wire.ended.set_result(END)
        await self.running


@pytest_asyncio.fixture
async def rig() -> Rig:
    rig = Rig()
    await asyncio.sleep(0)
    return rig


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_call_that_needs_no_waiting_is_answered_at_once(rig: Rig) -> None:
    rig.wire.calls("1")

    assert [frame.raw for frame in rig.wire.sent] == [frames.result("1", NOW).raw]
    assert [seen.sender for seen in rig.seen] == ["station", "csms"]
    assert rig.peer.findings == []
    await rig.ends()
    assert rig.peer.is_closed
    assert await rig.peer.wait_closed() is END


async def test_calls_are_handled_one_after_the_other_in_their_order(rig: Rig) -> None:
    gate = asyncio.Event()
    rig.waits = lambda call: gate.wait()
    for number in range(3 * IN_A_ROW):
        rig.wire.calls(str(number))

    assert rig.handled == ["0"]
    gate.set()
    await turns(20)
    assert rig.wire.ids == rig.handled == [str(number) for number in range(3 * IN_A_ROW)]
    await rig.ends()


async def test_each_call_that_waits_holds_those_behind_it(rig: Rig) -> None:
    gates = {str(number): asyncio.Event() for number in range(3)}
    rig.waits = lambda call: gates[call.id].wait()
    for number in gates:
        rig.wire.calls(number)

    for number, gate in gates.items():
        assert (rig.handled[-1], rig.wire.ids) == (number, rig.handled[:-1])
        gate.set()
        await turns()
    assert rig.wire.ids == ["0", "1", "2"]
    await rig.ends()


async def test_the_others_get_their_turn_between_calls_that_waited(rig: Rig) -> None:
    gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    rig.waits = lambda call: gate
    for number in range(3 * IN_A_ROW):
        rig.wire.calls(str(number))
    rig.waits = None
    gate.set_result(None)
    at_a_time = []
    while len(rig.wire.sent) < 3 * IN_A_ROW:
        before = len(rig.wire.sent)
        await asyncio.sleep(0)
        at_a_time.append(len(rig.wire.sent) - before)

    assert max(at_a_time) == IN_A_ROW + 1  # the one that waited, and those that follow it
    await rig.ends()


async def test_a_handler_may_just_give_way(rig: Rig) -> None:
    rig.waits = lambda call: asyncio.sleep(0)
    rig.wire.calls("1")

    assert rig.wire.sent == []
    await turns()
    assert rig.wire.ids == ["1"]
    await rig.ends()


async def test_the_transport_is_held_while_there_is_no_room(rig: Rig) -> None:
    gate = asyncio.Event()
    rig.waits = lambda call: gate.wait()
    for number in range(1 + MAX_WAITING):
        assert rig.peer.has_room
        rig.wire.calls(str(number))

    wire, peer = rig.wire, rig.peer
    assert not peer.has_room
    assert not wire.wants_more
    gate.set()
    await turns(MAX_WAITING)
    assert rig.wire.wants_more
    assert len(rig.wire.sent) == 1 + MAX_WAITING
    assert rig.peer.has_room
    await rig.ends()


async def test_nothing_is_handled_before_the_answer_could_be_sent(rig: Rig) -> None:
    rig.wire.is_jammed = True
    rig.wire.calls("1")
    rig.wire.calls("2")
    await turns()
    assert rig.handled == ["1"]

    rig.wire.is_jammed = False
    rig.wire.free.set()
    await turns()
    assert rig.wire.ids == ["1", "2"]
    await rig.ends()


@pytest.mark.parametrize(
    ("error", "logged"), [(websockets.exceptions.ConnectionClosedOK(None, None), ""), (OSError("x"), "not be answered")]
)
async def test_an_answer_that_cannot_be_sent_blocks_nothing(
    rig: Rig, error: Exception, logged: str, caplog: pytest.LogCaptureFixture
) -> None:
    rig.wire.is_jammed, rig.wire.error = True, error
    rig.wire.free.set()
    rig.wire.calls("1")
    await turns()
    assert logged in caplog.text
    assert (caplog.text == "") == (logged == "")

    rig.wire.is_jammed = False
    rig.wire.calls("2")
    assert rig.wire.ids == ["2"]
    await rig.ends()


async def test_an_answer_that_breaks_the_transport_is_logged(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(message: str) -> bool:
        raise RuntimeError("no transport")

    monkeypatch.setattr(rig.wire, "send_now", broken)
    rig.wire.calls("1")

    assert "no transport" in caplog.text
    await rig.ends()


@pytest.mark.parametrize("waits", [False, True])
async def test_what_a_handler_raises_becomes_a_callerror(
    rig: Rig, waits: bool, caplog: pytest.LogCaptureFixture
) -> None:
    errors: dict[str, Exception] = {"1": OcppError("SecurityError", "not now", {"a": 1}), "2": RuntimeError("secret")}

    async def fail(call: Call) -> None:
        if waits:
            await asyncio.sleep(0)
        raise errors[call.id]

    rig.waits = fail
    for id in errors:
        rig.wire.calls(id)
        await turns()

    assert rig.wire.sent == [
        frames.error("1", "SecurityError", "not now", {"a": 1}),
        frames.error("2", "InternalError", "Heartbeat could not be processed"),
    ]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "secret" in caplog.text
    await rig.ends()


async def test_a_handler_may_refuse_before_it_begins(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(call: Call) -> Any:
        raise OcppError("NotSupported", "not here")

    monkeypatch.setattr(rig.peer, "_handler", refuse)
    rig.wire.calls("1")

    assert rig.wire.sent == [frames.error("1", "NotSupported", "not here")]
    await rig.ends()


async def test_an_answer_that_is_no_object_is_an_internal_error(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def answer(call: Call) -> Any:
        return 7

    monkeypatch.setattr(rig.peer, "_handler", answer)
    rig.wire.calls("1")

    assert [getattr(frame, "code", None) for frame in rig.wire.sent] == ["InternalError"]
    assert "TypeError" in caplog.text
    await rig.ends()


async def test_who_asked_to_know_hears_of_what_no_handler_gets_to_see() -> None:
    heard: list[tuple[Seen, CallError]] = []
    wire = Wire()
    peer = FedPeer(
        Session("csms", PROTOCOL),
        wire,
        Rig.handle,  # type: ignore[arg-type]
        on_refused=lambda *refused: heard.append(refused),
    )
    running = asyncio.create_task(peer.run())
    await asyncio.sleep(0)
    wire.brings('[2,"1","Heartbeat"]')
    wire.brings("{")
    wire.ended.set_result(END)
    await running

    assert [(seen.frame.id, refused.code) for seen, refused in heard] == [("1", "FormationViolation")]
    assert heard[0][1].description.startswith("a CALL is")


async def test_where_a_version_has_it_so_what_is_no_message_is_answered_too() -> None:
    rig = Rig(V201)
    await asyncio.sleep(0)
    for text in ("{", "[2,5]", b"\xff", '[9,"7"]', '[2,"4","Heartbeat"]', '[3,"5"]', "[4]"):
        rig.wire.brings(text)

    assert [(frame.id, getattr(frame, "code", None)) for frame in rig.wire.sent] == [
        ("-1", "RpcFrameworkError"),
        ("-1", "RpcFrameworkError"),
        ("-1", "RpcFrameworkError"),
        ("7", "MessageTypeNotSupported"),
        ("4", "RpcFrameworkError"),
    ]
    assert {finding.party for finding in rig.peer.findings} == {"station"}
    await rig.ends()


async def test_what_cannot_be_processed_is_refused_and_rests_the_transport(rig: Rig) -> None:
    rig.wire.calls("1", "StatusNotification", {"connectorId": 1})
    rig.wire.calls("2", "MadeUp")
    rig.wire.calls("3", "Reset", {"type": "Soft"})
    rig.wire.calls("x" * 37)
    rig.wire.brings('[2,"4","Heartbeat"]')
    rig.wire.brings("[2,5]")
    rig.wire.brings(b"\xff")
    rig.wire.brings("{")

    codes = [(frame.id, getattr(frame, "code", None)) for frame in rig.wire.sent]
    assert codes == [
        ("1", "OccurenceConstraintViolation"),
        ("2", "NotImplemented"),
        ("3", "NotSupported"),
        ("x" * 37, "ProtocolError"),
        ("4", "FormationViolation"),
    ]
    assert rig.handled == []
    assert len(rig.wire.rests) == 6  # not for "3" and the long id: their payloads are right
    assert rig.wire.rests[0] > rig.wire.rests[-1]
    await rig.ends()


async def test_an_id_that_is_being_processed_is_refused(rig: Rig) -> None:
    gate = asyncio.Event()
    rig.waits = lambda call: gate.wait()
    rig.wire.calls("1")
    rig.wire.calls("1")
    gate.set()
    await turns()

    assert [getattr(frame, "code", "result") for frame in rig.wire.sent] == ["result", "ProtocolError"]
    await rig.ends()


async def test_an_own_call_is_answered_while_a_call_is_handled(rig: Rig) -> None:
    gate = asyncio.Event()
    rig.waits = lambda call: gate.wait()
    rig.wire.free.set()
    asked = asyncio.create_task(rig.peer.call("Reset", {"type": "Soft"}, id="own"))
    await turns()
    rig.wire.calls("1")
    rig.wire.brings('[3,"nobody",{}]')
    rig.wire.brings('[3,"own",{"status":"Accepted"}]')

    assert await asked == {"status": "Accepted"}
    assert rig.wire.ids == ["own"]
    gate.set()
    await turns()
    assert rig.wire.ids == ["own", "1"]
    with pytest.raises(CallTimeout):
        await rig.peer.call("Reset", {"type": "Soft"}, timeout=0)
    await rig.ends()


async def test_the_end_of_the_connection_ends_what_waits(rig: Rig) -> None:
    waited: list[BaseException] = []

    async def wait(call: Call) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            waited.append(error)
            raise

    rig.waits = wait
    rig.wire.calls("1")
    rig.wire.calls("2")
    await rig.ends()
    await turns()

    assert len(waited) == 1
    assert rig.handled == ["1"]
    assert rig.wire.sent == []


async def test_a_handler_that_ends_after_the_connection_answers_nobody(rig: Rig) -> None:
    async def shrug(call: Call) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return

    rig.waits = shrug
    rig.wire.calls("1")
    await rig.ends()
    await turns()

    assert rig.wire.sent == []


async def test_the_end_of_the_connection_gives_up_an_answer_on_its_way(rig: Rig) -> None:
    rig.wire.is_jammed = True
    rig.wire.calls("1")
    await turns()
    await rig.peer.close(1001, "going away")
    await rig.ends()
    await turns()

    assert rig.wire.sent == []
    assert (await rig.peer.wait_closed()).code == 1001


async def test_a_run_that_is_cancelled_counts_as_lost(rig: Rig) -> None:
    rig.running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await rig.running

    assert (await rig.peer.wait_closed()).code == 1006
