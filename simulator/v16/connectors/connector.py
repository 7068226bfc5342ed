"""Connectors: the physical facts of each, and the status that follows (1.6 §4.9; rules STAT-02 to 05, STAT-09)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.hardware.meter import Reading
from simulator.kernel.clock import Timer
from simulator.station import connector
from simulator.v16.connectors.reports import Report
from simulator.v16.connectors.status import Facts, derive, route
from simulator.v16.connectors.transaction import Transaction
from simulator.v16.core.context import Context

WITHOUT_FAULT = frozenset({"EVCommunicationError", "LocalListConflict", "WeakSignal"})
"""Error codes that are reported beside a working status."""
WITH_VEHICLE = ("Preparing", "SuspendedEV", "SuspendedEVSE", "Finishing")
"""Statuses beside which EVCommunicationError is reported (rule STAT-09)."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Somebody may start a transaction here and has not yet; `profile` came with a RemoteStartTransaction."""

    idTag: str
    parentIdTag: str | None = None
    profile: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Reservation:
    """A reservation (1.6 §5.13); `connectorId` is as in ReserveNow, 0 for any connector."""

    reservationId: int
    connectorId: int
    idTag: str
    parentIdTag: str | None
    expiryDate: datetime


_AVAILABLE = Report("Available")


class Connector(connector.Connector):
    """One connector. The attributes are facts; call `update` after changing some, and the status follows."""

    __slots__ = (
        "_faults",
        "_on_limited",
        "_on_report",
        "_report",
        "authorized",
        "energy_timer",
        "finished",
        "limit",
        "lock_jammed",
        "locked_for",
        "operative",
        "report_timer",
        "reported",
        "reservation",
        "sample_timer",
        "transaction",
        "wait_timer",
        "withdrawn",
    )

    context: Context

    def __init__(
        self,
        number: int,
        context: Context,
        *,
        on_report: Callable[[Connector, bool], None],
        on_limited: Callable[[Connector], None],
    ) -> None:
        """`on_report` is called when the report is another one; True: and the status, too. `on_limited` is called after
        each update of a transaction to which only so much energy is left.
        """
        super().__init__(number, context)
        self.transaction: Transaction | None = None
        self.lock_jammed = False
        self.locked_for: tuple[str, str | None] | None = None  # idTag and parentIdTag that open it (rule TX-11)
        self.authorized: Admission | None = None
        self.reservation: Reservation | None = None  # the one that keeps this connector free
        self.finished = False
        self.operative = True
        self.withdrawn = False  # out of service for a while, by the station's own will
        self.limit: float | None = None  # what smart charging allows, W
        self.reported: Report | None = None
        self.report_timer: Timer | None = None
        self.wait_timer: Timer | None = None  # ConnectionTimeOut
        self.sample_timer: Timer | None = None
        self.energy_timer: Timer | None = None  # MaxEnergyOnInvalidId
        self._faults: dict[str, tuple[str | None, str | None]] | None = None
        self._report = _AVAILABLE
        self._on_report = on_report
        self._on_limited = on_limited

    @property
    def fixed_cable(self) -> bool:
        """The cable belongs to the station and has no lock."""
        return self.outlet.fixed_cable

    @property
    def offered(self) -> float:
        """What it can deliver, W."""
        return self.outlet.power

    @property
    def available(self) -> float:
        """What it can deliver under the limits of smart charging, W."""
        return self.offered if self.limit is None else min(self.offered, self.limit)

    @property
    def status(self) -> str:
        """The status as in 1.6 §4.9."""
        return self._report.status

    @property
    def report(self) -> Report:
        """What the next StatusNotification says."""
        return self._report

    @property
    def power(self) -> float:
        """What flows now, in watt."""
        return self.meter.power

    @property
    def usable(self) -> bool:
        """In service, as far as the CSMS and the station itself are concerned."""
        return self.operative and not self.withdrawn

    @property
    def idle(self) -> bool:
        """Nobody charges here and nothing prevents it; a reservation may."""
        taken = self.transaction is not None or self.authorized is not None or self.locked_for is not None
        return self.usable and not taken and not self.faulted

    @property
    def faulted(self) -> bool:
        """Whether something is broken that prevents charging."""
        return self._faults is not None and any(code not in WITHOUT_FAULT for code in self._faults)

    def break_down(self, error_code: str, info: str | None, vendor_error_code: str | None) -> None:
        """Something is broken from now on."""
        self._faults = {**(self._faults or {}), error_code: (info, vendor_error_code)}

    def repair(self) -> None:
        """Nothing is broken any more."""
        self._faults = None

    def unplug_vehicle(self) -> None:
        """The end at the vehicle comes out. Raises `NotPossible`."""
        super().unplug_vehicle()
        if self.fixed_cable:
            self.finished = False

    def unplug_station(self) -> None:
        """The end at the station comes out. Raises `NotPossible` while it is locked."""
        super().unplug_station()
        self.finished = False
        self.locked_for = None

    def reading(self) -> Reading:
        """What the instruments show now."""
        return self._reading(self.available)

    def update(self) -> None:
        """Let power and status follow the facts, and report what has changed. Without power nothing does."""
        if not self.context.supplied.on:
            self.meter.power = 0.0
            return
        if not self.usable and self.transaction is None:
            self.finished = False  # 1.6 §4.9 knows no way from Unavailable to Finishing
        target = self._derived()
        self.meter.power = self.available if target == "Charging" else 0.0
        for step in route(self.status, target) or (target,):
            wanted = self._as_reported(step)
            self._become(wanted)
            if self._report != wanted:
                return  # somebody who heard of it has changed a fact, and all is done
        if self.transaction is not None and self.transaction.energy_end is not None:
            self._on_limited(self)

    def forget_energy(self) -> None:
        """Nobody waits for the energy to be used up any more."""
        if self.energy_timer is not None:
            self.energy_timer.cancel()
            self.energy_timer = None

    def begin(self) -> None:
        """The station has come up: the status is what it is, without a way to it."""
        self._report = self._as_reported(self._derived())
        self.update()

    def _derived(self) -> str:
        transaction = self.transaction
        return derive(
            Facts(
                faulted=self.faulted,
                operative=self.usable,
                reserved=self.reservation is not None,
                cable=self.cable,
                authorized=self.authorized is not None,
                transaction=transaction is not None,
                suspended_by_ev=self.ev_paused or not self.vehicle,
                suspended_by_evse=transaction is not None and (transaction.suspended or self.available <= 0),
                finished=self.finished,
            )
        )

    def _as_reported(self, status: str) -> Report:
        """A status with the newest fault that can be reported beside it."""
        for code, (info, vendor) in reversed((self._faults or {}).items()):
            if code != "EVCommunicationError" or status in WITH_VEHICLE:
                return Report(status, code, info, vendor)
        if self.transaction is not None and not self.vehicle:
            return Report(status, info="EV side disconnected")
        return Report(status)

    def _become(self, report: Report) -> None:
        if report == self._report:
            return
        changed = report.status != self.status
        self._report = report
        events = self.context.events
        if events.heard:
            detail = "" if report.errorCode == "NoError" else f" ({report.errorCode})"
            text = f"connector {self.id} is {report.status}{detail}"
            events.publish("status", text, self.id, status=report.status)
        self._on_report(self, changed)
