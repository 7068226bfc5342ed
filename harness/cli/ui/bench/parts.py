"""What the folder of a run says while it is written: the cases that are over, and those that are running.

With a background load a run has two parts, each in a folder of its own; a case of the second one is named as in the
results, with `@loaded` behind its id.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from harness.artifacts import so_far, trace_so_far
from harness.artifacts.run_folder import LOADED
from harness.case.run import trace_path
from reports.results.verdicts import UNDER_LOAD

_BESIDE: Final = frozenset({"measured", "pics", "due"})
"""What travels with a record and is not for the page."""


class Part:
    """One part; `ending` stands behind the ids of its cases."""

    def __init__(self, folder: Path, ids: frozenset[str], ending: str = "") -> None:
        self.running: dict[str, int] = {}
        """Cases that are running, and how long their traces are so far, in bytes."""
        self._folder = folder
        self._ids = ids
        self._ending = ending
        self._over: set[str] = set()
        self._read = 0

    def look(self) -> dict[str, dict[str, Any]]:
        """The records of the cases that ended since the last look; `running` is of now."""
        found = {record["id"]: record for record in self._new()}
        self._over |= {*found}
        left = self._ids - self._over
        self.running = {
            f"{file.parent.name}{self._ending}": file.stat().st_size
            for file in sorted(self._folder.glob(f"cases/*/{trace_so_far.FILE}"))
            if file.parent.name in left and file.is_file()
        }
        return {f"{id}{self._ending}": self._named(record) for id, record in found.items()}

    def _named(self, record: dict[str, Any]) -> dict[str, Any]:
        """As it will stand in the results."""
        if not self._ending:
            return record
        trace = record.get("trace")
        return {**record, "id": f"{record['id']}{self._ending}", "trace": trace and f"{LOADED}/{trace}"}

    def _new(self) -> Iterator[dict[str, Any]]:
        try:
            with (self._folder / so_far.FILE).open("rb") as file:
                file.seek(self._read)
                text = file.read()
        except OSError:
            return
        whole, line_break, _ = text.rpartition(b"\n")
        self._read += len(whole) + len(line_break)
        for line in whole.splitlines():
            with suppress(msgspec.DecodeError):
                record = msgspec.json.decode(line)
                yield {key: value for key, value in record.items() if key not in _BESIDE}


def parts_of(folder: Path, ids: frozenset[str], *, has_load: bool) -> list[Part]:
    """The parts of a run."""
    return [Part(folder, ids), *([Part(folder / LOADED, ids, UNDER_LOAD)] if has_load else [])]


def trace_so_far_of(folder: Path, id: str) -> Path:
    """Where the trace of a case will be, below the folder of its run."""
    plain = id.removesuffix(UNDER_LOAD)
    return (folder if plain == id else folder / LOADED) / trace_path(plain)
