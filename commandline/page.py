"""A page of help as plain text: at most 80 columns, and no word is ever broken.

Usage: plugproof check [OPTIONS] [FILE]

  What the command does.

Options:
  --probe  A sentence for every option.

Examples:
  # What it shows
  plugproof check sut.toml
"""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence

WIDEST = 80
NARROWEST = 40
NAMES = 28
"""A longer name has a line of its own, and what it means begins on the next one."""

UNBROKEN = "\N{NO-BREAK SPACE}"
"""A blank in a text at which no line ends; it is written as any other."""

Rows = Sequence[tuple[str, str]]


def width() -> int:
    """Columns to write in, by the terminal or COLUMNS."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns))


def wrapped(text: str, first: str = "", rest: str | None = None) -> str:
    """The paragraphs of `text` in the width there is; `first` begins each, `rest` its further lines."""
    return "\n\n".join(
        textwrap.fill(
            paragraph,
            width(),
            initial_indent=first,
            subsequent_indent=first if rest is None else rest,
            break_long_words=False,
            break_on_hyphens=False,
        ).replace(UNBROKEN, " ")
        for paragraph in text.split("\n\n")
    )


def table(heading: str, rows: Rows) -> str:
    """A heading, and under it a name and what it means per row."""
    column = max((len(name) for name, _ in rows if len(name) <= NAMES), default=NAMES)
    lines = [f"{heading}:"]
    for name, meaning in rows:
        indent = " " * (column + 4)
        if len(name) > column or not meaning:
            lines.append(f"  {name}")
        if meaning:
            lines.append(wrapped(meaning, f"  {name:{column}}  " if len(name) <= column else indent, indent))
    return "\n".join(lines)
