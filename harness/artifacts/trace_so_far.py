"""The trace of a case while it runs, for whoever watches the run: a file that grows, and goes when the case is over."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from ocppj.evidence.trace import Trace

WATCHED: Final = "PLUGPROOF_WATCHED"
"""Environment variable: somebody watches. Without it nothing is written before a case is over."""
FILE: Final = "so-far.jsonl"
"""In the folder of the case, where its trace will be."""


def begins(folder: Path, trace: Trace) -> None:
    """A case begins whose folder this is. A disk that is full costs no verdict: then there is less to watch."""
    if not os.environ.get(WATCHED):
        return
    file = folder / FILE

    def add(line: str) -> None:
        with suppress(OSError), file.open("a", encoding="utf-8") as growing:
            growing.write(line)

    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text("", encoding="utf-8")
    trace.follow(add)


def ends(folder: Path) -> None:
    """The case is over; its trace is written by now."""
    if not os.environ.get(WATCHED):
        return
    with suppress(OSError):
        (folder / FILE).unlink(missing_ok=True)
        folder.rmdir()  # unless there is something in it
