"""The diary of a station: what its diagnostics are made of (1.6 §5.9).

It is in memory alone, as the trace of a real station often is: it survives a reset and ends with the process.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime

from ocppj.times import moment, timestamp
from simulator.kernel.events import Event
from simulator.v16.core.context import Context

_UNIMPORTANT = frozenset({"meter", "queue"})


class Journal:
    """The last events of a station; `facts.journal` says how many, with 0 it has no diagnostics to give."""

    __slots__ = ("_lines", "context")

    def __init__(self, context: Context) -> None:
        self.context = context
        self._lines: deque[tuple[datetime, str]] | None = None
        if context.facts.journal:
            context.events.listen(self._write)

    def _write(self, event: Event) -> None:
        if event.kind in _UNIMPORTANT:
            return
        if self._lines is None:
            self._lines = deque(maxlen=self.context.facts.journal)
        self._lines.append((event.at, f"{event.kind}: {event.text}"))

    def text(self, oldest: str | None, latest: str | None) -> str | None:
        """The lines between two moments (as on the wire), under the settings of the station; None: there are none."""
        lines = between(self._lines or (), oldest, latest)
        if not lines:
            return None
        return "\n".join([*self._head(), "", *lines, ""])

    def _head(self) -> list[str]:
        identity = (f"{name}: {value}" for name, value in self.context.registration.identity.items())
        keys = self.context.configuration.get()["configurationKey"]
        settings = (f"{entry['key']} = {entry['value']}" for entry in keys if "value" in entry)
        return [f"station: {self.context.link.dial.identity}", *identity, "", *settings]


def between(lines: Iterable[tuple[datetime, str]], oldest: str | None, latest: str | None) -> list[str]:
    """Dated lines between two moments (as on the wire), written out."""
    first = None if oldest is None else moment(oldest)
    last = None if latest is None else moment(latest)
    return [
        f"{timestamp(at)} {text}"
        for at, text in lines
        if (first is None or at >= first) and (last is None or at <= last)
    ]
