"""`plugproof pics`: the SUT file as the form that goes to a laboratory."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import typer

from harness.case.registry import catalogue, missing
from harness.cli.commands.documents import deliver, format_of
from harness.cli.usage import usage
from harness.edition import edition_of
from harness.exit_codes import ExitCode
from harness.sut import SutError
from harness.sut.reading import load


def run(file: Path, *, format: str | None, out: Path | None, complete: bool) -> int:
    """Write the form; with ``complete`` the exit code is 1 while a question is open."""
    chosen = format_of(format, out)
    try:
        sut = load(file)
    except SutError as error:
        usage(*error.sentences)
    nothing = missing(sut.role, sut.version)
    if nothing is not None:
        typer.echo(nothing, err=True)
    statement = edition_of(sut).claims.statement
    if statement is None:
        usage(f"{file}: there is no form of the PICS of OCPP {sut.version} yet")
    changed = datetime.fromtimestamp(int(file.stat().st_mtime), UTC)
    made = statement(sut, changed.strftime("%Y-%m-%dT%H:%M:%SZ"), catalogue(sut.version))
    deliver(made.written(chosen, partial(typer.echo, err=True)), out)
    if not (complete and made.unanswered):
        return ExitCode.OK
    count = len(made.unanswered)
    names = ", ".join(made.unanswered)
    typer.echo(f"{file}: {count} question{'s' * (count != 1)} without an answer: {names}", err=True)
    return ExitCode.FAILED
