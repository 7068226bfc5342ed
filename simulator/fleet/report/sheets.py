"""A result of a fleet as tables for spreadsheets: actions, the run over time, broken rules (docs/load.md)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, Final

_COUNTS: Final = ("sent", "answered", "errors", "refused", "invalid", "unanswered", "cut")
_TIMES: Final = ("mean", "p50", "p95", "p99", "max")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

NAMES: Final = ("actions", "timeline", "violations")
"""The tables; each is a file of its own."""


def places(prefix: str) -> dict[str, Path]:
    """The file of each table: ``load`` -> ``load_actions.csv`` and so on."""
    return {name: Path(f"{prefix}_{name}.csv") for name in NAMES}


def sheets(result: Mapping[str, Any]) -> dict[str, str]:
    """The tables by their names, each with a heading; times are in milliseconds, empty where nothing was answered."""
    return {"actions": _actions(result), "timeline": _timeline(result), "violations": _violations(result)}


def _actions(result: Mapping[str, Any]) -> str:
    rows = [*result["actions"].items(), ("all", result["all"])]
    return _written(
        ("action", *_COUNTS, *(f"{name}_ms" for name in _TIMES), *(f"{name}_due_ms" for name in _TIMES)),
        (
            [
                name,
                *(one[count] for count in _COUNTS),
                *_times(one["milliseconds"], _TIMES),
                *_times(one["due_milliseconds"], _TIMES),
            ]
            for name, one in rows
        ),
    )


def _timeline(result: Mapping[str, Any]) -> str:
    facts, shares = ("at_s", "seconds", "messages", "errors", "online", "late_ms"), _TIMES[1:4]
    return _written(
        (*facts, *(f"{name}_ms" for name in shares)),
        ([*(one[fact] for fact in facts), *_times(one["milliseconds"], shares)] for one in result["timeline"]),
    )


def _violations(result: Mapping[str, Any]) -> str:
    columns = ("rule", "level", "party", "action", "count", "message", "example")
    return _written(columns, ([one[column] for column in columns] for one in result["violations"]))


def _times(milliseconds: Mapping[str, float] | None, names: Sequence[str]) -> list[float | str]:
    return [""] * len(names) if milliseconds is None else [milliseconds[name] for name in names]


def _written(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return text.getvalue()


def _harmless(value: object) -> object:
    """A text that a CSMS has chosen is no formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
