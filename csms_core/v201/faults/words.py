"""What faults of several blocks say: how an answer is missing or malformed, and what went on before."""

from __future__ import annotations

from collections.abc import Iterator

from csms_core.faults.edits import Condition, fault, put, refused, silence
from csms_core.faults.model import Fault, Outgoing, Past


def unacknowledged(name: str, what: str, where: Condition, *, extra: str = "status") -> Iterator[Fault]:
    """No answer, a CALLERROR, and an answer with a member that its schema does not know."""
    yield fault(f"{name}-unanswered", f"{what} gets no answer.", where, silence)
    yield fault(f"{name}-callerror", f"{what} gets a CALLERROR.", where, refused("InternalError"))
    yield fault(
        f"{name}-answer-with-extra-member",
        f"The answer to {what} has a member the schema does not know.",
        where,
        put(extra, "Accepted"),
    )


def since_boot(message: Outgoing) -> Iterator[Past]:
    """What went over the wire since the last boot, the newest first."""
    for past in reversed(message.history):
        if past.action == "BootNotification":
            return
        yield past


def after_reset(message: Outgoing) -> bool:
    """A Reset was sent, and no boot has followed it."""
    return any(past.action == "Reset" and past.kind == "call" for past in since_boot(message))


def booted_after_reset(message: Outgoing) -> bool:
    """A Reset was sent before the last boot."""
    boot_seen = False
    for past in reversed(message.history):
        if past.action == "BootNotification":
            boot_seen = True
        elif past.action == "Reset" and past.kind == "call":
            return boot_seen
    return False


def while_charging(message: Outgoing) -> bool:
    """A transaction of the station has begun to charge, and has not ended."""
    for past in reversed(message.history):
        if past.action != "TransactionEvent" or past.kind != "call":
            continue
        if past.payload.get("eventType") == "Ended":
            return False
        if past.payload.get("transactionInfo", {}).get("chargingState") == "Charging":
            return True
    return False
