"""A command in the look of all: typer reads the function, the page of its help is ours."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.exceptions import TyperException
from typer.main import get_command

from commandline.page import UNBROKEN, WIDEST, Rows, table, wrapped

HEADING = "Examples:"
INTERRUPTED = 130


def examples(*shown: tuple[str, str]) -> str:
    """The epilog of a command: what an example shows, in a few words, and the line to type, as it is.

    An example without a word is the next step of the one before it. A line that is too long goes on in the next one as
    a shell takes it, broken before an option.
    """
    blocks = [f"\n\n  # {what}\n{_typed(line)}" if what else f"\n{_typed(line)}" for what, line in shown]
    return HEADING + "".join(blocks).replace("\n\n", "\n", 1)


def _typed(line: str) -> str:
    if "\n" in line or len(f"  {line}") <= WIDEST:  # broken by its author, or short enough
        return f"  {line}"
    first, *options = re.split(r" (?=-)", line)
    lines = [f"  {first}"]
    for option in options:
        if len(lines[-1]) + len(option) + len("  \\") > WIDEST:
            lines.append(f"    {option}")
        else:
            lines[-1] += f" {option}"
    return " \\\n".join(lines)


class Command(TyperCommand):
    """A command; `examples` writes its epilog. `rich_help_panel` of an option is the heading it stands under."""

    def get_help(self, ctx: typer.Context) -> str:  # type: ignore[override]
        """The page of help."""
        return page(self, ctx)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As typer does; but what is wrong with an option is always told of this command, not of the whole."""
        try:
            return super().parse_args(ctx, args)
        except TyperException as error:
            if getattr(error, "ctx", None) is None:
                error.ctx = ctx  # type: ignore[attr-defined]
            raise

    def invoke(self, ctx: Any) -> Any:
        """As typer does; Ctrl-C that the command has not taken itself is told, and has one exit code."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo("interrupted", err=True)
            raise typer.Exit(INTERRUPTED) from None


def command(
    name: str, *, epilog: str, context_settings: dict[str, Any] | None = None, cls: type[Command] = Command
) -> Callable[[Callable[..., Any]], Command]:
    """Make a command of a function with typer's annotations; its docstring is the help.

    The function returns the exit code, or raises `typer.Exit`; None is 0.
    """

    def made(function: Callable[..., Any]) -> Command:
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        app.command(name, cls=cls, epilog=epilog, context_settings=context_settings)(function)
        found = get_command(app)
        assert isinstance(found, Command)
        return found

    return made


def page(made: TyperCommand | TyperGroup, ctx: typer.Context, commands: Rows = ()) -> str:
    """The help of a command or, with `commands`, of a group."""
    pieces = ["[OPTIONS]", *(_piece(each) for each in made.get_params(ctx) if isinstance(each, TyperArgument))]
    if isinstance(made, TyperGroup):
        pieces.append("COMMAND [ARGUMENTS]...")
    parts = [wrapped(" ".join(pieces), f"Usage: {ctx.command_path} ", " " * 9)]
    if made.help:
        paragraphs = inspect.cleandoc(made.help).split("\n\n")
        parts.append(wrapped("\n\n".join(" ".join(each.split()) for each in paragraphs), "  "))
    sections: dict[str, list[tuple[str, str]]] = {}
    for heading, row in _rows(made, ctx):
        sections.setdefault(heading, []).append(row)
    parts += [table(heading, rows) for heading, rows in sections.items()]
    if commands:
        parts.append(table("Commands", commands))
    if made.epilog:
        parts.append(made.epilog)
    return "\n\n".join(parts)


def _rows(made: TyperCommand | TyperGroup, ctx: typer.Context) -> Iterator[tuple[str, tuple[str, str]]]:
    """Arguments, then options in the order in which they are written, each with its heading."""
    shown = [each for each in made.get_params(ctx) if isinstance(each, TyperArgument | TyperOption) and not each.hidden]
    for kind, heading in ((TyperArgument, "Arguments"), (TyperOption, "Options")):
        for each in shown:
            record = each.get_help_record(ctx)
            if isinstance(each, kind) and record is not None:
                yield each.rich_help_panel or heading, (_name(each), _kept_together(record[1]))


def _kept_together(meaning: str) -> str:
    """`[default: 20; x>=0]`, which typer puts behind the text, is one word."""
    text, bracket, extra = meaning.partition("  [")
    return f"{text.rstrip()} [{extra.replace(' ', UNBROKEN)}" if bracket else text


def _piece(argument: TyperArgument) -> str:
    name = _word(argument)
    return (name if argument.required else f"[{name}]") + ("..." if argument.nargs == -1 else "")


def _name(shown: TyperArgument | TyperOption) -> str:
    """What to type: `-n, --workers N`, `FILE`."""
    if isinstance(shown, TyperArgument):
        return _word(shown)
    names = ", ".join([*sorted(shown.opts, key=len), *shown.secondary_opts])
    return names if shown.is_flag else f"{names} {_word(shown)}"


def _word(shown: TyperArgument | TyperOption) -> str:
    return shown.metavar or shown.name.upper()
