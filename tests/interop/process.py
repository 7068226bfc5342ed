"""A back office as a process of a test."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any

from tests import ROOT

START_SECONDS = 60
STOP_SECONDS = 20


@dataclass(frozen=True)
class Central:
    """Where stations (`url`) and operators (`api`) reach it, and the file that holds what it complained about."""

    url: str
    api: str
    complaints: Path


@contextmanager
def central(complaints: Path) -> Iterator[Central]:
    """Run the back office of `central.py` while the block lasts."""
    with served("tests.interop.central", complaints) as addresses:
        yield Central(**addresses, complaints=complaints)


@contextmanager
def served(module: str, complaints: Path, *arguments: str) -> Iterator[dict[str, Any]]:
    """Run a back office while the block lasts; gives its first line. `complaints`: its standard error."""
    with complaints.open("w", encoding="utf-8") as errors:
        command = [sys.executable, "-m", module, *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            assert process.stdout is not None
            limit = Timer(START_SECONDS, process.kill)
            limit.start()
            try:
                line = process.stdout.readline()
            finally:
                limit.cancel()
            assert line, f"{module} did not start: {complaints.read_text('utf-8')}"
            yield json.loads(line)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
