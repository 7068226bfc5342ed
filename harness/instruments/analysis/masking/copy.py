"""The masked copy of logs as a file: JSON Lines that `analyze` reads, and that lead to the same findings."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from harness.artifacts.whole import PART, OutputError, told
from harness.instruments.analysis.masking.frames import FrameMask
from harness.instruments.analysis.masking.pseudonyms import Pseudonyms
from harness.instruments.analysis.reading import Taker
from harness.instruments.analysis.shapes.model import Closed, Entry, Opened, Read, Unread
from ocppj.evidence.trace import Role

_LATEST: Final = 253_402_300_799.0
"""The last second of the year 9999."""


class MaskedCopy(Taker):
    """Writes what is taken; whole at the end, or not there. Lines that were not read are not in it."""

    def __init__(self, path: Path, pseudonyms: Pseudonyms | None = None) -> None:
        self._path = path
        self._waiting = path.with_name(f".{path.name}.{os.getpid()}{PART}")
        self._pseudonyms = pseudonyms or Pseudonyms()
        self._frames = FrameMask(self._pseudonyms)
        self._file: IO[str] | None = None

    def __enter__(self) -> MaskedCopy:
        """Begin. Raises ``OutputError``."""
        with told(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._waiting.open("w", encoding="utf-8")
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """Put the copy in its place, unless something went wrong. Raises ``OutputError``."""
        assert self._file is not None
        with told(self._path):
            self._file.close()
            if kind is None:
                self._waiting.replace(self._path)
            else:
                self._waiting.unlink(missing_ok=True)

    def take(self, part: Read, station: str, sender: Role | None) -> None:
        """As ``Taker``. Raises ``OutputError``."""
        if isinstance(part, Unread):
            return
        record: dict[str, Any] = {"station": self._pseudonyms.of(station)}
        if part.at is not None and 0 <= part.at <= _LATEST:
            record["time"] = _time(part.at, part.zoned)
        if isinstance(part, Entry):
            record |= {"sender": sender, "frame": self._frames.masked(part.text)}
            if part.is_binary:
                record["binary"] = True
        elif isinstance(part, Opened):
            record |= {"event": "opened", "subprotocol": part.subprotocol}
        elif isinstance(part, Closed):
            record |= {"event": "closed", "by": part.by}
        self._write(record)

    def _write(self, record: dict[str, Any]) -> None:
        assert self._file is not None
        try:
            self._file.write(json.dumps(record, ensure_ascii=False) + "\n")
        except OSError as error:
            raise OutputError(
                f"{self._path}: cannot be written ({error.strerror}); make room, or choose another --mask"
            ) from None


def _time(at: float, zoned: bool) -> str:
    """With its zone, or without one, as the log had it."""
    text = datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").removesuffix("+00:00")
    return f"{text}Z" if zoned else text
