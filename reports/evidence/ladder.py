"""The sequence of a case as a ladder of text: the station on the left rail, the CSMS on the right one.

What happened before the case proper is folded to one line per reusable state, unless it is what failed. A driver
stands at the station's rail, an operator at the CSMS's, whatever side the harness plays.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reports.evidence.sequence import Step, fold, of_failure, shorten
from reports.text.plain import clean, clip, width_of

Paint = Callable[[str, str], str]
"""``(style, text)`` -> the text with colour or without; it may not change the width."""

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
    for group in fold(of_failure(failure), failure["kind"]):
        if group.is_open:
            yield from map(_row, group.steps)
        else:
            yield Row(clean(group.summary), "station", muted=True)


def _row(step: Step) -> Row:
    text = "  ".join(clean(part) for part in (step.label, step.detail) if part)
    place = {"station->csms": "right", "csms->station": "left", None: "middle"}[step.direction]
    if step.kind in ("operator", "driver"):
        text = f"{step.kind}: {text}"
        place = "csms" if step.kind == "operator" else "station"
    return Row(text, place, step.ms, step.offending)


def _shorten(rows: list[Row]) -> list[Row]:
    if len(rows) <= MAX_ROWS:
        return rows
    marked = next((number for number, row in enumerate(rows) if row.marked), len(rows) - 1)
    return shorten(rows, marked, _left_out, head=_HEAD, before=_BEFORE, after=_AFTER)


def _left_out(count: int) -> Row:
    return Row(f"{count} more in the trace", "middle", muted=True)


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
