"""What a worker tells the master of its fleet: all that was counted, as between the processes of `plugproof fleet`.

The statistics of locust know response times in whole milliseconds and one kind of error. So limits are
judged by these instead. A message comes over the network: of what can be written in it only what a fleet counts in is
read, and nothing that would do anything.
"""

from __future__ import annotations

import io
import pickle
import sys
import time
from dataclasses import fields, replace
from typing import Any, Final

from simulator.fleet.counting.tally import Tally
from simulator.fleet.engine.resources import memory
from simulator.fleet.fleet import Fleet
from simulator.fleet.plan import Plan
from simulator.fleet.processes.part import Part, ended, glance

COUNTED_IN: Final = "simulator.fleet.counting."
"""The modules whose classes may be in a message."""

CONTAINERS: Final = frozenset(
    {
        ("array", "_array_reconstructor"),
        ("array", "array"),
        ("builtins", "int"),
        ("collections", "Counter"),
        ("collections", "defaultdict"),
    }
)


class NotTold(Exception):
    """A message that is none of a worker of ours."""


class _Reader(pickle.Unpickler):
    """Reads what a fleet counts in, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in CONTAINERS:
            return super().find_class(module, name)
        if module.startswith(COUNTED_IN) and module in sys.modules:
            found = getattr(sys.modules[module], name, None)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise NotTold(f"a worker has told {module}.{name}, which is nothing that a fleet counts in")


class Teller:
    """Makes the messages about one fleet."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._began, self._cpu = time.monotonic(), time.process_time()
        self._bytes: int | None = None  # of memory when the most stations were there
        self._most = 0

    def look(self) -> bytes:
        """How things are, without the single times and the course: small enough for once a second."""
        part = glance(self._fleet, self._fleet.plan)
        if part.stations.online > self._most:
            self._most, self._bytes = part.stations.online, memory()
        return packed(part)

    def end(self) -> bytes:
        """All of it, once the time is over."""
        cpu, seconds = time.process_time() - self._cpu, time.monotonic() - self._began
        part, whole = ended(self._fleet, self._fleet.plan, cpu, seconds, in_time=True), Tally()
        whole.include(part.tally)  # without the one who is told of each CALL
        return packed(replace(part, tally=whole, bytes_with_all=self._bytes))


def packed(part: Part) -> bytes:
    """A part as a message; the plan of the whole is where it is read."""
    facts = {one.name: getattr(part, one.name) for one in fields(Part) if one.name != "plan"}
    return pickle.dumps(facts, pickle.HIGHEST_PROTOCOL)


def read(data: bytes, plan: Plan) -> Part:
    """A part out of a message. Raises `NotTold`."""
    try:
        return Part(plan, **_Reader(io.BytesIO(data)).load())
    except NotTold:
        raise
    except Exception as error:  # whatever reading half a message comes to
        raise NotTold(f"a worker has told what cannot be read ({type(error).__name__}: {error})") from None


def without_its_process(part: Part) -> Part:
    """The worker is gone, and its stations with it."""
    return replace(part, stations=replace(part.stations, online=0, lost=part.stations.accepted))
