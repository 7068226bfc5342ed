"""Faults of StatusNotification: a connector is not what it says it is (OCPP 1.6 §4.9)."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.faults.model import Fault, Message
from simulator.faults.words import at_connector, call, drop, put, said, says
from simulator.v16.faults.words import unsent

_ACTION = "StatusNotification"

_MISREPORTS = (
    ("Available", "Unavailable"),
    ("Available", "Preparing"),
    ("Preparing", "Available"),
    ("Charging", "Preparing"),
    ("SuspendedEV", "Charging"),
    ("SuspendedEVSE", "Charging"),
    ("Finishing", "Charging"),
    ("Reserved", "Available"),
    ("Unavailable", "Available"),
    ("Faulted", "Available"),
)


def faults() -> Iterator[Fault]:
    """The faults of this message."""
    for right, wrong in _MISREPORTS:
        yield call(
            f"{right.lower()}-as-{wrong.lower()}",
            f"What is {right} is reported as {wrong}.",
            _ACTION,
            said(put("status", wrong), says("status", right)),
        )
    yield call("statuses-missing", "The status of a connector is never reported.", _ACTION, unsent(at_connector))
    yield call(
        "status-of-next-connector",
        "A status is reported under the number of the next connector.",
        _ACTION,
        said(put("connectorId", lambda number: number + 1), at_connector),
    )
    yield call(
        "available-of-next-connector",
        "That a connector is Available is reported under the number of the next one.",
        _ACTION,
        said(put("connectorId", lambda number: number + 1), _is_available),
    )
    yield call("status-without-info", "StatusNotification never has info.", _ACTION, said(drop("info")))
    yield call(
        "lock-failure-as-other-error",
        "A lock that does not close is reported with errorCode OtherError.",
        _ACTION,
        said(put("errorCode", "OtherError"), says("errorCode", "ConnectorLockFailure")),
    )


def _is_available(message: Message) -> bool:
    return at_connector(message) and message.payload["status"] == "Available"
