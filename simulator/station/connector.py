"""A connector as a thing: its cable, its lock, its meter. What follows from them says the version."""

from __future__ import annotations

from simulator.hardware.make import Outlet
from simulator.hardware.meter import Meter, Reading
from simulator.kernel.errors import NotPossible
from simulator.station.context import Context

_BATTERY_WH = 60_000.0
_SOC_ON_ARRIVAL = 20.0


class Connector:
    """One connector. The attributes are facts."""

    __slots__ = ("_at_plug_in", "cable", "context", "ev_paused", "id", "locked", "meter", "outlet", "vehicle")

    context: Context

    def __init__(self, number: int, context: Context) -> None:
        self.id = number
        self.context = context
        self.outlet: Outlet = context.facts.outlets[number - 1]  # what it is built as
        self.meter = Meter(context.clock.monotonic)
        self.cable = False  # plug in the socket; with a fixed cable: the vehicle is connected
        self.vehicle = False
        self.locked = False
        self.ev_paused = False
        self._at_plug_in = 0

    def plug(self) -> None:
        """The cable goes in at both ends. Raises `NotPossible`."""
        if self.cable and self.vehicle:
            raise NotPossible(f"connector {self.id} already has a cable; unplug it first")
        if not self.cable:
            self._at_plug_in = self.meter.register
        self.cable = self.vehicle = True

    def unplug_vehicle(self) -> None:
        """The end at the vehicle comes out. Raises `NotPossible`."""
        if not self.vehicle:
            raise NotPossible(f"connector {self.id} has no vehicle connected")
        self.vehicle = False
        if self.outlet.fixed_cable:
            self.cable = False

    def unplug_station(self) -> None:
        """The end at the station comes out. Raises `NotPossible` while it is locked."""
        if not self.cable:
            raise NotPossible(f"connector {self.id} has no cable")
        if self.locked:
            raise NotPossible(f"the cable is locked in connector {self.id}")
        self.cable = self.vehicle = False

    def _reading(self, offered: float, *, has_battery: bool = True) -> Reading:
        """What the instruments show now, when `offered` watt can be had; `has_battery`: and that of a vehicle."""
        register, outlet = self.meter.register, self.outlet
        soc = min(100.0, _SOC_ON_ARRIVAL + 100.0 * (register - self._at_plug_in) / _BATTERY_WH)
        phases = 0 if outlet.direct else outlet.phases
        return Reading(register, self.meter.power, offered, phases, soc if has_battery else None, outlet.voltage)
