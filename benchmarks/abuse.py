"""What one ill-behaved client does to the other stations of the reference CSMS.

``python -m benchmarks.abuse [--stations K] [--seconds S] [--rounds N] [--only NAME ...]`` prints a Markdown table. K
well-behaved stations each send a Heartbeat or a StatusNotification (which is booked and committed) every 50 ms and time
the answers; first alone, then beside each abuser, which is a process of its own. Each abuser is also let loose on a
second CSMS of which the stations know nothing: that is the control, and shows what it does to them by the use of the
same machine alone. Memory is the resident memory of the CSMS right after the abuse (``/proc``, Linux only). Every phase
ends with the check that the process is the same and answers.
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


class Phase(NamedTuple):
    """Times of the answers to the well-behaved stations in seconds, also while the abuser was at the other CSMS, and
    memory of the CSMS after the abuse in bytes."""

    times: list[float]
    control: list[float]
    memory: int


def main() -> None:
    """Measure and print, or (with --abuser) be the abuser."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--stations", type=int, default=20, help="well-behaved stations (default 20)")
    options.add_argument("--seconds", type=float, default=5.0, help="length of a phase (default 5)")
    options.add_argument("--rounds", type=int, default=2, help="times each abuser comes (default 2)")
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
        phases = uvloop.run(_measure(server, other, chosen.stations, chosen.seconds, chosen.rounds, chosen.only))
    print(table(phases, chosen.stations))


def table(phases: dict[str, Phase], stations: int) -> str:
    """The figures as Markdown."""
    quiet = _p99(phases["quiet"].times)
    lines = [
        f"{stations} stations, a message every {PERIOD * 1000:.0f} ms each; {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {platform.machine()}",
        "",
        "| beside | answers | median ms | p99 ms | its control | to control | to quiet | longest ms | memory MB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, (times, control, memory) in phases.items():
        p99 = _p99(times)
        compared = f"{_p99(control) * 1000:.2f} | {p99 / _p99(control):.2f}" if control else "– | –"
        lines.append(
            f"| {name} | {len(times)} | {statistics.median(times) * 1000:.2f} | {p99 * 1000:.2f} | {compared} "
            f"| {p99 / quiet:.2f} | {max(times) * 1000:.1f} | {memory / 1e6:.0f} |"
        )
    return "\n".join(lines)


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


async def _measure(
    server: Server, other: Server, stations: int, seconds: float, rounds: int, abusers: list[str]
) -> dict[str, Phase]:
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
        phases = {"quiet": Phase(await _talk(connections, seconds), [], resident(server.pid))}
        for name in abusers:
            times: list[float] = []
            control: list[float] = []
            for _ in range(rounds):
                control += await _beside(name, other, connections, seconds)
                times += await _beside(name, server, connections, seconds)
            phases[name] = Phase(times, control, resident(server.pid))
        phases["quiet again"] = Phase(await _talk(connections, seconds), [], resident(server.pid))
        return phases


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
