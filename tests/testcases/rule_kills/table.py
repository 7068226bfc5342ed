"""Which defect of the simulated station breaks which rule of the rule cases: a line each in the text files beside this.

A line is the rule, the fault (several with `+`), and the stimulus from which on the station has it. `frames.txt` has
the rules of OCPP-J, of registration and of security, `profiles.txt` those of the feature profiles.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.testcases.kills import Kill, read

TABLES: Final = (Path(__file__).with_name("frames.txt"), Path(__file__).with_name("profiles.txt"))


def kills() -> dict[str, Kill]:
    """The kills of all rules. Raises `ValueError` for a rule that stands in both files."""
    found: dict[str, Kill] = {}
    for file in TABLES:
        kills = read(file)
        if twice := found.keys() & kills.keys():
            raise ValueError(f"{file.name}: {', '.join(sorted(twice))} stands in another file, too")
        found |= kills
    return found


def broken_by(chosen: Mapping[str, Kill]) -> dict[str, list[str]]:
    """The rules that each fault is to break, by fault."""
    rules: dict[str, list[str]] = {}
    for rid, kill in chosen.items():
        for fault in kill.fault.split("+"):
            rules.setdefault(fault, []).append(rid)
    return rules
