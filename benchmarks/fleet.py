"""CPU per message and memory per station of the fleet, beside what people would take instead.

``python -m benchmarks.fleet [--stations N] [--others N] [--seconds S] [--rounds N]`` prints a Markdown table. The
reference CSMS, our fleet and each other load are a process each; the loads take turns. All boot, then do the same,
session after session with the same pauses: StatusNotification, Authorize, StartTransaction, MeterValues,
StopTransaction. Ours also is a station all the time, and judges every frame.

The others are clients on the ``ChargePoint`` of ``ocpp``, and as far as they are there: k6 (on the PATH), locust on
gevent with ``websocket-client`` (in ``.venv-locust``, or PLUGPROOF_LOAD_PYTHON) and npm ``ocpp-rpc`` (``--ocpp-rpc
FOLDER``, where ``npm install ocpp-rpc`` was run); a row says what is not. ``--only`` leaves out the rows below.

More fleets show what the rate does: a calm one and a busy one of 2 000 stations, and one that does all that one process
can, with sessions of some seconds. At the other end of this is ``benchmarks.floor``, which validates and answers from a
table, because the reference CSMS would be at its own limit. What sockets alone cost at that rate shows the last row:
texts of the same length to the same server, and nothing is done with the answers.

Counted is from two seconds after the last station came online, for S seconds: CPU time of the load's process, messages
in both directions, and the growth of its resident memory over what it took with one station. A message of the engine
alone (``benchmarks.engine``), measured between the rounds, stands beside them as a measure of the machine. Linux only;
bounded to about three minutes with the defaults, and one and a half for each other load. ``--count`` needs no CSMS and
no quiet machine.
"""

import argparse
import asyncio
import itertools
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

import picows
import uvloop

from benchmarks import fleet_count
from benchmarks.beside import ocpp_client
from benchmarks.beside.measuring import (
    LONGEST,
    METER_EVERY,
    RAMP,
    SESSION_EVERY,
    SESSION_LENGTH,
    Round,
    measure,
    outside,
    taken_up,
    until,
)
from benchmarks.csms import OCPP, TAG, floor, reference
from benchmarks.engine import CALLS, engine, texts
from ocppj import frames
from ocppj.evidence.trace import Trace
from ocppj.session.session import Memory, Session
from ocppj.v16 import PROTOCOL
from simulator.fleet import Fleet, Plan
from simulator.fleet.engine.resources import allow_connections, calm_garbage_collector

CALM: Final = (20.0, 20.0, 8.0)
"""Seconds without a driver, of a session and between meter values; about a message in two seconds and station."""

BUSY: Final = (2.0, 20.0, 1.0)
"""The same in seconds for the second load, which only ours can keep up with: over a message a second and station."""

ALL: Final = (1.0, 2.0, 1.0)
"""The same for the third load: five to six messages a second and station."""

BARE_RATE: Final = 10_000
"""Messages a second of the last load, in both directions."""

ALONE: Final = 4.0
"""Seconds that one station is there alone, after which a process has loaded what it needs."""

BESIDE: Final = Path(__file__).with_name("beside")
ENGINE_MESSAGES: Final = 4_000


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--stations", type=int, default=2000, help="stations of the fleets below (default 2000)")
    options.add_argument("--others", type=int, default=200, help="stations of each load that is compared (default 200)")
    options.add_argument("--seconds", type=float, default=6.0, help="seconds that are measured (default 6)")
    options.add_argument("--rounds", type=int, default=2, help="rounds of each load (default 2)")
    options.add_argument(
        "--count", action="store_true", help="count calls of functions instead (benchmarks.fleet_count)"
    )
    options.add_argument("--only", action="store_true", help="only the rows that do the same sessions")
    options.add_argument("--ocpp-rpc", type=Path, metavar="FOLDER", help="compare with npm ocpp-rpc installed there")
    options.add_argument("--load", nargs=2, metavar=("WHO", "URL"), help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.count:
        fleet_count.main()
        return
    if chosen.load is not None:
        who, url = chosen.load
        calm_garbage_collector()
        print(json.dumps(uvloop.run(LOADS[who](url, chosen.stations, chosen.seconds))))
        return
    allow_connections(2 * chosen.stations)  # of the CSMS, which inherits it
    named = f"`ocpp` {version('ocpp')} `ChargePoint` on `websockets`"
    loads: dict[str, Load] = {
        "plugproof fleet": Load("ours", chosen.others),
        named: Load("theirs", chosen.others),
    }
    commands, missing = _commands(chosen.ocpp_rpc)
    loads |= {name: Load("", chosen.others, command=command) for name, command in commands.items()}
    if not chosen.only:
        loads["plugproof fleet, calm"] = Load("calm", chosen.stations)
        loads["plugproof fleet, busy"] = Load("busy", chosen.stations)
        loads["plugproof fleet, all it can"] = Load("all", chosen.stations, is_floor=True)
        loads[f"picows {version('picows')} alone"] = Load("bare", chosen.stations, is_floor=True)
    rounds: dict[str, list[Round]] = {name: [] for name in loads}
    alone: list[float] = []
    for _ in range(chosen.rounds):
        for name, load in loads.items():
            rounds[name].append(_round(load, chosen.seconds))
            alone.append(_engine())
    print("\n".join([table(rounds), *missing]))
    took = f"{statistics.median(alone):.1f} µs ({min(alone):.1f} to {max(alone):.1f})"
    print(f"\nA message of the engine alone took {took}.")


class Load(NamedTuple):
    """A row: a load of `LOADS` in a process of its own, or the command of another tool and its environment."""

    who: str
    stations: int
    is_floor: bool = False
    command: tuple[list[str], dict[str, str]] | None = None


def _commands(ocpp_rpc: Path | None) -> tuple[dict[str, tuple[list[str], dict[str, str]]], list[str]]:
    """The tools that are there, by the name of their row; and the rows of those that are not."""
    found: dict[str, tuple[list[str], dict[str, str]]] = {}
    missing = []
    if (k6 := shutil.which("k6")) is None:
        missing.append("| k6 is not on the PATH | | | | | | | |")
    else:
        name = subprocess.run([k6, "version"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()[1]
        quiet = ("--quiet", "--no-summary", "--no-usage-report", "--address", "127.0.0.1:0")
        found[f"k6 {name.removeprefix('v')} `k6/experimental/websockets`"] = (
            [k6, "run", *quiet, str(BESIDE / "k6.js")],
            {},
        )
    python = Path(os.environ.get("PLUGPROOF_LOAD_PYTHON", BESIDE.parents[1] / ".venv-locust" / "bin" / "python"))
    if not python.exists():
        missing.append("| locust is not in `.venv-locust` (`make test` makes it) | | | | | | | |")
    else:
        command = [str(python), "-m", "locust", "-f", str(BESIDE / "gevent_locustfile.py"), "--headless"]
        said = subprocess.run([str(python), "-m", "locust", "--version"], stdout=subprocess.PIPE, text=True, check=True)
        found[f"locust {said.stdout.split()[1]} on gevent, `websocket-client`"] = (
            [*command, "--only-summary", "--loglevel", "ERROR"],
            {},
        )
    if ocpp_rpc is None:
        missing.append("| npm `ocpp-rpc` was not asked for (`--ocpp-rpc FOLDER`) | | | | | | | |")
    else:
        package = json.loads((ocpp_rpc / "node_modules/ocpp-rpc/package.json").read_bytes())
        found[f"npm `ocpp-rpc` {package['version']} client, strict"] = (
            ["node", str(BESIDE / "ocpp_rpc_client.js")],
            {"NODE_PATH": str((ocpp_rpc / "node_modules").resolve())},
        )
    return found, missing


def table(rounds: dict[str, list[Round]]) -> str:
    """The figures as Markdown; ratios are to the first row."""
    lines = [
        f"{len(next(iter(rounds.values())))} rounds each, interleaved; {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {platform.machine()}",
        "",
        "| load | stations | messages/s | CPU µs per message: median | min | max | ratio | KiB per station |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    base = 0.0
    for name, values in rounds.items():
        costs = [value.cpu / value.messages * 1e6 for value in values]
        median = statistics.median(costs)
        base = base or median
        rate = statistics.median(value.messages / value.seconds for value in values)
        kib = statistics.median(value.bytes / value.stations / 1024 for value in values)
        figures = f"{rate:.0f} | {median:.0f} | {min(costs):.0f} | {max(costs):.0f} | {median / base:.2f} | {kib:.0f}"
        lines.append(f"| {name} | {values[0].stations} | {figures} |")
    return "\n".join(lines)


def _round(load: Load, seconds: float) -> Round:
    with floor("picows") if load.is_floor else reference() as server:
        if load.command is not None:
            command, more = load.command
            return outside(command, server, load.stations, seconds, more)
        command = [
            sys.executable,
            "-m",
            "benchmarks.fleet",
            "--stations",
            str(load.stations),
            "--seconds",
            f"{seconds}",
        ]
        done = subprocess.run(
            [*command, "--load", load.who, server.url], stdout=subprocess.PIPE, text=True, check=True, timeout=LONGEST
        )
        return Round(*json.loads(done.stdout))


def _engine() -> float:
    """CPU µs of a message of the engine, now."""
    session = Session("csms", PROTOCOL, trace=Trace(max_entries=10_000), memory=Memory())
    incoming = texts(ENGINE_MESSAGES, 0)
    return engine(session)(incoming) / (2 * len(incoming)) * 1e6


async def _ours(url: str, stations: int, seconds: float, pace: tuple[float, float, float]) -> Round:
    session_every, session_length, meter_every = pace
    plan = Plan(
        url,
        stations=stations,
        ramp=RAMP,
        duration=LONGEST,
        tags=(TAG,),
        session_every=session_every,
        session_length=session_length,
        meter_every=meter_every,
        grace=0.0,
    )
    first = Fleet(replace(plan, stations=1, prefix="FIRST-"))
    running = asyncio.create_task(first.run())
    await asyncio.sleep(ALONE)
    first.stop()
    await running
    before = taken_up()
    fleet = Fleet(plan)
    running = asyncio.create_task(fleet.run())
    await until(lambda: fleet.online == stations)
    taken = await measure(seconds, before, stations, lambda: fleet.tally.frames)
    assert fleet.tally.failures == 0, fleet.tally.problems
    fleet.stop()
    await running
    return taken


async def _bare(url: str, stations: int, seconds: float) -> Round:
    """Write texts to one connection after the other, every hundredth of a second some, and count what comes."""
    text = frames.call("0123456789abcdef-1", "MeterValues", CALLS["MeterValues"]).raw
    before = taken_up()
    count = 0

    class Listener(picows.WSListener):
        def on_ws_frame(self, _: picows.WSTransport, frame: picows.WSFrame) -> None:
            nonlocal count
            count += 1

    lines = [
        (
            await picows.ws_connect(
                Listener, f"{url}/BARE-{number}", extra_headers={"Sec-WebSocket-Protocol": OCPP}, use_aiofastnet=False
            )
        )[0]
        for number in range(stations)
    ]
    turn = itertools.cycle(lines)

    async def write() -> None:
        nonlocal count
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += 0.01
            await asyncio.sleep(due - loop.time())
            for _ in range(BARE_RATE // 200):
                next(turn).send(picows.WSMsgType.TEXT, text)
                count += 1

    writing = asyncio.create_task(write())
    taken = await measure(seconds, before, stations, lambda: count)
    writing.cancel()
    for line in lines:
        line.disconnect(False)
    return taken


LOADS: Final[dict[str, Callable[[str, int, float], Coroutine[Any, Any, Round]]]] = {
    "ours": partial(_ours, pace=(SESSION_EVERY, SESSION_LENGTH, METER_EVERY)),
    "calm": partial(_ours, pace=CALM),
    "busy": partial(_ours, pace=BUSY),
    "all": partial(_ours, pace=ALL),
    "bare": _bare,
    "theirs": ocpp_client.load,
}


if __name__ == "__main__":
    main()
