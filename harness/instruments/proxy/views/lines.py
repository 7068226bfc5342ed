"""Lines for a terminal that is none, a log, a pipe: one for each event."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from harness.instruments.proxy.judging.events import Event

LONGEST: Final = 160
"""Characters of a frame in a line."""

ARROWS: Final = {"station->csms": "->", "csms->station": "<-", None: "  "}


def line(event: Event) -> str:
    """An event as a line, without its end."""
    at = time.strftime("%H:%M:%S", time.localtime(event.at)) + f".{int(event.at % 1 * 1000):03d}"
    return f"{at}  {event.identity or f'#{event.connection}'}  {what(event)}"


def what(event: Event) -> str:
    """What has happened, without when and to whom."""
    if event.kind == "frame":
        text = event.text if len(event.text) <= LONGEST else f"{event.text[: LONGEST - 1]}…"
        return f"{ARROWS[event.direction]} {text}"
    if event.kind == "finding":
        return f"{event.level} {event.rule}, {event.party}: {event.text}"
    return f"{event.kind}: {event.text}"


class Lines:
    """Prints events; with `frames` frames as well."""

    def __init__(self, say: Callable[[str], None], *, frames: bool) -> None:
        self._say = say
        self._frames = frames

    def heard(self, event: Event) -> None:
        """Print an event."""
        if self._frames or event.kind != "frame":
            self._say(line(event))
