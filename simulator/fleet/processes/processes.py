"""A fleet of several processes, seen from the first one: it starts the others, and puts together what they count.

The stations are dealt out like cards, so that the ramp is even in each process, and the same stations come in the same
order however many processes there are. This one has no stations: it waits, and is awake when Ctrl-C comes.
"""

from __future__ import annotations

import asyncio
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from simulator.fleet.plan import Plan
from simulator.fleet.processes import pipe
from simulator.fleet.processes.part import Part, together
from simulator.fleet.processes.share import STOP, Said, Task
from simulator.fleet.steering.orders import Dealer, Order

HEAD_START: Final = 0.05
"""Seconds from the word to the beginning, so that all processes have heard it."""

PATIENCE: Final = 5.0
"""Seconds a process has to end when it is told to; then it is killed."""


class ProcessDied(Exception):
    """A process of the fleet has ended before its time; the text is one sentence."""


class _Child:
    """One of the processes."""

    def __init__(self, number: int, of: int, plan: Plan) -> None:
        self._name = f"process {number} of {of}"
        self.part = Part.empty(plan)
        self._process: Process | None = None

    async def start(self, task: Task) -> None:
        """Start it, and wait until it is ready."""
        command = (sys.executable, "-P", "-c", "from simulator.fleet.processes.share import main; main()")
        self._process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
        self.tell(task)
        await self._hears()

    def tell(self, what: Any) -> None:
        """Say something to it."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(pipe.packed(what))

    async def end(self) -> Part:
        """Wait for its end; keeps what it says until then."""
        while True:
            said = await self._hears()
            assert said.part is not None
            self.part = said.part
            if said.what == "end":
                return self.part

    async def _hears(self) -> Said:
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            header = await self._process.stdout.readexactly(pipe.HEADER)
            said: Said = pipe.unpacked(await self._process.stdout.readexactly(pipe.length(header)))
        except asyncio.IncompleteReadError:
            code = await self._process.wait()
            ended = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
            raise ProcessDied(f"{self._name} {ended} in the middle of the run; its stations are lost") from None
        return said

    async def close(self) -> None:
        """Nothing more is to be said; it ends at once."""
        process = self._process
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(ConnectionError):
            process.stdin.close()
            await process.stdin.wait_closed()
        try:
            async with asyncio.timeout(PATIENCE):
                while await process.stdout.read(1 << 16):
                    pass  # what it still says must not keep it
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class Processes:
    """`count` processes that are one fleet. `is_watched`: `so_far` is kept up to date."""

    def __init__(self, plan: Plan, count: int, *, ca_file: str | None = None, is_watched: bool = False) -> None:
        self._whole_plan = plan
        self._children = [_Child(number, count, plan) for number in range(1, count + 1)]
        self._ca_file = ca_file
        self._is_watched = is_watched
        self._has_begun = self._is_enough = False
        self._dealer = Dealer(count, plan.stations)

    def so_far(self) -> Part:
        """What all have counted, as far as they have told."""
        return together(self._whole_plan, [child.part for child in self._children])

    def obey(self, order: Order) -> bool:
        """Tell all what somebody orders; False: they have not begun yet, and nobody hears it."""
        if self._has_begun:
            for child, part in zip(self._children, self._dealer.parts(order), strict=True):
                child.tell(part)
        return self._has_begun

    def stop(self) -> None:
        """End the run before its time, orderly."""
        self._is_enough = True
        if self._has_begun:
            for child in self._children:
                child.tell(STOP)

    async def run(self) -> Part:
        """Run all of them to the end. Raises `ProcessDied`; whatever happens, none is left."""
        try:
            await _all([child.start(self._task(at)) for at, child in enumerate(self._children)])
            at = time.monotonic() + HEAD_START
            for child in self._children:
                child.tell(at)
            self._has_begun = True
            if self._is_enough:
                self.stop()
            return together(self._whole_plan, await _all([child.end() for child in self._children]))
        finally:
            await asyncio.shield(asyncio.gather(*(child.close() for child in self._children)))

    def _task(self, at: int) -> Task:
        plan = replace(self._whole_plan, first=at + 1, step=len(self._children), ssl=None)
        return Task(plan, self._whole_plan.ssl is not None, self._ca_file, self._is_watched)


async def _all(works: list[Coroutine[Any, Any, Any]]) -> list[Any]:
    """The results of all; the first that fails ends the others."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
