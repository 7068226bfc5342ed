"""The station that plugproof brings along, as a process of its own: `plugproof station` with its HTTP API.

It is to a run what any other charge point is: it comes by itself, and is driven from outside. The process ends with its
standard input, so it does not outlive whoever started it, however that ended.
"""

import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from harness.case.verdicts import HarnessError

LOG: Final = "reference-station-{number}.log"
COMMAND: Final = (sys.executable, "-P", "-m", "harness.processes.embedded_station")
"""`-P`: nothing is imported from the folder somebody happens to be in."""
STOP_SECONDS: Final = 5.0
START_SECONDS: Final = 60.0
NEWS_SECONDS: Final = 10.0
"""After so long somebody who waits is told what for."""
_API: Final = re.compile(rb"(http://[^/\s]+)/api/v1/state")
_KEY: Final = "PLUGPROOF_STATION_KEY"


class ReferenceStation:
    """One process; it may be started again, as another station of the same name."""

    def __init__(self, identity: str, log: Path, faults: Sequence[str] = (), options: Sequence[str] = ()) -> None:
        """``options`` are those of `plugproof station` for every start."""
        self._identity = identity
        self._log = log
        self._faults = tuple(faults)
        self._options = tuple(options)
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None

    async def starts(
        self, url: str, *more: str, key: bytes | None = None, late: Callable[[str], object] = lambda sentence: None
    ) -> str:
        """Start it; gives the address of its API. ``key`` is its password.

        ``late`` is told what is waited for when it takes long. Raises ``HarnessError`` when it dies, or is not there in
        ``START_SECONDS``.
        """
        environment = dict(os.environ)
        if key is not None:
            environment[_KEY] = key.decode("ascii")
            more = (*more, "--auth-key-env", _KEY)
        faults = [part for name in self._faults for part in ("--fault", name)]
        process = self._process = await asyncio.create_subprocess_exec(
            *COMMAND,
            url,
            *("--id", self._identity, "--retry", "--plain", "--api-port", "0"),
            *self._options,
            *faults,
            *more,
            stdin=PIPE,
            stdout=PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
        said: list[str] = []
        sentence = f"waiting for plugproof's own station to start, for {START_SECONDS:g} s at the most"
        news = asyncio.get_running_loop().call_later(NEWS_SECONDS, late, f"{sentence}{_how_busy()}")
        why = "did not start"
        try:
            async with asyncio.timeout(START_SECONDS):
                while line := await _pipe(process.stdout).readline():
                    said.append(line.decode("utf-8", "replace").rstrip())
                    if (found := _API.search(line)) is not None:
                        self._reader = asyncio.create_task(self._reads(said))
                        return found[1].decode()
        except TimeoutError:
            await self.stops()
            why = f"did not start in {START_SECONDS:g} s{_how_busy()}"
        finally:
            news.cancel()
        words = " ".join(said[-5:])
        raise HarnessError(f"the station of plugproof {why}: {words or 'it said nothing'}")

    async def stops(self) -> None:
        """End it, and wait until it has ended."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if self._reader is not None:
            await asyncio.gather(self._reader, return_exceptions=True)
            self._reader = None
        if process.stdin is not None:
            process.stdin.close()

    async def _reads(self, said: Sequence[str]) -> None:
        """Write what it says into its log, so that its pipe is never full."""
        process = self._process
        if process is None:
            return
        with self._log.open("a", encoding="utf-8") as log:
            log.writelines(f"{line}\n" for line in said)
            while line := await _pipe(process.stdout).readline():
                log.write(line.decode("utf-8", "replace"))


def _how_busy() -> str:
    """What is known of this machine that explains why something takes long; empty where it is not busy."""
    load, cpus = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0, os.cpu_count() or 1
    return f" (this machine is busy: a load of {load:.1f} on {cpus} CPUs)" if load > cpus else ""


def _pipe(end: asyncio.StreamReader | None) -> asyncio.StreamReader:
    assert end is not None  # it was asked for
    return end
