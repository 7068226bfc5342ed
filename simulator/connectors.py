"""Connectors: the physical facts of each, the status that follows, and its reports (1.6 §4.9; rules STAT-01 to 09).

`StatusReporter` tells the CSMS. Offline it keeps no history: after an outage it reports what has changed,
once (rule STAT-07).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from simulator.clock import Timer
from simulator.core import Core, NotPossible, Offline, Unanswered, Uplink
from simulator.metering import Meter, Reading, timestamp
from simulator.status import Facts, derive, route

if TYPE_CHECKING:
    from simulator.transactions import Transaction

_WITHOUT_FAULT = frozenset({"EVCommunicationError", "LocalListConflict", "WeakSignal"})
"""Error codes that are reported beside a working status."""
_MAX_PENDING = 100
_BATTERY_WH = 60_000.0
_SOC_ON_ARRIVAL = 20.0


@dataclass(frozen=True, slots=True)
class Report:
    """What one StatusNotification says about a connector."""

    status: str
    errorCode: str = "NoError"
    info: str | None = None


class Reportable(Protocol):
    """Something with a number and a state to report."""

    @property
    def id(self) -> int: ...

    @property
    def report(self) -> Report: ...


class StatusReporter:
    """Sends StatusNotification for every change while online, and the differences after an outage."""

    def __init__(self, core: Core, uplink: Uplink) -> None:
        self._core = core
        self._uplink = uplink
        self._reported: dict[int, Report] = {}
        self._timers: dict[int, Timer] = {}
        self._pending = 0

    @property
    def quiet(self) -> bool:
        """Whether no report is on its way."""
        return self._pending == 0

    def changed(self, source: Reportable) -> None:
        """Report a change, at once or when it has lasted MinimumStatusDuration (faults always at once)."""
        if (timer := self._timers.pop(source.id, None)) is not None:
            timer.cancel()
        report = source.report
        wait = self._core.configuration.number("MinimumStatusDuration")
        if wait and report.status != "Faulted":
            self._timers[source.id] = self._core.clock.call_later(wait, lambda: self._send_if_new(source))
        else:
            self._send(source.id, report)

    def announce(self, sources: list[Reportable], *, everything: bool) -> None:
        """Report after a boot (`everything`) or after an outage (only what differs from the last report)."""
        for source in sources:
            if everything:
                self._send(source.id, source.report)
            else:
                self._send_if_new(source)

    def _send_if_new(self, source: Reportable) -> None:
        if self._reported.get(source.id) != source.report:
            self._send(source.id, source.report)

    def _send(self, connector: int, report: Report) -> None:
        if not self._uplink.online:
            return  # what was reported last stays known, so that `announce` sees the difference
        if self._pending >= _MAX_PENDING:
            self._reported.pop(connector, None)
            return
        self._reported[connector] = report
        payload: dict[str, Any] = {
            "connectorId": connector,
            "errorCode": report.errorCode,
            "status": report.status,
            "timestamp": timestamp(self._core.clock.now()),
        }
        if report.info is not None:
            payload["info"] = report.info
        self._pending += 1
        self._core.tasks.spawn(self._deliver(connector, self._uplink.submit("StatusNotification", payload)))

    async def _deliver(self, connector: int, answer: Awaitable[object]) -> None:
        try:
            await answer
        except Offline:
            self._reported.pop(connector, None)
        except Unanswered as error:
            self._core.events.publish("problem", f"StatusNotification was not taken: {error}", connector)
        finally:
            self._pending -= 1
            if not self._pending:
                self._core.events.publish("queue", "every status is reported")


class Connector:
    """One connector. The attributes are facts; call `update` after changing some, and the status follows."""

    def __init__(
        self, number: int, core: Core, reporter: StatusReporter, *, fixed_cable: bool, power: float, phases: int
    ) -> None:
        self.id = number
        self.fixed_cable = fixed_cable
        self.phases = phases
        self.offered = power  # what it can deliver, W
        self.meter = Meter(core.clock.monotonic)
        self.transaction: Transaction | None = None
        self.cable = False  # plug in the socket; with a fixed cable: the vehicle is connected
        self.vehicle = False
        self.locked = False
        self.lock_jammed = False
        self.locked_for: tuple[str, str | None] | None = None  # idTag and parentIdTag that open it (rule TX-11)
        self.authorized: tuple[str, str | None] | None = None  # idTag and parentIdTag waiting for the cable
        self.finished = False
        self.operative = True
        self.ev_paused = False
        self.faults: dict[str, str | None] = {}
        self.on_status: Callable[[Connector], None] = lambda _connector: None
        self._report = Report("Available")
        self._core = core
        self._reporter = reporter
        self._at_plug_in = 0

    @property
    def status(self) -> str:
        """The status as in 1.6 §4.9."""
        return self._report.status

    @property
    def report(self) -> Report:
        return self._report

    @property
    def power(self) -> float:
        """What flows now, in watt."""
        return self.meter.power

    @property
    def idle(self) -> bool:
        """Nobody charges here and nothing prevents it."""
        taken = self.transaction is not None or self.authorized is not None or self.locked_for is not None
        return self.operative and not taken and not self.faulted

    @property
    def faulted(self) -> bool:
        """Whether something is broken that prevents charging."""
        return any(code not in _WITHOUT_FAULT for code in self.faults)

    @property
    def _suspended_by_evse(self) -> bool:
        return self.transaction is not None and self.transaction.suspended

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
        charged = self.meter.register - self._at_plug_in
        soc = min(100.0, _SOC_ON_ARRIVAL + 100.0 * charged / _BATTERY_WH)
        return Reading(self.meter.register, self.meter.power, self.offered, self.phases, soc)

    def update(self) -> None:
        """Let power and status follow the facts, and report what has changed."""
        if not self.operative and self.transaction is None:
            self.finished = False  # 1.6 §4.9 knows no way from Unavailable to Finishing
        status = derive(
            Facts(
                faulted=self.faulted,
                operative=self.operative,
                cable=self.cable,
                authorized=self.authorized is not None,
                transaction=self.transaction is not None,
                suspended_by_ev=self.ev_paused or not self.vehicle,
                suspended_by_evse=self._suspended_by_evse,
                finished=self.finished,
            )
        )
        self.meter.power = self.offered if status == "Charging" else 0.0
        code, info = next(reversed(self.faults.items()), ("NoError", None))
        if self.transaction is not None and not self.vehicle and code == "NoError":
            info = "EV side disconnected"
        for step in route(self.status, status):
            self._become(Report(step, code, info))
        self._become(replace(self._report, errorCode=code, info=info))

    def _become(self, report: Report) -> None:
        if report == self._report:
            return
        changed = report.status != self.status
        self._report = report
        detail = "" if report.errorCode == "NoError" else f" ({report.errorCode})"
        self._core.events.publish(
            "status", f"connector {self.id} is {report.status}{detail}", self.id, status=report.status
        )
        self._reporter.changed(self)
        if changed:
            self.on_status(self)


class MainController:
    """connectorId 0, the station as a whole: Available, Unavailable or Faulted (rule STAT-03)."""

    id = 0

    def __init__(self, core: Core, reporter: StatusReporter, connectors: Mapping[int, Connector]) -> None:
        self.operative = True
        self.faults: dict[str, str | None] = {}
        self._connectors = connectors
        self._core = core
        self._reporter = reporter
        self._report = Report("Available")

    @property
    def status(self) -> str:
        """Available, Unavailable or Faulted."""
        return self._report.status

    @property
    def report(self) -> Report:
        return self._report

    def update(self) -> None:
        """Let the status follow the facts; out of service only when the last transaction is over (rule AVL-01)."""
        code, info = next(reversed(self.faults.items()), ("NoError", None))
        busy = any(connector.transaction is not None for connector in self._connectors.values())
        if any(code not in _WITHOUT_FAULT for code in self.faults):
            status = "Faulted"
        elif not self.operative and not (busy and self.status == "Available"):
            status = "Unavailable"
        else:
            status = "Available"
        report = Report(status, code, info)
        if report != self._report:
            self._report = report
            self._core.events.publish("status", f"the station is {status}", 0, status=status)
            self._reporter.changed(self)
