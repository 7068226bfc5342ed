"""CPU per message and memory per station of the fleet, beside clients on the ``ChargePoint`` of ``ocpp``.

``python -m benchmarks.fleet [--stations N] [--others N] [--seconds S] [--rounds N]`` prints a Markdown table. The
reference CSMS, our fleet and the other clients are a process each; the loads take turns, the other one with fewer
stations, since it cannot keep up with 2 000. Both boot, then do the same, session after session with the same pauses:
StatusNotification, Authorize, StartTransaction, MeterValues, StopTransaction. Ours also is a station all the time, and
judges every frame. A second fleet charges nearly all the time and is metered every second. A third one does all that
one process can, with sessions of some seconds; at its other end is ``benchmarks.floor``, which validates and answers
from a table, because the reference CSMS would be at its own limit. What sockets alone cost at that rate shows the last
row: texts of the same length to the same server, and nothing is done with the answers.

Counted is from two seconds after the last station came online, for S seconds: CPU time of the load's process, messages
in both directions, and the growth of its resident memory since before the first station. A message of the engine alone
(``benchmarks.engine``), measured between the rounds, stands beside them as a measure of the machine. Linux only;
bounded to about three minutes with the defaults. ``--count`` needs no CSMS and no quiet machine.
"""

import argparse
import asyncio
import itertools
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import Any, Final, NamedTuple

import picows
import uvloop
from ocpp.v16 import ChargePoint, call  # type: ignore[import-untyped]
from websockets.asyncio.client import connect

from benchmarks import fleet_count
from benchmarks.csms import OCPP, TAG, Server, floor, reference
from benchmarks.engine import CALLS, engine, texts
from ocppj import frames
from ocppj.evidence.trace import Trace
from ocppj.session.session import Memory, Session
from ocppj.v16 import PROTOCOL
from simulator.fleet import Fleet, Plan
from simulator.fleet.engine.resources import allow_connections, calm_garbage_collector, memory

SESSION_EVERY: Final = 20.0
SESSION_LENGTH: Final = 20.0
METER_EVERY: Final = 8.0
"""Seconds; about one message in two seconds and station, which the other clients can keep up with, too."""

BUSY: Final = (2.0, 20.0, 1.0)
"""The same in seconds for the second load, which only ours can keep up with: over a message a second and station."""

ALL: Final = (1.0, 2.0, 1.0)
"""The same for the third load: five to six messages a second and station."""

BARE_RATE: Final = 10_000
"""Messages a second of the last load, in both directions."""

RAMP: Final = 250.0
"""Stations a second."""

ENGINE_MESSAGES: Final = 4_000
SETTLING: Final = 2.0
LONGEST: Final = 60.0
"""Seconds after which a round has failed."""


class Round(NamedTuple):
    """What one load measured of itself."""

    messages: int
    cpu: float
    seconds: float
    bytes: int
    stations: int


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--stations", type=int, default=2000, help="stations at once (default 2000)")
    options.add_argument("--others", type=int, default=500, help="stations of the other clients (default 500)")
    options.add_argument("--seconds", type=float, default=6.0, help="seconds that are measured (default 6)")
    options.add_argument("--rounds", type=int, default=2, help="rounds of each load (default 2)")
    options.add_argument(
        "--count", action="store_true", help="count calls of functions instead (benchmarks.fleet_count)"
    )
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
    loads: dict[str, tuple[str, Callable[[], AbstractContextManager[Server]]]] = {
        "plugproof fleet": ("ours", reference),
        "plugproof fleet, busy": ("busy", reference),
        "plugproof fleet, all it can": ("all", partial(floor, "picows")),
        f"`ocpp` {version('ocpp')} `ChargePoint` on `websockets`": ("theirs", reference),
        f"picows {version('picows')} alone": ("bare", partial(floor, "picows")),
    }
    rounds: dict[str, list[Round]] = {name: [] for name in loads}
    alone: list[float] = []
    for _ in range(chosen.rounds):
        for name, (who, serve) in loads.items():
            with serve() as server:
                stations = chosen.others if who == "theirs" else chosen.stations
                rounds[name].append(_round(who, server.url, stations, chosen.seconds))
            alone.append(_engine())
    print(table(rounds))
    took = f"{statistics.median(alone):.1f} µs ({min(alone):.1f} to {max(alone):.1f})"
    print(f"\nA message of the engine alone took {took}.")


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


def _round(who: str, url: str, stations: int, seconds: float) -> Round:
    command = [sys.executable, "-m", "benchmarks.fleet", "--stations", str(stations), "--seconds", str(seconds)]
    done = subprocess.run(
        [*command, "--load", who, url], stdout=subprocess.PIPE, text=True, check=True, timeout=LONGEST
    )
    return Round(*json.loads(done.stdout))


def _engine() -> float:
    """CPU µs of a message of the engine, now."""
    session = Session("csms", PROTOCOL, trace=Trace(max_entries=10_000), memory=Memory())
    incoming = texts(ENGINE_MESSAGES, 0)
    return engine(session)(incoming) / (2 * len(incoming)) * 1e6


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - looking costs less than being told
        await asyncio.sleep(0.1)


async def _measure(seconds: float, before: int, stations: int, messages: Any) -> Round:
    await asyncio.sleep(SETTLING)
    first, cpu, started = messages(), time.process_time(), time.monotonic()
    await asyncio.sleep(seconds)
    cpu, wall = time.process_time() - cpu, time.monotonic() - started
    taken = Round(messages() - first, cpu, wall, _memory() - before, stations)
    assert taken.messages, "nothing was sent"
    return taken


def _memory() -> int:
    return memory() or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


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
    before = _memory()
    fleet = Fleet(plan)
    running = asyncio.create_task(fleet.run())
    await _until(lambda: fleet.online == stations)
    taken = await _measure(seconds, before, stations, lambda: fleet.tally.frames)
    assert fleet.tally.failures == 0, fleet.tally.problems
    fleet.stop()
    await running
    return taken


class Client(ChargePoint):  # type: ignore[misc]
    """A station of the other library; it counts what it sends, each CALL with its answer."""

    messages = 0
    online = 0

    async def ask(self, request: Any) -> Any:
        """Send a CALL and wait for its answer."""
        answer = await self.call(request, suppress=False)
        Client.messages += 2
        return answer

    async def play(self, number: int, stations: int) -> None:
        """Boot, and charge again and again."""
        await self.ask(call.BootNotification(charge_point_vendor="other", charge_point_model="client"))
        await self.status("Available")
        Client.online += 1
        await asyncio.sleep((SESSION_EVERY + SESSION_LENGTH) * number / stations)
        while True:
            await self.status("Preparing")
            await self.ask(call.Authorize(id_tag=TAG))
            started = await self.ask(call.StartTransaction(connector_id=1, id_tag=TAG, meter_start=0, timestamp=_now()))
            await self.status("Charging")
            for _ in range(int(SESSION_LENGTH // METER_EVERY)):
                await asyncio.sleep(METER_EVERY)
                sample = {"value": "1", "context": "Sample.Periodic", "measurand": "Energy.Active.Import.Register"}
                values = [{"timestamp": _now(), "sampledValue": [{**sample, "unit": "Wh"}]}]
                await self.ask(
                    call.MeterValues(connector_id=1, meter_value=values, transaction_id=started.transaction_id)
                )
            await asyncio.sleep(SESSION_LENGTH % METER_EVERY)
            await self.ask(
                call.StopTransaction(
                    meter_stop=1, timestamp=_now(), transaction_id=started.transaction_id, reason="Local", id_tag=TAG
                )
            )
            await self.status("Finishing")
            await self.status("Available")
            await asyncio.sleep(SESSION_EVERY)

    async def status(self, status: str) -> None:
        """Tell the status of connector 1."""
        await self.ask(call.StatusNotification(connector_id=1, error_code="NoError", status=status, timestamp=_now()))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def _theirs(url: str, stations: int, seconds: float) -> Round:
    before = _memory()
    tasks = set()

    async def station(number: int) -> None:
        identity = f"OTHER-{number:05d}"
        options: dict[str, Any] = {"compression": None, "ping_interval": None, "proxy": None}
        async with connect(f"{url}/{identity}", subprotocols=[OCPP], **options) as connection:
            client = Client(identity, connection)
            reading = asyncio.create_task(client.start())
            try:
                await client.play(number, stations)
            finally:
                reading.cancel()

    for number in range(stations):
        tasks.add(asyncio.create_task(station(number)))
        await asyncio.sleep(1 / RAMP)
    await _until(lambda: Client.online == stations or any(task.done() for task in tasks))
    assert Client.online == stations, [task.exception() for task in tasks if task.done()][:1]
    taken = await _measure(seconds, before, stations, lambda: Client.messages)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return taken


async def _bare(url: str, stations: int, seconds: float) -> Round:
    """Write texts to one connection after the other, every hundredth of a second some, and count what comes."""
    text = frames.call("0123456789abcdef-1", "MeterValues", CALLS["MeterValues"]).raw
    before = _memory()
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
    taken = await _measure(seconds, before, stations, lambda: count)
    writing.cancel()
    for line in lines:
        line.disconnect(False)
    return taken


LOADS: Final[dict[str, Callable[[str, int, float], Coroutine[Any, Any, Round]]]] = {
    "ours": partial(_ours, pace=(SESSION_EVERY, SESSION_LENGTH, METER_EVERY)),
    "busy": partial(_ours, pace=BUSY),
    "all": partial(_ours, pace=ALL),
    "bare": _bare,
    "theirs": _theirs,
}


if __name__ == "__main__":
    main()
