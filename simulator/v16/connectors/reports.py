"""Which status is told to the CSMS, and when (1.6 §4.9; rules STAT-01, STAT-07).

Offline no history is kept: after an outage it is told what has changed, once.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Protocol

import msgspec

from ocppj.times import timestamp
from simulator.kernel.clock import Timer
from simulator.kernel.errors import Offline, Unanswered
from simulator.v16.core.context import Context

_MAX_PENDING = 100


class Report(msgspec.Struct, frozen=True, gc=False):
    """What one StatusNotification says about a connector."""

    status: str
    errorCode: str = "NoError"
    info: str | None = None
    vendorErrorCode: str | None = None


class Reportable(Protocol):
    """Something with a number and a state to report, and what its reporter remembers about it."""

    reported: Report | None
    report_timer: Timer | None

    @property
    def id(self) -> int: ...

    @property
    def report(self) -> Report: ...


class StatusReporter:
    """Sends StatusNotification for every change while online, and the differences after an outage."""

    __slots__ = ("_pending", "context")

    def __init__(self, context: Context) -> None:
        self.context = context
        self._pending = 0

    @property
    def quiet(self) -> bool:
        """Whether no report is on its way."""
        return self._pending == 0

    def changed(self, source: Reportable) -> None:
        """Report a change, at once or when it has lasted MinimumStatusDuration (faults always at once)."""
        self._cancel(source)
        report = source.report
        wait = self.context.configuration.number("MinimumStatusDuration")
        if wait and report.status != "Faulted":
            source.report_timer = self.context.clock.call_later(wait, partial(self._send_if_new, source))
        else:
            self.send(source)

    def announce(self, sources: Iterable[Reportable], *, everything: bool) -> None:
        """Report after a boot (`everything`) or after an outage (only what differs from the last report)."""
        for source in sources:
            if everything:
                self.send(source)
            elif source.report_timer is None:
                self._send_if_new(source)

    def _cancel(self, source: Reportable) -> None:
        if source.report_timer is not None:
            source.report_timer.cancel()
            source.report_timer = None

    def _send_if_new(self, source: Reportable) -> None:
        source.report_timer = None
        if source.reported != source.report:
            self.send(source)

    def send(self, source: Reportable, *, triggered: bool = False) -> None:
        """Report the status as it is now."""
        if not (self.context.registration.online or triggered):
            return  # what was reported last stays known, so that `announce` sees the difference
        if self._pending >= _MAX_PENDING:
            source.reported = None
            return
        self._cancel(source)
        report = source.reported = source.report
        payload: dict[str, Any] = {
            "connectorId": source.id,
            "errorCode": report.errorCode,
            "status": report.status,
            "timestamp": timestamp(self.context.clock.now()),
        }
        if report.info is not None:
            payload["info"] = report.info
        if report.vendorErrorCode is not None:
            payload["vendorErrorCode"] = report.vendorErrorCode
        self._pending += 1
        self.context.registration.send(
            "StatusNotification", payload, partial(self._answered, source), triggered=triggered
        )

    def _answered(self, source: Reportable, answer: dict[str, Any] | Offline | Unanswered) -> None:
        self._pending -= 1
        if isinstance(answer, Offline):
            source.reported = None
        elif isinstance(answer, Unanswered):
            self.context.events.publish("problem", f"StatusNotification was not taken: {answer}", source.id)
        if not self._pending:
            self.context.events.publish("queue", "every status is reported")
