"""A command with commands under it; those of other packages are imported when they are called or completed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer._click.shell_completion import CompletionItem  # typer has a click of its own, and exports this nowhere
from typer.core import TyperCommand, TyperGroup

from commandline.command import page
from commandline.nearest import nearest

NO_COMMAND = 2


@dataclass(frozen=True)
class Elsewhere:
    """A command of another package: `module:name` of its `Command`, and the first sentence of its help."""

    where: str
    sentence: str

    def get(self) -> TyperCommand:
        """Import it."""
        name, _, attribute = self.where.partition(":")
        module = import_module(name)
        found = getattr(module, attribute)
        assert isinstance(found, TyperCommand)
        return found


class Group(TyperGroup):
    """The commands that typer was given, and behind them those that are elsewhere."""

    elsewhere: ClassVar[Mapping[str, Elsewhere]] = {}

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """All names, imported or not."""
        return list(dict.fromkeys([*self.commands, *self.elsewhere]))

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | None:  # type: ignore[override]
        """The command of that name, imported now; None: there is no such."""
        found = self.commands.get(cmd_name)
        if found is None and cmd_name in self.elsewhere:
            found = self.elsewhere[cmd_name].get()
        assert found is None or isinstance(found, TyperCommand)
        return found

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As typer does, but what it suggests may be elsewhere."""
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-") and not ctx.resilient_parsing:
            ctx.fail(f"no such command: {args[0]}{nearest(args[0], known)}")
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Without arguments the help is shown, as for a mistake: a script that forgot them does not end with 0."""
        if not args and not ctx.resilient_parsing:
            typer.echo(self.get_help(ctx), err=True)
            raise typer.Exit(NO_COMMAND)
        return super().parse_args(ctx, args)

    def get_help(self, ctx: typer.Context) -> str:  # type: ignore[override]
        """The page of help; nothing is imported for it."""
        return page(self, ctx, [(name, self.sentence(name)) for name in self.list_commands(ctx)])

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Names of commands and options; nothing is imported for them."""
        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        options = super(TyperGroup, self).shell_complete(ctx, incomplete)  # typer's would get every command
        return [*(CompletionItem(name, help=self.sentence(name)) for name in names), *options]

    def sentence(self, name: str) -> str:
        """What the list of commands says of one."""
        if name in self.elsewhere:
            return self.elsewhere[name].sentence
        return (self.commands[name].help or "").partition("\n")[0]
