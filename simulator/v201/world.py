"""The physical side of a station: what a driver, a thunderstorm and a mechanic can do. These verbs are the interface.

They are called as those of OCPP 1.6, so that a script, the terminal and the API play both; `connector` is the number of
an EVSE, which has one connector. All are coroutines, also those that need not wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from simulator.kernel.errors import NotPossible
from simulator.station import world
from simulator.station.security_events import record
from simulator.station.world import Side
from simulator.v201.authorization.id_token import OF_A_CARD, TYPES, IdToken
from simulator.v201.blocks.security import EVENTS
from simulator.v201.evses import records
from simulator.v201.evses.evse import Evse
from simulator.v201.feature import Features
from simulator.v201.parts import Parts


class World(world.World[Evse]):
    """The verbs. `connector` is a number from 1; where 0 is possible it means the whole station."""

    _parts: Parts
    _features: Features

    def _places(self) -> Mapping[int, Evse]:
        return self._parts.evses

    # --- the driver ---------------------------------------------------------------------------------------------------

    async def plug_in(self, connector: int) -> None:
        """Put the cable in, at the vehicle and at the station. Raises `NotPossible` when there is one."""
        evse = self.connector(connector)
        evse.plug()
        self._driver(evse, "cable in")
        if self._parts.supplied.on:
            self._parts.sessions.connected(evse)
        records.keep(self._parts, evse)

    async def unplug(self, connector: int, side: Side = "both") -> None:
        """Take the cable out. A plug that is locked stays in.

        Raises `NotPossible` when only that plug was meant, and when nothing is plugged in where it was meant.
        """
        evse = self.connector(connector)
        fixed = evse.outlet.fixed_cable
        if side != "station" and (evse.vehicle or fixed or side == "vehicle"):
            evse.unplug_vehicle()
            self._driver(evse, "cable out at the vehicle")
            if self._parts.supplied.on and (evse.transaction is not None or evse.admission is not None):
                self._parts.sessions.disconnected(evse)
        if side != "vehicle" and not fixed:
            if side == "both" and evse.locked:
                self._driver(evse, "the plug is locked and stays in")
            else:
                evse.unplug_station()
                self._driver(evse, "cable out at the station")
        evse.update()
        records.keep(self._parts, evse)

    async def present(self, tag: str, connector: int | None = None, token_type: str = OF_A_CARD) -> None:
        """Hold a card to the reader; returns when the station has decided.

        Without `connector` the station has one reader for all and finds out which one is meant. `token_type` is the
        type of the idToken. Raises `ValueError` for a type or a connector that there is not.
        """
        if connector is not None:
            self.connector(connector)
        if token_type not in TYPES:
            raise ValueError(f"{token_type!r} is no type of idToken; it is one of {', '.join(sorted(TYPES))}")
        hold = self._parts.clock.hold()
        try:
            await self._parts.reader.present(IdToken(tag, token_type), connector)
        finally:
            hold.release()

    async def pause_ev(self, connector: int) -> None:
        """The vehicle takes no energy for now: SuspendedEV. Raises `NotPossible` without a transaction."""
        self._parts.sessions.changed(self._paused(connector, True))

    async def resume_ev(self, connector: int) -> None:
        """The vehicle takes energy again. Raises `NotPossible` without a transaction."""
        self._parts.sessions.changed(self._paused(connector, False))

    async def press_emergency_stop(self) -> None:
        """Somebody hits the red button: every transaction ends with stoppedReason EmergencyStop."""
        self._parts.sessions.end_all("AbnormalCondition", "EmergencyStop")

    # --- faults -------------------------------------------------------------------------------------------------------

    async def raise_fault(self, connector: int, error_code: str = "InternalError") -> None:
        """Let something break; 0 is the whole station. A fault ends the transaction it hits (stoppedReason Other)."""
        for evse in self._affected(connector):
            evse.faults = (*evse.faults, error_code)
            if evse.transaction is not None or evse.admission is not None:
                self._parts.sessions.end(evse, "AbnormalCondition", "Other")
            self._parts.sessions.changed(evse)

    async def clear_fault(self, connector: int) -> None:
        """Repair everything that is broken at this connector; 0 is the whole station."""
        for evse in self._affected(connector):
            evse.faults, evse.jammed = (), False
            self._parts.sessions.changed(evse)

    async def jam_lock(self, connector: int, jammed: bool = True) -> None:
        """Make the lock of the socket stick: UnlockConnector fails, and nobody can charge."""
        self.connector(connector).jammed = jammed

    async def set_clock(self, to: datetime) -> None:
        """Set the clock of the station to an aware moment, which is a security event. What waits for a time of day
        waits for the new one; what waits for so many seconds does not notice.
        """
        self._parts.timekeeper.set(to)

    async def security_event(self, type: str, tech_info: str = "") -> None:
        """Let something happen that the standard knows as a security event, for example TamperDetectionActivated.

        Raises `ValueError` for an event that it does not name.
        """
        if type not in EVENTS:
            raise ValueError(f"{type!r} is no security event; it is one of {', '.join(sorted(EVENTS))}")
        record(self._features, type, tech_info)

    # --- power and network --------------------------------------------------------------------------------------------

    async def cut_power(self, *, graceful: bool = False) -> None:
        """Take the power away. `graceful`: a buffer lets the station end its transactions and tell the CSMS first.

        Raises `NotPossible` when it has none.
        """
        if not self._parts.supplied.on:
            raise NotPossible("the station has no power already")
        await self._parts.power.switch_off("AbnormalCondition", "PowerLoss", graceful=graceful, abrupt=True)
