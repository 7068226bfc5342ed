"""One process of several that make up a fleet; `processes.Processes` starts it.

Its standard input brings a `Task`, then the moment to begin (monotonic seconds), then perhaps orders (`steering`) and
`STOP`. When that pipe is closed, by whom or whyever, it ends at once: so nothing is left of a fleet whose first process
was killed. Its standard output takes what it has counted, from time to time and at the end.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Thread
from typing import Any, Final, Literal

from simulator.fleet.engine.resources import calm_garbage_collector, loop_factory
from simulator.fleet.fleet import Fleet
from simulator.fleet.plan import Plan
from simulator.fleet.processes import pipe
from simulator.fleet.processes.part import Part, glance, run
from simulator.fleet.steering.hand import Hand
from simulator.fleet.steering.orders import Order
from simulator.options.arguments import client_context

STOP: Final = "stop"

EVERY: Final = 0.5
"""Seconds from one time that it tells how things are to the next."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a process is to do. A TLS context cannot be sent, so it is made here: `is_tls`, with the CA of `ca_file`."""

    plan: Plan
    is_tls: bool = False
    ca_file: str | None = None
    is_watched: bool = False  # somebody wants to know how things are while it runs


@dataclass(frozen=True, slots=True)
class Said:
    """What a process says: it is ready, this is how things are, this is what came of it all."""

    what: Literal["ready", "look", "end"]
    part: Part | None = None


class _Pipe:
    """Both pipes. The standard output of everything else in this process becomes the standard error."""

    def __init__(self) -> None:
        self._out = os.dup(1)
        os.dup2(2, 1)

    def hear(self) -> Any:
        """The next object; None when nobody will say anything any more."""
        header = self._exactly(pipe.HEADER)
        body = None if header is None else self._exactly(pipe.length(header))
        return None if body is None else pipe.unpacked(body)

    def _exactly(self, count: int) -> bytes | None:
        data = b""
        while len(data) < count:
            more = os.read(0, count - len(data))
            if not more:
                return None
            data += more
        return data

    def say(self, said: Said) -> None:
        """Tell the first process; when it is gone, the end comes over the other pipe."""
        data = memoryview(pipe.packed(said))
        with suppress(BrokenPipeError):
            while data:
                data = data[os.write(self._out, data) :]


def main() -> None:
    """Be a part of a fleet, until it is over."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # for the first process, which then says so, or closes the pipe
    pipes = _Pipe()
    task = pipes.hear()
    if task is not None:
        calm_garbage_collector()
        with asyncio.Runner(loop_factory=loop_factory()) as runner, suppress(asyncio.CancelledError):
            runner.run(_run(task, pipes))


async def _run(task: Task, pipes: _Pipe) -> None:
    ssl = client_context(task.ca_file) if task.is_tls else None
    fleet = Fleet(replace(task.plan, ssl=ssl))
    hand = Hand(fleet)
    loop, current = asyncio.get_running_loop(), asyncio.current_task()
    assert current is not None
    go: asyncio.Future[float] = loop.create_future()

    def listen() -> None:
        while (order := pipes.hear()) is not None:
            with suppress(RuntimeError):  # the loop is closed: it is over already
                if order == STOP:
                    loop.call_soon_threadsafe(fleet.stop)
                elif isinstance(order, Order):
                    loop.call_soon_threadsafe(hand.obey, order)
                else:
                    loop.call_soon_threadsafe(go.set_result, order)
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(current.cancel)

    pipes.say(Said("ready"))
    Thread(target=listen, daemon=True).start()
    await asyncio.sleep(await go - time.monotonic())
    watching = asyncio.create_task(_tell(fleet, task.plan, pipes)) if task.is_watched else None
    part = await run(fleet, task.plan)
    if watching is not None:
        watching.cancel()
    pipes.say(Said("end", part))


async def _tell(fleet: Fleet, plan: Plan, pipes: _Pipe) -> None:
    while True:
        await asyncio.sleep(EVERY)
        pipes.say(Said("look", glance(fleet, plan)))
