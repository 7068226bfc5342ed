"""Rules of statuses and of the service of connectors, broken (OCPP 1.6 §4.9, §5.2; STAT-04, STAT-07, TX-13, AVL-01)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from ocppj.times import timestamp
from simulator.faults.model import Fault, Message, Operate
from simulator.faults.words import call, operation, override, pretended, put, said, says
from simulator.v16.connectors.connector import Connector
from simulator.v16.connectors.reports import Reportable, StatusReporter
from simulator.v16.parts import Parts
from simulator.wire.operations import Answer

_CHANGE = "ChangeAvailability"


def faults() -> Iterator[Fault]:
    """The faults of these rules."""
    yield override(
        "suspended-ev-first",
        "What the vehicle does not take is told before what the station holds back.",
        Connector,
        _VehicleFirst,
    )
    yield call(
        "suspendedev-as-finishing",
        "What is SuspendedEV is reported as Finishing.",
        "StatusNotification",
        said(put("status", "Finishing"), says("status", "SuspendedEV")),
    )
    yield override(
        "outage-with-history",
        "After an outage every connector is reported as Preparing before it is reported as it is.",
        StatusReporter,
        _TellsHistory,
    )
    yield operation(
        "availability-ends-transaction", "Taking a connector out of service stops its transaction.", _CHANGE, _stops
    )
    yield operation(
        "scheduled-change-forgotten",
        "A change of availability is Scheduled while a transaction runs, and never made.",
        _CHANGE,
        pretended(_is_charging, status="Scheduled"),
    )
    yield operation(
        "availability-same-rejected",
        "A change of availability to what is so already is Rejected.",
        _CHANGE,
        pretended(_is_so, status="Rejected"),
    )


class _VehicleFirst(Connector):
    __slots__ = ()

    def _derived(self) -> str:
        status = super()._derived()
        return "SuspendedEV" if status == "SuspendedEVSE" and not self.vehicle else status


class _TellsHistory(StatusReporter):
    __slots__ = ()

    def announce(self, sources: Iterable[Reportable], *, everything: bool) -> None:
        sources = list(sources)
        for source in sources:
            if source.id and not everything:
                now = timestamp(self.context.clock.now())
                was = {"connectorId": source.id, "errorCode": "NoError", "status": "Preparing", "timestamp": now}
                self.context.registration.send("StatusNotification", was)
        super().announce(sources, everything=everything)


def _chosen(message: Message) -> list[Connector]:
    connectors, number = cast("Parts", message.base).connectors, message.payload["connectorId"]
    return [one for one in connectors.values() if number in (0, one.id)]


def _is_charging(message: Message) -> bool:
    return any(one.transaction is not None for one in _chosen(message))


def _is_so(message: Message) -> bool:
    return all(one.operative == (message.payload["type"] == "Operative") for one in _chosen(message))


def _stops(message: Message, operate: Operate) -> Answer:
    answer = operate(message.payload)
    for one in _chosen(message):
        cast("Parts", message.base).sessions.stop(one, "Other")
    return answer
