"""How a command ends that cannot work with what it was given."""

from typing import NoReturn

import typer

from harness.exit_codes import ExitCode


def usage(*sentences: str) -> NoReturn:
    """End with what is wrong in the user's input, and exit code 2."""
    for sentence in sentences:
        typer.echo(sentence, err=True)
    raise typer.Exit(ExitCode.USAGE)
