"""Whether a fleet and the reference CSMS grow while they do the same for long.

``python -m benchmarks.soak [--hours 24] [--svg FILE]`` runs 60 stations a day of virtual time, without a network
(``benchmarks.fleet_count``), and takes the resident memory at each full hour: half a minute of an idle machine.
``python -m benchmarks.soak --minutes 20 [--stations 200]`` does it with sockets, in real time, for the fleet and for
the CSMS. Both print what they grew by since the first quarter of the time, when all has been filled that has a bound
(samples, traces, what is remembered), and draw a curve. Linux only.
"""

import argparse
import gc
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import uvloop

from benchmarks import fleet_count
from benchmarks.beside.measuring import read
from benchmarks.csms import TAG, reference
from benchmarks.idle import resident
from benchmarks.plot import Curve, Panel, svg
from simulator.fleet import Plan
from simulator.fleet.engine.resources import memory

MEGABYTE: Final = 1e6
LOOK: Final = 10.0
"""Seconds between two looks at the memory."""

Points = list[tuple[float, float]]


def main() -> None:
    """Measure, print and draw."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--hours", type=int, default=24, help="hours of virtual time (default 24)")
    options.add_argument("--minutes", type=float, help="minutes of real time, with sockets, instead")
    options.add_argument("--stations", type=int, help="stations (default 60, with sockets 200)")
    options.add_argument("--svg", type=Path, metavar="FILE", help="draw the curve")
    chosen = options.parse_args()
    if chosen.minutes is None:
        taken, messages = uvloop.run(_virtual(chosen.stations or fleet_count.STATIONS, chosen.hours))
        curves, across = {"fleet": taken}, "hours of virtual time"
    else:
        curves, messages = _real(chosen.stations or 200, 60 * chosen.minutes)
        across = "minutes"
    print(table(curves, across, messages))
    if chosen.svg is not None:
        panels = [Panel("MB of resident memory", across, [Curve(name, points) for name, points in curves.items()])]
        chosen.svg.write_text(svg(panels), "utf-8")


def table(curves: dict[str, Points], across: str, messages: int) -> str:
    """The figures as Markdown."""
    lines = [
        f"{messages} messages; {os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}",
        "",
        f"| | {across} | MB after a quarter | at the end | most | grown since the first quarter |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, points in curves.items():
        first, last = _quarter(points), points[-1][1]
        most = max(value for _, value in points)
        share = 100 * (last / first - 1)
        lines.append(f"| {name} | {points[-1][0]:g} | {first:.1f} | {last:.1f} | {most:.1f} | {share:+.1f} % |")
    return "\n".join(lines)


def _quarter(points: Sequence[tuple[float, float]]) -> float:
    return next(value for at, value in points if at >= points[-1][0] / 4)


async def _virtual(stations: int, hours: int) -> tuple[Points, int]:
    """Resident MB of this process by hour of virtual time, and messages."""
    plan = Plan(
        "ws://127.0.0.1:1/ocpp",
        stations=stations,
        session_every=600.0,
        session_length=600.0,
        meter_every=60.0,
        churn_every=7200.0,
        duration=1e9,
        grace=0.0,
    )
    taken: Points = []

    def look(hour: int) -> None:
        gc.collect()
        taken.append((float(hour), (memory() or 0) / MEGABYTE))

    messages, _ = await fleet_count.run(plan, 3600.0 * hours, at_hour=look)
    return taken, messages


def _real(stations: int, seconds: float) -> tuple[dict[str, Points], int]:
    """Resident MB of both processes by minute, and messages."""
    with reference() as server:
        command = [sys.executable, "-m", "simulator.fleet.cli.main", server.url, "--stations", str(stations)]
        life = ["--session-every", "20s", "--session-length", "20s", "--meter-every", "5s", "--churn-every", "5m"]
        more = ["--tag", TAG, "--ramp", "50/s", "--duration", f"{seconds:g}s", "--quiet", "--json", "-"]
        command += [*more, *life]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        curves: dict[str, Points] = {"fleet": [], "reference CSMS": []}
        began = time.monotonic()
        try:
            while (at := time.monotonic() - began) < seconds:
                for name, pid in (("fleet", process.pid), ("reference CSMS", server.pid)):
                    curves[name].append((round(at / 60, 2), resident(pid) / MEGABYTE))
                time.sleep(min(LOOK, seconds - at))
            messages = int(read(server, "ocpp_frames_total"))
            said, _ = process.communicate(timeout=120)
        finally:
            process.kill()
            process.wait()
    result: dict[str, Any] = json.loads(said)
    if result["verdict"] != "PASS":
        sys.exit(f"the fleet is no PASS: {result['reason']}")
    return curves, messages


if __name__ == "__main__":
    main()
