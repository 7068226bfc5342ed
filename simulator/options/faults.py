"""`--fault NAME` and `--list-faults` of a command that runs a station."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import typer

from commandline import Heading
from simulator.options.usage import UsageError

FAULTS = Heading("Deliberate defects (docs/station-faults.md)")


def _known() -> list[tuple[str, str]]:
    """The catalogue, for the shell to complete."""
    from simulator.cli.versions import version

    return list(version().catalogue.sentences().items())


def _list_faults(asked: bool) -> None:
    if asked:
        for name, sentence in _known():
            typer.echo(f"{name:45} {sentence}")
        raise typer.Exit


@dataclass(frozen=True)
class FaultOptions:
    """What is broken on purpose."""

    fault: Annotated[list[str] | None, FAULTS("NAME", "A defect (repeatable).", autocompletion=_known)] = None
    list_faults: Annotated[
        bool, FAULTS(None, "Show them and end.", "--list-faults", callback=_list_faults, is_eager=True)
    ] = False


def checked(names: Iterable[str], ocpp: str) -> list[str]:
    """These names, when this version of OCPP has such faults. Raises `UsageError`."""
    names = list(names)
    if not names:
        return []
    from simulator.cli.versions import version
    from simulator.faults.catalogue import UnknownFault

    try:
        return [version(ocpp).catalogue.named(name).name for name in names]
    except UnknownFault as error:
        raise UsageError(f"--fault: {error}") from None
