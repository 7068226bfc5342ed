"""What the tests of the CSMS share: settings, known stations and tags, and a station that is an `ocppj` peer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from csms_core import Config, Csms, versions
from csms_core.faults.switchboard import Switchboard, Wire
from csms_core.store import stations, tags
from ocppj import frames
from ocppj.frames import Call, CallResult, Frame
from ocppj.peers import aio as ocppj_peer
from ocppj.rules import Finding
from ocppj.session.session import Seen
from ocppj.v16 import PROTOCOL

CATALOGUE = versions.faults()

STATION = "PP-0001"

Message = tuple[str, dict[str, Any]] | tuple[str, dict[str, Any], dict[str, Any]]
"""A CALL of the CSMS, or a CALL of the station with the answer it gets."""

TAGS = (
    tags.Tag("GOOD"),
    tags.Tag("GOOD2", parent_id_tag="FAMILY"),
    tags.Tag("BLOCKED", "Blocked"),
    tags.Tag("EXPIRED", expiry_date="2020-01-01T00:00:00.000Z"),
)

BOOT = {"chargePointVendor": "plugproof", "chargePointModel": "test"}

ANSWERS: dict[str, dict[str, Any]] = {
    "ChangeAvailability": {"status": "Accepted"},
    "ChangeConfiguration": {"status": "Accepted"},
    "ClearCache": {"status": "Accepted"},
    "DataTransfer": {"status": "Accepted"},
    "GetConfiguration": {"configurationKey": [], "unknownKey": []},
    "RemoteStartTransaction": {"status": "Accepted"},
    "RemoteStopTransaction": {"status": "Accepted"},
    "Reset": {"status": "Accepted"},
    "UnlockConnector": {"status": "Unlocked"},
    "TriggerMessage": {"status": "Accepted"},
    "GetLocalListVersion": {"listVersion": 0},
}


class Station:
    """Answers what a test told it to. `received` holds the CALLs of the CSMS, `frames` every frame, in order.

    `excused` are findings about what a test had the CSMS send on purpose.
    """

    def __init__(self) -> None:
        self.excused: list[Finding] = []
        self.peer: ocppj_peer.Peer
        self.received: asyncio.Queue[Call] = asyncio.Queue()
        self.frames: asyncio.Queue[Frame] = asyncio.Queue()
        self.answers: dict[str, Any] = dict(ANSWERS)  # a function is asked, with the CALL
        self.release = asyncio.Event()
        self.release.set()

    async def handle(self, call: Call) -> dict[str, Any]:
        self.received.put_nowait(call)
        await self.release.wait()
        if call.action not in self.answers:
            raise ocppj_peer.OcppError("NotSupported", "not in this test")
        answer = self.answers[call.action]
        return answer(call) if callable(answer) else answer

    def observe(self, seen: Seen) -> None:
        if seen.sender == "csms":
            self.frames.put_nowait(seen.frame)

    async def boot(self, **members: Any) -> dict[str, Any]:
        return await self.call("BootNotification", BOOT | members)

    async def call(self, action: str, payload: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
        answer: dict[str, Any] = await self.peer.call(action, payload or {}, **options)
        return answer

    async def start(self, id_tag: str = "GOOD", **members: Any) -> dict[str, Any]:
        payload = {"connectorId": 1, "idTag": id_tag, "meterStart": 100, "timestamp": "2026-11-21T10:00:00Z"}
        return await self.call("StartTransaction", payload | members)

    async def stop(self, transaction_id: int, **members: Any) -> dict[str, Any]:
        payload = {"transactionId": transaction_id, "meterStop": 900, "timestamp": "2026-11-21T11:00:00Z"}
        return await self.call("StopTransaction", payload | members)

    async def status(self, status: str = "Available", connector: int = 1, error: str = "NoError") -> dict[str, Any]:
        return await self.call("StatusNotification", {"connectorId": connector, "status": status, "errorCode": error})

    async def next_frame(self) -> Frame:
        """The next frame of the CSMS nobody has taken yet."""
        async with asyncio.timeout(30):
            return await self.frames.get()

    async def next_call(self) -> Call:
        """The next CALL of the CSMS nobody has taken yet."""
        async with asyncio.timeout(30):
            return await self.received.get()

    async def close(self) -> None:
        await self.peer.close()


S = TypeVar("S", bound=Station)


def accepts(action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The answer of a station that is content with everything."""
    return {"status": "Accepted"}


def what_leaves(
    session: Mapping[str, Message],
    *faults: str,
    says: Callable[[str, dict[str, Any]], dict[str, Any]] = accepts,
    subprotocol: str = "ocpp1.6",
) -> dict[str, Any]:
    """The payloads that leave the CSMS under faults, by the name of the message.

    What does not leave as a CALL or a CALLRESULT is missing. `says` is the station's answer to a CALL.
    """
    switchboard = Switchboard(CATALOGUE)
    for name in faults:
        switchboard.switch(name, True, STATION)
    wire = Wire(switchboard, STATION, subprotocol)
    left: dict[str, Any] = {}
    for name, (action, payload, *answer) in session.items():
        call = frames.call(name, action, payload)
        if answer:
            wire.arrived(call.raw)
        text = frames.result(call.id, answer[0]).raw if answer else call.raw
        instead = wire.leaves(text)
        for sent in (text,) if instead is None else instead.texts:
            frame = frames.parse(sent)
            if isinstance(frame, Call | CallResult):
                left[name] = frame.payload
        if not answer:
            wire.arrived(frames.result(call.id, says(action, payload)).raw)
    return left


async def connect(url: str, identity: str, **options: Any) -> Station:
    """Connect a station; raises ocppj.peers.aio.ConnectFailed."""
    return await connected(Station(), url, identity, **{"protocol": PROTOCOL} | options)


async def connected(station: S, url: str, identity: str, **options: Any) -> S:
    """The station, once it is connected; raises ocppj.peers.aio.ConnectFailed."""
    options = {"call_timeout": 5.0} | options
    station.peer = await ocppj_peer.connect(url, identity, handler=station.handle, observer=station.observe, **options)
    return station


Connecting = Callable[..., Awaitable[Station]]


@asynccontextmanager
async def each_closed(connect: Connecting, url: str) -> AsyncIterator[Connecting]:
    """`await ...()` connects a station, `STATION` at `url` unless it says otherwise; at the end each is closed."""
    async with AsyncExitStack() as stack:

        async def connect_one(identity: str = STATION, **options: Any) -> Station:
            station = await connect(options.pop("url", url), identity, **options)
            stack.push_async_callback(station.close)
            return station

        yield connect_one


def default_config(folder: Path) -> Config:
    """Settings with a database of their own."""
    return Config(database=f"sqlite:///{folder}/csms.db", call_timeout=20.0, ping_interval=None)


async def provision(csms: Csms) -> None:
    """Make the station and the tags of these tests known."""

    def book(connection: Any) -> None:
        stations.put(connection, STATION, "2026-01-01T00:00:00.000Z")
        for tag in TAGS:
            tags.put(connection, tag)

    await csms.store.write(book)


def configured(**settings: Any) -> pytest.MarkDecorator:
    """Mark of a test whose CSMS has other settings than `default_config`."""
    return pytest.mark.parametrize("settings", [settings], ids=["-".join(settings)])
