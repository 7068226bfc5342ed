"""What a run prints when it is over: the failures, the tables, where the reports are."""

from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table as RichTable

from harness.output import FILES
from reports.explanation import render
from reports.terminal import Table, performance_table, profile_table, totals
from reports.verdicts import OUTCOME_NAMES, ordered, outcome

MAX_WIDTH = 120
_SHOWN = ("FAIL", "XPASS", "ERROR")


def print_results(results: dict[str, Any], out: Path) -> None:
    """Print to standard output, in colour on a terminal."""
    console = Console(highlight=False)
    width = min(console.width, MAX_WIDTH)
    for case in ordered(results["cases"]):
        if outcome(case) in _SHOWN:
            console.print()
            # The explanation is laid out already; rich may neither wrap it nor read markup in it.
            text = render(case, width=width, color=console.is_terminal and not console.no_color)
            console.file.write(text)
    console.print()
    console.print(_table(profile_table(results)))
    console.print(_table(performance_table(results)))
    counts = ", ".join(f"{count} {OUTCOME_NAMES[name].lower()}" for name, count in totals(results).items() if count)
    console.print(f"{counts or 'nothing ran'} in {results['run']['seconds']:.1f} s")
    names = "  ".join(str(out / name) for name in FILES)
    console.print(f"reports: {names}", soft_wrap=True)
    console.print("Produced by an open harness; this is no certificate.")


def _table(table: Table) -> RichTable:
    shown = RichTable(title=table.title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for number, header in enumerate(table.headers):
        shown.add_column(header, justify="left" if number == 0 else "right", overflow="fold")
    for row in table.rows:
        shown.add_row(*row)
    return shown
