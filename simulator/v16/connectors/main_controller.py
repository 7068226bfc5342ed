"""connectorId 0: the station as a whole (1.6 §4.9, §5.2; rules STAT-03, AVL-01)."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.kernel.clock import Timer
from simulator.v16.connectors.connector import WITHOUT_FAULT, Connector
from simulator.v16.connectors.reports import Report, StatusReporter
from simulator.v16.core.context import Context


class MainController:
    """Available, Unavailable or Faulted, as follows from its own facts and from whether somebody charges."""

    __slots__ = ("_report", "connectors", "context", "faults", "operative", "report_timer", "reported", "reporter")
    id = 0

    def __init__(self, context: Context, connectors: Mapping[int, Connector], reporter: StatusReporter) -> None:
        self.context = context
        self.connectors = connectors
        self.reporter = reporter
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
        if not self.context.supplied.on:
            return
        code, (info, vendor) = next(reversed(self.faults.items()), ("NoError", (None, None)))
        busy = any(connector.transaction is not None for connector in self.connectors.values())
        if any(code not in WITHOUT_FAULT for code in self.faults):
            status = "Faulted"
        elif not self.operative and not (busy and self.status == "Available"):
            status = "Unavailable"
        else:
            status = "Available"
        report = Report(status, code, info, vendor)
        if report != self._report:
            self._report = report
            self.context.events.publish("status", f"the station is {status}", 0, status=status)
            self.reporter.changed(self)
