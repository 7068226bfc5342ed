"""Faults of states, of the time, and of changes of availability (G01 to G04)."""

from __future__ import annotations

from collections.abc import Iterator

from csms_core.faults.edits import answer_to, asked, call_of, drop, fault, put, silence
from csms_core.faults.model import Fault
from csms_core.v201.faults.words import booted_after_reset, unacknowledged

STATUSES = ("Occupied", "Reserved", "Unavailable", "Faulted")
_OPPOSITE = {"Inoperative": "Operative", "Operative": "Inoperative"}


def faults() -> Iterator[Fault]:
    """The faults of this block."""
    yield from _status()
    yield from _time()
    yield from _change()


def _status() -> Iterator[Fault]:
    action = "StatusNotification"
    yield from unacknowledged("status-notification", action, answer_to(action))
    yield from unacknowledged(
        "status-after-reset", f"{action} after the boot that follows a Reset", answer_to(action, booted_after_reset)
    )
    for status in STATUSES:
        where = answer_to(action, asked("connectorStatus", status))
        yield from unacknowledged(status.lower(), f"{action} with {status}", where)


def _time() -> Iterator[Fault]:
    heartbeat = answer_to("Heartbeat")
    yield from unacknowledged("heartbeat", "Heartbeat", heartbeat)
    yield fault(
        "heartbeat-answer-without-current-time",
        "The answer to Heartbeat lacks currentTime.",
        heartbeat,
        drop("currentTime"),
    )
    yield fault(
        "heartbeat-answer-years-off",
        "currentTime in the answer to Heartbeat is years off.",
        heartbeat,
        put("currentTime", "2001-01-01T00:00:00.000Z"),
    )


def _change() -> Iterator[Fault]:
    change = call_of("ChangeAvailability")
    of_evse = call_of("ChangeAvailability", lambda message: "evse" in message.payload)
    yield fault("change-availability-not-sent", "ChangeAvailability is not sent.", change, silence)
    yield fault(
        "change-availability-type-swapped",
        "ChangeAvailability asks for Operative instead of Inoperative, and the other way round.",
        change,
        put("operationalStatus", lambda message: _OPPOSITE[message.payload["operationalStatus"]]),
    )
    yield fault(
        "change-availability-without-status",
        "ChangeAvailability lacks operationalStatus.",
        change,
        drop("operationalStatus"),
    )
    yield fault(
        "change-availability-without-evse", "ChangeAvailability is for the whole station.", of_evse, drop("evse")
    )
    yield fault(
        "change-availability-wrong-evse",
        "ChangeAvailability names another EVSE.",
        of_evse,
        put("evse.id", lambda message: message.payload["evse"]["id"] + 1),
    )
    yield fault(
        "change-availability-with-connector",
        "ChangeAvailability is for connector 1 of the EVSE.",
        of_evse,
        put("evse.connectorId", 1),
    )
