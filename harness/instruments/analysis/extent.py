"""How bad one finding of a rule is beside another: by its level, then by how far the value is off."""

from __future__ import annotations

from typing import Any, Final

from ocppj import times
from ocppj.frames import Call, CallResult
from ocppj.rules import Finding
from ocppj.rules.seen import Seen

RANK: Final = {"MUST": 2, "SHOULD": 1, "INFO": 0}

Extent = tuple[int, float, int]
"""The level, the extent of the value (seconds of a time, characters of a text, a number), the findings of the frame."""


def extent(finding: Finding, seen: Seen | None, wall: float | None) -> Extent:
    """What a finding is compared by; ``wall`` is the time of the log, by which times are off."""
    if seen is None:
        return RANK[finding.level], 0.0, 1
    frame = seen.frame
    value = _at(frame.payload, finding.path) if finding.path and isinstance(frame, Call | CallResult) else frame.id
    return RANK[finding.level], _size(value, wall), len(seen.findings)


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _size(value: Any, wall: float | None) -> float:
    if isinstance(value, str):
        try:
            at = times.moment(value).timestamp()
        except ValueError:
            return float(len(value))
        return 0.0 if wall is None else abs(at - wall)
    if isinstance(value, bool) or value is None:
        return 0.0
    if isinstance(value, int | float):
        return min(abs(float(value)), 1e300) if abs(value) < 1e300 else 1e300
    return float(len(value))
