"""The pace that all loads of ``benchmarks.fleet`` keep, and how they are measured from inside and from outside."""

import asyncio
import os
import re
import resource
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from benchmarks.csms import TAG, Server, cpu_seconds
from benchmarks.idle import resident
from simulator.fleet.engine.resources import memory

SESSION_EVERY: Final = 2.0
SESSION_LENGTH: Final = 8.0
METER_EVERY: Final = 1.0
"""Seconds; about three messages a second and station: a station that nearly always charges."""

RAMP: Final = 250.0
"""Stations a second."""

SETTLING: Final = 2.0
LONGEST: Final = 180.0
"""Seconds after which a round has failed."""


class Round(NamedTuple):
    """What one load took: messages in both directions, CPU seconds, seconds, and by how many bytes it has grown."""

    messages: int
    cpu: float
    seconds: float
    bytes: int
    stations: int


async def until(condition: Callable[[], bool]) -> None:
    """Wait."""
    while not condition():  # noqa: ASYNC110 - looking costs less than being told
        await asyncio.sleep(0.1)


async def measure(seconds: float, before: int, stations: int, messages: Callable[[], int]) -> Round:
    """Measure this process; `messages` counts them, `before` is its memory before the first station."""
    await asyncio.sleep(SETTLING)
    first, cpu, started = messages(), time.process_time(), time.monotonic()
    await asyncio.sleep(seconds)
    cpu, wall = time.process_time() - cpu, time.monotonic() - started
    taken = Round(messages() - first, cpu, wall, taken_up() - before, stations)
    assert taken.messages, "nothing was sent"
    return taken


def taken_up() -> int:
    """Resident bytes of this process."""
    return memory() or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def read(server: Server, name: str, *labels: str) -> float:
    """The sum of the samples of a metric of a reference CSMS that have these labels."""
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
        f"{server.api}/metrics", timeout=30
    ) as answer:
        lines = answer.read().decode().splitlines()
    mine = [line for line in lines if re.match(rf"{name}[ {{]", line) and all(label in line for label in labels)]
    return sum(float(line.rpartition(" ")[2]) for line in mine)


def outside(command: list[str], server: Server, stations: int, seconds: float, more: Mapping[str, str]) -> Round:
    """Run a load that is no program of ours, and measure its process; messages are counted at the reference CSMS.

    It is told what to do by its environment: URL, STATIONS, RAMP, EVERY, LENGTH, METER, TAG, what locust calls these,
    and `more`. The memory of its stations is what it takes beyond what it took with one.
    """
    alone = _run(command, server, 1, 0.0, more)
    taken = _run(command, server, stations, seconds, more)
    return taken._replace(bytes=taken.bytes - alone.bytes, stations=stations - 1)


def _run(command: list[str], server: Server, stations: int, seconds: float, more: Mapping[str, str]) -> Round:
    told = {
        "URL": server.url,
        "STATIONS": str(stations),
        "RAMP": f"{RAMP:g}",
        "EVERY": f"{SESSION_EVERY:g}",
        "LENGTH": f"{SESSION_LENGTH:g}",
        "METER": f"{METER_EVERY:g}",
        "TAG": TAG,
        "LOCUST_HOST": server.url,
        "LOCUST_USERS": str(stations),
        "LOCUST_SPAWN_RATE": f"{RAMP:g}",
        **more,
    }
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env={**os.environ, **told}, start_new_session=True
    )
    try:
        _wait(server, lambda online: online == stations, process)
        time.sleep(SETTLING)
        messages, cpu, started = _frames(server), cpu_seconds(process.pid), time.monotonic()
        time.sleep(seconds)
        messages, cpu = _frames(server) - messages, cpu_seconds(process.pid) - cpu
        return Round(messages, cpu, time.monotonic() - started, resident(process.pid), stations)
    finally:
        process.kill()
        process.wait()
        _wait(server, lambda online: online == 0)


def _wait(server: Server, condition: Callable[[float], bool], process: Any = None) -> None:
    began = time.monotonic()
    while not condition(online := read(server, "csms_stations_online")):
        if process is not None and process.poll() is not None:
            raise AssertionError(f"a load ended with exit code {process.returncode}; {online:.0f} stations were online")
        if time.monotonic() - began > LONGEST:
            raise AssertionError(f"a load did not come up: {online:.0f} stations were online after {LONGEST:.0f} s")
        time.sleep(0.2)


def _frames(server: Server) -> int:
    return int(read(server, "ocpp_frames_total"))
