"""A fleet of simulated charge points in one process (docs/load.md). `Fleet` and `Plan` are the door."""

from simulator.fleet.fleet import Fleet
from simulator.fleet.plan import Plan
from simulator.fleet.tally import Tally

__all__ = ["Fleet", "Plan", "Tally"]
