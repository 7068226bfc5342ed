"""Stations of a storm (``benchmarks.storm``), as little as can boot, and the process that many of them come from.

``python -m benchmarks.storm_stations URL ADDRESS`` reads orders from its standard input and answers each with a line of
JSON; it ends when its input does. A station gives up nothing by itself: what is not let in was lost by the other end,
or is still waiting when the time of the storm is over.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import socket
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Final, cast
from urllib.parse import urlsplit

import msgspec
import uvloop

from csms_core.gateway import sockets
from simulator.fleet.engine.resources import calm_garbage_collector

BOOT: Final = {"chargePointVendor": "plugproof", "chargePointModel": "benchmark"}
TICK: Final = 0.01
"""Seconds between two looks at how late the timers of this process are."""

_BIND_ADDRESS_NO_PORT: Final = 24
"""ip(7): the port is chosen by connect, so that each address of ours has all of them for each address of theirs."""

_TEXT, _PING, _PONG, _CLOSE = 0x81, 0x89, 0x8A, 0x88
_MASKED = 0x80


@dataclass
class Order:
    """Stations that are to come: `first`, `first + step` and so on, `rate` a second from `at` (monotonic) on, 0: all at
    once, with `under_way` handshakes at a time at the most, 0: as many as there are. Given up at `end`."""

    first: int
    step: int
    count: int
    at: float
    end: float
    rate: float = 0.0
    under_way: int = 0
    password: bool = False


@dataclass
class Told:
    """What became of them. Times in seconds; `waits` and `served` are from the beginning of a connection to its 101,
    and to the answer to its boot. `last` is the moment of the last such answer, `begun` of the last connection.
    `lags` is how late the timers of the process were."""

    waits: list[float] = field(default_factory=list)
    served: list[float] = field(default_factory=list)
    failed: dict[str, int] = field(default_factory=dict)
    last: float = 0.0
    begun: float = 0.0
    lags: list[float] = field(default_factory=list)


def identity(number: int) -> str:
    """The identity of a station of the storm."""
    return f"STORM-{number:06d}"


def password(number: int) -> bytes:
    """Its password."""
    return b"password of %06d" % number


def call(id: str, action: str, payload: dict[str, Any]) -> bytes:
    """A CALL as a frame. The mask is 0, so that masking costs the client nothing (RFC 6455 §5.3)."""
    text = msgspec.json.encode([2, id, action, payload])
    assert len(text) < 126
    return bytes((_TEXT, _MASKED | len(text), 0, 0, 0, 0)) + text


class Client(asyncio.Protocol):
    """One connection: its handshake, then frames, each as one whole. A ping is answered."""

    def __init__(self, path: str, given: bytes | None = None) -> None:
        """`given` are the octets of Basic authentication."""
        self.transport: asyncio.Transport
        self.is_in = False
        self.has_asked = False
        self._data = b""
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: csms\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: ocpp1.6\r\n"
            + ("" if given is None else f"Authorization: Basic {base64.b64encode(given).decode()}\r\n")
            + "\r\n"
        ).encode()

    def let_in(self) -> None:
        """The 101 is there."""

    def answered(self, text: bytes) -> None:
        """A text message is there."""

    def ended(self, reason: str) -> None:
        """The connection has ended, or was refused."""

    def ask(self, sock: socket.socket) -> None:
        """Ask to be let in as soon as there is a connection, as a device does, however much else this process has to
        do; it may be too early."""
        with contextlib.suppress(OSError):
            self.has_asked = sock.send(self._request) == len(self._request)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask to be let in."""
        self.transport = cast("asyncio.Transport", transport)
        if not self.has_asked:
            self.has_asked = True
            self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        self._data += data
        if not self.is_in:
            head, found, rest = self._data.partition(b"\r\n\r\n")
            if not found:
                return
            status = head.split(b" ", 2)[1].decode()
            if status != "101":
                self.ended(f"HTTP {status}")
                return
            self.is_in, self._data = True, rest
            self.let_in()
        while (size := len(self._data)) >= 2:
            begin, length = 2, self._data[1]
            if length == 126:
                begin, length = 4, int.from_bytes(self._data[2:4], "big")
            if size < begin + length:
                return
            code, payload, self._data = self._data[0], self._data[begin : begin + length], self._data[begin + length :]
            if code == _TEXT:
                self.answered(payload)
            elif code == _PING:
                self.transport.write(bytes((_PONG, _MASKED | len(payload), 0, 0, 0, 0)) + payload)
            elif code == _CLOSE:
                self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self.ended("dropped" if exc is None else type(exc).__name__)


class Visitor(Client):
    """A station of the storm: boots, and stays."""

    def __init__(self, path: str, given: bytes | None, told: Told, done: Callable[[str], None]) -> None:
        super().__init__(path, given)
        self.is_over = False
        self._told = told
        self._done = done
        self._begun = time.monotonic()

    def let_in(self) -> None:
        """Note how long it took, and boot."""
        self._told.waits.append(time.monotonic() - self._begun)
        self.transport.write(call("b", "BootNotification", BOOT))

    def answered(self, text: bytes) -> None:
        """The boot was answered."""
        if not self.is_over:
            self._told.last = time.monotonic()
            self._told.served.append(self._told.last - self._begun)
            self._end("" if b'"Accepted"' in text else "boot not accepted")

    def ended(self, reason: str) -> None:
        """It was not let in, or not kept until it had booted."""
        self._end(f"{reason} {'before its boot was answered' if self.is_in else 'in the handshake'}")

    def _end(self, reason: str) -> None:
        if not self.is_over:
            self.is_over = True
            self._done(reason)


class Source:
    """The stations of one process."""

    def __init__(self, url: str, address: str) -> None:
        """`address` is the one that they connect from."""
        to = urlsplit(url)
        self._to = (to.hostname, to.port)
        self._path = to.path
        self._address = address
        self._connected: list[asyncio.Transport] = []

    async def come(self, order: Order) -> Told:
        """The stations of an order come; returns when all are served, were turned away, or the time is over."""
        loop = asyncio.get_running_loop()
        told, failed = Told(), Counter[str]()
        places = asyncio.Semaphore(order.under_way or order.count)
        left, over = order.count, asyncio.Event()
        watching = loop.create_task(_watch(told.lags))
        coming: set[asyncio.Task[None]] = set()

        def done(reason: str) -> None:
            nonlocal left
            if reason:
                failed[reason] += 1
            left -= 1
            places.release()
            if not left:
                over.set()

        async def connect(number: int) -> None:
            given = f"{identity(number)}:".encode() + password(number) if order.password else None
            visitor = Visitor(f"{self._path}/{identity(number)}", given, told, done)
            sock = socket.socket()
            try:
                sock.setblocking(False)
                sock.setsockopt(socket.IPPROTO_IP, _BIND_ADDRESS_NO_PORT, 1)
                sock.bind((self._address, 0))
                sock.connect_ex(self._to)
                visitor.ask(sock)
                if not visitor.has_asked:
                    await loop.sock_connect(sock, self._to)
                await loop.create_connection(lambda: visitor, sock=sock)
            except OSError as error:
                sock.close()
                visitor.ended(f"{type(error).__name__} {error.errno}")
            else:
                self._connected.append(visitor.transport)

        try:
            async with asyncio.timeout_at(order.end):
                await asyncio.sleep(order.at - time.monotonic())
                for place in range(order.count):
                    if order.rate and (due := order.at + place / order.rate) > time.monotonic():
                        await asyncio.sleep(due - time.monotonic())
                    await places.acquire()
                    task = loop.create_task(connect(order.first + place * order.step))
                    coming.add(task)
                    task.add_done_callback(coming.discard)
                    told.begun = time.monotonic()
                await over.wait()
        except TimeoutError:
            failed["still waiting at the end"] = left
            for task in coming:
                task.cancel()
        watching.cancel()
        told.failed = dict(failed)
        return told

    def drop(self) -> None:
        """All connections end without a word."""
        for transport in self._connected:
            transport.abort()
        self._connected.clear()


async def _watch(lags: list[float]) -> None:
    while True:
        due = time.monotonic() + TICK
        await asyncio.sleep(TICK)
        lags.append(max(0.0, time.monotonic() - due))


def summary(lags: list[float]) -> list[float]:
    """The 99th percentile and the longest of some times."""
    return [statistics.quantiles(lags, n=100)[98], max(lags)] if len(lags) > 1 else [0.0, 0.0]


async def _serve(url: str, address: str) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    source = Source(url, address)
    print(json.dumps({"event": "ready"}), flush=True)
    while line := await reader.readline():
        order = json.loads(line)
        if order is None:
            source.drop()
            print(json.dumps(None), flush=True)
        else:
            told = asdict(await source.come(Order(**order)))
            print(json.dumps(told | {"lags": summary(told["lags"])}), flush=True)


def main() -> None:
    """Be the stations of one process, which takes what the CSMS and the others leave."""
    sockets.allow_open_files()
    os.nice(19)
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    calm_garbage_collector()
    uvloop.run(_serve(*sys.argv[1:3]))


if __name__ == "__main__":
    main()
