"""The scriptable charge point, OCPP 1.6J. `Station` is the door; everything else belongs to one feature each.

What is here is imported when it is first asked for, so that a command which only prints its help is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.kernel.clock import Clock, SystemClock, VirtualClock
    from simulator.kernel.errors import NotPossible
    from simulator.kernel.events import Event, NotReached
    from simulator.v16.station import ConnectFailed, Station

__all__ = ["Clock", "ConnectFailed", "Event", "NotPossible", "NotReached", "Station", "SystemClock", "VirtualClock"]

_HOMES = {
    "Clock": "simulator.kernel.clock",
    "ConnectFailed": "simulator.v16.station",
    "Event": "simulator.kernel.events",
    "NotPossible": "simulator.kernel.errors",
    "NotReached": "simulator.kernel.events",
    "Station": "simulator.v16.station",
    "SystemClock": "simulator.kernel.clock",
    "VirtualClock": "simulator.kernel.clock",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
