"""`plugproof diff`: what changed between two runs, for people, for a merge request, for machines."""

import json
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.padding import Padding

from harness.cli.commands.results_file import read_results
from harness.cli.precheck.watch import PatientConsole
from harness.cli.tables import console_for, rich_table, without
from harness.cli.usage import usage
from reports.diff.compare import FAIL_ON, Diff, compare, is_red
from reports.diff.markdown import diff_markdown
from reports.diff.tables import as_json, headline, note, runs, sections

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
    roomy = PatientConsole().width >= ROOMY
    tables = [
        rich_table(section.table if roomy else without(section.table, _OPTIONAL), _STYLES, folded=_FOLDED, right=False)
        for section in sections(diff)
    ]
    console = console_for(tables, MAX_WIDTH)
    console.print(headline(diff), style="bold", markup=False)
    for warning in diff.warnings:
        console.print(f"warning: {warning}", style="yellow", markup=False)
    for table in tables:
        console.print()
        console.print(table)
    if diff.latency:
        console.print(Padding(note(diff), (0, 2)), style="dim", markup=False)
    console.print()
    for name, id, started, sut, version, outcome in runs(diff).rows:
        console.print(f"{name}: {id}, {started}, {sut}, plugproof {version}: {outcome}", markup=False)
