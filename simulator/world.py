"""The physical side of a station: what a driver, a thunderstorm and a mechanic can do. These verbs are the interface.

All are coroutines, also those that need not wait, so that a script reads the same in Python and over HTTP.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypeVar

from simulator import by_hand
from simulator.by_hand import How
from simulator.connectors import WITH_VEHICLE, Connector
from simulator.data_transfer import DataTransfer, Handler
from simulator.errors import NotPossible
from simulator.feature import Feature
from simulator.firmware import FirmwareUpdates
from simulator.local_list import LocalList
from simulator.parts import Parts
from simulator.security.events import LOGGED, record
from simulator.timekeeping import set_time

_F = TypeVar("_F", bound=Feature)
Side = Literal["both", "vehicle", "station"]

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


class World:
    """The verbs. `connector` is a number from 1; where 0 is possible it means the whole station."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def connector(self, number: int) -> Connector:
        """One connector. Raises `ValueError` for a number the station does not have."""
        connector = self._parts.connectors.get(number)
        if connector is None:
            raise ValueError(
                f"station {self._parts.link.dial.identity} has connectors 1 to {len(self._parts.connectors)}, "
                f"not {number}"
            )
        return connector

    # --- the driver ---------------------------------------------------------------------------------------------------

    async def plug_in(self, connector: int) -> None:
        """Put the cable in, at the vehicle and at the station. Raises `NotPossible` when there is one."""
        one = self.connector(connector)
        one.plug()
        self._driver(one, "cable in")
        if one.authorized is not None and self._parts.power.on:
            self._parts.sessions.start(one)
        else:
            one.update()
        self._parts.sessions.keep(one)

    async def unplug(self, connector: int, side: Side = "both") -> None:
        """Take the cable out. A plug that is locked stays in.

        Raises `NotPossible` when only that plug was meant, and when nothing is plugged in where it was meant.
        """
        one = self.connector(connector)
        if side != "station" and (one.vehicle or one.fixed_cable or side == "vehicle"):
            one.unplug_vehicle()
            self._driver(one, "cable out at the vehicle")
            if one.transaction is not None and self._parts.power.on:
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
        self._parts.sessions.keep(one)

    def _driver(self, connector: Connector, text: str) -> None:
        self._parts.events.publish("driver", f"connector {connector.id}: {text}", connector.id)

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
        """The vehicle takes no energy for now: SuspendedEV."""
        self._ev_pauses(connector, True)

    async def resume_ev(self, connector: int) -> None:
        """The vehicle takes energy again."""
        self._ev_pauses(connector, False)

    def _ev_pauses(self, number: int, paused: bool) -> None:
        connector = self.connector(number)
        if connector.transaction is None:
            raise NotPossible(f"connector {number} has no transaction to pause or resume")
        connector.ev_paused = paused
        connector.update()

    async def press_emergency_stop(self) -> None:
        """Somebody hits the red button: every transaction ends with reason EmergencyStop."""
        self._parts.sessions.stop_all("EmergencyStop")

    # --- faults -------------------------------------------------------------------------------------------------------

    async def raise_fault(
        self, connector: int, error_code: str, info: str | None = None, vendor_error_code: str | None = None
    ) -> None:
        """Let something break; 0 is the whole station. A fault ends the transaction it hits (reason Other)."""
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

    def _affected(self, connector: int) -> tuple[Connector, ...]:
        return tuple(self._parts.connectors.values()) if connector == 0 else (self.connector(connector),)

    async def jam_lock(self, connector: int, jammed: bool = True) -> None:
        """Make the lock of the socket stick: UnlockConnector fails, and a new transaction cannot lock the cable."""
        self.connector(connector).lock_jammed = jammed

    async def jam_memory(self, jammed: bool = True) -> None:
        """Make the memory of the local list fail, so that SendLocalList does."""
        self._feature(LocalList, "local list").failing = jammed

    async def jam_firmware(self, jammed: bool = True) -> None:
        """Make the memory for firmware fail, so that an installation does."""
        self._feature(FirmwareUpdates, "firmware updates").failing = jammed

    async def set_clock(self, to: datetime) -> None:
        """Set the clock of the station to an aware moment, which is a security event. What waits for a time of day
        waits for the new one; what waits for so many seconds does not notice.
        """
        set_time(self._parts, to)

    async def security_event(self, type: str, tech_info: str = "") -> None:
        """Let something happen that the security extensions know, for example TamperDetectionActivated."""
        if type not in LOGGED:
            raise ValueError(f"{type!r} is no security event; it is one of {', '.join(sorted(LOGGED))}")
        record(self._parts, type, tech_info)

    # --- power and network --------------------------------------------------------------------------------------------

    async def cut_power(self, *, graceful: bool = False) -> None:
        """Take the power away. `graceful`: a buffer lets the station stop its transactions and tell the CSMS first."""
        if not self._parts.power.on:
            raise NotPossible("the station has no power already")
        await self._parts.power.switch_off("PowerLoss", graceful=graceful, abrupt=True)

    async def restore_power(self) -> None:
        """Give the power back: the station boots."""
        if self._parts.power.on:
            raise NotPossible("the station has power already")
        self._parts.power.switch_on()

    async def lose_network(self) -> None:
        """Break the way to the CSMS."""
        await self._parts.power.lose_network()

    async def restore_network(self) -> None:
        """Repair the way to the CSMS; the station connects at once."""
        self._parts.power.restore_network()

    # --- the vendor ---------------------------------------------------------------------------------------------------

    async def data_transfer(self, vendor: str, message: str | None = None, data: str | None = None) -> dict[str, Any]:
        """Send a DataTransfer; returns the payload of its answer. Raises `NotPossible` when there is none."""
        return await self._feature(DataTransfer, "DataTransfer").send(vendor, message, data)

    # --- by hand ------------------------------------------------------------------------------------------------------

    async def raw(self, text: str) -> dict[str, Any]:
        """Send a text as a frame, whatever it is; `answer` is what answers it, null when nothing does in time.

        Raises `NotPossible` without a connection.
        """
        return {"answer": await by_hand.send(self._parts, text)}

    async def answer_next(
        self,
        how: How,
        text: str | None = None,
        seconds: float = 5.0,
        times: int = 1,
        chance: float = 1.0,
        seed: int = 0,
    ) -> None:
        """Delay, drop or double the answer to the next CALL of the CSMS, or say another text instead. `right` ends it.

        `times` and `chance` (0 to 1) say to how many CALLs it happens, and `seed` to which. In `text`, {id} stands for
        the id of the CALL. A CALL that is against the schemas is not meant: it is refused as ever.
        """
        if how == "say" and text is None:
            raise ValueError("text is missing, which is said instead of the answer")
        wanted = by_hand.Disturbance(how, by_hand.sendable(text or ""), seconds, times, chance, seed)
        self._parts.link.disturbance = None if how == "right" else wanted

    def on_data_transfer(self, vendor: str, message: str | None, handler: Handler) -> None:
        """Let `handler` answer the DataTransfer of the CSMS with this vendorId and messageId."""
        self._feature(DataTransfer, "DataTransfer").teach(vendor, message, handler)

    def _feature(self, kind: type[_F], what: str) -> _F:
        try:
            return self._parts.features[kind]
        except LookupError:
            raise NotPossible(f"this station has no {what}; its model leaves the profile out") from None
