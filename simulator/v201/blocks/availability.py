"""Block G, availability: in service and out of it, status and heartbeat when they are asked for (P2 G01 to G04)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from simulator.v201.evses import records
from simulator.v201.evses.evse import CONNECTOR, Evse
from simulator.v201.feature import Feature
from simulator.wire.operations import Answer, operation, status, trigger


class Availability(Feature):
    """ChangeAvailability, and what TriggerMessage asks of this block."""

    __slots__ = ()

    @operation("ChangeAvailability")
    def change_availability(self, payload: dict[str, Any]) -> Answer:
        """G03, G04: of the station, of an EVSE or of a connector; it survives a boot (G03.FR.07, G04.FR.08)."""
        operative, where = payload["operationalStatus"] == "Operative", payload.get("evse")
        wanted = list(self.parts.evses.values())
        fact = "station_operative"
        if where is not None:
            wanted = [one for one in wanted if one.id == where["id"]]
            fact = "connector_operative" if "connectorId" in where else "operative"
            if not wanted or where.get("connectorId", CONNECTOR) != CONNECTOR:
                return status("Rejected")
        waits = not operative and any(one.transaction is not None for one in wanted)
        return status("Scheduled" if waits else "Accepted", partial(self._change, wanted, fact, operative))

    def _change(self, evses: list[Evse], fact: str, operative: bool) -> None:
        """The status follows at once where nothing runs, elsewhere when the transaction is over."""
        with self.parts.store.unit():
            for evse in evses:
                setattr(evse, fact, operative)
                records.keep(self.parts, evse)
        for evse in evses:
            evse.update()

    @trigger("StatusNotification")
    def status_notification(self, evse: dict[str, Any] | None) -> Callable[[], None] | None:
        """Of one connector, which has to be named (F06.FR.12, F06.FR.13)."""
        if evse is None or "connectorId" not in evse:
            return None
        return partial(self.parts.reporter.send, self.parts.evses[evse["id"]], triggered=True)

    @trigger("Heartbeat")
    def heartbeat(self, evse: dict[str, Any] | None) -> Callable[[], None] | None:
        """At once."""
        return partial(self.parts.registration.beat, triggered=True)
