"""The physical side of a station: what a driver, a thunderstorm and a mechanic can do. These verbs are the interface.

All are coroutines, also those that need not wait, so that a script reads the same in Python and over HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from simulator.kernel.errors import NotPossible
from simulator.station import world
from simulator.station.world import Side
from simulator.v16.connectors import records
from simulator.v16.connectors.connector import WITH_VEHICLE, Connector
from simulator.v16.feature import Features
from simulator.v16.parts import Parts
from simulator.v16.profiles.firmware import FirmwareUpdates
from simulator.v16.profiles.local_list import LocalList
from simulator.v16.profiles.security.events import LOGGED, record

ERROR_CODES = frozenset(
    {
        "ConnectorLockFailure",
        "EVCommunicationError",
        "GroundFailure",
        "HighTemperature",
        "InternalError",
        "LocalListConflict",
        "OtherError",
        "OverCurrentFailure",
        "OverVoltage",
        "PowerMeterFailure",
        "PowerSwitchFailure",
        "ReaderFailure",
        "ResetFailure",
        "UnderVoltage",
        "WeakSignal",
    }
)
"""errorCode of StatusNotification without NoError (1.6 §7.6)."""


class World(world.World[Connector]):
    """The verbs. `connector` is a number from 1; where 0 is possible it means the whole station."""

    _left_out = "; its model leaves the profile out"
    _parts: Parts
    _features: Features

    def _places(self) -> Mapping[int, Connector]:
        return self._parts.connectors

    # --- the driver ---------------------------------------------------------------------------------------------------

    async def plug_in(self, connector: int) -> None:
        """Put the cable in, at the vehicle and at the station. Raises `NotPossible` when there is one."""
        one = self.connector(connector)
        one.plug()
        self._driver(one, "cable in")
        if one.authorized is not None and self._parts.supplied.on:
            self._parts.sessions.start(one)
        else:
            one.update()
        records.keep(self._parts, one)

    async def unplug(self, connector: int, side: Side = "both") -> None:
        """Take the cable out. A plug that is locked stays in.

        Raises `NotPossible` when only that plug was meant, and when nothing is plugged in where it was meant.
        """
        one = self.connector(connector)
        if side != "station" and (one.vehicle or one.fixed_cable or side == "vehicle"):
            one.unplug_vehicle()
            self._driver(one, "cable out at the vehicle")
            if one.transaction is not None and self._parts.supplied.on:
                # StopTransaction first, then the lock as configured (1.6 §4.10, §9.1.33)
                self._parts.sessions.vehicle_left(one)
            elif one.fixed_cable:
                one.update()
        if side != "vehicle" and not one.fixed_cable:
            if side == "both" and one.locked:
                self._driver(one, "the plug is locked and stays in")
            else:
                one.unplug_station()
                self._driver(one, "cable out at the station")
                one.update()
        records.keep(self._parts, one)

    async def present(self, tag: str, connector: int | None = None) -> None:
        """Hold a card to the reader; returns when the station has decided.

        Without `connector` the station has one reader for all and finds out which one is meant.
        """
        if connector is not None:
            self.connector(connector)
        hold = self._parts.clock.hold()
        try:
            await self._parts.reader.present(tag, connector)
        finally:
            hold.release()

    async def pause_ev(self, connector: int) -> None:
        """The vehicle takes no energy for now: SuspendedEV. Raises `NotPossible` without a transaction."""
        self._paused(connector, True).update()

    async def resume_ev(self, connector: int) -> None:
        """The vehicle takes energy again. Raises `NotPossible` without a transaction."""
        self._paused(connector, False).update()

    async def press_emergency_stop(self) -> None:
        """Somebody hits the red button: every transaction ends with reason EmergencyStop."""
        self._parts.sessions.stop_all("EmergencyStop")

    # --- faults -------------------------------------------------------------------------------------------------------

    async def raise_fault(
        self, connector: int, error_code: str, info: str | None = None, vendor_error_code: str | None = None
    ) -> None:
        """Let something break; 0 is the whole station. A fault ends the transaction it hits (reason Other).

        `error_code` is one of 1.6 §7.6. Raises `ValueError` for another one or for no such connector, `NotPossible` for
        EVCommunicationError where no vehicle is.
        """
        if error_code not in ERROR_CODES:
            raise ValueError(f"{error_code!r} is no errorCode; it is one of {', '.join(sorted(ERROR_CODES))}")
        of_vehicle = error_code == "EVCommunicationError"
        if of_vehicle and (connector == 0 or self.connector(connector).status not in WITH_VEHICLE):
            raise NotPossible("EVCommunicationError needs a connector that is " + ", ".join(WITH_VEHICLE))
        for affected in self._affected(connector):
            affected.break_down(error_code, info, vendor_error_code)
            if affected.faulted:
                self._parts.sessions.interrupt(affected, "Other")
            affected.update()
        if connector == 0:
            self._parts.main.faults[error_code] = (info, vendor_error_code)
            self._parts.main.update()

    async def clear_fault(self, connector: int) -> None:
        """Repair everything that is broken at this connector; 0 is the whole station."""
        if connector == 0:
            self._parts.main.faults.clear()
            self._parts.main.update()
        for affected in self._affected(connector):
            affected.repair()
            affected.lock_jammed = False
            affected.update()

    async def jam_lock(self, connector: int, jammed: bool = True) -> None:
        """Make the lock of the socket stick: UnlockConnector fails, and a new transaction cannot lock the cable."""
        self.connector(connector).lock_jammed = jammed

    async def jam_memory(self, jammed: bool = True) -> None:
        """Make the memory of the local list fail, so that SendLocalList does.

        Raises `NotPossible` for a station without one.
        """
        self._feature(LocalList, "local list").failing = jammed

    async def jam_firmware(self, jammed: bool = True) -> None:
        """Make the memory for firmware fail, so that an installation does.

        Raises `NotPossible` for a station without that profile.
        """
        self._feature(FirmwareUpdates, "firmware updates").failing = jammed

    async def set_clock(self, to: datetime) -> None:
        """Set the clock of the station to an aware moment, which is a security event. What waits for a time of day
        waits for the new one; what waits for so many seconds does not notice.
        """
        self._parts.timekeeper.set(to)

    async def security_event(self, type: str, tech_info: str = "") -> None:
        """Let something happen that the security extensions know, for example TamperDetectionActivated.

        Raises `ValueError` for an event that they do not name.
        """
        if type not in LOGGED:
            raise ValueError(f"{type!r} is no security event; it is one of {', '.join(sorted(LOGGED))}")
        record(self._features, type, tech_info)

    # --- power and network --------------------------------------------------------------------------------------------

    async def cut_power(self, *, graceful: bool = False) -> None:
        """Take the power away. `graceful`: a buffer lets the station stop its transactions and tell the CSMS first.

        Raises `NotPossible` when it has none.
        """
        if not self._parts.supplied.on:
            raise NotPossible("the station has no power already")
        await self._parts.power.switch_off("PowerLoss", graceful=graceful, abrupt=True)
