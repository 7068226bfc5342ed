"""`plugproof diff`: what changed between two runs, for people, for a merge request, for machines."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich.padding import Padding

from harness.cli.commands.results_file import checked, read_document
from harness.cli.precheck.watch import PatientConsole
from harness.cli.tables import console_for, rich_table, without
from harness.cli.usage import usage
from reports.diff.compare import FAIL_ON, compare, is_red
from reports.diff.load_tables import load_json, load_told
from reports.diff.loads import compare_loads, is_load, is_load_red
from reports.diff.markdown import comment
from reports.diff.tables import as_json, told
from reports.diff.told import Told
from reports.results.validation import validate, validate_load

FORMATS = ("text", "md", "json")
MAX_WIDTH = 140
ROOMY = 100
"""Columns of a terminal below which a table leaves out what is least missed."""
_FOLDED = frozenset({"Action", "Case", "Limit", "Why"})
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
    documents = [read_document(path) for path in (wish.old, wish.new)]
    loads = [is_load(document) for document in documents]
    if loads[0] != loads[1]:
        load, other = (wish.old, wish.new) if loads[0] else (wish.new, wish.old)
        usage(f"{load} is the result of a load run and {other} is not: compare two load runs, or two runs of cases")
    told, data, red = (_loads if loads[0] else _cases)(wish, *documents)
    if wish.format == "json":
        typer.echo(json.dumps(data, indent=1, ensure_ascii=False))
    elif wish.format == "md":
        typer.echo(comment(told), nl=False)
    else:
        _print(told)
    return 1 if red else 0


def _cases(wish: Wish, *documents: Any) -> tuple[Told, dict[str, Any], bool]:
    old, new = (checked(path, one, validate) for path, one in zip((wish.old, wish.new), documents, strict=True))
    roles = [results["run"]["sut"]["role"] for results in (old, new)]
    if roles[0] != roles[1]:
        usage(f"{wish.old} tested a {roles[0]} and {wish.new} a {roles[1]}: compare two runs of the same role")
    diff = compare(old, new, min_change=wish.min_change)
    return told(diff), as_json(diff), is_red(diff, wish.fail_on)


def _loads(wish: Wish, *documents: Any) -> tuple[Told, dict[str, Any], bool]:
    old, new = (checked(path, one, validate_load) for path, one in zip((wish.old, wish.new), documents, strict=True))
    diff = compare_loads(old, new, min_change=wish.min_change)
    return load_told(diff), load_json(diff), is_load_red(diff, wish.fail_on)


def _print(told: Told) -> None:
    roomy = PatientConsole().width >= ROOMY
    tables = [
        rich_table(section.table if roomy else without(section.table, _OPTIONAL), _STYLES, folded=_FOLDED, right=False)
        for section in told.sections
    ]
    console = console_for(tables, MAX_WIDTH)
    console.print(told.headline, style="bold", markup=False)
    for warning in told.warnings:
        console.print(f"warning: {warning}", style="yellow", markup=False)
    for table in tables:
        console.print()
        console.print(table)
    if told.note:
        console.print(Padding(told.note, (0, 2)), style="dim", markup=False)
    console.print()
    for name, *facts, version, outcome in told.runs.rows:
        console.print(f"{name}: {', '.join(facts)}, plugproof {version}: {outcome}", markup=False)
