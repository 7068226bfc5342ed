"""What the tests of the proxy share: a relay and its judge in one process, and peers that are nothing but sockets."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.utils import accept_key

from harness.instruments.proxy.judging.judge import Judge
from harness.instruments.proxy.relay.outlet import MOST, SHARE
from harness.instruments.proxy.relay.relay import Relay
from harness.instruments.proxy.relay.settings import Settings, target
from harness.instruments.proxy.wire.framing import TEXT, written
from harness.instruments.proxy.wire.records import Closed, Record, Unpacker
from ocppj.evidence.trace import Role

PATIENCE = 30
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
MASK = b"\x11\x22\x33\x44"

BOOT = '[2,"1","BootNotification",{"chargePointVendor":"plugproof","chargePointModel":"test"}]'
BOOTED = '[3,"1",{"status":"Accepted","currentTime":"2026-11-21T10:00:00Z","interval":300}]'


def request(path: str = "/CP-1", *more: str, host: str = "proxy.example", subprotocol: str = "ocpp1.6") -> bytes:
    """The opening request of a station."""
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {KEY}",
        "sec-websocket-version:   13",
        f"Sec-WebSocket-Protocol: {subprotocol}",
        *more,
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def agreed(*more: str, subprotocol: str = "ocpp1.6") -> bytes:
    """The answer of a CSMS that goes along."""
    lines = (
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {accept_key(KEY)}",
        *([f"Sec-WebSocket-Protocol: {subprotocol}"] if subprotocol else []),
        *more,
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def says(sender: Role, text: str) -> bytes:
    """A text as a frame of a party."""
    return written(TEXT, text.encode(), MASK if sender == "station" else None)


@dataclass
class Wire:
    """One end of a connection, byte by byte."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def get(self, size: int) -> bytes:
        async with asyncio.timeout(PATIENCE):
            return await self.reader.readexactly(size)

    async def head(self) -> bytes:
        async with asyncio.timeout(PATIENCE):
            return await self.reader.readuntil(b"\r\n\r\n")

    async def rest(self) -> bytes:
        async with asyncio.timeout(PATIENCE):
            return await self.reader.read()

    async def close(self) -> None:
        self.writer.close()

    async def gone(self) -> None:
        """Cut it, and wait until it is."""
        self.writer.transport.abort()
        with suppress(OSError):
            await self.writer.wait_closed()


@dataclass
class RawCsms:
    """A port that takes connections and does nothing with them."""

    port: int
    arrived: asyncio.Queue[Wire] = field(default_factory=asyncio.Queue)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    async def next(self) -> Wire:
        async with asyncio.timeout(PATIENCE):
            return await self.arrived.get()


@asynccontextmanager
async def raw_csms(tls: ssl.SSLContext | None = None) -> AsyncIterator[RawCsms]:
    wires: list[Wire] = []
    csms = RawCsms(0)

    async def arrive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wires.append(Wire(reader, writer))
        csms.arrived.put_nowait(wires[-1])

    server = await asyncio.start_server(arrive, "127.0.0.1", 0, ssl=tls, limit=1 << 22)
    csms.port = server.sockets[0].getsockname()[1]
    try:
        yield csms
    finally:
        server.close()
        for wire in wires:
            await wire.gone()


class Watching:
    """The judge's side of the pipe; `attend` clear: it reads nothing, as a judge that is stuck."""

    def __init__(self, judge: Judge, reading: socket.socket) -> None:
        self.judge = judge
        self.records: list[Record] = []
        self.attend = asyncio.Event()
        self.attend.set()
        self._reading = reading
        self._has_gone = False
        self._unpacker = Unpacker()
        self._news = asyncio.Condition()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while data := await loop.sock_recv(self._reading, 1 << 18):
            await self.attend.wait()
            if self._has_gone:
                break
            for record in self._unpacker.feed(data):
                self.records.append(record)
                self.judge.take(record)
            async with self._news:
                self._news.notify_all()

    def hang_up(self) -> None:
        """Read nothing more, for ever."""
        self._has_gone = True
        self._reading.shutdown(socket.SHUT_RD)

    async def until(self, true: Any) -> None:
        """Wait until `true()` is."""
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(true)

    async def judged(self, count: int) -> None:
        """Wait until so many messages were seen, of whomever."""
        await self.until(lambda: sum(self.judge.figures.messages.values()) >= count)

    async def closed(self, count: int = 1) -> None:
        """Wait until so many connections have ended."""
        await self.until(lambda: sum(isinstance(each, Closed) for each in self.records) >= count)

    @property
    def rules(self) -> list[tuple[str, str]]:
        """Who has broken what."""
        return [(found.rule, found.party) for found in self.judge.tally.all]


@dataclass
class Proxy:
    """A proxy in this process."""

    relay: Relay
    watching: Watching
    folder: Path
    stations: list[Wire] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.relay.port}"

    @property
    def judge(self) -> Judge:
        return self.watching.judge

    async def station(self, tls: ssl.SSLContext | None = None) -> Wire:
        """A connection to the port of the stations."""
        name = None if tls is None else "localhost"
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.relay.port, ssl=tls, limit=1 << 22, server_hostname=name
        )
        self.stations.append(Wire(reader, writer))
        return self.stations[-1]

    def trace(self) -> str:
        """The text of all traces."""
        self.judge.look()
        return "".join(file.read_text("utf-8") for file in sorted((self.folder / "connections").glob("*.jsonl")))


@asynccontextmanager
async def proxied(
    folder: Path,
    to: str,
    *,
    most: int = MOST,
    share: int = SHARE,
    answer_timeout: float = 30.0,
    most_trace: int = 1 << 30,
    **settings: Any,
) -> AsyncIterator[Proxy]:
    """A proxy before the CSMS at `to`; `most` and `share` bound what waits for its judge."""
    reading, writing = socket.socketpair()
    reading.setblocking(False)
    for end, option in ((reading, socket.SO_RCVBUF), (writing, socket.SO_SNDBUF)):
        end.setsockopt(socket.SOL_SOCKET, option, 1 << 14)
    settings = {"keep_host": True, **settings}
    password = settings.get("password")
    judge = Judge(
        folder / "connections",
        answer_timeout=answer_timeout,
        most_trace=most_trace,
        secrets=(password,) if password else (),
    )
    watching = Watching(judge, reading)
    running = asyncio.create_task(watching.run())
    try:
        relay = Relay(Settings(target(to), **settings), writing.fileno(), most=most, share=share)
        async with relay:
            proxy = Proxy(relay, watching, folder)
            try:
                yield proxy
            finally:
                watching.attend.set()
                for station in proxy.stations:
                    await station.gone()
    finally:
        writing.close()
        watching.attend.set()
        async with asyncio.timeout(PATIENCE):
            await running
        judge.close()
        reading.close()


@asynccontextmanager
async def talking(proxy: Proxy, csms: RawCsms, path: str = "/CP-1", **more: Any) -> AsyncIterator[tuple[Wire, Wire]]:
    """A station and a CSMS that have agreed on OCPP 1.6."""
    station = await proxy.station()
    await station.send(request(path, **more))
    wire = await csms.next()
    await wire.head()
    await wire.send(agreed())
    await station.head()
    yield station, wire
    await station.close()
    await wire.close()


async def exchange(station: Wire, csms: Wire, steps: Sequence[tuple[Role, str]]) -> None:
    """Texts of both, one after the other; each has arrived before the next is sent."""
    for sender, text in steps:
        data = says(sender, text)
        one, other = (station, csms) if sender == "station" else (csms, station)
        await one.send(data)
        assert await other.get(len(data)) == data
