"""What a run prints when it is over: the failures, the tables, where the reports are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.artifacts.writing import FILES
from harness.cli.tables import console_for, rich_table, without
from reports.evidence.explanation import render
from reports.results import asked, compatibility
from reports.results.causes import Cause, causes
from reports.results.headline import interruption, notices, why
from reports.results.load import load_tables
from reports.results.mismatches import contradictions
from reports.results.remarks import remarks
from reports.results.tables import performance_table, profile_table
from reports.results.verdicts import OUTCOME_NAMES, exit_code, ordered, outcome, totals
from reports.text.plain import visible, wrap
from reports.text.table import Table

MAX_WIDTH = 120
_OPTIONAL = frozenset({*OUTCOME_NAMES.values(), "Timeouts"} - {OUTCOME_NAMES["PASS"], OUTCOME_NAMES["FAIL"]})
_FOLDED = frozenset({"Profile", "Name", "Samples", "Limit", "Measured"})
_SHOWN = ("FAIL", "XPASS", "ERROR")
_SAME = "  the same in "
_FEW = 3
"""Cases whose ids stand before their reason."""


def print_results(results: dict[str, Any], out: Path) -> None:
    """Print to standard output, in colour on a terminal."""
    found = (profile_table(results), performance_table(results, unit="ms"), *load_tables(results))
    tables = [rich_table(_used(table), folded=_FOLDED) for table in found]
    console = console_for(tables, MAX_WIDTH)
    color = console.is_terminal and not console.no_color
    for cause in causes(case for case in ordered(results["cases"]) if outcome(case) in _SHOWN):
        console.print()
        # The explanation is laid out already; rich may neither wrap it nor read markup in it.
        console.file.write("".join(f"{line}\n" for line in _explained(cause, out, console.width, color=color)))
    console.print()
    for table in tables:
        console.print(table)
    for remark in remarks(results):
        console.print(visible(f"note: {remark}"), markup=False)
    for sentence in asked.differences(results):
        console.print(visible(f"sent: {sentence}"), markup=False)
    for sentence in contradictions(results):
        console.print(visible(f"claim: {sentence}"), markup=False)
    for one in compatibility.insisted(results):
        told = f"tool: {one.rule}: {one.message} ({', '.join(one.ids[:_FEW])}{' …' * (len(one.ids) > _FEW)})"
        console.print(visible(told), markup=False)
    for line in _reasons(results, console.width):
        console.print(visible(line), markup=False)
    for notice in notices(results):
        console.print(visible(f"run: {notice}"), markup=False)
    cut = interruption(results)
    counts = ", ".join(f"{count} {OUTCOME_NAMES[name].lower()}" for name, count in totals(results).items() if count)
    told = f"{counts or 'nothing ran'} in {results['run']['seconds']:.1f} s"
    console.print(f"{cut}: {told}" if cut else told)
    if exit_code(results):
        console.print(f"exit code {exit_code(results)}: {visible(why(results))}", markup=False)
    names = "  ".join(str(out / name) for name in FILES if (out / name).exists())
    console.print(f"reports: {names}", soft_wrap=True)
    console.print("Produced by an open harness; this is no certificate.")


def _explained(cause: Cause, out: Path, width: int, *, color: bool) -> Iterator[str]:
    """The first case of a cause in full, then the ids of the others."""
    case = cause.example
    placed = {**case, "trace": str(out / case["trace"])} if case["trace"] else case
    yield render(placed, width=width, color=color).rstrip("\n")
    if cause.others:
        count = len(cause.others)
        first, *rest = wrap(f"{count} other{'s' * (count != 1)}: {', '.join(cause.others)}", width - len(_SAME))
        yield f"{_SAME}{first}"
        yield from (f"{' ' * len(_SAME)}{line}" for line in rest)


def _reasons(results: dict[str, Any], width: int) -> Iterator[str]:
    """Why cases were not judged: each reason once, and the ids of many cases below it."""
    for name in ("INCONCLUSIVE", "NOT_RUN", "NOT_APPLICABLE"):
        word = OUTCOME_NAMES[name].lower()
        by_reason: dict[str, list[str]] = {}
        for case in ordered(results["cases"]):
            if outcome(case) == name:
                reason = (case["reason"] or "").removeprefix(f"{word}: ")
                by_reason.setdefault(reason, []).append(case["id"])
        for reason, ids in by_reason.items():
            if len(ids) <= _FEW:
                yield f"{word}: {', '.join(ids)}: {reason}"
            else:
                yield f"{word}, {len(ids)} cases: {reason}"
                yield from (f"  {line}" for line in wrap(", ".join(ids), width - 2))


def _used(table: Table) -> Table:
    """Without the columns in which nothing was counted, so that it fits a narrow terminal."""
    empty = {
        header
        for number, header in enumerate(table.headers)
        if header in _OPTIONAL and all(row[number] in ("-", "0") for row in table.rows)
    }
    return without(table, empty)
