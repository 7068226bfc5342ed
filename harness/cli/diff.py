"""`plugproof diff`: what changed between two runs, for people, for a merge request, for machines."""

import json
from dataclasses import dataclass
from pathlib import Path

import typer
from rich import box
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from harness.cli.app import usage
from harness.cli.results_file import read_results
from harness.cli.watch import PatientConsole
from reports.diff import FAIL_ON, Diff, compare, is_red
from reports.diff_markdown import diff_markdown
from reports.diff_tables import as_json, headline, note, runs, sections
from reports.terminal import Table

FORMATS = ("text", "md", "json")
MAX_WIDTH = 140
ROOMY = 100
"""Columns of a terminal below which a table leaves out what is least missed."""
_FOLDED = frozenset({"Action", "Case", "Why"})
_OPTIONAL = frozenset({"Samples", "p95 ms"})
_STYLES = {
    "FAIL": "bold red",
    "XPASS": "bold red",
    "ERROR": "bold red",
    "INCONCLUSIVE": "yellow",
    "XFAIL": "yellow",
    "PASS": "green",
    "slower": "bold red",
    "faster": "green",
}


@dataclass(frozen=True)
class Wish:
    """What the user wants; ``min_change`` in percent of the median."""

    old: Path
    new: Path
    format: str
    fail_on: tuple[str, ...]
    min_change: float


def run(wish: Wish) -> int:
    """Print the difference; gives 1 when something newly fails, or happened that ``fail_on`` names, else 0."""
    if wish.format not in FORMATS:
        usage(f"--format is {', '.join(FORMATS[:-1])} or {FORMATS[-1]}, not {wish.format}")
    for name in wish.fail_on:
        if name not in FAIL_ON:
            usage(f"--fail-on is {', '.join(FAIL_ON[:-1])} or {FAIL_ON[-1]}, not {name}")
    old, new = read_results(wish.old), read_results(wish.new)
    roles = [results["run"]["sut"]["role"] for results in (old, new)]
    if roles[0] != roles[1]:
        usage(f"{wish.old} tested a {roles[0]} and {wish.new} a {roles[1]}: compare two runs of the same role")
    diff = compare(old, new, min_change=wish.min_change)
    if wish.format == "json":
        typer.echo(json.dumps(as_json(diff), indent=1, ensure_ascii=False))
    elif wish.format == "md":
        typer.echo(diff_markdown(diff), nl=False)
    else:
        _print(diff)
    return 1 if is_red(diff, wish.fail_on) else 0


def _print(diff: Diff) -> None:
    console = PatientConsole(highlight=False)
    console.width = min(console.width, MAX_WIDTH)
    console.print(headline(diff), style="bold", markup=False)
    for warning in diff.warnings:
        console.print(f"warning: {warning}", style="yellow", markup=False)
    for section in sections(diff):
        console.print()
        console.print(_table(section.table, console.width))
    if diff.latency:
        console.print(Padding(note(diff), (0, 2)), style="dim", markup=False)
    console.print()
    for name, id, started, sut, version, outcome in runs(diff).rows:
        console.print(f"{name}: {id}, {started}, {sut}, plugproof {version}: {outcome}", markup=False)


def _table(table: Table, width: int) -> RichTable:
    shown = RichTable(title=table.title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    used = [number for number, header in enumerate(table.headers) if width >= ROOMY or header not in _OPTIONAL]
    for number in used:
        widest = max(len(table.headers[number]), *(len(row[number]) for row in table.rows))
        folded = table.headers[number] in _FOLDED
        shown.add_column(table.headers[number], overflow="fold", min_width=None if folded else widest)
    for row in table.rows:
        shown.add_row(*(Text(row[number], style=_STYLES.get(row[number], "")) for number in used))
    return shown
