"""How many stations a fleet and the reference CSMS hold, how fast they come, and what each costs as they become more.

``python -m benchmarks.scale [--stations 100,1000,5000,15000] [--rate 1000] [--seconds 20] [--svg FILE]`` prints a
Markdown table with a row per number of stations, and draws it. ``--processes P`` deals the stations out to so many
pairs of a fleet and a CSMS, since a process may have no more than so many files open (``ulimit -Hn``), and a station is
one at each end; ``--sources 127.0.0.2,127.0.0.3`` are the addresses that they connect from in turn, each of which has
some 28 000 ports.

All are whole stations, that connect at the rate, boot, have a heartbeat of 300 s and sessions. The sessions are as
frequent as makes the fleet send ``--calls`` CALLs a second, however many stations there are: what a message costs
depends on how many there are a second, since one that comes alone wakes two processes, and that is not the question.

Counted are attempts to connect that failed, stations accepted, and those lost at the end; memory is the growth of the
resident memory of both processes since before the first station, which includes the buffers of the sockets in user
space; CPU time is that of the process, per station from the first connection to the last boot, and per message from two
seconds after that for S seconds. Linux only. 15 000 stations take a minute on two idle cores.
"""

import argparse
import asyncio
import contextlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import uvloop

from benchmarks.csms import TAG, Server, cpu_seconds, reference
from benchmarks.idle import resident
from benchmarks.plot import Curve, Panel, svg
from simulator.fleet import Fleet, Plan
from simulator.fleet.engine.resources import allow_connections, calm_garbage_collector, memory

SETTLING: Final = 2.0
PATIENCE: Final = 600.0
"""Seconds until all are online, after which what there is counts."""

WARM_UP: Final = 20
WARM_UP_SECONDS: Final = 4.0
"""Stations of each fleet, and how long they are there before anything is measured."""

LONGEST_SESSION: Final = 8.0
"""Seconds. Short beside the pauses of many stations, so that as much is said in the first minute as in any other."""

METERED: Final = 4
"""Meter values of a session; with the other CALLs of it, and of the pause after it, there are `CALLS_EACH`."""
CALLS_EACH: Final = 12.0


class Told(NamedTuple):
    """What a fleet tells of itself; the last three are of the time that is measured."""

    attempts: int = 0
    failed: int = 0
    accepted: int = 0
    lost: int = 0
    coming: float = 0.0  # seconds from the first station to the last that is online
    cpu_coming: float = 0.0
    bytes: int = 0
    late: float = 0.0
    messages: int = 0
    cpu: float = 0.0
    seconds: float = 1.0


class Row(NamedTuple):
    """All pairs of processes together, with so many stations."""

    stations: int
    told: Told
    csms_bytes: int
    csms_cpu_coming: float
    csms_cpu: float


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--stations", default="100,1000,5000,15000", help="how many, comma between them")
    options.add_argument("--processes", type=int, default=1, help="fleets, with a CSMS each (default 1)")
    options.add_argument("--rate", type=float, default=1000.0, help="stations a second, of all together (default 1000)")
    options.add_argument("--calls", type=float, default=250.0, help="CALLs a second (default 250)")
    options.add_argument("--seconds", type=float, default=20.0, help="seconds that are measured (default 20)")
    options.add_argument("--sources", default="", help="addresses that the stations connect from, comma between them")
    options.add_argument("--svg", type=Path, metavar="FILE", help="draw what depends on the number of stations")
    options.add_argument("--load", nargs=3, metavar=("URL", "FIRST", "STEP"), help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.load is not None:
        calm_garbage_collector()
        uvloop.run(_load(chosen))
        return
    numbers = [int(number) for number in chosen.stations.split(",")]
    if (allowed := allow_connections(-(-max(numbers) // chosen.processes))) is not None:
        sys.exit(f"a process may have {allowed} connections here; take more --processes, or raise 'ulimit -Hn'")
    rows = [_row(number, chosen) for number in numbers]
    print(table(rows, chosen.rate, chosen.processes))
    if chosen.svg is not None:
        chosen.svg.write_text(picture(rows), "utf-8")


def table(rows: Sequence[Row], rate: float, processes: int) -> str:
    """The figures as Markdown."""
    pairs = "a fleet and a CSMS" if processes == 1 else f"{processes} fleets with a CSMS each"
    lines = [
        f"{pairs}, {rate:g} stations a second; {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{platform.machine()}; load average {os.getloadavg()[0]:.1f}",
        "",
        "| stations | failed to connect | accepted | lost | all online after s | a second | CPU ms to come: fleet "
        "| CSMS | KiB a station: fleet | CSMS | messages/s | CPU µs per message: fleet | CSMS | timers late ms |",
        "|" + "---:|" * 14,
    ]
    for row in rows:
        told, each = row.told, 1000 / row.stations
        fleet, csms = told.bytes / 1024 / row.stations, row.csms_bytes / 1024 / row.stations
        cost, theirs = 1e6 * told.cpu / max(told.messages, 1), 1e6 * row.csms_cpu / max(told.messages, 1)
        lines.append(
            f"| {row.stations} | {told.failed} | {told.accepted} | {told.lost} | {told.coming:.1f} "
            f"| {told.accepted / told.coming:.0f} | {told.cpu_coming * each:.2f} | {row.csms_cpu_coming * each:.2f} "
            f"| {fleet:.1f} | {csms:.1f} | {told.messages / told.seconds:.0f} | {cost:.0f} | {theirs:.0f} "
            f"| {1000 * told.late:.0f} |"
        )
    return "\n".join(lines)


def picture(rows: Sequence[Row]) -> str:
    """Memory and CPU time by the number of stations."""

    def curve(name: str, values: Sequence[float]) -> Curve:
        return Curve(name, [(row.stations, value) for row, value in zip(rows, values, strict=True)])

    memory_of = [
        curve("fleet", [row.told.bytes / 1024 / row.stations for row in rows]),
        curve("reference CSMS", [row.csms_bytes / 1024 / row.stations for row in rows]),
    ]
    cost_of = [
        curve("fleet", [1e6 * row.told.cpu / max(row.told.messages, 1) for row in rows]),
        curve("reference CSMS", [1e6 * row.csms_cpu / max(row.told.messages, 1) for row in rows]),
    ]
    return svg(
        [
            Panel("KiB of memory a station", "stations", memory_of, is_log=True),
            Panel("µs of CPU time a message", "stations", cost_of, is_log=True),
        ]
    )


def _row(stations: int, chosen: Any) -> Row:
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(reference()) for _ in range(chosen.processes)]
        loads = [
            stack.enter_context(_process(stations, first + 1, server, chosen)) for first, server in enumerate(servers)
        ]
        for load in loads:
            _hear(load)  # it is warm, and its stations are to come
        before = [resident(server.pid) for server in servers]
        cpu = [cpu_seconds(server.pid) for server in servers]
        for load in loads:
            _hear(load)  # all of its stations are online
        csms_coming = sum(cpu_seconds(server.pid) for server in servers) - sum(cpu)
        grown = sum(resident(server.pid) for server in servers) - sum(before)
        for load in loads:
            _hear(load)  # it begins to measure
        cpu = [cpu_seconds(server.pid) for server in servers]
        ended = [_hear(load) for load in loads]
        csms_cpu = sum(cpu_seconds(server.pid) for server in servers) - sum(cpu)
    whole = Told(
        attempts=sum(told.attempts for told in ended),
        failed=sum(told.failed for told in ended),
        accepted=sum(told.accepted for told in ended),
        lost=sum(told.lost for told in ended),
        coming=max(told.coming for told in ended),
        cpu_coming=sum(told.cpu_coming for told in ended),
        bytes=sum(told.bytes for told in ended),
        late=max(told.late for told in ended),
        messages=sum(told.messages for told in ended),
        cpu=sum(told.cpu for told in ended),
        seconds=max(told.seconds for told in ended),
    )
    return Row(stations, whole, grown, csms_coming, csms_cpu)


@contextlib.contextmanager
def _process(stations: int, first: int, server: Server, chosen: Any) -> Any:
    command = [sys.executable, "-m", "benchmarks.scale", "--load", server.url, str(first), str(chosen.processes)]
    more = ["--stations", str(stations), "--rate", f"{chosen.rate}", "--calls", f"{chosen.calls}"]
    last = ["--seconds", f"{chosen.seconds}", "--sources", chosen.sources]
    process = subprocess.Popen([*command, *more, *last], stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def _hear(load: Any) -> Told:
    line = load.stdout.readline()
    assert line, "a fleet ended before its time"
    return Told(*json.loads(line))


def _say(told: Told) -> None:
    print(json.dumps(told), flush=True)


async def _load(chosen: Any) -> None:
    url, first, step = chosen.load[0], int(chosen.load[1]), int(chosen.load[2])
    stations = int(chosen.stations)
    whole = stations * CALLS_EACH / chosen.calls
    length = min(whole / 2, LONGEST_SESSION)
    plan = Plan(
        url,
        stations=stations,
        first=first,
        step=step,
        ramp=chosen.rate,
        duration=10 * PATIENCE,
        tags=(TAG,),
        session_every=whole - length,
        session_length=length,
        meter_every=float(max(1, round(length / METERED))),
        grace=0.0,
        sources=tuple(chosen.sources.split(",")) if chosen.sources else (),
    )
    mine = len(plan.numbers())
    await _warm_up(replace(plan, stations=step * WARM_UP, prefix="WARM-", session_every=1.0, session_length=1.0))
    fleet = Fleet(plan)
    before, cpu, began = memory() or 0, time.process_time(), time.monotonic()
    _say(Told())
    running = asyncio.create_task(fleet.run())
    while fleet.online < mine and time.monotonic() - began < PATIENCE:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    coming, cpu_coming = time.monotonic() - began, time.process_time() - cpu
    await asyncio.sleep(SETTLING)
    grown = (memory() or 0) - before
    tally = fleet.tally

    def told() -> Told:
        there = fleet.stations
        failed = tally.attempts - tally.connected
        return Told(tally.attempts, failed, there.accepted, there.lost, coming, cpu_coming, grown, fleet.late)

    _say(told())
    _say(told())
    messages, cpu, began = tally.frames, time.process_time(), time.monotonic()
    await asyncio.sleep(chosen.seconds)
    cpu, seconds = time.process_time() - cpu, time.monotonic() - began
    _say(told()._replace(messages=tally.frames - messages, cpu=cpu, seconds=seconds))
    for problem, count in tally.problems.most_common(5):
        print(f"problem: {problem} ({count} times)", file=sys.stderr)
    fleet.stop()
    await running


async def _warm_up(plan: Plan) -> None:
    """What a process loads and keeps when it does something for the first time is no part of a station."""
    fleet = Fleet(plan)
    running = asyncio.create_task(fleet.run())
    await asyncio.sleep(WARM_UP_SECONDS)
    fleet.stop()
    await running


if __name__ == "__main__":
    main()
