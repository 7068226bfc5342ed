"""The judge of all connections: records in, findings, figures, traces and events out."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic_ns, time
from typing import Any, Final

from harness.instruments.proxy.judging.events import Feed
from harness.instruments.proxy.judging.figures import Figures
from harness.instruments.proxy.judging.keeping import Keeper
from harness.instruments.proxy.judging.remembered import Remembered
from harness.instruments.proxy.judging.tally import Tally
from harness.instruments.proxy.judging.watched import Books, Watched
from harness.instruments.proxy.wire.records import (
    Behind,
    Closed,
    Faulted,
    Opened,
    Passed,
    Record,
    Requested,
    Unreached,
    Unseen,
)

log = logging.getLogger(__name__)

ANSWER_TIMEOUT: Final = 30.0
"""Seconds."""

MOST_TRACE: Final = 1 << 30
"""Bytes of all traces."""


class Judge:
    """What the proxy knows of all connections."""

    def __init__(
        self,
        folder: Path,
        *,
        answer_timeout: float = ANSWER_TIMEOUT,
        most_trace: int = MOST_TRACE,
        secrets: Sequence[str] = (),
    ) -> None:
        """Traces go to `folder`; `secrets` are in no trace. Raises `OSError` when there can be no such folder."""
        self.tally = Tally()
        self.figures = Figures(self.tally)
        self.feed = Feed()
        self.keeper = Keeper(folder, most_trace)
        self._books = Books(
            self.figures,
            self.tally,
            self.feed,
            self.keeper,
            Remembered(),
            int(answer_timeout * 1e9),
            tuple(secrets),
        )
        self.problem = ""
        """What went wrong in the judge itself; a sentence."""
        self.open: dict[int, Watched] = {}
        self.figures.online = lambda: len(self.open)

    def take(self, record: Record) -> None:
        """Judge what a record tells. A mistake of ours costs the judgement of one connection, and nothing else."""
        try:
            self._take(record)
        except Exception as error:
            self._gives_up(getattr(record, "connection", 0), error)

    def _take(self, record: Record) -> None:
        if isinstance(record, Opened):
            self.figures.connections += 1
            self.open[record.connection] = Watched(record, self._books)
            return
        watched = self.open.get(getattr(record, "connection", 0))
        if watched is None:
            return
        match record:
            case Passed():
                watched.passed(record)
                self.figures.late((monotonic_ns() - record.at) / 1e9)
            case Requested():
                watched.requested(record)
            case Behind():
                watched.behind(record)
            case Unseen():
                watched.unseen(record)
            case Faulted():
                watched.faulted(record)
            case Unreached():
                watched.unreached(record)
            case Closed():
                watched.closed(record)
                del self.open[record.connection]

    def look(self, now: int | None = None) -> None:
        """Time has passed; call it about once a second. `now` is monotonic nanoseconds."""
        now = monotonic_ns() if now is None else now
        for number, watched in list(self.open.items()):
            try:
                watched.look(now)
            except Exception as error:
                self._gives_up(number, error)

    def _gives_up(self, connection: int, error: Exception) -> None:
        log.error("connection %d cannot be judged any more", connection, exc_info=error)
        name = type(error).__name__
        self.problem = f"a mistake of plugproof ({name}): connection {connection} was not judged to its end; report it"
        watched = self.open.pop(connection, None)
        identity = ""
        if watched is not None:
            identity = watched.identity
            with suppress(Exception):  # what was noted before is kept, if that can be
                watched.close()
        self.feed.tell(time(), "note", connection, identity, f"not judged any more, by a mistake of plugproof ({name})")

    def close(self) -> None:
        """No more records come: what is written is complete."""
        for watched in self.open.values():
            watched.close()
        self.feed.close()

    def summary(self) -> dict[str, Any]:
        """What there was, for machines."""
        figures = self.figures
        return {
            "connections": figures.connections,
            "refused": figures.refused,
            "unreached": figures.unreached,
            "messages": dict(figures.messages),
            "bytes": dict(figures.bytes),
            "unseen": dict(figures.unseen),
            "unjudged": dict(figures.unjudged),
            "websocket_errors": dict(figures.wrong),
            "faults": dict(figures.faults),
            "slowest_judgement_seconds": round(figures.slowest, 6),
            "traces_removed": self.keeper.removed,
            "findings": self.tally.as_json(),
        }
