"""Run a command: what was wrong with its arguments is one sentence, and the exit code is returned."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException
from typer.main import get_command

from commandline.nearest import nearest


def run(
    made: TyperCommand | TyperGroup | typer.Typer, arguments: Sequence[str] | None = None, name: str | None = None
) -> int:
    """Run it with these arguments, by default those of the process; `name` is what its help calls it.

    Returns the exit code: what the function of the command returned or gave to `typer.Exit`, 2 for wrong arguments,
    130 after Ctrl-C that nobody took.
    """
    if isinstance(made, typer.Typer):
        found = get_command(made)
        assert isinstance(found, TyperCommand | TyperGroup)
        made = found
    _has_a_sign_for_everything()
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        code = made.main(given, prog_name=name or made.name, standalone_mode=False)
    except TyperException as error:
        print(_sentence(error, name or made.name or ""), file=sys.stderr)
        return error.exit_code
    assert code is None or isinstance(code, int), f"a command returned {code!r} instead of its exit code"
    return code or 0


def _has_a_sign_for_everything() -> None:
    """What is written to a pipe that is not UTF-8, as on Windows, has question marks in it and ends no command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.errors == "strict" and stream.encoding.lower() != "utf-8":
            stream.reconfigure(errors="replace")


def _sentence(error: TyperException, name: str) -> str:
    ctx = getattr(error, "ctx", None)  # it has one when it is known whose arguments they are
    path = name if ctx is None else ctx.command_path
    text = " ".join(error.format_message().split())
    if ctx is not None and hasattr(error, "possibilities"):  # an option that is not known
        option = str(getattr(error, "option_name", ""))
        known = [text for each in ctx.command.get_params(ctx) for text in (*each.opts, *each.secondary_opts)]
        text = f"no such option: {option}{nearest(option, known)}"
    return f"{path}: {text[:1].lower()}{text[1:]}\nTry '{path} --help'."
