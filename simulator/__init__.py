"""The scriptable charge point, OCPP 1.6J. `Station` is the door; everything else belongs to one feature each."""

from simulator.clock import Clock, SystemClock, VirtualClock
from simulator.errors import NotPossible
from simulator.events import Event, NotReached
from simulator.station import ConnectFailed, Station

__all__ = ["Clock", "ConnectFailed", "Event", "NotPossible", "NotReached", "Station", "SystemClock", "VirtualClock"]
