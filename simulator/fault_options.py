"""`--fault NAME` and `--list-faults` of a command that runs a station."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import typer

from simulator.usage import UsageError

FAULTS = "Deliberate defects (docs/station-faults.md)"


def _known() -> list[tuple[str, str]]:
    """The catalogue, for the shell to complete."""
    from simulator.faults import CATALOGUE

    return [(fault.name, fault.sentence) for fault in CATALOGUE.values()]


def _list_faults(asked: bool) -> None:
    if asked:
        for name, sentence in _known():
            typer.echo(f"{name:45} {sentence}")
        raise typer.Exit


@dataclass(frozen=True)
class FaultOptions:
    """What is broken on purpose."""

    fault: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", autocompletion=_known, rich_help_panel=FAULTS, help="A defect (repeatable)."),
    ] = None
    list_faults: Annotated[
        bool,
        typer.Option(
            "--list-faults", callback=_list_faults, is_eager=True, rich_help_panel=FAULTS, help="Show them and end."
        ),
    ] = False


def checked(names: Iterable[str]) -> list[str]:
    """These names, when there are such faults. Raises `UsageError`."""
    names = list(names)
    if not names:
        return []
    from simulator.faults import UnknownFault, named

    try:
        return [named(name).name for name in names]
    except UnknownFault as error:
        raise UsageError(f"--fault: {error}") from None
