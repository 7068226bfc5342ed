"""Markdown that nothing in a value can break: plain text, code, tables, parts that fold."""

import re
from collections.abc import Iterable
from typing import Final

from reports.text.plain import clean
from reports.text.table import Table

_TECHNICAL: Final = re.compile(r"[\\`*\[\]<>|#~&]|(?<!\w)_|_(?!\w)")


def plain(value: object) -> str:
    """A value as plain text: nothing in it becomes a tag, a link or a cell."""
    return _TECHNICAL.sub(r"\\\g<0>", clean(value))


def or_dash(value: object) -> str:
    """The same, with a dash for None."""
    return "-" if value is None else plain(value)


def code(value: object) -> str:
    """A value as code; a bar would end a table cell even there, a back-tick the code: both are replaced."""
    text = clean(value).replace("|", "¦").replace("`", "'")
    return f"`{text}`"


def table(table: Table) -> list[str]:
    """The lines of a table; its cells are Markdown already."""
    return [_cells(table.headers), _cells(["---"] * len(table.headers)), *map(_cells, table.rows)]


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
