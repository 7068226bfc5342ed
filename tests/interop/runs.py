"""A pre-check of a back office as a process, and what it leaves."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocpp.messages import Call, CallError, CallResult, unpack


@dataclass(frozen=True)
class Run:
    """A finished pre-check: its results, its traces by case, and what it printed."""

    results: dict[str, Any]
    traces: dict[str, list[dict[str, Any]]]
    printed: str

    def frames(self, direction: str, id: str | None = None) -> Iterator[Call | CallResult | CallError]:
        """Every frame of one direction, or of one case only, as the library reads it."""
        for trace in self.traces.values() if id is None else [self.traces[id]]:
            for entry in trace:
                if entry["kind"] == "frame" and entry["direction"] == direction:
                    yield unpack(entry["text"])


def precheck(sut_file: Path, out: Path, environment: Mapping[str, str], *arguments: str) -> Run:
    """Run the cases with the SUT file; `environment` has what it refers to."""
    command = [sys.executable, "-c", "from harness.cli import main; main()", "precheck"]
    command += ["--sut", str(sut_file), "--out", str(out), *arguments]
    complete = {**os.environ, **environment, "NO_COLOR": "1"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=out.parent, env=complete, timeout=300)
    file, printed = out / "results.json", done.stdout + done.stderr
    assert file.is_file(), printed
    results = json.loads(file.read_text("utf-8"))
    traces = {
        case["id"]: [json.loads(line) for line in (out / case["trace"]).read_text("utf-8").splitlines()]
        for case in results["cases"]
        if case["trace"] is not None
    }
    return Run(results, traces, printed)
