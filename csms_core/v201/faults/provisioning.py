"""Faults of boots and resets (B01 to B03, B11, B12)."""

from __future__ import annotations

from collections.abc import Iterator

from csms_core.faults.edits import answer_to, call_of, drop, fault, put, says, silence
from csms_core.faults.model import Fault
from csms_core.v201.faults.words import after_reset, unacknowledged, while_charging

_OTHER_TYPE = {"Immediate": "OnIdle", "OnIdle": "Immediate"}


def faults() -> Iterator[Fault]:
    """The faults of these messages."""
    yield from _boot()
    yield from _reset()
    yield from unacknowledged("notify-report", "NotifyReport", answer_to("NotifyReport"))


def _boot() -> Iterator[Fault]:
    boot = answer_to("BootNotification")
    accepted = answer_to("BootNotification", says("status", "Accepted"))
    yield fault("boot-pending", "Every BootNotification is answered with Pending.", boot, put("status", "Pending"))
    yield fault("boot-rejected", "Every BootNotification is answered with Rejected.", boot, put("status", "Rejected"))
    yield fault(
        "boot-after-reset-rejected",
        "The BootNotification that follows a Reset is answered with Rejected.",
        answer_to("BootNotification", says("status", "Accepted"), after_reset),
        put("status", "Rejected"),
    )
    yield fault(
        "boot-after-power-loss-rejected",
        "A BootNotification while a transaction is running is answered with Rejected.",
        answer_to("BootNotification", says("status", "Accepted"), while_charging),
        put("status", "Rejected"),
    )
    yield fault(
        "boot-status-lower-case", "The status of a boot is written in lower case.", accepted, put("status", "accepted")
    )
    for member, name in (("status", "status"), ("interval", "interval"), ("currentTime", "current-time")):
        yield fault(
            f"boot-answer-without-{name}", f"The answer to BootNotification lacks {member}.", boot, drop(member)
        )
    yield fault(
        "boot-answer-with-local-time",
        "currentTime in the answer to BootNotification has no time zone.",
        boot,
        put("currentTime", lambda message: message.payload["currentTime"].removesuffix("Z")),
    )
    yield fault("boot-unanswered", "BootNotification gets no answer.", boot, silence)


def _reset() -> Iterator[Fault]:
    reset = call_of("Reset")
    yield fault("reset-not-sent", "Reset is not sent.", reset, silence)
    yield fault(
        "reset-type-swapped",
        "Reset asks for Immediate instead of OnIdle, and the other way round.",
        reset,
        put("type", lambda message: _OTHER_TYPE[message.payload["type"]]),
    )
    yield fault("reset-without-type", "Reset lacks type.", reset, drop("type"))
    yield fault(
        "reset-with-evse", "Reset is for EVSE 1, where the station as a whole was meant.", reset, put("evseId", 1)
    )
