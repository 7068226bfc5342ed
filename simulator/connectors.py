"""Connectors: the physical facts of each, and the status that follows (1.6 §4.9; rules STAT-02 to 05, STAT-09)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulator import deauthorization
from simulator.clock import Timer
from simulator.errors import NotPossible
from simulator.metering import Meter, Reading
from simulator.parts import Outlet, Parts
from simulator.reports import Report
from simulator.status import Facts, derive, route

if TYPE_CHECKING:
    from simulator.transactions import Transaction

WITHOUT_FAULT = frozenset({"EVCommunicationError", "LocalListConflict", "WeakSignal"})
"""Error codes that are reported beside a working status."""
WITH_VEHICLE = ("Preparing", "SuspendedEV", "SuspendedEVSE", "Finishing")
"""Statuses beside which EVCommunicationError is reported (rule STAT-09)."""
_BATTERY_WH = 60_000.0
_SOC_ON_ARRIVAL = 20.0


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


class Connector:
    """One connector. The attributes are facts; call `update` after changing some, and the status follows."""

    __slots__ = (
        "_at_plug_in",
        "_faults",
        "_report",
        "authorized",
        "cable",
        "energy_timer",
        "ev_paused",
        "finished",
        "id",
        "limit",
        "lock_jammed",
        "locked",
        "locked_for",
        "meter",
        "operative",
        "outlet",
        "parts",
        "report_timer",
        "reported",
        "reservation",
        "sample_timer",
        "transaction",
        "vehicle",
        "wait_timer",
        "withdrawn",
    )

    def __init__(self, number: int, parts: Parts) -> None:
        self.id = number
        self.parts = parts
        self.outlet: Outlet = parts.facts.outlets[number - 1]  # what it is built as
        self.meter = Meter(parts.clock.monotonic)
        self.transaction: Transaction | None = None
        self.cable = False  # plug in the socket; with a fixed cable: the vehicle is connected
        self.vehicle = False
        self.locked = False
        self.lock_jammed = False
        self.locked_for: tuple[str, str | None] | None = None  # idTag and parentIdTag that open it (rule TX-11)
        self.authorized: Admission | None = None
        self.reservation: Reservation | None = None  # the one that keeps this connector free
        self.finished = False
        self.operative = True
        self.withdrawn = False  # out of service for a while, by the station's own will
        self.ev_paused = False
        self.limit: float | None = None  # what smart charging allows, W
        self.reported: Report | None = None
        self.report_timer: Timer | None = None
        self.wait_timer: Timer | None = None  # ConnectionTimeOut
        self.sample_timer: Timer | None = None
        self.energy_timer: Timer | None = None  # MaxEnergyOnInvalidId
        self._faults: dict[str, tuple[str | None, str | None]] | None = None
        self._report = _AVAILABLE
        self._at_plug_in = 0

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
        if self.fixed_cable:
            self.cable = self.finished = False

    def unplug_station(self) -> None:
        """The end at the station comes out. Raises `NotPossible` while it is locked."""
        if not self.cable:
            raise NotPossible(f"connector {self.id} has no cable")
        if self.locked:
            raise NotPossible(f"the cable is locked in connector {self.id}")
        self.cable = self.vehicle = self.finished = False
        self.locked_for = None

    def reading(self) -> Reading:
        """What the instruments show now."""
        meter, outlet = self.meter, self.outlet
        register = meter.register
        soc = min(100.0, _SOC_ON_ARRIVAL + 100.0 * (register - self._at_plug_in) / _BATTERY_WH)
        phases = 0 if outlet.direct else outlet.phases
        return Reading(register, meter.power, self.available, phases, soc, outlet.voltage)

    def update(self) -> None:
        """Let power and status follow the facts, and report what has changed. Without power nothing does."""
        if not self.parts.power.on:
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
            deauthorization.watch_energy(self.parts, self)

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
        parts = self.parts
        if parts.events.heard:
            detail = "" if report.errorCode == "NoError" else f" ({report.errorCode})"
            text = f"connector {self.id} is {report.status}{detail}"
            parts.events.publish("status", text, self.id, status=report.status)
        parts.reporter.changed(self)
        if changed:
            parts.sessions.status_changed(self)
            parts.features.status_changed(self)
