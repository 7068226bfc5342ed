"""The sequence of a case as a picture that stands alone: SVG, the station on the left, the CSMS on the right."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reports.evidence.sequence import Entry, Group, Step, fold, of_failure, of_trace, shorten
from reports.results.verdicts import Case, outcome, word
from reports.text.plain import clean, clip, wrap
from reports.text.templating import templates

TEMPLATE: Final = "sequence.svg.j2"
COLUMNS: Final[Mapping[str, str]] = {"station": "station", "csms": "CSMS"}
"""Headings of the two sides of a case of which the results keep none."""
MAX_ROWS: Final = 120
_HEAD, _BEFORE, _AFTER = 40, 50, 20
_CELLS: Final = 104
"""Cells of the fixed-width font that have room between the rails."""
_CELLS_BELOW: Final = 112


@dataclass(frozen=True)
class Row:
    """One row of the picture: how it is drawn (`up`, `down`, `csms`, ...), what it says, the time in ms."""

    way: str
    label: str
    detail: str = ""
    ms: float | None = None
    marked: bool = False


def picture(case: Case, entries: Sequence[Entry] | None) -> str:
    """The sequence of ``case`` as an SVG document; ``entries`` are its trace, None when only the results are there."""
    failure = case["failure"]
    steps = of_trace(entries, failure) if entries else of_failure(failure) if failure else []
    rows = [row for group in fold(steps, failure and failure["kind"]) for row in _rows(group)]
    if len(rows) > MAX_ROWS:
        marked = next((number for number, row in enumerate(rows) if row.marked), len(rows) - 1)
        rows = shorten(rows, marked, _gap, head=_HEAD, before=_BEFORE, after=_AFTER)
    return (
        templates()
        .get_template(TEMPLATE)
        .render(
            id=case["id"],
            outcome=outcome(case),
            word=word(outcome(case)),
            title=clip(clean(case["title"]), 76),
            told=case["reason"] or f"{len(steps)} steps",
            columns={
                side: clip(clean(name), 56) for side, name in (failure["columns"] if failure else COLUMNS).items()
            },
            rows=rows,
            below=list(_below(case)),
        )
    )


def _rows(group: Group) -> Iterator[Row]:
    if group.is_open:
        yield from map(_row, group.steps)
    else:
        yield Row("folded", clip(clean(group.summary), _CELLS))


def _row(step: Step) -> Row:
    way = {"station->csms": "up", "csms->station": "down"}.get(step.direction or "", "middle")
    name = step.label
    if step.kind in ("operator", "driver"):
        way, name = ("csms" if step.kind == "operator" else "station"), f"{step.kind}: {name}"
    label = clip(clean(name), _CELLS)
    detail = clip(clean(step.detail), max(_CELLS - len(label) - 2, 1)) if step.detail else ""
    return Row(way, label, detail, step.ms, step.offending)


def _gap(count: int) -> Row:
    return Row("gap", f"{count} more in the trace")


def _below(case: Case) -> Iterator[tuple[str, str]]:
    """The lines under the picture, each with its style: what was expected, what came, or the reason."""
    failure = case["failure"]
    if failure is None:
        texts = [("", case["reason"] or "")]
    else:
        rule = " · ".join(part for part in (failure["rule"], failure["ref"]) if part)
        texts = [
            ("soft", rule),
            ("", failure["sentence"]),
            ("", f"expected: {failure['expected']}"),
            ("bad", f"actual:   {failure['actual']}"),
        ]
    yield from ((style, line) for style, text in texts if text for line in wrap(clean(text), _CELLS_BELOW))
