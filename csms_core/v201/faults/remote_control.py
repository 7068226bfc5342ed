"""Faults of starts, stops, unlocks and triggers (F01 to F06)."""

from __future__ import annotations

from collections.abc import Iterator

from csms_core.faults.edits import Edit, call_of, drop, fault, put, silence
from csms_core.faults.model import Fault

_NEXT = {
    "BootNotification": "Heartbeat",
    "FirmwareStatusNotification": "LogStatusNotification",
    "Heartbeat": "MeterValues",
    "LogStatusNotification": "Heartbeat",
    "MeterValues": "Heartbeat",
    "StatusNotification": "Heartbeat",
    "TransactionEvent": "Heartbeat",
}


def faults() -> Iterator[Fault]:
    """The faults of this block."""
    yield from _start()
    yield from _stop()
    yield from _unlock()
    yield from _trigger()


def _start() -> Iterator[Fault]:
    start = call_of("RequestStartTransaction")
    yield fault("request-start-not-sent", "RequestStartTransaction is not sent.", start, silence)
    yield fault(
        "request-start-wrong-token",
        "RequestStartTransaction names another idToken.",
        start,
        put("idToken.idToken", "WRONG-TOKEN"),
    )
    yield fault(
        "request-start-wrong-token-type",
        "RequestStartTransaction names another type of the idToken.",
        start,
        put("idToken.type", lambda message: "Local" if message.payload["idToken"]["type"] != "Local" else "Central"),
    )
    yield fault("request-start-without-token", "RequestStartTransaction lacks idToken.", start, drop("idToken"))
    yield fault(
        "request-start-without-token-type",
        "RequestStartTransaction names no type of the idToken.",
        start,
        drop("idToken.type"),
    )
    yield fault(
        "request-start-without-remote-start-id",
        "RequestStartTransaction lacks remoteStartId.",
        start,
        drop("remoteStartId"),
    )


def _stop() -> Iterator[Fault]:
    stop = call_of("RequestStopTransaction")
    yield fault("request-stop-not-sent", "RequestStopTransaction is not sent.", stop, silence)
    yield fault(
        "request-stop-wrong-transaction",
        "RequestStopTransaction names another transactionId.",
        stop,
        put("transactionId", lambda message: f"x{message.payload['transactionId']}"[:36]),
    )
    yield fault(
        "request-stop-without-transaction", "RequestStopTransaction lacks transactionId.", stop, drop("transactionId")
    )


def _unlock() -> Iterator[Fault]:
    unlock = call_of("UnlockConnector")
    yield fault("unlock-not-sent", "UnlockConnector is not sent.", unlock, silence)
    yield fault("unlock-without-connector", "UnlockConnector lacks connectorId.", unlock, drop("connectorId"))
    for name, member in (("connector", "connectorId"), ("evse", "evseId")):
        yield fault(f"unlock-wrong-{name}", f"UnlockConnector names another {member}.", unlock, _one_more(member))


def _one_more(member: str) -> Edit:
    return put(member, lambda message: message.payload[member] + 1)


def _trigger() -> Iterator[Fault]:
    trigger = call_of("TriggerMessage")
    with_evse = call_of("TriggerMessage", lambda message: "evse" in message.payload)
    yield fault("trigger-not-sent", "TriggerMessage is not sent.", trigger, silence)
    yield fault(
        "trigger-wrong-message",
        "TriggerMessage asks for another message.",
        trigger,
        put("requestedMessage", lambda message: _NEXT.get(message.payload["requestedMessage"], "Heartbeat")),
    )
    yield fault("trigger-without-message", "TriggerMessage lacks requestedMessage.", trigger, drop("requestedMessage"))
    yield fault("trigger-without-evse", "TriggerMessage does not name the EVSE.", with_evse, drop("evse"))
