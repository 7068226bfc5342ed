"""The sequence of a case as a ladder of text: the station on the left rail, the CSMS on the right one.

What happened before the case proper is folded to one line per reusable state, unless it is what failed. A driver
stands at the station's rail, an operator at the CSMS's, whatever side the harness plays.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from reports.text import clean, clip, width_of

Paint = Callable[[str, str], str]
"""``(style, text)`` -> the text with colour or without; it may not change the width."""
Entry = Mapping[str, Any]

MARK: Final = "✗"
GUTTER: Final = 10
"""Cells to the left of the station's rail: the mark, the time in milliseconds, a space."""
MAX_ROWS: Final = 40
"""A longer ladder is cut to its beginning and to what surrounds the marked line."""
_HEAD, _BEFORE, _AFTER = 6, 24, 8


@dataclass(frozen=True)
class Row:
    """One line of the ladder: its text, where it stands, the time in ms (None for a line that has none)."""

    text: str
    place: str  # right, left: an arrow that way; station, csms: beside that rail; middle
    ms: float | None = None
    marked: bool = False
    muted: bool = False


def ladder(failure: Mapping[str, Any], width: int, paint: Paint) -> list[str]:
    """The lines of the sequence of ``failure``, each at most ``width`` cells, headings included."""
    inner = width - GUTTER - 2
    rows = _shorten(list(_rows(failure)))
    return [
        _heading(failure["columns"], inner, paint),
        _line(Row("", "station"), inner, paint),
        *(_line(row, inner, paint) for row in rows),
        _line(Row("", "station"), inner, paint),
    ]


def _rows(failure: Mapping[str, Any]) -> Iterable[Row]:
    groups = [(key, list(entries)) for key, entries in groupby(failure["sequence"], key=_group)]
    unfolded = _unfolded(groups, in_preamble=failure["kind"] == "preamble")
    silence = failure["kind"] == "silence"
    marked = any(entry["offending"] for entry in failure["sequence"])
    for number, ((phase, state), entries) in enumerate(groups):
        if silence and phase == "cleanup":
            yield _silence(failure, marked=not marked)
            silence = False
        if phase == "case" or number == unfolded:
            yield from map(_row, entries)
        else:
            yield _folded(state or phase, entries)
    if silence:
        yield _silence(failure, marked=not marked)


def _group(entry: Entry) -> tuple[str, str | None]:
    phase: str = entry["phase"]
    return phase, entry["state"] if phase == "preamble" else None


def _unfolded(groups: Sequence[tuple[tuple[str, str | None], list[Entry]]], *, in_preamble: bool) -> int | None:
    """Which group of the preamble or the cleanup is shown in full: the one that went wrong."""
    for number, (_, entries) in enumerate(groups):
        if any(entry["offending"] for entry in entries):
            return number
    before = [number for number, ((phase, _), _) in enumerate(groups) if phase == "preamble"]
    return before[-1] if in_preamble and before else None


def _folded(name: str, entries: Sequence[Entry]) -> Row:
    exchanges = (sum(entry["kind"] in ("frame", "handshake") for entry in entries) + 1) // 2
    lasted = entries[-1]["ms"] - entries[0]["ms"]
    text = f"{clean(name)}: {exchanges} exchange{'' if exchanges == 1 else 's'}, {lasted:.0f} ms"
    return Row(text, "station", muted=True)


def _row(entry: Entry) -> Row:
    text = "  ".join(clean(part) for part in (entry["label"], entry["detail"]) if part)
    place = {"station->csms": "right", "csms->station": "left", None: "middle"}[entry["direction"]]
    if entry["kind"] in ("operator", "driver"):
        text = f"{entry['kind']}: {text}"
        place = "csms" if entry["kind"] == "operator" else "station"
    return Row(text, place, entry["ms"], entry["offending"])


def _silence(failure: Mapping[str, Any], *, marked: bool) -> Row:
    return Row(clean(failure["actual"]), "middle", marked=marked)


def _shorten(rows: list[Row]) -> list[Row]:
    if len(rows) <= MAX_ROWS:
        return rows
    marked = next((number for number, row in enumerate(rows) if row.marked), len(rows) - 1)
    first = max(marked - _BEFORE, _HEAD)
    last = marked + _AFTER
    head, middle, tail = rows[:_HEAD], rows[first:last], rows[last:]
    return [*head, *_left_out(first - _HEAD), *middle, *_left_out(len(tail))]


def _left_out(count: int) -> list[Row]:
    return [Row(f"{count} more in the trace", "middle", muted=True)] if count > 0 else []


def _heading(columns: Mapping[str, str], inner: int, paint: Paint) -> str:
    room = inner + 2
    right = clip(clean(columns["csms"]), room // 2 - 2)
    left = clip(clean(columns["station"]), room - width_of(right) - 2)
    gap = " " * (room - width_of(left) - width_of(right))
    return " " * (GUTTER - 3) + paint("muted", "ms") + " " + paint("strong", left) + gap + paint("strong", right)


def _line(row: Row, inner: int, paint: Paint) -> str:
    time = "" if row.ms is None else f"{row.ms:.1f}"
    style = "bad" if row.marked else "muted" if row.muted else "plain"
    gutter = paint("bad", MARK) if row.marked else " "
    return f"{gutter} {paint('muted', f'{time:>{GUTTER - 3}}')} " + paint(style, _rung(row, inner))


def _rung(row: Row, inner: int) -> str:
    """Rail to rail, ``inner`` cells between the rails."""
    bar = "━" if row.marked else "─"
    text = clip(row.text, inner - 6)
    rest = inner - width_of(text)
    if row.place == "right":
        return f"{'┝' if row.marked else '├'}{bar} {text} {bar * (rest - 4)}►│"
    if row.place == "left":
        return f"│◄{bar * (rest - 4)} {text} {bar}{'┥' if row.marked else '┤'}"
    if row.place == "csms":
        return f"│{' ' * (rest - 2)}{text}  │"
    if row.place == "station":
        return f"│  {text}{' ' * (rest - 2)}│"
    before = (rest - 2) // 2
    return f"│{_dots(before)} {text} {_dots(rest - 2 - before)}│"


def _dots(width: int) -> str:
    return ("· " * width)[:width]
