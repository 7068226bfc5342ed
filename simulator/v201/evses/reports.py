"""StatusNotification: every change while online, and after an outage what is due (P2 G01, B01.FR.05, B04)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from ocppj.times import timestamp
from simulator.kernel.errors import Offline, Unanswered
from simulator.v201.core.context import Context
from simulator.v201.evses.evse import CONNECTOR, Evse


class StatusReporter:
    """Tells the CSMS the status of the connectors."""

    __slots__ = ("_offline_since", "_pending", "context")

    def __init__(self, context: Context) -> None:
        self.context = context
        self._pending = 0
        self._offline_since: float | None = None

    @property
    def quiet(self) -> bool:
        """Whether no report is on its way."""
        return self._pending == 0

    def lost(self) -> None:
        """The connection is gone."""
        if self._offline_since is None:
            self._offline_since = self.context.clock.monotonic()

    def announce(self, evses: Iterable[Evse], *, after_boot: bool) -> None:
        """Tell all after a boot and after an outage longer than OfflineThreshold, else what differs (B04)."""
        since, self._offline_since = self._offline_since, None
        away = 0.0 if since is None else self.context.clock.monotonic() - since
        everything = after_boot or away > self.context.device_model.number("OCPPCommCtrlr.OfflineThreshold")
        for evse in evses:
            if everything or evse.reported != evse.status:
                self.send(evse)

    def send(self, evse: Evse, *, triggered: bool = False) -> None:
        """Tell the status as it is now."""
        if not (self.context.registration.online or triggered):
            return  # what was told last stays known, so that `announce` sees the difference
        evse.reported = evse.status
        payload = {
            "timestamp": timestamp(self.context.clock.now()),
            "connectorStatus": evse.status,
            "evseId": evse.id,
            "connectorId": CONNECTOR,
        }
        self._pending += 1
        self.context.registration.send(
            "StatusNotification", payload, partial(self._answered, evse), triggered=triggered
        )

    def _answered(self, evse: Evse, answer: dict[str, Any] | Offline | Unanswered) -> None:
        self._pending -= 1
        if isinstance(answer, Offline):
            evse.reported = None
        elif isinstance(answer, Unanswered):
            self.context.events.publish("problem", f"StatusNotification was not taken: {answer}", evse.id)
        if not self._pending:
            self.context.events.publish("queue", "every status is reported")
