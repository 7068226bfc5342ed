"""An option that several commands have is declared once (`simulator/options/shared.py`)."""

from __future__ import annotations

import pytest

from commandline import Command, Shared
from simulator.cli.main import command as station
from simulator.fleet.cli.main import command as fleet
from simulator.fleet.locust.main import command as load
from simulator.options import shared

SHARED = {(one.word, one.meaning) for one in vars(shared).values() if isinstance(one, Shared)}
SHARED.add((shared.URL.metavar, shared.URL.help))


def said(command: Command) -> dict[str, tuple[str | None, str]]:
    """The word and the sentence of each option, by its name."""
    sentences = {str(one.name): getattr(one, "help", "").partition(" [default: ")[0] for one in command.params}
    return {str(one.name): (one.metavar, sentences[str(one.name)]) for one in command.params}


@pytest.mark.parametrize(("one", "other"), [(station, fleet), (station, load), (fleet, load)])
def test_what_two_commands_say_alike_is_declared_once(one: Command, other: Command) -> None:
    first, second = said(one), said(other)
    alike = {first[name] for name in first.keys() & second.keys() if first[name] == second[name]}

    assert alike <= SHARED


def test_what_is_declared_for_several_commands_is_of_several() -> None:
    words = [set(said(command).values()) for command in (station, fleet, load)]

    assert {one for one in SHARED if sum(one in each for each in words) < 2} == set()
