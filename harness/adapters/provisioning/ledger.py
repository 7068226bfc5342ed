"""What a run has made or left in the system under test, and has to take back: one ledger for all kinds of it.

One small file each, so that it survives a worker that dies. What takes a thing back is in
``harness.adapters.provisioning`` for stations and tags, and in ``harness.peers.leftovers`` for what cases left
open.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from harness.case.verdicts import HarnessError
from harness.sut import Sut

FOLDER: Final = ".ledger"
"""Below the output folder."""

Kind = Literal["station", "tag", "transaction", "reservation", "profile", "availability"]
MADE: Final = frozenset({"station", "tag"})
"""What `[fixtures]` makes; the others are what a case left open at a station."""

Created = dict[str, Any]
"""The JSON object with which an API answered when it made something; empty when it was none."""


class Entry(msgspec.Struct, frozen=True):
    """One thing that has to be taken back; ``name`` tells it from others of its kind.

    ``facts`` is what is known of it: a tag's record, the members by which OCPP names a transaction. ``station`` and
    ``case`` say who left it open. ``at`` is the address of the system in which it is; empty: not recorded.
    """

    kind: Kind
    name: str
    created: Created = {}
    at: str = ""
    facts: dict[str, Any] = {}
    station: str = ""
    case: str = ""

    @property
    def text(self) -> str:
        """What a reader calls it."""
        left_by = f" of {self.case}" if self.case else ""
        at = f" at station {self.station}" if self.station else ""
        return f"{self.kind} {self.name.rpartition(' ')[2] if self.station else self.name}{left_by}{at}"


class Ledger:
    """The entries below a folder. Every process of a run writes its own; the controller reads them all."""

    def __init__(self, folder: Path, at: str = "") -> None:
        """``at``: the address of the system under test, to which its entries belong; others are passed over."""
        self._folder = folder
        self._at = at

    def add(self, entry: Entry) -> None:
        """Remember something before it is made, or again with what the API answered. Raises ``HarnessError``."""
        file = self._file(entry)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)  # an answer may hold a key
            file.write_bytes(msgspec.json.encode(msgspec.structs.replace(entry, at=self._at)))
        except OSError as error:
            raise HarnessError(f"{file}: cannot be written ({error.strerror}), so nothing is made") from None

    def remove(self, entry: Entry) -> None:
        """Forget something that is gone; the folder goes with the last entry."""
        self._file(entry).unlink(missing_ok=True)
        with suppress(OSError):
            self._folder.rmdir()

    def __contains__(self, entry: Entry) -> bool:
        return self._file(entry).exists()

    def __iter__(self) -> Iterator[Entry]:
        for file in sorted(self._folder.glob("*.json")):
            with suppress(OSError, msgspec.DecodeError):  # removed meanwhile, or cut off in the middle of a write
                entry = msgspec.json.decode(file.read_bytes(), type=Entry)
                if not (self._at and entry.at) or entry.at == self._at:
                    yield entry

    def _file(self, entry: Entry) -> Path:
        name = hashlib.sha256(json.dumps([entry.kind, entry.name]).encode()).hexdigest()[:16]
        return self._folder / f"{name}.json"


def ledger_of(sut: Sut, out: Path) -> Ledger:
    """The ledger of a run in the folder ``out``, as far as it is about this system under test."""
    return Ledger(out / FOLDER, address(sut))


def address(sut: Sut) -> str:
    """What tells one system under test from another one, whose stations and tags have the same names."""
    return sut.connection.url or sut.connection.listen or ""
