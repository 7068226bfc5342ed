"""A run as the page sees it: `plugproof precheck` in a process of its own, and what its folder says meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.adapters.desk import DESK
from harness.artifacts import trace_so_far
from harness.artifacts.run_folder import LOAD_LOG
from harness.case.facts import Case
from harness.cli.ui.bench.kept import told_of, told_so_far
from harness.cli.ui.bench.parts import parts_of, trace_so_far_of
from reports.results.verdicts import UNDER_LOAD, outcome

LOOK_EVERY: Final = 0.2
"""Seconds between two looks into the folder of a run."""
MOST_SAID: Final = 200
"""Lines of its output that are kept."""
MOST_LINE: Final = 1 << 16
PLUGPROOF: Final = "from harness.cli import main; main()"
"""What the installed script does, in whatever environment this process has."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is tested: a SUT file, or what comes along (None); and by which cases, all of them when none is named.

    With a ``background`` (a number of stations, a load profile by name or file) once quietly and once under that load.
    """

    sut: Path | None
    role: str
    version: str
    cases: tuple[str, ...] = ()
    workers: int | None = None
    background: str | None = None

    def arguments(self, folder: Path) -> list[str]:
        """The command line of `plugproof`."""
        what = ["--role", self.role.replace("_", "-"), "--ocpp", self.version]
        return [
            "precheck",
            *(what if self.sut is None else ["--sut", str(self.sut)]),
            *("--out", str(folder)),
            *(part for id in self.cases for part in ("--case", id)),
            *([] if self.workers is None else ["-n", str(self.workers)]),
            *([] if self.background is None else [f"--background={self.background}"]),
        ]

    def plain(self) -> dict[str, Any]:
        """The same for the page."""
        return {
            "sut": None if self.sut is None else self.sut.name,
            "role": self.role,
            "ocpp": self.version,
            "cases": list(self.cases),
            "workers": self.workers,
            "background": self.background,
        }


def command(*arguments: str) -> list[str]:
    """The command line that runs `plugproof` with this interpreter, and takes no module from the current folder."""
    return [sys.executable, "-P", "-c", PLUGPROOF, *arguments]


class Run:
    """One run; `changed` is called whenever there is something new to show."""

    def __init__(self, target: Target, folder: Path, cases: Sequence[Case], changed: Callable[[], object]) -> None:
        self.target = target
        self.folder = folder
        self.code: int | None = None
        self._titles = {case.id: case.title for case in cases}
        self._changed = changed
        self._began = time.time()
        self._ended: float | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._said: deque[str] = deque(maxlen=MOST_SAID)
        self._records: dict[str, dict[str, Any]] = {}
        ids = frozenset(self._titles)
        self._parts = parts_of(folder, ids, has_load=target.background is not None)
        self._running: dict[str, int] = {}
        self._stops = 0

    @property
    def is_over(self) -> bool:
        """Whether its process has ended."""
        return self.code is not None

    async def start(self, desk: str) -> None:
        """Begin; `desk` is where it asks a person."""
        environment = {name: value for name, value in os.environ.items() if name != "CI"}
        self._process = await asyncio.create_subprocess_exec(
            *command(*self.target.arguments(self.folder)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**environment, trace_so_far.WATCHED: "1", DESK: desk, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"},
            limit=MOST_LINE,
            start_new_session=True,  # Ctrl-C at the terminal of the page is for the page, which ends the run itself
        )
        self._task = asyncio.create_task(self._watched(self._process))

    def stop(self) -> None:
        """End it in order: the case under way is cut, and the reports are written. Again: at once."""
        if self._process is None or self.is_over:
            return
        self._stops += 1
        number = signal.SIGINT if sys.platform != "win32" else signal.SIGTERM
        with suppress(ProcessLookupError):
            self._process.send_signal(number)
        self._changed()

    async def over(self) -> None:
        """Returns when its process has ended and everything is read."""
        if self._task is not None:
            await self._task

    def picture(self) -> dict[str, Any]:
        """What the page shows of it, as plain data."""
        done = len(self._records)
        spent = (self._ended or time.time()) - self._began
        return {
            "name": self.folder.name,
            "target": self.target.plain(),
            "state": "over" if self.is_over else "stopping" if self._stops else "running",
            "code": self.code,
            "began": self._began,
            "seconds": None if self._ended is None else spent,
            "phase": self._phase(),
            "total": len(self._titles) * len(self._parts),
            "done": done,
            "each": spent / done if done else None,
            "outcomes": {id: outcome(record) for id, record in self._records.items()},
            "running": self._running,
            "said": list(self._said) if self.is_over else [],
        }

    def case(self, id: str) -> dict[str, Any] | None:
        """What there is of a case: all, when it is over, or its sequence so far. None: it has not begun."""
        record = self._records.get(id)
        if record is not None:
            return told_of(record, self.folder)
        if id not in self._running:
            return None
        title = self._titles[id.removesuffix(UNDER_LOAD)]
        return told_so_far(id, title, trace_so_far_of(self.folder, id))

    def _phase(self) -> str | None:
        """Which part of a run with a background load is under way; None without one."""
        if self.target.background is None or self.is_over:
            return None
        if any(id.endswith(UNDER_LOAD) for id in (*self._records, *self._running)):
            return "loaded"
        return "waiting" if (self.folder / LOAD_LOG).exists() else "quiet"

    async def _watched(self, process: asyncio.subprocess.Process) -> None:
        """Until the process has ended."""
        reading = asyncio.create_task(self._hears(process))
        while not reading.done():
            await asyncio.wait({reading}, timeout=LOOK_EVERY)
            self._look()
        self._ended = time.time()
        self.code = await process.wait()
        self._look()
        self._running = {}
        self._changed()

    async def _hears(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # longer than anybody reads
                continue
            if not line:
                return
            self._said.append(line.decode("utf-8", "replace").rstrip())

    def _look(self) -> None:
        """Read what is new in the folder, and tell if there is something."""
        before = len(self._records), self._running, self._phase()
        for part in self._parts:
            self._records |= part.look()
        self._running = {id: size for part in self._parts for id, size in part.running.items()}
        if (len(self._records), self._running, self._phase()) != before:
            self._changed()
