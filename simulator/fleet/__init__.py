"""A fleet of simulated charge points in one process (docs/load.md). `Fleet` and `Plan` are the door.

What is here is imported when it is first asked for, so that a command which only prints its help is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.fleet.counting.tally import Tally
    from simulator.fleet.fleet import Fleet
    from simulator.fleet.plan import Plan

__all__ = ["Fleet", "Plan", "Tally"]

_HOMES = {
    "Fleet": "simulator.fleet.fleet",
    "Plan": "simulator.fleet.plan",
    "Tally": "simulator.fleet.counting.tally",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """What is offered, so that `help` shows it although nothing of it is imported yet."""
    return sorted(__all__)
