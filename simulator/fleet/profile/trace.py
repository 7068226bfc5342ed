"""Sessions that real drivers have had, out of a CSV file (docs/load-profiles.md, "Real sessions").

begin,end,station,tag
2026-03-02T07:41:00Z,2026-03-02T11:02:30Z,depot-3,
2026-03-02T07:44:10Z,2026-03-02T08:20:00Z,depot-1,CARD-7
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Final

from simulator.kernel.nearest import nearest

COLUMNS: Final = ("begin", "end", "seconds", "station", "tag")

MOST: Final = 500_000
"""Sessions."""


class TraceError(ValueError):
    """A trace that cannot be used; the text is one sentence with the line and the fix."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A session: when the driver comes, seconds after the first one of all, and how long he stays."""

    at: float
    stay: float
    station: str = ""  # empty: any
    tag: str = ""  # empty: one of the plan


def read(text: str, speed: float = 1.0) -> tuple[Visit, ...]:
    """The sessions of a file in the order in which they begin, so many times as quick. Raises `TraceError`."""
    from ocppj.versions import ANYWHERE  # with validators, which a help does without

    rows = csv.reader(StringIO(text), strict=True)
    try:
        heading = [name.strip().lower() for name in next(rows, [])]
        _check(heading)
        visits = list(_visits(heading, rows, ANYWHERE))
    except csv.Error as error:
        raise TraceError(f"line {rows.line_num} is no CSV ({error}); correct it") from None
    if not visits:
        raise TraceError("there is no session below the heading; add one, or leave the trace out")
    first = min(visit.at for visit in visits)
    moved = (Visit((one.at - first) / speed, one.stay / speed, one.station, one.tag) for one in visits)
    return tuple(sorted(moved, key=lambda visit: visit.at))


def _check(heading: Sequence[str]) -> None:
    for name in heading:
        if name not in COLUMNS:
            near = nearest(name, COLUMNS)
            fix = f"did you mean {near}?" if near else f"the columns are {', '.join(COLUMNS)}"
            raise TraceError(f"line 1: there is no column {name!r}; {fix}")
        if heading.count(name) > 1:
            raise TraceError(f"line 1: the column {name} is there twice; remove one")
    if "begin" not in heading or ("end" in heading) == ("seconds" in heading):
        raise TraceError("line 1: it names the column begin and one of end and seconds, for example begin,end,station")


def _visits(heading: Sequence[str], rows: Iterator[list[str]], longest_tag: int) -> Iterator[Visit]:
    for line, row in enumerate(rows, 2):
        if not row:
            continue
        if len(row) != len(heading):
            raise TraceError(f"line {line} has {len(row)} values and the heading {len(heading)} columns; correct it")
        if line > MOST + 1:
            raise TraceError(f"line {line}: a trace has at most {MOST} sessions; cut it into parts")
        yield _visit(line, dict(zip(heading, (value.strip() for value in row), strict=True)), longest_tag)


def _visit(line: int, row: Mapping[str, str], longest_tag: int) -> Visit:
    at = _moment(line, "begin", row["begin"])
    stay = _number(line, "seconds", row["seconds"]) if "seconds" in row else _moment(line, "end", row["end"]) - at
    if stay <= 0:
        raise TraceError(f"line {line}: the session ends before it begins; correct one of the two")
    tag = row.get("tag", "")
    if len(tag) > longest_tag:
        raise TraceError(f"line {line}: tag {tag!r} has more than {longest_tag} characters; shorten it")
    return Visit(at, stay, row.get("station", ""), tag)


def _moment(line: int, name: str, text: str) -> float:
    """A dateTime with its zone, or seconds since whatever moment."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _number(line, name, text)
    if moment.tzinfo is None:
        raise TraceError(f"line {line}: {name} {text} has no time zone; write {text}Z if it is UTC")
    return moment.timestamp()


def _number(line: int, name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise TraceError(
            f"line {line}: {name} cannot be {text!r}; write 2026-03-02T07:41:00Z, or seconds as a number"
            if name != "seconds"
            else f"line {line}: seconds cannot be {text!r}; write a number"
        )
    return value
