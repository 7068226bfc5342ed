"""connectorId 0: the station as a whole (1.6 §4.9, §5.2; rules STAT-03, AVL-01)."""

from __future__ import annotations

from simulator.clock import Timer
from simulator.connectors import WITHOUT_FAULT
from simulator.parts import Parts
from simulator.reports import Report


class MainController:
    """Available, Unavailable or Faulted, as follows from its own facts and from whether somebody charges."""

    __slots__ = ("_report", "faults", "operative", "parts", "report_timer", "reported")
    id = 0

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.operative = True
        self.faults: dict[str, tuple[str | None, str | None]] = {}
        self.reported: Report | None = None
        self.report_timer: Timer | None = None
        self._report = Report("Available")

    @property
    def status(self) -> str:
        """Available, Unavailable or Faulted."""
        return self._report.status

    @property
    def report(self) -> Report:
        """What the next StatusNotification says."""
        return self._report

    def update(self) -> None:
        """Let the status follow the facts; out of service only when the last transaction is over (rule AVL-01)."""
        if not self.parts.power.on:
            return
        code, (info, vendor) = next(reversed(self.faults.items()), ("NoError", (None, None)))
        busy = any(connector.transaction is not None for connector in self.parts.connectors.values())
        if any(code not in WITHOUT_FAULT for code in self.faults):
            status = "Faulted"
        elif not self.operative and not (busy and self.status == "Available"):
            status = "Unavailable"
        else:
            status = "Available"
        report = Report(status, code, info, vendor)
        if report != self._report:
            self._report = report
            self.parts.events.publish("status", f"the station is {status}", 0, status=status)
            self.parts.reporter.changed(self)
