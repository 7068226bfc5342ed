"""A table as plain text in rows; whoever prints it (rich, Markdown, HTML) decides how it looks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A heading, the names of the columns and the cells; no cell is empty."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
