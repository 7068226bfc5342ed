"""The kills of a station as they stand in a text file: a rule, a fault, and since which stimulus it has the fault."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Kill:
    """`fault` breaks the rule when the station has it from stimulus `since` on."""

    fault: str
    since: int


def read(file: Path) -> dict[str, Kill]:
    """The kills in a file, by rule."""
    lines = (line.split() for line in file.read_text("utf-8").splitlines()) if file.exists() else ()
    return {rid: Kill(fault, int(since)) for rid, fault, since in lines}
