"""The options of `plugproof station` and `plugproof fleet`, as the commands read them."""

from __future__ import annotations

from simulator.cli.main import command as station_command
from simulator.fleet.cli import options as fleet
from simulator.fleet.cli.main import command as fleet_command
from simulator.options.station import Given


def station_options(*arguments: str) -> Given:
    """Those of a station."""
    return Given(**station_command.make_context("station", list(arguments)).params)


def fleet_options(*arguments: str) -> fleet.Given:
    """Those of a fleet."""
    return fleet.Given(**fleet_command.make_context("fleet", list(arguments)).params)
