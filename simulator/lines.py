"""What a station does, one line per event: what `plugproof station` shows when nothing else does."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from simulator.events import Event
from simulator.faults import active
from simulator.station import Station


@asynccontextmanager
async def serve(station: Station, options: argparse.Namespace, end: Callable[[], None]) -> AsyncIterator[None]:
    """Print every event of the station from now on, and before them what is broken on purpose."""
    if faults := active(station):
        show(station.clock.now(), "faults", f"broken on purpose: {', '.join(faults)}")
    station.events.listen(_print)
    yield


def _print(event: Event) -> None:
    if event.kind == "queue":
        return  # of interest to programs only
    show(event.at, event.kind, event.text)


def show(at: datetime, kind: str, text: str) -> None:
    """Print one line."""
    print(f"{at:%H:%M:%S}.{at.microsecond // 1000:03d} {kind:<13} {text}", flush=True)
