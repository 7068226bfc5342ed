"""Tables of a run on a terminal or in a file: as wide as they need to be, and never broken inside of a word."""

from collections.abc import Collection, Mapping
from typing import Final

from rich import box
from rich.cells import cell_len
from rich.table import Table as RichTable
from rich.text import Text

from harness.cli.precheck.watch import PatientConsole
from reports.text.table import Table

_PADDING: Final = 2
"""Cells that a column has beside its text."""


def console_for(tables: Collection[RichTable], most: int) -> PatientConsole:
    """A console of at most ``most`` columns. Where nobody looks at a terminal it is as wide as ``tables`` need."""
    console = PatientConsole(highlight=False)
    width = min(console.width, most)
    console.width = width if console.is_terminal else max([width, *map(least_width, tables)])
    return console


def rich_table(
    table: Table, styles: Mapping[str, str] | None = None, *, folded: Collection[str], right: bool = True
) -> RichTable:
    """The table, each column at least as wide as its longest word.

    The cells of ``folded`` columns may go over several lines; ``right``: all columns but the first are numbers.
    """
    shown = RichTable(title=table.title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for number, header in enumerate(table.headers):
        cells = [row[number] for row in table.rows]
        parts = [*header.split(), *(" ".join(cells).split() if header in folded else cells)]
        least = max(map(cell_len, parts), default=0)
        shown.add_column(header, justify="right" if right and number else "left", overflow="fold", min_width=least)
    for row in table.rows:
        shown.add_row(*(Text(cell, style=(styles or {}).get(cell, "")) for cell in row))
    return shown


def least_width(table: RichTable) -> int:
    """The columns that a table of ours needs so that no word of it is broken."""
    # Each column has an edge to its left, and the last one to its right, too.
    return sum((column.min_width or 0) + _PADDING + 1 for column in table.columns) + 1


def without(table: Table, columns: Collection[str]) -> Table:
    """The table without the named columns."""
    kept = [number for number, header in enumerate(table.headers) if header not in columns]
    rows = tuple(tuple(row[number] for number in kept) for row in table.rows)
    return Table(table.title, tuple(table.headers[number] for number in kept), rows)
