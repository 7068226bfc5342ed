"""What the options of a command of `plugproof` are, as the command says itself."""

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from harness.cli.app import app


def options_of(name: str) -> set[str]:
    """The options that a command may have. Fails for a command that there is not."""
    root = get_command(app)
    assert isinstance(root, TyperGroup)
    found = root.get_command(typer.Context(root, info_name="plugproof"), name)
    assert isinstance(found, TyperCommand), name
    return {option for each in found.params if isinstance(each, TyperOption) for option in (*each.opts, "--help")}
