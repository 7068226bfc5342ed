"""Memory of the reference CSMS for each station that is connected and idle.

``python -m benchmarks.idle [--stations N] [--seconds S]`` connects N stations (default 5 000), boots each, and prints
by how much the resident memory of the CSMS has grown, and the CPU time it takes while they do nothing. Linux only
(figures from ``/proc``). Each end has one open file per station, see ``ulimit -n``.
"""

import argparse
import asyncio
import platform
import time
from pathlib import Path
from typing import Final

import uvloop
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.csms import BOOT, OCPP, Server, call, cpu_seconds, reference

AT_ONCE: Final = 50
"""Handshakes under way at a time."""


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--stations", type=int, default=5_000, help="stations (default 5000)")
    options.add_argument("--seconds", type=float, default=5.0, help="how long they are watched (default 5)")
    chosen = options.parse_args()
    with reference() as server:
        print(uvloop.run(_measure(server, chosen.stations, chosen.seconds)))


def resident(pid: int) -> int:
    """Resident memory of a process in bytes (proc(5): VmRSS)."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1]) * 1024


async def _measure(server: Server, stations: int, seconds: float) -> str:
    gate = asyncio.Semaphore(AT_ONCE)

    async def station(number: int) -> ClientConnection:
        async with gate:
            url = f"{server.url}/IDLE-{number:06d}"
            connection = await connect(url, subprotocols=[OCPP], compression=None, proxy=None, ping_interval=None)
            await call(connection, "boot", "BootNotification", BOOT)
            return connection

    connections = [await station(stations)]  # what is made once is not counted
    before, started = resident(server.pid), time.monotonic()
    connections += await asyncio.gather(*(station(number) for number in range(stations)))
    taken = time.monotonic() - started
    cpu = cpu_seconds(server.pid)
    await asyncio.sleep(seconds)
    cpu = (cpu_seconds(server.pid) - cpu) / seconds
    grown = resident(server.pid) - before
    for connection in connections:
        connection.transport.abort()
    return "\n".join(
        (
            f"{stations} stations, Python {platform.python_version()}, {platform.machine()}",
            "",
            "| memory before | grown by | per station | connected and booted in | CPU while idle |",
            "|---:|---:|---:|---:|---:|",
            f"| {before / 1e6:.0f} MB | {grown / 1e6:.0f} MB | {grown / stations / 1000:.1f} kB | {taken:.1f} s "
            f"| {100 * cpu:.1f} % of a core |",
        )
    )


if __name__ == "__main__":
    main()
