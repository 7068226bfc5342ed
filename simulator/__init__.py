"""The scriptable charge point, OCPP 1.6J. `Station` is the door; everything else belongs to one feature each.

What is here is imported when it is first asked for, so that a command which only prints its help is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.clock import Clock, SystemClock, VirtualClock
    from simulator.errors import NotPossible
    from simulator.events import Event, NotReached
    from simulator.station import ConnectFailed, Station

__all__ = ["Clock", "ConnectFailed", "Event", "NotPossible", "NotReached", "Station", "SystemClock", "VirtualClock"]

_HOMES = {
    "Clock": "clock",
    "ConnectFailed": "station",
    "Event": "events",
    "NotPossible": "errors",
    "NotReached": "events",
    "Station": "station",
    "SystemClock": "clock",
    "VirtualClock": "clock",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
