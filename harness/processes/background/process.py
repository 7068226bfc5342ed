"""The background stations as the run sees them: started, watched while the cases run, ended, and reported."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Condition, Thread
from types import TracebackType
from typing import Any, Final

from harness.processes.background.crew import ENOUGH, Crew
from harness.processes.background.figures import figures, load, masked

COMMAND: Final = (
    sys.executable,
    "-P",
    "-m",
    "harness.processes.background.stations",
)  # -P: nothing of the working folder
START_SECONDS: Final = 30.0
"""Besides the time that it takes to switch them on."""
STOP_SECONDS: Final = 10.0
"""Besides the grace that they have for an orderly end."""
NEWS: Final = 1.0
"""Seconds between two times that somebody is told how far they are."""
FEW: Final = 3
"""So many looks in a row with fewer than half of the stations online are a breakdown, and not a reconnect."""


class Background:
    """The process of the stations. As a context it ends them, whatever happens in the block."""

    def __init__(self, crew: Crew, log: Path) -> None:
        """``log`` takes what the process has to say about itself."""
        self._crew = crew
        self._log = log
        self._process: subprocess.Popen[str] | None = None
        self._changed = Condition()
        self._online = self._there = 0
        self._has_settled = False
        self._problem: str | None = None
        self._ready = False
        self._least = len(crew.identities)
        self._few = 0
        self._gone = False
        self._ending = False
        self._result: Mapping[str, Any] | None = None
        self.reason: str | None = None
        """Why there was no load, or not all the time; None while all is well."""
        self.ready_at: float | None = None
        """Monotonic seconds."""
        self.ended_at: float | None = None
        self.over_at: float | None = None
        """When the load was over before anybody ended it."""

    def __enter__(self) -> Background:
        with self._log.open("w", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                process_group=0,  # what ends the run is not for them: they leave when their pipe is closed
            )
        Thread(target=self._listen, daemon=True).start()
        self._write(json.dumps(self._crew.facts()) + "\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end()

    @property
    def pid(self) -> int:
        """The number of the process, once it was started."""
        assert self._process is not None
        return self._process.pid

    def wait_until_ready(self, shown: Callable[[float, str], None] = lambda seconds, where: None) -> bool:
        """Wait until the stations are there that the cases wait for, and accepted; False: there is no load, and
        `reason` says why. ``shown`` is told now and then for how many seconds it goes on, and where it is.

        A load profile whose CSMS does not accept all in time is a load all the same, as long as half of them are there:
        its verdict says so.
        """
        count, began = len(self._crew.identities), time.monotonic()
        seconds = START_SECONDS + self._crew.settles_after
        with self._changed:
            while not (self._gone or self._has_settled or self.over_at is not None):
                waited = time.monotonic() - began
                if waited >= seconds:
                    break
                shown(waited, f"{self._online} of {count} stations are accepted")
                self._changed.wait(min(NEWS, seconds - waited))
            self.reason = self.reason or self._why_not_ready(count, seconds)
            if self.reason is not None:
                return False
            self._ready, self.ready_at = True, time.monotonic()
            return True

    def _why_not_ready(self, count: int, seconds: float) -> str | None:
        """Why the cases cannot begin; None: they can."""
        if self._gone:
            return f"the process of the stations ended, {self._log} says why"
        if self.over_at is not None:
            return "the load profile was over before its stations were there; make it longer"
        is_enough = self._crew.profile is not None and self._there > 0 and self._online * 2 >= self._there
        if self._has_settled or is_enough:
            return None
        why = f"; {self._problem}" if self._problem else ""
        return f"{self._online} of {count} stations were accepted within {seconds:g} s{why}"

    def enough(self) -> None:
        """The cases are over: the load is ended because nobody needs it any more, and is judged as far as it came."""
        self._write(f"{ENOUGH}\n")

    def end(self) -> None:
        """Take the stations away and wait until their process is gone. Safe to call twice."""
        process = self._process
        if process is None or self._ending:
            return
        with self._changed:
            self._ending, self.ended_at = True, time.monotonic()
        try:
            self._close_input()
            process.wait(self._crew.grace + STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.reason = self.reason or "the process of the stations did not end when it should, and was killed"
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        with self._changed:
            self._changed.wait_for(lambda: self._gone)
        if self._result is None:
            self.reason = self.reason or f"the process of the stations told no figures, {self._log} says why"
        elif not self._result["all"]["answered"]:
            self.reason = self.reason or "no CALL of the stations was answered"

    def report(self, began: float) -> dict[str, Any]:
        """``background`` of the results, once it has ended; ``began`` is the start of the run in monotonic seconds."""
        crew, result = self._crew, self.result
        ended = self.ended_at if self.over_at is None else self.over_at
        return {
            "stations": len(crew.identities),
            "verdict": "ERROR" if self.reason else "PASS",
            "reason": self.reason,
            "identity": crew.identities[0],
            "seed": crew.seed,
            "from_s": None if self.ready_at is None else round(self.ready_at - began, 3),
            "to_s": None if self.ready_at is None or ended is None else round(ended - began, 3),
            "least_online": self._least if self._ready else 0,
            **figures(result),
            **({"load": load(result)} if self._crew.profile is not None and result is not None else {}),
        }

    @property
    def result(self) -> dict[str, Any] | None:
        """The whole result of the stations once they have told it, without their passwords."""
        secrets = [] if self._crew.auth_key is None else [self._crew.auth_key.reveal()]
        return None if self._result is None else masked(dict(self._result), secrets)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                with self._changed:
                    self._take(json.loads(line))
                    self._changed.notify_all()
        with self._changed:
            self._gone = True
            if self._ready and not self._ending and self._result is None:
                self.reason = self.reason or f"the process of the stations ended, {self._log} says why"
            self._changed.notify_all()

    def _take(self, line: Mapping[str, Any]) -> None:
        self._result = line.get("result", self._result)
        if line["over_at"] is not None and not self._ending:
            self.over_at = line["over_at"]
            if self._crew.profile is None:
                self.reason = self.reason or "the stations left before the cases were over"
        if "result" in line:
            return
        self._online, self._there, self._problem = line["online"], line["there"], line["problem"]
        self._has_settled = line["settled"]
        if not self._ready or self._ending or self.over_at is not None:
            return
        self._least = min(self._least, self._online)
        if self._crew.profile is None:  # which may want them away, and has a verdict of its own
            self._look_for_breakdown()

    def _look_for_breakdown(self) -> None:
        count = len(self._crew.identities)
        self._few = self._few + 1 if self._online * 2 < count else 0
        if self._few >= FEW:
            why = f"; most often: {self._problem}" if self._problem else ""
            self.reason = self.reason or f"only {self._online} of {count} stations were still online{why}"

    def _write(self, text: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it ended already; the listener finds out
            self._process.stdin.write(text)
            self._process.stdin.flush()

    def _close_input(self) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
