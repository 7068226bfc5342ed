"""A station and a back office in one process, without a socket; what is said between them is written down."""

from __future__ import annotations

import asyncio
import itertools
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import websockets.exceptions
from websockets.frames import Close

from ocppj import frames
from ocppj.errors import ConnectionClosed
from ocppj.frames import Call, CallError, CallResult
from ocppj.peers.aio import Peer
from ocppj.protocol import Protocol
from simulator import NotPossible, Station, VirtualClock
from simulator.files.failure import TransferFailed

NOW = "2026-01-01T00:00:00.000Z"
TURNS = 200  # of the event loop, after which an answer that is still missing will not come


@dataclass(frozen=True)
class Said:
    """One message, at a moment of the station's clock (seconds). `asked` is what an answer answers."""

    by: Literal["station", "csms"]
    kind: Literal["call", "result", "error", "other"]
    action: str
    payload: Any
    at: float
    asked: Any = None


@dataclass(frozen=True)
class Dialled:
    """One attempt to connect."""

    url: str
    identity: str
    basic_auth: tuple[str, bytes] | None
    tls: ssl.SSLContext | None


class Office:
    """Answers every CALL by `answers[action]`, a payload or a function of the request; None leaves it unanswered."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.said: list[Said] = []
        self.dialled: list[Dialled] = []
        self.answers: dict[str, Any] = {
            "BootNotification": {"status": "Accepted", "currentTime": NOW, "interval": 100_000},
            "Heartbeat": {"currentTime": NOW},
            "Authorize": {"idTagInfo": {"status": "Accepted"}},
            "StartTransaction": self._start,
            "SignCertificate": {"status": "Accepted"},
        }
        self._transactions = itertools.count(1)
        self._ids = itertools.count(1)
        self._open: dict[str, tuple[str, Any, asyncio.Future[Said]]] = {}
        self._wire: _Wire | None = None

    def _start(self, _: Any) -> dict[str, Any]:
        return {"transactionId": next(self._transactions), "idTagInfo": {"status": "Accepted"}}

    async def connect(
        self,
        url: str,
        identity: str,
        *,
        protocol: Protocol,
        on_call: Any,
        on_closed: Callable[[ConnectionClosed], None],
        memory: Any,
        ssl: Any,
        headers: Any,
        basic_auth: Any,
        trace: Any,
        observer: Any,
    ) -> Peer:
        """The `connect` of the station."""
        self.dialled.append(Dialled(url, identity, basic_auth, ssl))
        wire = self._wire = _Wire(self._hear)
        peer = Peer.over_websocket(
            wire, "station", protocol=protocol, on_call=on_call, memory=memory, trace=trace, observer=observer
        )
        peer.start()
        return peer

    def _hear(self, text: str) -> str | None:
        """The station has sent this; returns what it gets at once."""
        frame = frames.parse(text)
        at = self.clock.monotonic()
        if isinstance(frame, Call):
            self.said.append(Said("station", "call", frame.action, frame.payload, at))
            answer = self.answers.get(frame.action, {})
            answer = answer(frame.payload) if callable(answer) else answer
            if answer is None:
                return None
            self.said.append(Said("csms", "result", frame.action, answer, at, frame.payload))
            return frames.result(frame.id, answer).raw
        kind: Any = {CallResult: "result", CallError: "error"}.get(type(frame), "other")
        action, asked, future = self._open.get(frame.id or "", ("", None, None))
        payload = frame.payload if isinstance(frame, CallResult) else getattr(frame, "code", None)
        said = Said("station", kind, action, payload, at, asked)
        self.said.append(said)
        if future is not None and not future.done():
            future.set_result(said)
        return None

    async def ask(self, action: str, **payload: Any) -> Said | None:
        """Send a CALL and wait for what answers it, and for what follows from it; None: nothing does."""
        assert self._wire is not None
        call = frames.call(f"office-{next(self._ids)}", action, payload)
        future: asyncio.Future[Said] = asyncio.get_running_loop().create_future()
        self._open[call.id] = (action, payload, future)
        self.said.append(Said("csms", "call", action, payload, self.clock.monotonic()))
        self._wire.inbox.put_nowait(call.raw)
        for _ in range(TURNS):
            if future.done():
                break
            await asyncio.sleep(0)
        await self.clock.settle()
        return future.result() if future.done() else None


class _Wire:
    """What `Peer` needs of a websocket."""

    subprotocol = "ocpp1.6"

    def __init__(self, hear: Callable[[str], str | None]) -> None:
        self._hear = hear
        self.inbox: asyncio.Queue[str | None] = asyncio.Queue()
        self._closed = False
        self.transport = self

    async def recv(self) -> str:
        text = await self.inbox.get()
        if text is None:
            raise _gone()
        return text

    async def send(self, text: str) -> None:
        if self._closed:
            raise _gone()
        if (answer := self._hear(text)) is not None:
            self.inbox.put_nowait(answer)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self.abort()

    def abort(self) -> None:
        if not self._closed:
            self._closed = True
            self.inbox.put_nowait(None)


def _gone() -> websockets.exceptions.ConnectionClosed:
    return websockets.exceptions.ConnectionClosedOK(Close(1000, ""), Close(1000, ""), True)


class Bench:
    """What a scene works with: the verbs of the driver, which a broken station may make impossible, and the office."""

    def __init__(self, office: Office, station: Station) -> None:
        self.office = office
        self.station = station
        self.ask = office.ask
        self.notes: dict[str, Any] = {}  # what a scene leaves for those who judge it
        self.files: dict[str, bytes] = {}  # what can be fetched, and where something can be left

    async def do(self, verb: str, *arguments: Any, **more: Any) -> None:
        """Let the driver, the weather or the mechanic do something, and wait for what follows."""
        with suppress(NotPossible):
            await getattr(self.station, verb)(*arguments, **more)
        await self.office.clock.settle()

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        await self.office.clock.advance(seconds)

    async def charge(self, tag: str = "TAG-1", connector: int = 1) -> None:
        """Somebody charges."""
        await self.do("plug_in", connector)
        await self.do("present", tag, connector)

    def mark(self) -> None:
        """What was said so far does not count."""
        self.office.said.clear()
        self.office.dialled.clear()

    def chapter(self, name: str) -> None:
        """A new part of the scene begins."""
        self.notes[name] = len(self.office.said)

    async def fetch(self, location: str, tls: Any, take: Callable[[bytes], object]) -> None:
        """What the station fetches files with."""
        if location not in self.files:
            raise TransferFailed("UploadFailure", "there is no such file")
        take(self.files[location])

    async def upload(self, location: str, name: str, content: bytes, tls: Any) -> None:
        """What the station leaves files with."""
        if location not in self.files:
            raise TransferFailed("UploadFailure", "there is no such server")
