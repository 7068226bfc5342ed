"""`plugproof pics`: the SUT file as the form that goes to a laboratory."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import typer

from harness.cli.app import usage
from harness.cli.documents import deliver, format_of
from harness.exit_codes import ExitCode
from harness.pics_form import form
from harness.registry import all_cases, missing
from harness.sut import SutError, load
from reports.pics import write


def run(file: Path, *, format: str | None, out: Path | None, complete: bool) -> int:
    """Write the form; with ``complete`` the exit code is 1 while a question is open."""
    chosen = format_of(format, out)
    try:
        sut = load(file)
    except SutError as error:
        usage(*error.sentences)
    nothing = missing(sut.role)
    if nothing is not None:
        typer.echo(nothing, err=True)
    changed = datetime.fromtimestamp(int(file.stat().st_mtime), UTC)
    made = form(sut, changed.strftime("%Y-%m-%dT%H:%M:%SZ"), all_cases())
    deliver(write(made, chosen, tell=partial(typer.echo, err=True)), out)
    if not (complete and made.open):
        return ExitCode.OK
    count = len(made.open)
    names = ", ".join(question.key for question in made.open)
    typer.echo(f"{file}: {count} question{'s' * (count != 1)} without an answer: {names}", err=True)
    return ExitCode.FAILED
