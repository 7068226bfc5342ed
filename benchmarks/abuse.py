"""What one ill-behaved client does to the other stations of the reference CSMS.

``python -m benchmarks.abuse [--stations K] [--seconds S] [--rounds N] [--only NAME ...]`` prints a Markdown table. K
well-behaved stations each send a Heartbeat or a StatusNotification (which is booked and committed) every 50 ms and time
the answers: in every round first alone, then while the abuser, a process of its own, is at a second CSMS of which the
stations know nothing, and then beside it. The time at the second CSMS is the control, and shows what the abuser does by
the use of the same machine alone. Figures are medians of rounds, because a machine that others use shows peaks that
have nothing to do with the CSMS, and a comparison is made within a round. Memory is the resident memory of the CSMS
(``/proc``, Linux only). Every phase ends with the check that the process is the same and answers.
"""

import argparse
import asyncio
import contextlib
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import msgspec
import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks.csms import BOOT, OCPP, Server, call, reference
from benchmarks.idle import resident

PERIOD: Final = 0.05
FLOOD_PER_SECOND: Final = 1_000
HALF_OPEN: Final = 1_000
MALFORMED: Final = 10_000
BIG: Final = 64 << 20

STATUS: Final = {"connectorId": 1, "status": "Available", "errorCode": "NoError"}


class Round(NamedTuple):
    """Times of the answers to the well-behaved stations, in seconds."""

    alone: list[float]
    elsewhere: list[float]  # the abuser was at the other CSMS
    beside: list[float]


class Measured(NamedTuple):
    """The rounds with one abuser, and the memory of the CSMS before and after them, in bytes."""

    rounds: list[Round]
    before: int
    after: int


def main() -> None:
    """Measure and print, or (with --abuser) be the abuser."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--stations", type=int, default=20, help="well-behaved stations (default 20)")
    options.add_argument("--seconds", type=float, default=3.0, help="length of a phase (default 3)")
    options.add_argument("--rounds", type=int, default=5, help="times each abuser comes (default 5)")
    options.add_argument("--only", nargs="+", choices=ABUSERS, default=list(ABUSERS), help="abusers (default: all)")
    options.add_argument("--abuser", choices=ABUSERS, help=argparse.SUPPRESS)
    options.add_argument("--url", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.abuser is not None:
        # it has a machine of its own elsewhere: here it takes what the CSMS and the others leave
        os.nice(19)
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        with contextlib.suppress(KeyboardInterrupt):
            uvloop.run(ABUSERS[chosen.abuser](chosen.url))
        return
    with reference() as server, reference() as other:
        measured = uvloop.run(_measure(server, other, chosen.stations, chosen.seconds, chosen.rounds, chosen.only))
    print(table(measured, chosen.stations, chosen.rounds, chosen.seconds))


def table(measured: dict[str, Measured], stations: int, rounds: int, seconds: float) -> str:
    """The figures as Markdown."""
    lines = [
        f"{stations} stations, a message every {PERIOD * 1000:.0f} ms each; medians of {rounds} rounds of "
        f"{seconds:g} s, in brackets the smallest and the largest; {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {platform.machine()}",
        "",
        "| abuser | median ms alone | beside | p99 ms alone | elsewhere | beside | beside to alone "
        "| beside to elsewhere | MB before | after |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, (made, before, after) in measured.items():
        alone, elsewhere, beside = ([_p99(times) for times in phase] for phase in zip(*made, strict=True))
        medians = [statistics.median(map(statistics.median, phase)) for phase in zip(*made, strict=True)]
        lines.append(
            f"| {name} | {medians[0] * 1000:.2f} | {medians[2] * 1000:.2f} "
            f"| {' | '.join(f'{statistics.median(p99) * 1000:.2f}' for p99 in (alone, elsewhere, beside))} "
            f"| {_ratios(beside, alone)} | {_ratios(beside, elsewhere)} | {before / 1e6:.0f} | {after / 1e6:.0f} |"
        )
    return "\n".join(lines)


def _ratios(some: list[float], others: list[float]) -> str:
    """The median of the ratios, each within a round, and the two ends."""
    ratios = [one / other for one, other in zip(some, others, strict=True)]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


async def _measure(
    server: Server, other: Server, stations: int, seconds: float, rounds: int, abusers: list[str]
) -> dict[str, Measured]:
    async with contextlib.AsyncExitStack() as stack:
        connections = []
        for number in range(stations):
            url = f"{server.url}/GOOD-{number:04d}"
            connection = await stack.enter_async_context(
                connect(url, subprotocols=[OCPP], compression=None, proxy=None)
            )
            await call(connection, "boot", "BootNotification", BOOT)
            connections.append(connection)
        await _talk(connections, seconds / 2)  # warms up
        measured = {}
        for name in abusers:
            before, made = resident(server.pid), []
            for number in range(rounds):
                alone = await _talk(connections, seconds)
                elsewhere = await _beside(name, other, connections, seconds)
                made.append(Round(alone, elsewhere, await _beside(name, server, connections, seconds)))
                print(f"{name}, round {number + 1} of {rounds}", file=sys.stderr)
            measured[name] = Measured(made, before, resident(server.pid))
        return measured


async def _beside(abuser: str, victim: Server, connections: list[ClientConnection], seconds: float) -> list[float]:
    """The times of the stations while the abuser is at a CSMS."""
    command = [sys.executable, "-m", "benchmarks.abuse", "--abuser", abuser, "--url", victim.url]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        await process.stdout.readline()  # it has begun
        return await _talk(connections, seconds)
    finally:
        process.terminate()
        await process.wait()


async def _talk(connections: list[ClientConnection], seconds: float) -> list[float]:
    """The stations send for so long; gives the times of the answers."""
    end = time.monotonic() + seconds
    times: list[float] = []

    async def station(connection: ClientConnection, offset: float) -> None:
        await asyncio.sleep(offset)
        number = 0
        while time.monotonic() < end:
            number += 1
            action, payload = ("Heartbeat", {}) if number % 2 else ("StatusNotification", STATUS)
            started = time.monotonic()
            await call(connection, f"{started:.9f}", action, payload)
            times.append(time.monotonic() - started)
            await asyncio.sleep(max(0.0, started + PERIOD - time.monotonic()))

    step = PERIOD / len(connections)
    async with asyncio.timeout(seconds + 60):
        await asyncio.gather(*(station(connection, place * step) for place, connection in enumerate(connections)))
    return times


# --- the abusers: each runs until it is terminated -------------------------------------------------------------------


async def _open(url: str, name: str, **options: Any) -> ClientConnection:
    settings = {"subprotocols": [OCPP], "compression": None, "proxy": None, "max_size": None} | options
    connection = await connect(f"{url}/{name}", **settings)
    await call(connection, "boot", "BootNotification", BOOT)
    return connection


async def _flood(url: str) -> None:
    """1 000 messages a second, half of them to be booked."""
    connection = await _open(url, "FLOOD")
    _begun()

    async def read() -> None:
        async for _ in connection:
            pass

    reading = asyncio.create_task(read())
    started, number = time.monotonic(), 0
    while not reading.done():
        while number < (time.monotonic() - started) * FLOOD_PER_SECOND:
            number += 1
            action, payload = ("Heartbeat", {}) if number % 2 else ("StatusNotification", STATUS)
            await connection.send(_text([2, str(number), action, payload]))
        await asyncio.sleep(0.005)


async def _never_reads(url: str) -> None:
    """Sends as fast as it is let, and reads no answer."""
    connection = await _open(url, "DEAF", max_queue=1)
    connection.transport.pause_reading()
    _begun()
    number = 0
    with contextlib.suppress(ConnectionClosed):
        while True:
            number += 1
            await connection.send(_text([2, str(number), "Heartbeat", {}]))
    await asyncio.Event().wait()


async def _half_open(url: str) -> None:
    """1 000 connections that begin a handshake and stop in the middle of it; the same again when they are cut off."""
    address = urlsplit(url)

    async def one() -> None:
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection(address.hostname, address.port)
                writer.write(b"GET /ocpp/HALF HTTP/1.1\r\nHost: ")
                await reader.read()
                writer.close()

    tasks = [asyncio.create_task(one()) for _ in range(HALF_OPEN)]
    _begun()
    await asyncio.gather(*tasks)


async def _big_frames(url: str) -> None:
    """Frames of 64 MiB, one after the other."""
    text = "x" * BIG
    _begun()
    while True:
        with contextlib.suppress(ConnectionClosed, OSError):
            connection = await _open(url, "BIG", write_limit=BIG)
            await connection.send(text)
            await connection.wait_closed()


async def _malformed(url: str) -> None:
    """10 000 frames of random bytes, of cut and of twisted messages, as fast as they are taken; then again."""
    chance = random.Random(16)
    whole = _text([2, "an-id", "StatusNotification", STATUS])
    frames: list[str | bytes] = []
    for _ in range(MALFORMED):
        kind = chance.randrange(4)
        place = chance.randrange(len(whole))
        frames.append(
            chance.randbytes(chance.randrange(200))
            if kind == 0
            else whole[:place]
            if kind == 1
            else whole[:place] + chr(chance.randrange(32, 0x2000)) + whole[place + 1 :]
            if kind == 2
            else "".join(chr(chance.randrange(1, 0xD000)) for _ in range(chance.randrange(100)))
        )
    _begun()

    async def read(connection: ClientConnection) -> None:
        async for _ in connection:
            pass

    while True:
        with contextlib.suppress(ConnectionClosed):
            connection = await _open(url, "BROKEN")
            reading = asyncio.create_task(read(connection))
            for frame in frames:
                await connection.send(frame)
            await connection.close()
            await reading


def _begun() -> None:
    print(json.dumps({"event": "begun"}), flush=True)


def _text(message: Any) -> str:
    return msgspec.json.encode(message).decode()


ABUSERS: Final[dict[str, Callable[[str], Coroutine[Any, Any, None]]]] = {
    "flood": _flood,
    "never-reads": _never_reads,
    "half-open": _half_open,
    "64-MiB-frames": _big_frames,
    "malformed": _malformed,
}


if __name__ == "__main__":
    main()
