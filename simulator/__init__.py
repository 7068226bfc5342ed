"""The scriptable charge point. `Station` is one of OCPP 1.6J; that of OCPP 2.0.1 is in `simulator.v201.station`.

    async with Station("ws://127.0.0.1:9000/ocpp", id="CP1", connectors=2) as station:
        await station.plug_in(1)
        await station.present("TAG-1")
        await station.until(lambda s: s.connector(1).status == "Charging", within=10)

Everything else that is here belongs to it: what its verbs raise (`NotPossible`, `NotReached`, `ConnectFailed`), what
happens to it (`Event`), and its time (`SystemClock`, `VirtualClock`). Makes of charge points are in `simulator.models`,
defects in `simulator.v16.faults`, many stations in `simulator.fleet`, fixtures for pytest in `simulator.fixtures`.
docs/station.md shows how they are used.

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


def __dir__() -> list[str]:
    """What is offered, so that `help` shows it although nothing of it is imported yet."""
    return sorted(__all__)
