"""The statement of approval: who approves on the left, date and signature at the right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from reports.documents.document import Block, Cell, Row, cell

SIGNATURE: Final = "_" * 24
WIDTHS: Final = (18, 36, 14, 32)


@dataclass(frozen=True)
class Party:
    """One side that approves. ``entries`` are at least two names with their values."""

    title: str
    entries: Sequence[tuple[str, Cell]]
    date: Cell


def approval(parties: Iterable[Party]) -> Block:
    """The statement, one part for each side; signatures stay empty lines."""
    rows = tuple(row for party in parties for row in _rows(party))
    return Block("Statement of Approval", "facts", (), WIDTHS, rows)


def _rows(party: Party) -> Iterable[Row]:
    (name, value), (other, its), *rest = party.entries
    yield (cell(party.title),)
    yield cell(name), value, cell("Date", head=True), party.date
    yield cell(other), its, cell("Signature", head=True), cell(SIGNATURE)
    yield from ((cell(name), value) for name, value in rest)
