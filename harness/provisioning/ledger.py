"""What was made and has to be removed again: one small file each, so that it survives a worker that dies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal

import msgspec

from harness.provisioning.base import Created
from harness.verdicts import HarnessError

Kind = Literal["station", "tag"]


class Entry(msgspec.Struct, frozen=True):
    """A station or a tag that plugproof made; `name` is the identity, or the key of the tag in `[tags]`.

    `at` is the address of the system in which it was made; empty: not recorded.
    """

    kind: Kind
    name: str
    created: Created = {}
    at: str = ""


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
