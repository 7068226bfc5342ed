"""Messages the CSMS asks for (1.6 §5.17; rules TRG-01, BOOT-04, BOOT-10).

Each feature brings the messages it can send (`feature.trigger`); here are those of Core, and TriggerMessage.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.v16.connectors.reports import Reportable
from simulator.v16.feature import Feature
from simulator.wire.operations import Answer, operation, status, trigger


class CoreTriggers(Feature):
    """BootNotification, Heartbeat, MeterValues and StatusNotification when they are asked for."""

    __slots__ = ()

    @trigger("BootNotification")
    def boot_notification(self, connector: int | None) -> Callable[[], None] | None:
        """Only before the CSMS has accepted (erratum 3.35, rule BOOT-10)."""
        return None if self.parts.registration.status == "Accepted" else self.parts.registration.boot

    @trigger("Heartbeat")
    def heartbeat(self, connector: int | None) -> Callable[[], None] | None:
        """At once."""
        return lambda: self.parts.registration.beat(triggered=True)

    @trigger("MeterValues")
    def meter_values(self, connector: int | None) -> Callable[[], None] | None:
        """Of one connector, or of all; connectorId 0 is the main meter, if there is one."""
        if connector is None or connector in self.parts.connectors or (connector == 0 and self.parts.facts.main_meter):
            return lambda: self.parts.sampler.send_now(connector)
        return None

    @trigger("StatusNotification")
    def status_notification(self, connector: int | None) -> Callable[[], None] | None:
        """Of one connector or of the station, or of all."""
        sources: dict[int, Reportable] = {0: self.parts.main, **self.parts.connectors}
        if connector is not None and connector not in sources:
            return None
        wanted = list(sources.values()) if connector is None else [sources[connector]]

        def send() -> None:
            for source in wanted:
                self.parts.reporter.send(source, triggered=True)

        return send


class RemoteTrigger(Feature):
    """The Remote Trigger profile."""

    __slots__ = ()
    profile = "RemoteTrigger"

    @operation("TriggerMessage")
    def trigger_message(self, payload: dict[str, Any]) -> Answer:
        """The answer leaves first, then the message (rule TRG-01)."""
        wanted = self.features.trigger(payload["requestedMessage"])
        if wanted is None:
            return status("NotImplemented")
        then = wanted(payload.get("connectorId"))
        return status("Rejected") if then is None else status("Accepted", then)
