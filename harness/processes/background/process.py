"""The background stations as the run sees them: started, watched while the cases run, ended, and reported."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Condition, Thread
from types import TracebackType
from typing import Any, Final

from harness.processes.background.crew import GRACE, RAMP, Crew
from ocppj.evidence.masking import mask

COMMAND: Final = (
    sys.executable,
    "-P",
    "-m",
    "harness.processes.background.stations",
)  # -P: nothing of the working folder
START_SECONDS: Final = 30.0
"""Besides the time that the ramp takes."""
STOP_SECONDS: Final = GRACE + 10.0
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
        self._online = 0
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

    def wait_until_ready(self) -> bool:
        """Wait until every station is accepted; False when that takes too long, and then `reason` says so."""
        count = len(self._crew.identities)
        seconds = START_SECONDS + count / RAMP
        with self._changed:
            done = self._changed.wait_for(lambda: self._gone or self._online >= count, seconds)
            if self._gone or not done:
                why = f"; {self._problem}" if self._problem else ""
                ended = f"the process of the stations ended, {self._log} says why" if self._gone else None
                self.reason = ended or f"{self._online} of {count} stations were accepted within {seconds:g} s{why}"
                return False
            self._ready, self.ready_at = True, time.monotonic()
            return True

    def end(self) -> None:
        """Take the stations away and wait until their process is gone. Safe to call twice."""
        process = self._process
        if process is None or self._ending:
            return
        with self._changed:
            self._ending, self.ended_at = True, time.monotonic()
        try:
            self._close_input()
            process.wait(STOP_SECONDS)
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
        crew = self._crew
        secrets = [] if crew.auth_key is None else [crew.auth_key.reveal()]
        return {
            "stations": len(crew.identities),
            "verdict": "ERROR" if self.reason else "PASS",
            "reason": self.reason,
            "identity": crew.identities[0],
            "seed": crew.seed,
            "from_s": None if self.ready_at is None else round(self.ready_at - began, 3),
            "to_s": None if self.ready_at is None or self.ended_at is None else round(self.ended_at - began, 3),
            "least_online": self._least if self._ready else 0,
            **_figures(self._result, secrets),
        }

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
        if "result" in line:
            if not self._ending:
                self.reason = self.reason or "the stations left before the cases were over"
            return
        self._online, self._problem = line["online"], line["problem"]
        if not self._ready or self._ending:
            return
        count = len(self._crew.identities)
        self._least = min(self._least, self._online)
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


_NO_CALLS: Final = dict.fromkeys(("sent", "answered", "refused", "invalid", "unanswered", "cut"), 0)


def _figures(result: Mapping[str, Any] | None, secrets: Collection[str]) -> dict[str, Any]:
    """What the results keep of the figures of a fleet, passwords masked."""
    if result is None:
        return {
            "calls": {**_NO_CALLS, "per_second": 0},
            "milliseconds": None,
            "sessions": dict.fromkeys(("begun", "over", "refused"), 0),
            "connections": dict.fromkeys(("attempts", "connected", "not_connected", "lost"), 0),
            "violations": [],
            "problems": {},
        }
    every, connections = result["all"], result["connections"]
    seconds = result["run"]["seconds"]
    return {
        "calls": {**{name: every[name] for name in _NO_CALLS}, "per_second": round(every["sent"] / seconds, 1)},
        "milliseconds": every["milliseconds"],
        "sessions": dict(result["sessions"]),
        "connections": {name: connections[name] for name in ("attempts", "connected", "not_connected", "lost")},
        "violations": [
            {**one, "message": mask(one["message"], secrets), "example": mask(one["example"], secrets)}
            for one in result["violations"]
        ],
        "problems": {mask(sentence, secrets): count for sentence, count in _problems(result).items()},
    }


def _problems(result: Mapping[str, Any]) -> dict[str, int]:
    """What went wrong, by sentence: attempts to connect, then the rest."""
    failures = {f"not connected: {reason}": count for reason, count in result["connections"]["failures"].items()}
    return {**failures, **result["problems"]}
