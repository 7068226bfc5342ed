"""The look of every command of the shell: `plugproof` and what stands under it, and `python -m` of the packages.

A command is written with typer. `command` makes it of a function, `examples` ends its help, `run` runs it; `Group`
finds the commands of other packages when they are called. Nothing here knows what a command does.
"""

from commandline.checks import filled
from commandline.command import Command, command, examples
from commandline.group import Elsewhere, Group
from commandline.nearest import nearest
from commandline.options import Heading, Shared, option
from commandline.running import run

__all__ = [
    "Command",
    "Elsewhere",
    "Group",
    "Heading",
    "Shared",
    "command",
    "examples",
    "filled",
    "nearest",
    "option",
    "run",
]
