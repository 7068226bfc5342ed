"""CSV with a heading; comma, semicolon, tab or bar between the columns, which are called as members in JSON Lines."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Final

from harness.instruments.analysis.shapes.model import Read, Unread
from harness.instruments.analysis.shapes.records import KEYS, Names, has_message, read_record
from harness.instruments.analysis.shapes.shape import Head, Source, share

_BETWEEN: Final = ",;\t|"
_MOST_SAMPLES: Final = 200
LONGEST_CELL: Final = 16 << 20


class CsvTable:
    """As the module says."""

    name = "csv"
    title = "CSV"

    def sniff(self, head: Head) -> float:
        """As ``Shape``: the heading names a message, and the rows have one."""
        if not head.lines:
            return 0.0
        between, heading = _heading(head.lines[0])
        names = Names(head.keys)
        columns = dict.fromkeys(heading, "[")
        if len(heading) < 2 or not has_message(columns, names):
            return 0.0
        rows = [row for row in _rows(head.lines[1:_MOST_SAMPLES], between) if row]
        found = sum(has_message(dict(zip(heading, row, strict=False)), Names(head.keys)) for row in rows)
        return share(found, len(rows))

    def read(self, source: Source) -> Iterator[Read]:
        """As ``Shape``."""
        csv.field_size_limit(LONGEST_CELL)
        lines = (line + "\n" for _, line in source.lines())
        first = next(lines, None)
        if first is None:
            return
        between, heading = _heading(first)
        names = Names(source.keys)
        rows = csv.reader(lines, delimiter=between)
        while True:
            number = rows.line_num + 2
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                yield Unread(number, "", f"no row of CSV: {error}")
                continue
            whole = between.join(row)
            if len(row) < len(heading) and row:
                yield Unread(number, whole, f"{len(row)} cells, the heading has {len(heading)}")
            elif row:
                yield read_record(number, dict(zip(heading, row, strict=False)), names, whole)


def _rows(lines: Iterable[str], between: str) -> Iterator[list[str]]:
    """The rows up to the first that is none, such as one with a carriage return in the middle."""
    with suppress(csv.Error):
        yield from csv.reader(iter(lines), delimiter=between)


def _heading(line: str) -> tuple[str, Sequence[str]]:
    """What stands between the columns, and their names; the sign that brings the most names we know."""
    known = {name for names in KEYS.values() for name in names}
    line = line.removeprefix("\ufeff").rstrip("\r\n")
    rows = [(between, [cell.strip() for row in _rows([line], between) for cell in row]) for between in _BETWEEN]
    return max(rows, key=lambda row: (len(known.intersection(row[1])), len(row[1])))


SHAPE: Final = CsvTable()
