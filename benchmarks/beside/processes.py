"""CPU time of processes that are no children of ours, with all that they start: a database, a broker (Linux only)."""

import contextlib
import os
from pathlib import Path


def tree_seconds(pid: int) -> float:
    """CPU seconds so far of a process and all below it, also of those that have ended (proc(5): cutime and cstime).

    A database may have a process for each connection. Raises OSError if there is no such process.
    """
    started: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended
            started.setdefault(int(_stat(int(folder.name))[1]), []).append(int(folder.name))
    ticks, waiting = _ticks(pid), started.get(pid, [])
    while waiting:
        one = waiting.pop()
        waiting += started.get(one, ())
        with contextlib.suppress(OSError):
            ticks += _ticks(one)
    return ticks / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> int:
    return sum(int(field) for field in _stat(pid)[11:15])


def _stat(pid: int) -> list[str]:
    """The fields of proc(5) after the name of the program, which may have blanks and brackets."""
    return Path(f"/proc/{pid}/stat").read_text("latin-1").rpartition(")")[2].split()
