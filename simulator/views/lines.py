"""What a station does, one line per event: what `plugproof station` shows when nothing else does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from ocppj.evidence.outside import shown
from simulator.faults.catalogue import active
from simulator.kernel.events import Event
from simulator.views.subject import Subject


@asynccontextmanager
async def serve(station: Subject, options: object, end: Callable[[], None]) -> AsyncIterator[None]:
    """Print every event of the station from now on, and before them what is broken on purpose."""
    if faults := active(station):
        show(station, "faults", f"broken on purpose: {', '.join(faults)}")

    def hear(event: Event) -> None:
        if event.kind != "queue":  # of interest to programs only
            show(station, event.kind, event.text, event.at)

    station.events.listen(hear)
    yield


def show(station: Subject, kind: str, text: str, at: datetime | None = None) -> None:
    """Print one line; `at` is now, unless it is said. A peer may have written a part of the text."""
    at = at or station.clock.now()
    said = shown(text, station.secrets())
    print(f"{at:%H:%M:%S}.{at.microsecond // 1000:03d} {kind:<13} {said}", flush=True)
