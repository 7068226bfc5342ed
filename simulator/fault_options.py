"""`--fault NAME` and `--list-faults` of a command that runs a station."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from simulator.arguments import UsageError
from simulator.faults import CATALOGUE, UnknownFault, named


class _Show(argparse.Action):
    """Prints the catalogue and ends, whatever else was or was not given."""

    def __init__(self, option_strings: list[str], dest: str, **more: Any) -> None:
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, **more)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        for fault in CATALOGUE.values():
            print(f"{fault.name:45} {fault.sentence}")
        parser.exit()


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--fault", action="append", default=[], metavar="NAME", help="a deliberate defect; repeatable")
    parser.add_argument("--list-faults", action=_Show, help="show the deliberate defects and end")


def checked(names: Iterable[str]) -> list[str]:
    """These names, when there are such faults. Raises `UsageError`."""
    try:
        return [named(name).name for name in names]
    except UnknownFault as error:
        raise UsageError(f"--fault: {error}") from None
