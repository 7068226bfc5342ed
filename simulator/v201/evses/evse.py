"""An EVSE with its connector: the physical facts, and the status that follows (P2 §2.13 ConnectorStatusEnumType, G01).

Each EVSE of these stations has one connector, number 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from simulator.hardware.meter import Reading
from simulator.kernel.clock import Timer
from simulator.station.connector import Connector
from simulator.v201.authorization.id_token import IdToken
from simulator.v201.core.context import Context
from simulator.v201.transactions.transaction import Admission, Transaction

CONNECTOR: Final = 1
"""The number of the connector of every EVSE."""


class Evse(Connector):
    """One EVSE. The attributes are facts; call `update` after changing some, and status and power follow."""

    __slots__ = (
        "_on_status",
        "_status",
        "admission",
        "connector_operative",
        "ending",
        "faults",
        "jammed",
        "operative",
        "owner",
        "reported",
        "resetting",
        "sample_timers",
        "station_operative",
        "suspended",
        "transaction",
        "wait_timer",
    )

    context: Context

    def __init__(self, number: int, context: Context, *, on_status: Callable[[Evse], None]) -> None:
        """`on_status` is called when the status of the connector is another one."""
        super().__init__(number, context)
        self.transaction: Transaction | None = None
        self.admission: Admission | None = None  # who may charge here, until he has ended it
        self.ending: str | None = None  # stoppedReason of what ended the charging, when the transaction goes on
        self.owner: IdToken | None = None  # whose card opens the lock after a de-authorization (E05)
        self.jammed = False  # the lock sticks
        self.suspended = False  # the station holds the energy back (E05.FR.01)
        self.faults: tuple[str, ...] = ()
        self.operative = True  # as the CSMS wants it of the EVSE
        self.connector_operative = True  # of the connector
        self.station_operative = True  # of the station as a whole
        self.resetting = False  # out of service for the time of a reset, or until a scheduled one
        self.reported: str | None = None
        self.wait_timer: Timer | None = None  # EVConnectionTimeOut
        self.sample_timers: list[Timer] = []
        self._status = "Available"
        self._on_status = on_status

    @property
    def status(self) -> str:
        """The status of the connector, as it is reported."""
        return self._status

    @property
    def usable(self) -> bool:
        """In service."""
        return self.operative and self.connector_operative and self.station_operative and not self.resetting

    @property
    def connected(self) -> bool:
        """A vehicle is at the end of the cable."""
        return self.cable and self.vehicle

    @property
    def free(self) -> bool:
        """Somebody may begin to charge here."""
        return self.usable and not self.faults and self.admission is None and self.ending is None

    @property
    def charging_state(self) -> str:
        """The ChargingStateEnumType."""
        if not self.connected:
            return "Idle"
        if self.admission is None:
            return "EVConnected"
        if self.suspended or self.faults:
            return "SuspendedEVSE"
        return "SuspendedEV" if self.ev_paused else "Charging"

    def unplug_station(self) -> None:
        """The end at the station comes out. Raises `NotPossible` while it is locked."""
        super().unplug_station()
        self.owner = None

    def reading(self) -> Reading:
        """What the instruments show now; a battery only with a vehicle."""
        return self._reading(self.outlet.power, has_battery=self.connected)

    def update(self) -> None:
        """Let power and status follow the facts, and report what has changed. Without power nothing does."""
        if not self.context.supplied.on:
            self.meter.power = 0.0
            return
        flows = self.transaction is not None and self.charging_state == "Charging"
        self.meter.power = self.outlet.power if flows else 0.0
        status = self._derived()
        if status != self._status:
            self._status = status
            self.context.events.publish("status", f"connector {self.id} is {status}", self.id, status=status)
            self._on_status(self)

    def _derived(self) -> str:
        if self.faults:
            return "Faulted"
        if not self.usable and self.transaction is None:
            return "Unavailable"
        return "Occupied" if self.cable else "Available"
