"""What the process of the fleet takes: memory, and how many connections the system lets it have."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

resource: Any
try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None

_GENERATION_0 = 50_000  # new objects between two looks

SPARE_FILES = 64
"""Open files a process needs for itself."""


def memory() -> int | None:
    """Resident bytes of this process, where the system tells (Linux)."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError):
        return None
    return pages * int(resource.getpagesize())


def allow_connections(count: int) -> int | None:
    """Raise the limit of open files for so many connections; returns how many are allowed when those are too few."""
    if resource is None:
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + SPARE_FILES
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return None
    if hard == resource.RLIM_INFINITY or hard >= wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return None
    return max(0, int(hard) - SPARE_FILES)


def calm_garbage_collector() -> None:
    """Leave what is there alone and look seldom: next to nothing of a fleet is cyclic, and the answers wait for it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GENERATION_0, 20, 50)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The event loop for a fleet; None: that of asyncio, where there is no uvloop (Windows)."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def platform() -> str:
    """The interpreter and the machine, for a result that is looked at later."""
    return f"Python {sys.version.split()[0]} on {sys.platform}"
