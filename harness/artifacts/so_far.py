"""What a run has found so far, case by case, so that one that was interrupted, or killed, can be resumed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec

FILE: Final = "so-far.jsonl"


def add(folder: Path, record: Mapping[str, Any]) -> None:
    """Note what came of a case, with what it measured; one that was not run is not noted.

    A disk that is full costs no verdict: then there is less to resume from.
    """
    if record.get("not_run"):
        return
    with suppress(OSError), (folder / FILE).open("a+b") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":  # a run was killed while it wrote
                file.write(b"\n")
        file.write(msgspec.json.encode(record) + b"\n")


def of(folder: Path) -> dict[str, dict[str, Any]]:
    """What was noted last of each case; a line that was being written when the run was killed counts for nothing."""
    found = {}
    with suppress(FileNotFoundError):
        for line in (folder / FILE).read_bytes().splitlines():
            with suppress(msgspec.DecodeError):
                record = msgspec.json.decode(line)
                found[record["id"]] = record
    return found
