"""`--fault`: the deliberate defects of what comes along to be tested, where no system under test is named."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Final


def _of_csms(version: str) -> Collection[str]:
    from csms_core import versions

    return versions.faults()


def _of_station(version: str) -> Collection[str]:
    from simulator.cli.versions import version as spoken

    return spoken(version).catalogue


_FAULTS: Final[Mapping[str, tuple[Callable[[str], Collection[str]], str]]] = {
    "csms": (_of_csms, "plugproof csms --list-faults"),
    "charge_point": (_of_station, "plugproof station --list-faults"),
}
"""Role -> the faults of what is tested where nothing is named, and the command that shows them."""


def problem_of(names: Collection[str], role: str, version: str) -> str | None:
    """What is wrong with names given to `--fault`, in a sentence; None: nothing."""
    if not names:
        return None
    faults, command = _FAULTS[role]
    known = faults(version)
    for name in names:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}? " if close else ""
            return f"--fault {name} is no fault; {hint}`{command}` shows them all"
    return None
