"""The same stations under locust and alone: ``python -m benchmarks.locust_beside [--stations N] [--seconds S]``.

Both loads are `simulator.fleet`, the same drivers by the same seed at the reference CSMS; under locust each answer is
told to locust, too, which is what a run on many machines costs. A CALL is counted where it arrives, at the CSMS, and
CPU time is that of the load's process, from `SETTLING` seconds after all stations came online, for S seconds. p99 is of
all CALLs, as each load reports it at its end; locust rounds it. Linux only; bounded to about a minute.

Locust is in an environment of its own: `.venv-locust`, which `make test` makes, or that of PLUGPROOF_LOAD_PYTHON.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.beside.measuring import read
from benchmarks.csms import TAG, Server, cpu_seconds, reference

SETTLING: Final = 3.0
LONGEST: Final = 60.0
"""Seconds after which a load has failed."""

RAMP: Final = 100.0
"""Stations a second."""

ROOT: Final = Path(__file__).resolve().parents[1]
LIFE: Final = ("--tag", TAG, "--session-every", "3s", "--session-length", "3s", "--meter-every", "1s", "--seed", "7")


class Taken(NamedTuple):
    """What a load did in the time that was measured, and the p99 it reported, in milliseconds."""

    calls: int
    cpu: float
    seconds: float
    p99: float


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--stations", type=int, default=200, help="stations at once (default 200)")
    options.add_argument("--seconds", type=float, default=8.0, help="seconds that are measured (default 8)")
    chosen = options.parse_args()
    python = Path(os.environ.get("PLUGPROOF_LOAD_PYTHON", ROOT / ".venv-locust" / "bin" / "python"))
    if not python.exists():
        sys.exit(f"{python} is not there: run 'make test' once, or name an interpreter with PLUGPROOF_LOAD_PYTHON.")
    whole = chosen.stations / RAMP + SETTLING + chosen.seconds + 2.0
    rows = {
        "plugproof fleet": _alone(chosen.stations, whole, chosen.seconds),
        "plugproof load (locust)": _under_locust(python, chosen.stations, whole, chosen.seconds),
    }
    print(table(rows, chosen.stations))


def table(rows: dict[str, Taken], stations: int) -> str:
    """The figures as Markdown; ratios are to the first row."""
    lines = [
        f"{stations} stations; {os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}",
        "",
        "| load | CALLs/s | CPU µs per CALL | ratio | p99 ms of all CALLs |",
        "|---|---:|---:|---:|---:|",
    ]
    base = next(iter(rows.values()))
    for name, taken in rows.items():
        cost, ratio = taken.cpu / taken.calls * 1e6, taken.cpu / taken.calls / (base.cpu / base.calls)
        lines.append(f"| {name} | {taken.calls / taken.seconds:.0f} | {cost:.0f} | {ratio:.2f} | {taken.p99:.1f} |")
    return "\n".join(lines)


def _alone(stations: int, whole: float, seconds: float) -> Taken:
    with tempfile.TemporaryDirectory(prefix="plugproof-bench-") as folder, reference() as server:
        file = Path(folder) / "fleet.json"
        command = [sys.executable, "-m", "simulator.fleet.cli.main", server.url, "--stations", str(stations)]
        more = ["--ramp", f"{RAMP:g}/s", "--duration", f"{whole:g}s", "--quiet", "--json", str(file)]
        calls, cpu, took, _ = _measured([*command, *more, *LIFE], server, stations, seconds)
        return Taken(calls, cpu, took, json.loads(file.read_text("utf-8"))["all"]["milliseconds"]["p99"])


def _under_locust(python: Path, stations: int, whole: float, seconds: float) -> Taken:
    with tempfile.TemporaryDirectory(prefix="plugproof-bench-") as folder, reference() as server:
        command = [str(python), "-m", "locust", "-f", str(ROOT / "examples" / "locustfile.py"), "--headless"]
        more = ["--host", server.url, "-u", str(stations), "-r", f"{RAMP:g}", "-t", f"{whole:g}s", "--only-summary"]
        csv = ["--csv", f"{folder}/locust", "--loglevel", "ERROR"]
        calls, cpu, took, _ = _measured([*command, *more, *csv, *LIFE], server, stations, seconds)
        header, *rows = (line.split(",") for line in Path(folder, "locust_stats.csv").read_text("utf-8").splitlines())
        return Taken(calls, cpu, took, float(rows[-1][header.index("99%")]))


def _measured(command: list[str], server: Server, stations: int, seconds: float) -> tuple[int, float, float, str]:
    """CALLs, CPU seconds and seconds in the middle of the life of a load, and what it said at its end."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        began = time.monotonic()
        while read(server, "csms_stations_online") < stations:
            if process.poll() is not None or time.monotonic() - began > LONGEST:
                sys.exit(f"the load did not come up: {' '.join(command)}")
            time.sleep(0.2)
        time.sleep(SETTLING)
        calls, cpu, started = _calls(server), cpu_seconds(process.pid), time.monotonic()
        time.sleep(seconds)
        calls, cpu = _calls(server) - calls, cpu_seconds(process.pid) - cpu
        took = time.monotonic() - started
        said, _ = process.communicate(timeout=LONGEST)
        return calls, cpu, took, said
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def _calls(server: Server) -> int:
    return int(read(server, "ocpp_frames_total", 'kind="call"', 'sender="station"'))


if __name__ == "__main__":
    main()
