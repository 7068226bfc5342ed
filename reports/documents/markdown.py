"""A document as a Markdown page."""

import re
from collections.abc import Iterable
from typing import Final

from reports.documents.document import DASH, Block, Cell, Document, Row, cell
from reports.documents.sources import CONSTANT

_TECHNICAL: Final = re.compile(r"[\\`*\[\]<>|#~&_]")
_FACTS: Final = ("Item", "Value")


def markdown(document: Document) -> str:
    """The page; the letter of a source stands raised behind its value."""
    parts = [f"> {_escaped(document.disclaimer)}"]
    if document.notice:
        parts.append(f"> **{_escaped(document.notice)}**")
    parts += [f"# {_escaped(document.title)}", *map(_marked, document.remarks)]
    for block in document.blocks:
        parts += [f"## {_escaped(block.title)}", *_body(block)]
    return "\n\n".join([*parts, _escaped(document.legend)]) + "\n"


def _body(block: Block) -> Iterable[str]:
    columns = block.columns or _FACTS * (len(block.widths) // len(_FACTS))
    if block.rows:
        head = [_line(columns), _line(["---"] * len(columns))]
        yield "\n".join([*head, *(_line(_cells(row, len(columns))) for row in block.rows)])
    yield from map(_marked, block.remarks)
    for more in block.more:
        yield from _body(more)


def _cells(row: Row, width: int) -> list[str]:
    """The row in full width: dashes stand where there is no cell."""
    return [_marked(part) for part in (*row, *[cell(DASH)] * (width - len(row)))]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _marked(part: Cell) -> str:
    text = f"**{_escaped(part.text)}**" if part.open else _escaped(part.text)
    return text if part.source == CONSTANT else f"{text} <sup>{part.source}</sup>"


def _escaped(text: str) -> str:
    """Plain text: nothing in it becomes a tag, a link or a cell."""
    return _TECHNICAL.sub(r"\\\g<0>", text)
