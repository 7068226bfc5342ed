"""Faults of the answers to TransactionEvents, by what the event tells (E01 to E08, J02), and of meter values (J01)."""

from __future__ import annotations

from collections.abc import Iterator

from csms_core.faults.edits import Condition, answer_to, asked
from csms_core.faults.model import Fault
from csms_core.v201.faults.words import unacknowledged

_EVENT = "TransactionEvent"

EVENTS: tuple[tuple[str, str, Condition], ...] = (
    ("transaction-event", "TransactionEvent", answer_to(_EVENT)),
    ("started", "TransactionEvent Started", answer_to(_EVENT, asked("eventType", "Started"))),
    ("ended", "TransactionEvent Ended", answer_to(_EVENT, asked("eventType", "Ended"))),
    ("authorized", "TransactionEvent Authorized", answer_to(_EVENT, asked("triggerReason", "Authorized"))),
    (
        "cable-plugged-in",
        "TransactionEvent CablePluggedIn",
        answer_to(_EVENT, asked("triggerReason", "CablePluggedIn")),
    ),
    (
        "charging-begun",
        "TransactionEvent with the chargingState Charging",
        answer_to(
            _EVENT, asked("triggerReason", "ChargingStateChanged"), asked("transactionInfo.chargingState", "Charging")
        ),
    ),
    (
        "charging-over",
        "TransactionEvent with the chargingState EVConnected after charging",
        answer_to(
            _EVENT,
            asked("triggerReason", "ChargingStateChanged"),
            asked("transactionInfo.chargingState", "EVConnected"),
        ),
    ),
    ("stop-authorized", "TransactionEvent StopAuthorized", answer_to(_EVENT, asked("triggerReason", "StopAuthorized"))),
    ("remote-start", "TransactionEvent RemoteStart", answer_to(_EVENT, asked("triggerReason", "RemoteStart"))),
    ("remote-stop", "TransactionEvent RemoteStop", answer_to(_EVENT, asked("triggerReason", "RemoteStop"))),
    (
        "ev-disconnected",
        "TransactionEvent EVCommunicationLost",
        answer_to(_EVENT, asked("triggerReason", "EVCommunicationLost")),
    ),
    (
        "meter-value-periodic",
        "TransactionEvent MeterValuePeriodic",
        answer_to(_EVENT, asked("triggerReason", "MeterValuePeriodic")),
    ),
    ("meter-values", "MeterValues", answer_to("MeterValues")),
)


def faults() -> Iterator[Fault]:
    """The faults of these answers."""
    for name, what, where in EVENTS:
        yield from unacknowledged(name, what, where)
