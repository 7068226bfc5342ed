"""A command of another package, as tests/commandline/test_look.py knows one."""

from typing import Annotated

import typer

import commandline


@commandline.command("far", epilog=commandline.examples(("Go there", "brew far --deep")))
def command(
    deep: Annotated[bool, typer.Option("--deep", help="All the way.")] = False,
    place: Annotated[list[str] | None, typer.Option(callback=commandline.filled, metavar="P", help="Where.")] = None,
) -> int:
    """Somewhere else."""
    return 7 if deep else 0
