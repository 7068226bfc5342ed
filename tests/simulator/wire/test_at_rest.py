"""What a fleet needs of a station: a transport of its own, no task and one timer at rest, and little memory."""

import asyncio
import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from ocppj import frames
from ocppj.errors import ConnectionClosed
from ocppj.frames import Call, Frame
from ocppj.session.session import Seen, Session
from ocppj.v16 import PROTOCOL
from simulator import Station, VirtualClock
from simulator.kernel.errors import Unanswered
from simulator.v16.profiles.core import CoreProfile
from simulator.v16.profiles.data_transfer import DataTransfer
from simulator.v16.profiles.local_list import LocalList
from simulator.v16.profiles.reservation import Reservations
from simulator.v16.profiles.triggers import CoreTriggers, RemoteTrigger

pytestmark = pytest.mark.asyncio

BASE = (CoreProfile, CoreTriggers, DataTransfer, LocalList, RemoteTrigger, Reservations)
MOST_KIB = 8
"""What a station may hold for itself, without its connection."""


class Line:
    """A connection without a socket: a CSMS that is content with everything."""

    def __init__(self, on_call: Callable[[Seen], Any], on_closed: Callable[[ConnectionClosed], None]) -> None:
        self.session = Session("station", PROTOCOL)
        self.findings = self.session.findings
        self.on_call, self.on_closed = on_call, on_closed
        self.said: list[str] = []
        self.answers: list[dict[str, Any]] = []

    async def call(self, action: str, payload: Any = None, *, timeout: float | None = None) -> dict[str, Any]:
        self.said.append(action)
        stamp = "2026-01-01T00:00:00Z"
        answers: dict[str, dict[str, Any]] = {
            "BootNotification": {"status": "Accepted", "currentTime": stamp, "interval": 300},
            "Heartbeat": {"currentTime": stamp},
        }
        return answers.get(action, {})

    async def send(self, frame: Frame) -> Seen:
        return self.session.observe("station", frame, 0)

    async def reply(self, call: Call, payload: Any) -> None:
        self.answers.append(payload)

    async def refuse(self, id: str, code: str, description: str = "", details: dict[str, Any] | None = None) -> None:
        self.answers.append({"code": code})

    async def ping(self) -> None: ...

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self.on_closed(ConnectionClosed(code, reason, by_remote=False))

    abort = close


class Transport:
    """Makes such connections, and remembers them."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    async def connect(self, url: str, identity: str, *, on_call: Any, on_closed: Any, **_: Any) -> Line:
        self.lines.append(Line(on_call, on_closed))
        return self.lines[-1]


class CountingClock(VirtualClock):
    """Knows how many timers are set."""

    @property
    def set(self) -> int:
        return sum(timer.callback is not None for _, _, timer in self._timers)


@pytest.fixture
def clock() -> CountingClock:
    return CountingClock()


async def test_a_station_at_rest_has_one_timer_and_no_task(clock: CountingClock) -> None:
    transport, before = Transport(), asyncio.all_tasks()
    station = Station("ws://nowhere", id="CP1", features=BASE, clock=clock, connect=transport.connect)
    await station.start()
    await clock.settle()

    assert asyncio.all_tasks() == before
    assert clock.set == 1
    await clock.advance(86_400)
    assert transport.lines[0].said == ["BootNotification", *["StatusNotification"] * 2, *["Heartbeat"] * 288]
    assert asyncio.all_tasks() == before
    assert clock.set == 1
    await station.stop()
    assert clock.set == 0


async def test_another_transport_takes_calls_and_tells_when_it_has_ended(clock: CountingClock) -> None:
    transport = Transport()
    async with Station("ws://nowhere", id="CP1", features=BASE, clock=clock, connect=transport.connect) as station:
        await clock.settle()
        (line,) = transport.lines
        call = frames.call("1", "ClearCache", {})
        await line.on_call(Seen(call, "csms", 0))
        await line.on_call(Seen(frames.call("2", "GetLog", {}), "csms", 0))
        assert line.answers == [{"status": "Accepted"}, {"code": "NotSupported"}]

        line.on_closed(ConnectionClosed(1006, "", by_remote=True))
        assert not station.connected
        await clock.advance(2)
        assert station.online
        assert transport.lines[1].said == []  # no boot, nothing has changed


async def test_what_fails_in_one_feature_does_not_keep_the_others_from_sending(
    clock: CountingClock, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(_: object) -> None:
        raise RuntimeError("a bug")

    transport = Transport()
    async with Station("ws://nowhere", id="CP1", features=BASE, clock=clock, connect=transport.connect) as station:
        await clock.settle()
        registration = station._parts.registration
        answers: list[object] = []
        registration.send("Heartbeat", {}, stumble)
        registration.send("Heartbeat", {}, answers.append)
        await clock.settle()
        assert answers == [{"currentTime": "2026-01-01T00:00:00Z"}]
        assert "a bug" in caplog.text
        caplog.clear()


async def test_calls_that_wait_for_their_turn_are_bounded(
    clock: CountingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.wire.link.MAX_WAITING", 3)
    transport = Transport()
    async with Station("ws://nowhere", id="CP1", features=BASE, clock=clock, connect=transport.connect) as station:
        await clock.settle()
        answers: list[object] = []
        for _ in range(5):
            station._parts.registration.send("Heartbeat", {}, answers.append)
        await clock.settle()

    refused = [str(answer) for answer in answers if isinstance(answer, Unanswered)]
    assert refused == ["Heartbeat was not sent: 3 CALLs wait for their turn"] * 2
    assert len(answers) == 5


async def test_a_station_is_small(clock: CountingClock) -> None:
    def make(number: int) -> Station:
        return Station("ws://nowhere", id=f"CP{number}", connectors=2, features=BASE, clock=clock, remember=16)

    make(0)  # what all of them share
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        many = [make(number) for number in range(100)]
        gc.collect()
        held = (tracemalloc.get_traced_memory()[0] - before) / len(many) / 1024
    finally:
        tracemalloc.stop()
    assert held < MOST_KIB
