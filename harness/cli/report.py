"""What a run prints when it is over: the failures, the tables, where the reports are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table as RichTable

from harness.cli.watch import PatientConsole
from harness.output import FILES
from reports.explanation import render
from reports.mismatches import contradictions
from reports.remarks import remarks
from reports.terminal import Table, performance_table, profile_table, totals
from reports.verdicts import OUTCOME_NAMES, ordered, outcome

MAX_WIDTH = 120
_OPTIONAL = frozenset({*OUTCOME_NAMES.values(), "Timeouts"} - {OUTCOME_NAMES["PASS"], OUTCOME_NAMES["FAIL"]})
_SHOWN = ("FAIL", "XPASS", "ERROR")


def print_results(results: dict[str, Any], out: Path) -> None:
    """Print to standard output, in colour on a terminal."""
    console = PatientConsole(highlight=False)
    width = min(console.width, MAX_WIDTH)
    for case in ordered(results["cases"]):
        if outcome(case) in _SHOWN:
            console.print()
            # The explanation is laid out already; rich may neither wrap it nor read markup in it.
            placed = {**case, "trace": str(out / case["trace"])} if case["trace"] else case
            text = render(placed, width=width, color=console.is_terminal and not console.no_color)
            console.file.write(text)
    console.print()
    console.print(_table(profile_table(results)))
    console.print(_table(performance_table(results, unit="ms")))
    for remark in remarks(results):
        console.print(f"note: {remark}", markup=False)
    for sentence in contradictions(results):
        console.print(f"claim: {sentence}", markup=False)
    for line in _reasons(results):
        console.print(line, markup=False)
    counts = ", ".join(f"{count} {OUTCOME_NAMES[name].lower()}" for name, count in totals(results).items() if count)
    console.print(f"{counts or 'nothing ran'} in {results['run']['seconds']:.1f} s")
    names = "  ".join(str(out / name) for name in FILES if (out / name).exists())
    console.print(f"reports: {names}", soft_wrap=True)
    console.print("Produced by an open harness; this is no certificate.")


def _reasons(results: dict[str, Any]) -> Iterator[str]:
    """Why cases were not judged, the ids that share a reason on one line."""
    for name in ("INCONCLUSIVE", "NOT_APPLICABLE"):
        by_reason: dict[str, list[str]] = {}
        for case in ordered(results["cases"]):
            if outcome(case) == name:
                by_reason.setdefault(case["reason"] or "", []).append(case["id"])
        for reason, ids in by_reason.items():
            yield f"{OUTCOME_NAMES[name].lower()}: {', '.join(ids)}: {reason}"


def _table(table: Table) -> RichTable:
    """Without the columns in which nothing was counted, so that it fits a narrow terminal."""
    shown = RichTable(title=table.title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    used = [
        number
        for number, header in enumerate(table.headers)
        if header not in _OPTIONAL or any(row[number] not in ("-", "0") for row in table.rows)
    ]
    for number in used:
        header = table.headers[number]
        widest = max(len(word) for word in header.split())
        shown.add_column(header, justify="left" if number == 0 else "right", overflow="fold", min_width=widest)
    for row in table.rows:
        shown.add_row(*(row[number] for number in used))
    return shown
