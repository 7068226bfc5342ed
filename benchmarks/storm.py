"""What a storm of connections costs the stations that connect, and those that are online meanwhile.

``python -m benchmarks.storm [--stations N] [--rate R] [--at-once M] [--online K] [--profile P] [--rounds N]`` prints a
Markdown table. The reference CSMS is a process on a database of its own. K stations are online in this process, send
Heartbeats all the time, and time the answers. The storm comes from processes of its own:

(a) N stations that the CSMS does not know yet, R a second, each connecting, booting, and staying;
(b) after as many more have come as it takes until M are connected, all drop, and M come back at once.

Before each storm the online ones are timed alone, and the comparison is made within the round. The stations of the
storm give up nothing by themselves: no time-out, no second attempt, and they are a protocol of a few lines, since it is
not the client that is measured (`benchmarks.storm_stations`). All share the cores of one machine, though, so the
processes of the storm are of the class that runs only when nobody else wants to, and the table says how late their own
timers were. A rate that was not reached, and waits, are theirs as far as they lag, and so is the time of other
processes of the machine. How much of the time in which the event loop of the CSMS had something to do it waited for a
core is told, too: nothing that the CSMS does shortens that.

With ``--profile 1`` the stations are known before and have a password each, which the CSMS has never seen in (a), and
has seen of N of them in (b). To make the hashes takes as long as to check them. Linux only (figures from ``/proc``).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple, cast
from urllib.parse import urlsplit

import uvloop

from benchmarks.csms import Server, cpu_seconds, reference
from benchmarks.idle import resident
from benchmarks.storm_stations import BOOT, Client, Order, call, identity, password
from csms_core.auth.passwords import hashed
from csms_core.gateway import sockets
from csms_core.store import Store, credentials, stations

SOURCES: Final = 3
"""Processes that the storm comes from, each from an address of its own, so that no ports run out."""

LONGEST: Final = 600.0
"""Seconds after which who is not served counts as lost."""

PERIOD: Final = 0.25
"""Seconds between two Heartbeats of a station that is online."""

UNDER_WAY: Final = 20
"""Handshakes of a source at a time where it is no storm."""

SETTLING: Final = 2.0
"""Seconds after which what just happened is over."""


class Storm(NamedTuple):
    """One storm: how many came, what became of them, and of those online. Times in seconds, memory in bytes."""

    stations: int
    took: float  # from its beginning until all were served
    begun: float  # until the last had begun to connect
    waits: list[float]
    failed: dict[str, int]
    lag: tuple[float, float]  # p99 and longest of the sources
    quiet: list[float]
    during: list[float]
    cpu: float
    loop: tuple[float, float]  # of the thread of its event loop: at work, and waiting for a core
    memory: tuple[int, int]  # before, most


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--stations", type=int, default=9_000, help="stations that come at a rate (default 9000)")
    options.add_argument("--rate", type=float, default=400.0, help="of them a second (default 400)")
    options.add_argument("--at-once", type=int, default=15_000, help="stations that come at once (default 15000)")
    options.add_argument("--online", type=int, default=50, help="stations that are online meanwhile (default 50)")
    options.add_argument("--profile", type=int, choices=(0, 1), default=0, help="security profile (default 0)")
    options.add_argument("--quiet", type=float, default=10.0, help="seconds that they are timed alone (default 10)")
    options.add_argument("--rounds", type=int, default=3, help="rounds, each with a new CSMS (default 3)")
    chosen = options.parse_args()
    sockets.allow_open_files()
    most = max(chosen.stations, chosen.at_once)
    hashes = _hashes(most + chosen.online) if chosen.profile else []
    storms: dict[str, list[Storm]] = {}
    for number in range(chosen.rounds):
        arguments = ("--security-profile", "1", "--known-stations-only") if hashes else ()
        with reference(*arguments, prepare=partial(_provide, hashes)) as server:
            for name, storm in uvloop.run(_round(server, chosen)).items():
                storms.setdefault(name, []).append(storm)
                print(f"round {number + 1}: {name}: {_sentence(storm)}", file=sys.stderr)
    print(table(storms, chosen.online, chosen.profile))


def table(storms: dict[str, list[Storm]], online: int, profile: int) -> str:
    """The figures as Markdown: medians of the rounds, in brackets the smallest and the largest."""
    rounds = len(next(iter(storms.values())))
    lines = [
        f"Profile {profile}, {online} stations online with a Heartbeat every {PERIOD:g} s; medians of {rounds} rounds, "
        f"in brackets the smallest and the largest; {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{platform.machine()}",
        "",
        "| storm | lost | last one began after s | all served after s | 101 after ms: median | p99 | longest "
        "| online p99 ms: quiet | during | ratio | CPU ms of the CSMS each "
        "| its loop waits for a core | MB before | most "
        "| lag of the storm ms: p99 | longest |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, made in storms.items():
        cells = [
            _spread([sum(storm.failed.values()) for storm in made]),
            _spread([storm.begun for storm in made], ".1f"),
            _spread([storm.took for storm in made], ".1f"),
            _spread([1000 * statistics.median(storm.waits) for storm in made]),
            _spread([1000 * p99(storm.waits) for storm in made]),
            _spread([1000 * max(storm.waits) for storm in made]),
            _spread([1000 * p99(storm.quiet) for storm in made], ".1f"),
            _spread([1000 * p99(storm.during) for storm in made], ".1f"),
            _spread([p99(storm.during) / p99(storm.quiet) for storm in made], ".2f"),
            _spread([1000 * storm.cpu / storm.stations for storm in made], ".2f"),
            _spread([100 * storm.loop[1] / sum(storm.loop) for storm in made]) + " %",
            *(_spread([storm.memory[place] / 1e6 for storm in made]) for place in (0, 1)),
            *(_spread([1000 * storm.lag[place] for storm in made]) for place in (0, 1)),
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _spread(values: Sequence[float], form: str = ".0f") -> str:
    if len(values) == 1 or min(values) == max(values):
        return f"{values[0]:{form}}"
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def p99(times: Sequence[float]) -> float:
    """The 99th percentile."""
    return statistics.quantiles(times, n=100)[98]


def _sentence(storm: Storm) -> str:
    return (
        f"{storm.failed or 'nobody'} lost of {storm.stations}, all served after {storm.took:.1f} s, "
        f"online p99 {1000 * p99(storm.quiet):.1f} -> {1000 * p99(storm.during):.1f} ms"
    )


# --- what is there before --------------------------------------------------------------------------------------------


def _hashes(count: int) -> list[str]:
    with ProcessPoolExecutor() as pool:
        return list(pool.map(hashed, map(password, range(count)), chunksize=100))


def _provide(hashes: list[str], database: str) -> None:
    """Make the stations known that have a password."""

    async def book() -> None:
        store = await Store.open(database)

        def put(connection: Any) -> None:
            for number, kept in enumerate(hashes):
                stations.put(connection, identity(number), "2026-01-01T00:00:00.000Z")
                credentials.put(connection, identity(number), password=kept)

        await store.write(put)
        await store.close()

    asyncio.run(book())


# --- those who are online --------------------------------------------------------------------------------------------


class Online(Client):
    """A station that sends a Heartbeat every period, once it has booted, and times the answers."""

    def __init__(self, path: str, given: bytes | None, offset: float) -> None:
        super().__init__(path, given)
        self.booted = asyncio.get_running_loop().create_future()
        self.times: list[float] = []
        self._offset = offset
        self._sent = 0.0

    def let_in(self) -> None:
        """Boot."""
        self.transport.write(call("b", "BootNotification", BOOT))

    def answered(self, text: bytes) -> None:
        """Of the boot, or of a Heartbeat: the next one is due a period after the last one was sent."""
        loop = asyncio.get_running_loop()
        if not self.booted.done():
            self.booted.set_result(None)
            loop.call_later(self._offset, self._beat)
            return
        self.times.append(time.monotonic() - self._sent)
        loop.call_later(max(0.0, PERIOD - self.times[-1]), self._beat)

    def ended(self, reason: str) -> None:
        """None may end while it is measured."""
        if not self.booted.done():
            self.booted.set_exception(ConnectionError(reason))

    def _beat(self) -> None:
        if self.transport.is_closing():
            return
        self._sent = time.monotonic()
        self.transport.write(call(f"{self._sent:.9f}", "Heartbeat", {}))


class Group:
    """All who are online."""

    def __init__(self, clients: list[Online]) -> None:
        self._clients = clients

    @classmethod
    async def connect(cls, url: str, first: int, count: int, with_password: bool) -> Group:
        """Connect and boot them; from then on they talk."""
        to, clients = urlsplit(url), list[Online]()
        for place in range(count):
            name = identity(first + place)
            given = f"{name}:".encode() + password(first + place) if with_password else None
            client = Online(f"{to.path}/{name}", given, PERIOD * place / count)
            clients.append(client)
            await asyncio.get_running_loop().create_connection(lambda: clients[-1], str(to.hostname), to.port or 0)
            await client.booted
        return cls(clients)

    def take(self) -> list[float]:
        """The times since the last call; all of them still have to be connected."""
        assert all(client.times and not client.transport.is_closing() for client in self._clients), "one was cut off"
        times = [taken for client in self._clients for taken in client.times]
        for client in self._clients:
            client.times.clear()
        return times

    def close(self) -> None:
        """They go away."""
        for client in self._clients:
            client.transport.abort()


# --- a round ---------------------------------------------------------------------------------------------------------


class Source:
    """A process that stations of the storm come from."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, url: str, number: int) -> Source:
        """Start it; `number` tells its address from those of the others."""
        command = [sys.executable, "-m", "benchmarks.storm_stations", url, f"127.0.0.{2 + number}"]
        process = await asyncio.create_subprocess_exec(
            *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, limit=1 << 26
        )
        source = cls(process)
        await source._answer()
        return source

    async def order(self, order: Order | None) -> Any:
        """Have stations come, None: drop them all; gives what it tells."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order and asdict(order)).encode() + b"\n")
        return await self._answer()

    async def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(await self._process.stdout.readline())

    async def stop(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


class Scene:
    """The CSMS, those online, and the sources of the storm."""

    def __init__(self, server: Server, group: Group, sources: list[Source], with_password: bool) -> None:
        self._server = server
        self._group = group
        self._sources = sources
        self._with_password = with_password

    async def come(self, first: int, count: int, rate: float = 0.0, under_way: int = 0) -> list[dict[str, Any]]:
        """Stations come; gives what the sources tell."""
        at, parts = time.monotonic() + SETTLING / 2, len(self._sources)
        orders = [
            Order(
                first + place,
                parts,
                len(range(place, count, parts)),
                at + (place / rate if rate else 0.0),
                at + LONGEST,
                rate / parts,
                under_way,
                self._with_password,
            )
            for place in range(parts)
        ]
        told = await asyncio.gather(*(source.order(order) for source, order in zip(self._sources, orders, strict=True)))
        return [{**one, "at": at} for one in told]

    async def drop(self, online: int) -> None:
        """All of the storm drop; returns when the CSMS knows that `online` are left."""
        await asyncio.gather(*(source.order(None) for source in self._sources))
        async with asyncio.timeout(LONGEST):
            while await asyncio.to_thread(_online, self._server.api) > online:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.1)
        await asyncio.sleep(SETTLING)

    async def quiet(self, seconds: float) -> list[float]:
        """The times of those online while nothing else happens."""
        await asyncio.sleep(SETTLING)
        self._group.take()
        await asyncio.sleep(seconds)
        return self._group.take()

    async def storm(self, count: int, rate: float, quiet: list[float]) -> Storm:
        """A storm, with the times of those online since its first connection."""
        pid = self._server.pid
        before, most = resident(pid), [0]

        async def watch() -> None:
            while True:
                most[0] = max(most[0], resident(pid))
                await asyncio.sleep(0.25)

        coming, watching = asyncio.create_task(self.come(0, count, rate)), asyncio.create_task(watch())
        await asyncio.sleep(SETTLING / 2)
        self._group.take()
        cpu, loop = cpu_seconds(pid), _scheduled(pid)
        told = await coming
        during = self._group.take()
        watching.cancel()
        failed: dict[str, int] = {}
        for reason, lost in ((reason, lost) for one in told for reason, lost in one["failed"].items()):
            failed[reason] = failed.get(reason, 0) + lost
        return Storm(
            count,
            max(one["last"] - one["at"] for one in told),
            max(one["begun"] - one["at"] for one in told),
            [wait for one in told for wait in one["waits"]],
            failed,
            (max(one["lags"][0] for one in told), max(one["lags"][1] for one in told)),
            quiet,
            during,
            cpu_seconds(pid) - cpu,
            cast("tuple[float, float]", tuple(now - then for now, then in zip(_scheduled(pid), loop, strict=True))),
            (before, most[0]),
        )


async def _round(server: Server, chosen: argparse.Namespace) -> dict[str, Storm]:
    """Both storms at one CSMS."""
    most, with_password = max(chosen.stations, chosen.at_once), chosen.profile == 1
    async with contextlib.AsyncExitStack() as stack:
        group = await Group.connect(server.url, most, chosen.online, with_password)
        stack.callback(group.close)
        sources = [await Source.start(server.url, number) for number in range(SOURCES)]
        for source in sources:
            stack.push_async_callback(source.stop)
        scene = Scene(server, group, sources, with_password)
        storms = {}
        if chosen.stations:
            quiet = await scene.quiet(chosen.quiet)
            name = f"{chosen.stations} at {chosen.rate:g} a second"
            storms[name] = await scene.storm(chosen.stations, chosen.rate, quiet)
        if chosen.at_once:
            await scene.come(chosen.stations, max(0, chosen.at_once - chosen.stations), under_way=UNDER_WAY)
            await scene.drop(chosen.online)
            quiet = await scene.quiet(chosen.quiet)
            storms[f"{chosen.at_once} at once"] = await scene.storm(chosen.at_once, 0.0, quiet)
        return storms


def _scheduled(pid: int) -> tuple[float, float]:
    """Seconds the first thread of a process was on a core, and wanted to be."""
    running, waiting, _ = Path(f"/proc/{pid}/task/{pid}/schedstat").read_text("ascii").split()
    return int(running) / 1e9, int(waiting) / 1e9


def _online(api: str) -> int:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{api}/health", timeout=LONGEST) as answer:
        return int(json.load(answer)["stations_online"])


if __name__ == "__main__":
    main()
