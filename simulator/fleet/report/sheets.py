"""A result of a fleet as tables for spreadsheets: actions, the run over time, what was done by hand, broken rules, what
the CSMS asked (docs/load.md)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, Final

from simulator.fleet.counting.kinds import KINDS
from simulator.fleet.counting.states import NAMES as STATES

_COUNTS: Final = ("sent", "answered", "errors", "refused", "invalid", "unanswered", "cut")
_TIMES: Final = ("mean", "p50", "p95", "p99", "max")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

NAMES: Final = ("actions", "timeline", "latency", "interventions", "violations", "asked")
"""The tables; each is a file of its own."""


def places(prefix: str) -> dict[str, Path]:
    """The file of each table: ``load`` -> ``load_actions.csv`` and so on."""
    return {name: Path(f"{prefix}_{name}.csv") for name in NAMES}


def sheets(result: Mapping[str, Any]) -> dict[str, str]:
    """The tables by their names, each with a heading; times are in milliseconds, empty where nothing was answered."""
    makers = (_actions, _timeline, _latency, _interventions, _violations, _asked)
    return {name: make(result) for name, make in zip(NAMES, makers, strict=True)}


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
    facts = ("at_s", "seconds", "messages", "sent", "received", "errors", "online", "late_ms", "rss_mib")
    shares = _TIMES[1:4]
    return _written(
        (*facts, *(f"{name}_ms" for name in shares), *(f"is_{name}" for name in STATES), *(f"of_{n}" for n in KINDS)),
        (
            [
                *("" if one[fact] is None else one[fact] for fact in facts),
                *_times(one["milliseconds"], shares),
                *(one["states"][state] for state in STATES),
                *(one["kinds"][kind] for kind in KINDS),
            ]
            for one in result["timeline"]
        ),
    )


def _latency(result: Mapping[str, Any]) -> str:
    shares = _TIMES[1:4]
    return _written(
        ("at_s", "seconds", "action", *(f"{name}_ms" for name in shares)),
        (
            [one["at_s"], one["seconds"], action, *_times(times, shares)]
            for one in result["timeline"]
            for action, times in one["actions"].items()
        ),
    )


def _interventions(result: Mapping[str, Any]) -> str:
    def recovery(one: Mapping[str, Any]) -> list[object]:
        found = one["recovery"] or {}
        return ["" if found.get(name) is None else found[name] for name in ("before", "seconds")]

    columns = ("at_s", "what", "stations")
    return _written(
        (*columns, "online_before", "recovery_s"),
        ([*(one[column] for column in columns), *recovery(one)] for one in result["interventions"]),
    )


def _violations(result: Mapping[str, Any]) -> str:
    columns = ("rule", "level", "party", "action", "count", "message", "example")
    return _written(columns, ([one[column] for column in columns] for one in result["violations"]))


def _asked(result: Mapping[str, Any]) -> str:
    counts = ("received", "answered", "refused")
    return _written(
        ("action", *counts, *(f"{name}_ms" for name in _TIMES)),
        (
            [name, *(one[count] for count in counts), *_times(one["milliseconds"], _TIMES)]
            for name, one in result.get("asked", {}).items()
        ),
    )


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
