"""Faults of the Remote Trigger profile (OCPP 1.6 §5.17)."""

from __future__ import annotations

from collections.abc import Iterator

from csms_core.faults.edits import call_of, drop, fault, put, silence
from csms_core.faults.model import Fault, Outgoing

_NEXT = {
    "MeterValues": "Heartbeat",
    "Heartbeat": "StatusNotification",
    "StatusNotification": "DiagnosticsStatusNotification",
    "DiagnosticsStatusNotification": "FirmwareStatusNotification",
    "FirmwareStatusNotification": "MeterValues",
    "BootNotification": "Heartbeat",
}


def faults() -> Iterator[Fault]:
    """The faults of this profile."""
    trigger = call_of("TriggerMessage")
    for_connector = call_of("TriggerMessage", lambda message: "connectorId" in message.payload)
    yield fault("trigger-not-sent", "TriggerMessage is not sent.", trigger, silence)
    yield fault(
        "trigger-wrong-message",
        "TriggerMessage asks for another message.",
        trigger,
        put("requestedMessage", _another),
    )
    yield fault(
        "trigger-asks-for-boot",
        "TriggerMessage asks an accepted station for a BootNotification.",
        trigger,
        put("requestedMessage", "BootNotification"),
    )
    yield fault(
        "trigger-wrong-connector",
        "TriggerMessage names another connectorId.",
        for_connector,
        put("connectorId", lambda message: message.payload["connectorId"] + 1),
    )
    yield fault("trigger-without-connector", "TriggerMessage lacks connectorId.", for_connector, drop("connectorId"))
    yield fault("trigger-without-message", "TriggerMessage lacks requestedMessage.", trigger, drop("requestedMessage"))


def _another(message: Outgoing) -> str:
    return _NEXT[message.payload["requestedMessage"]]
