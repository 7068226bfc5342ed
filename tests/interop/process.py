"""The back office of `central.py` as a process of a test."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

ROOT = Path(__file__).resolve().parent.parent.parent
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
    """Run the back office while the block lasts."""
    with complaints.open("w", encoding="utf-8") as errors:
        command = [sys.executable, "-m", "tests.interop.central"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            assert process.stdout is not None
            limit = Timer(START_SECONDS, process.kill)
            limit.start()
            try:
                line = process.stdout.readline()
            finally:
                limit.cancel()
            assert line, f"the back office did not start: {complaints.read_text('utf-8')}"
            yield Central(**json.loads(line), complaints=complaints)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
