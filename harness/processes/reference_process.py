"""The embedded reference CSMS as a process: begun early, told what to do when that is known, waited for as it starts.

There is no time it has to be ready in: a busy machine takes what it takes. It is waited for as long as it lives, and
who waits is told where it is. What it says goes into its log, the last lines are kept for the sentence when it dies.
"""

import atexit
import json
import queue
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import IO, Any, Final

from harness.case.verdicts import HarnessError

STOP_SECONDS: Final = 10.0
"""How long one that was ready may take to finish what is under way."""

LAST_LINES: Final = 5
"""Of the log, in the sentence about a CSMS that died."""

FIRST_NEWS: Final = 2.0
"""Seconds of silence before anybody is told that it still starts; on most machines it is ready by then."""

NEWS: Final = 1.0
"""Seconds between two looks at how far it is."""

COMMAND: Final = (sys.executable, "-P", "-m", "harness.processes.embedded")
"""`-P`: nothing is imported from the folder somebody happens to be in."""

_begun: list["ReferenceProcess"] = []


def begin() -> None:
    """Start a process ahead of need; the next `taken` gives it. One that nobody takes ends with this process."""
    process = ReferenceProcess()
    atexit.register(process.stop)
    _begun.append(process)


def taken() -> "ReferenceProcess":
    """The process that was begun, or a new one."""
    return _begun.pop() if _begun else ReferenceProcess()


class ReferenceProcess:
    """One process, from its first import to its end."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        # a session of its own: Ctrl-C is for us, who have things to take back while the CSMS still runs
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            text=True,
            encoding="utf-8",
            errors="backslashreplace",
        )
        self._began = time.monotonic()
        self._said = _Said(_pipe(self._process.stderr))
        self._told: queue.SimpleQueue[str] = queue.SimpleQueue()
        Thread(target=self._listen, daemon=True).start()
        self._is_ready = False

    def __enter__(self) -> "ReferenceProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, settings: Mapping[str, Any], log: Path) -> None:
        """Have it open with these members of its ``Config``; what it said and will say is written to ``log``."""
        self._said.write_to(log)
        stdin = _pipe(self._process.stdin)
        with suppress(BrokenPipeError):  # it died; `ready` says so
            stdin.write(json.dumps(settings) + "\n")
            stdin.flush()

    def ready(self, progress: Callable[[float, str], object]) -> dict[str, Any]:
        """Wait until it is ready, and give what it says then: the addresses.

        ``progress`` is called about once a second, with the seconds since the start and what it is at. Raises
        HarnessError when it dies, with its last words.
        """
        news = FIRST_NEWS
        while True:
            try:
                line = self._told.get(timeout=max(0.0, self._began + news - time.monotonic()))
                break
            except queue.Empty:
                seconds = time.monotonic() - self._began
                progress(seconds, self._said.last)
                news = seconds + NEWS
        try:
            ready: dict[str, Any] = json.loads(line)
        except ValueError:
            raise HarnessError(self._obituary()) from None
        self._is_ready = True
        return ready

    def stop(self) -> None:
        """End it, and wait until it has ended. May be called again."""
        if self._is_ready:
            self._process.terminate()
        else:
            self._process.kill()  # nothing was asked of it yet, so there is nothing to finish
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.finish()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(BrokenPipeError):  # what was to be written when it died
                _pipe(pipe).close()
        atexit.unregister(self.stop)

    def _listen(self) -> None:
        self._told.put(_pipe(self._process.stdout).readline())

    def _obituary(self) -> str:
        code = self._process.wait()
        self._said.finish()
        words = "".join(f"\n  {line}" for line in self._said.lines)
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        said = f"It said last:{words}" if words else "It said nothing."
        return f"the reference CSMS ended with {how} before it was ready. {said}"


class _Said:
    """What the process says on its standard error, line by line; kept until there is a log to write it to."""

    def __init__(self, source: IO[str]) -> None:
        self.lines: deque[str] = deque(maxlen=LAST_LINES)
        self._source = source
        self._early: list[str] = []
        self._log: IO[str] | None = None
        self._lock = Lock()
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def last(self) -> str:
        """The last line that it said, without what a log has before it: time, level, logger."""
        return self.lines[-1].split(" ", 3)[-1] if self.lines else "starting Python"

    def write_to(self, log: Path) -> None:
        """Write what was said, and all that will be, to a file."""
        with self._lock:
            self._log = log.open("w", encoding="utf-8", buffering=1)
            self._log.writelines(self._early)
            self._early.clear()

    def finish(self) -> None:
        """Wait for the rest; the process has ended."""
        self._thread.join()
        self._source.close()
        with self._lock:
            if self._log is not None:
                self._log.close()

    def _read(self) -> None:
        for line in self._source:
            with self._lock:
                self.lines.append(line.rstrip("\n"))
                if self._log is None:
                    self._early.append(line)
                else:
                    self._log.write(line)


def _pipe(end: IO[str] | None) -> IO[str]:
    assert end is not None  # all three were asked for
    return end
