"""Faults for the rules of OCPP-J 1.6 that single messages keep: codes, values, transactions, repetitions.

Most of them act on what arrives, before the CSMS has seen it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from csms_core.faults.edits import again, answer_to, call_of, fault, followed_by, put, says
from csms_core.faults.model import Fault, Incoming, Outgoing, Reaction
from csms_core.faults.reflexes import (
    When,
    answered,
    both,
    call,
    calls_before,
    has,
    overlooked,
    reflex,
    refused,
)
from ocppj import frames, times
from ocppj.frames import Call
from ocppj.times import timestamp
from ocppj.v16 import PROTOCOL

LATE = 1_800
"""Seconds after which a transaction counts as late."""
_RETRY_S = 30
"""The interval of an answer that is not Accepted."""
HIGH = 2_000_000_000
"""A transactionId that no CSMS has come to, from here on."""

_VIOLATIONS = (
    ("required", "missing-member", "that lacks a member"),
    ("type", "wrong-type", "with a member of the wrong type"),
    ("enum", "unknown-value", "with a value that there is not"),
    ("maxLength", "too-long", "with a text that is too long"),
    ("additionalProperties", "extra-member", "with a member that there is not"),
)
"""What the schema is violated by, the name of its faults, and what they say."""

_refuses = refused("PropertyConstraintViolation")


def faults() -> Iterator[Fault]:
    """The faults of these rules."""
    yield from _codes()
    yield from _before_acceptance()
    yield from _times_and_texts()
    yield from _meter_values()
    yield from _transactions()
    yield from _again()
    yield fault(
        "data-transfer-with-data",
        "DataTransfer.conf for an unknown vendor carries data.",
        answer_to("DataTransfer", says("status", "UnknownVendorId")),
        put("data", "surprise"),
    )


# --- chapter 3 -------------------------------------------------------------------------------------------------------


def _codes() -> Iterator[Fault]:
    def is_foreign(incoming: Incoming) -> bool:
        return isinstance(incoming.frame, Call) and incoming.frame.action not in PROTOCOL.schemas.actions

    what = "A CALL of an action that OCPP 1.6 does not have"
    yield reflex("unknown-action-not-supported", f"{what} gets NotSupported.", is_foreign, refused("NotSupported"))
    yield reflex("unknown-action-ignored", f"{what} gets no answer.", is_foreign, overlooked)
    yield reflex(
        "unknown-action-ends-connection",
        f"{what} gets its CALLERROR, and then the connection is cut.",
        is_foreign,
        refused("NotImplemented", ends=True),
    )
    yield reflex("reset-of-csms-ignored", "A Reset that a station sends gets no answer.", call("Reset"), overlooked)
    yield reflex(
        "reset-of-csms-accepted",
        "A Reset that a station sends is accepted.",
        call("Reset"),
        answered({"status": "Accepted"}),
    )
    for keyword, name, words in _VIOLATIONS:
        yield reflex(f"{name}-ignored", f"A CALL {words} gets no answer.", _violates(keyword), overlooked)
        yield reflex(
            f"{name}-internal-error",
            f"A CALL {words} gets InternalError.",
            _violates(keyword),
            refused("InternalError"),
        )


def _violates(keyword: str) -> When:
    def when(incoming: Incoming) -> bool:
        frame = incoming.frame
        if not isinstance(frame, Call) or frame.action not in PROTOCOL.schemas.actions:
            return False
        violations = PROTOCOL.schemas.diagnose(frame.action, "call", frame.payload)
        return bool(violations) and violations[0].keyword == keyword

    return when


def _before_acceptance() -> Iterator[Fault]:
    def is_first(incoming: Incoming) -> bool:
        return not any(past.action == "BootNotification" for past in incoming.history)

    def tells_the_time(incoming: Incoming) -> Reaction:
        return Reaction((frames.result(incoming.frame.id or "", {"currentTime": timestamp(datetime.now(UTC))}).raw,))

    yield reflex(
        "heartbeat-before-boot-answered",
        "A Heartbeat gets its answer before a BootNotification was accepted.",
        both(call("Heartbeat"), is_first),
        tells_the_time,
    )
    yield reflex(
        "heartbeat-before-boot-ignored",
        "A Heartbeat gets no answer before a BootNotification was accepted.",
        both(call("Heartbeat"), is_first),
        overlooked,
    )
    yield fault(
        "boot-again-rejected",
        "Every BootNotification of a station but its first is answered with Rejected.",
        answer_to("BootNotification", lambda message: any(past.action == message.action for past in message.history)),
        put("status", "Rejected"),
    )
    pending = says("status", "Pending")
    for name, action, payload in (
        ("remote-start", "RemoteStartTransaction", {"idTag": "PENDING"}),
        ("remote-stop", "RemoteStopTransaction", {"transactionId": 1}),
    ):
        yield fault(
            f"{name}-while-pending",
            f"A BootNotification that is answered with Pending is followed by {action}.",
            answer_to("BootNotification", pending),
            followed_by(action, payload),
        )
    yield reflex(
        "pending-ends-connection",
        "A BootNotification is answered with Pending, and then the connection is cut.",
        call("BootNotification"),
        lambda incoming: Reaction((frames.result(incoming.frame.id or "", _pending()).raw,), ends=True),
    )
    yield reflex(
        "fiftieth-heartbeat-ignored",
        "From the fiftieth Heartbeat on none gets an answer.",
        both(call("Heartbeat"), calls_before(49, "Heartbeat")),
        overlooked,
    )


def _pending() -> dict[str, Any]:
    return {"status": "Pending", "currentTime": timestamp(datetime.now(UTC)), "interval": _RETRY_S}


# --- chapter 4 -------------------------------------------------------------------------------------------------------


def _times_and_texts() -> Iterator[Fault]:
    def of_status(pattern: str) -> When:
        return has("StatusNotification.timestamp", lambda value: bool(re.search(pattern, str(value))))

    def long(length: int) -> Callable[[Any], bool]:
        return lambda value: isinstance(value, str) and len(value) == length

    tag = "Authorize.idTag"
    for name, sentence, when in (
        ("whole-seconds", "without fractional seconds", of_status(r":\d\d(Z|[+-]\d\d:\d\d)$")),
        ("long-fraction", "with more than three digits of a second", of_status(r"\.\d{4,}")),
        ("zone-offset", "with the offset of a time zone", of_status(r"[+-]\d\d:\d\d$")),
    ):
        yield reflex(f"{name}-refused", f"A dateTime {sentence} gets a CALLERROR.", when, _refuses)
    yield reflex("longest-tag-refused", "An idTag of 20 characters gets a CALLERROR.", has(tag, long(20)), _refuses)
    yield reflex(
        "longest-info-refused",
        "An info of 50 characters gets a CALLERROR.",
        has("StatusNotification.info", long(50)),
        _refuses,
    )
    yield reflex(
        "longest-vendor-refused",
        "A vendorId of 255 characters gets a CALLERROR.",
        has("DataTransfer.vendorId", long(255)),
        _refuses,
    )
    yield reflex(
        "tag-in-small-letters-invalid",
        "An idTag in small letters is Invalid.",
        has(tag, lambda value: isinstance(value, str) and value.islower()),
        answered({"idTagInfo": {"status": "Invalid"}}),
    )
    yield reflex(
        "tag-of-other-signs-refused",
        "An idTag with signs beside letters, digits and hyphens gets a CALLERROR.",
        has(tag, lambda value: bool(re.search(r"[^A-Za-z0-9-]", str(value)))),
        _refuses,
    )


# --- chapters 7 and 9 ------------------------------------------------------------------------------------------------


def _meter_values() -> Iterator[Fault]:
    def sample(**wanted: Any) -> When:
        def holds(values: Any) -> bool:
            found = values[0]["sampledValue"][0]
            return all(found.get(name) == value for name, value in wanted.items())

        return has("MeterValues.meterValue", holds)

    def is_bare(values: Any) -> bool:
        return list(values[0]["sampledValue"][0]) == ["value"]

    for name, words, when in (
        ("celsius", "in Celsius", sample(unit="Celsius")),
        ("celcius", "in Celcius", sample(unit="Celcius")),
        ("frequency", "of Frequency", sample(measurand="Frequency")),
        ("bare-value", "of nothing but a value", has("MeterValues.meterValue", is_bare)),
        ("odd-value", "whose value is no number", sample(value="n/a")),
        (
            "meter-of-unknown-transaction",
            "for a transaction nobody knows",
            has("MeterValues.transactionId", lambda value: value is not None and value > HIGH),
        ),
        ("meter-of-transaction-minus-1", "for the transaction -1", has("MeterValues.transactionId", (-1).__eq__)),
    ):
        yield reflex(f"{name}-refused", f"A sample {words} gets a CALLERROR.", when, _refuses)


def _transactions() -> Iterator[Fault]:
    def is_late(value: Any) -> bool:
        return (datetime.now(UTC) - times.moment(value)).total_seconds() > LATE

    stop = "StopTransaction"
    for name, words, when in (
        (
            "stop-of-unknown-transaction",
            f"{stop} of a transaction nobody knows",
            has(f"{stop}.transactionId", HIGH.__lt__),
        ),
        ("stop-of-transaction-minus-1", f"{stop} of the transaction -1", has(f"{stop}.transactionId", (-1).__eq__)),
        ("stop-without-reason", f"{stop} without a reason", has(f"{stop}.reason", lambda value: value is None)),
        ("late-start", "StartTransaction of half an hour ago", has("StartTransaction.timestamp", is_late)),
        ("late-stop", f"{stop} of half an hour ago", has(f"{stop}.timestamp", is_late)),
        (
            "falling-register",
            f"{stop} with a register below zero",
            has(f"{stop}.meterStop", lambda value: isinstance(value, int) and value < 0),
        ),
    ):
        yield reflex(f"{name}-refused", f"{words} gets a CALLERROR.", when, _refuses)


def _again() -> Iterator[Fault]:
    def is_again(message: Outgoing) -> bool:
        said = (past.payload for past in message.history if past.kind == "call" and past.action == message.action)
        return message.request in said

    def came_before(incoming: Incoming) -> bool:
        frame = incoming.frame
        said = (past.payload for past in incoming.history if past.kind == "call" and past.action == "StopTransaction")
        return isinstance(frame, Call) and frame.payload in said

    yield fault(
        "start-again-booked-again",
        "A StartTransaction that is repeated gets another transactionId.",
        answer_to("StartTransaction", is_again),
        put("transactionId", lambda message: message.payload["transactionId"] + 1),
    )
    yield fault(
        "start-again-with-extra-member",
        "The answer to a StartTransaction that is repeated has a member the schema does not know.",
        answer_to("StartTransaction", is_again),
        put("repeated", True),
    )
    yield reflex(
        "stop-again-refused",
        "A StopTransaction that is repeated gets a CALLERROR.",
        both(call("StopTransaction"), came_before),
        _refuses,
    )
    yield fault("get-configuration-again", "GetConfiguration is sent two times.", call_of("GetConfiguration"), again)
