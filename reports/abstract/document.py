"""A laid out abstract: blocks of cells with their sources, which every writer prints in its own way."""

from dataclasses import dataclass
from typing import Literal

from reports.abstract.sources import CONSTANT, Source
from reports.abstract.words import DASH
from reports.text import clean


@dataclass(frozen=True)
class Cell:
    """A printed text and where it comes from; never empty."""

    text: str
    source: Source = CONSTANT


def cell(value: object, source: Source = CONSTANT) -> Cell:
    """``value`` as one printable line without secrets, a dash for what is missing."""
    return Cell((clean(value) if value is not None else "").strip() or DASH, source)


Row = tuple[Cell, ...]
"""As many cells as there are columns, or a single one that separates the rows."""


@dataclass(frozen=True)
class Block:
    """A part of the abstract: pairs of name and value (`facts`, without columns), or a table, then remarks."""

    title: str
    shape: Literal["facts", "table"]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    remarks: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Document:
    """Everything that is printed, in order; the disclaimer belongs onto every page."""

    disclaimer: str
    title: str
    blocks: tuple[Block, ...]
    legend: str
