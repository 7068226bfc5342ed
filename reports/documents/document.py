"""A laid out document: blocks of cells with their sources, which every writer prints in its own way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from reports.documents.sources import CONSTANT, Source
from reports.text.plain import clean

DASH: Final = "-"
"""What is printed where there is nothing."""


@dataclass(frozen=True)
class Cell:
    """A printed text and where it comes from; never empty.

    ``open`` is one that somebody still has to fill in, ``head`` one that names the cell to its right.
    """

    text: str
    source: Source = CONSTANT
    open: bool = False
    head: bool = False


def cell(value: object, source: Source = CONSTANT, *, open: bool = False, head: bool = False) -> Cell:
    """``value`` as one printable line without secrets, a dash for what is missing."""
    return Cell((clean(value) if value is not None else "").strip() or DASH, source, open, head)


Row = tuple[Cell, ...]
"""As many cells as there are columns, or fewer: the last one then takes the rest. A single one separates the rows."""
FACTS: Final = (32, 68)
"""Widths of a name and its value."""


@dataclass(frozen=True)
class Block:
    """A part of a document: pairs of name and value (`facts`, without columns), or a table, then remarks.

    ``widths`` are the shares that the columns have of a page of paper, ``more`` are further parts under the same
    heading, whose own titles are not printed. What stands under one heading stays on one page where it can.
    """

    title: str
    shape: Literal["facts", "table"]
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[Row, ...]
    remarks: tuple[Cell, ...] = ()
    more: tuple["Block", ...] = ()


def facts(title: str, rows: Iterable[Row], remarks: Iterable[Cell] = ()) -> Block:
    """A block of pairs of name and value."""
    return Block(title, "facts", (), FACTS, tuple(rows), tuple(remarks))


def table(title: str, columns: Mapping[str, int], rows: Iterable[Row], remarks: Iterable[Cell] = ()) -> Block:
    """A block with headings; ``columns`` are their texts and their shares of the width."""
    return Block(title, "table", tuple(columns), tuple(columns.values()), tuple(rows), tuple(remarks))


@dataclass(frozen=True)
class Document:
    """Everything that is printed, in order; disclaimer, notice and reference belong onto every page.

    ``reference`` is how this document is called, ``made`` the time (ISO 8601) it is of, ``author`` the tool, ``notice``
    what nobody may overlook on any page, ``remarks`` what has to be known before the first part.
    """

    disclaimer: str
    title: str
    blocks: tuple[Block, ...]
    legend: str
    reference: str
    made: str
    author: str
    notice: str = ""
    remarks: tuple[Cell, ...] = ()
