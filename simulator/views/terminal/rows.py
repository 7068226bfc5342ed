"""Lines of text that fit a screen: cut to its width, columns that give way to each other, two blocks side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from rich.cells import cell_len
from rich.text import Text

from ocppj.evidence.outside import harmless

Cell = tuple[str, str]
"""A text and its style."""

GAP = 2
"""Columns between two cells."""


def line(text: str, width: int, style: str = "") -> Text:
    """One line, cut to the width."""
    return fitted(Text(harmless(text[: 4 * width + 4]), style), width)


def fitted(text: Text, width: int, *, pad: bool = False) -> Text:
    """A line cut to the width, or filled up to it."""
    text.no_wrap, text.overflow, text.end = True, "crop", ""
    text.truncate(max(0, width), overflow="ellipsis", pad=pad)
    return text


def rule(title: str, width: int) -> Text:
    """A line that begins a part of the picture."""
    rest = f" {'─' * max(0, width - len(title) - 4)}"
    return fitted(Text.assemble(("── ", "dim"), (title, "bold"), (rest, "dim")), width)


def joined(pieces: Sequence[Cell], width: int, between: str = ", ") -> Text:
    """Pieces of text with styles of their own, in one line."""
    text = Text()
    for place, (piece, style) in enumerate(pieces):
        text.append(between if place else "").append(harmless(piece), style)
    return fitted(text, width)


def spread(left: Text, right: Text, width: int) -> Text:
    """One text on the left and one on the right; the right one goes when there is no room."""
    gap = width - left.cell_len - right.cell_len
    return fitted(left if gap < GAP else Text.assemble(left, " " * gap, right), width)


def beside(left: Sequence[Text], right: Sequence[Text], left_width: int, right_width: int) -> list[Text]:
    """Two blocks side by side."""
    pairs = zip_longest(left, right, fillvalue=Text())
    return [
        Text.assemble(fitted(one.copy(), left_width, pad=True), " │ ", fitted(other.copy(), right_width), end="")
        for one, other in pairs
    ]


def columns(
    rows: Sequence[Sequence[Cell]], width: int, *, right: frozenset[int], least: Mapping[int, int]
) -> list[Text]:
    """Rows of cells below each other; the columns `right` end at the right.

    Where there is no room the columns of `least` give way down to that width, the first of them first.
    """
    rows = [[(harmless(text), style) for text, style in row] for row in rows]
    widths = [max(cell_len(row[at][0]) for row in rows) for at in range(len(rows[0]))]
    for at, narrowest in least.items():
        surplus = sum(widths) + GAP * (len(widths) - 1) - width
        widths[at] = max(min(widths[at], narrowest), widths[at] - max(0, surplus))
    return [_row(row, widths, width, right) for row in rows]


def _row(row: Sequence[Cell], widths: Sequence[int], width: int, right: frozenset[int]) -> Text:
    text = Text()
    for at, (content, style) in enumerate(row):
        cell = fitted(Text(content, style), widths[at])
        fill = " " * (widths[at] - cell.cell_len)
        text.append_text(Text.assemble(fill, cell) if at in right else Text.assemble(cell, fill))
        text.append(" " * GAP if at < len(row) - 1 else "")
    return fitted(text, width)
