"""Faults of how messages are written: answers (OCPP-J 1.6 §4), and payloads against their schema."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ocppj.frames import Call
from simulator.faults.model import Fault, Message, Payload
from simulator.faults.words import put, refused, said
from simulator.wire.dialing import Line


def faults() -> Iterator[Fault]:
    """The faults of the frame."""
    yield Fault("answers-missing", "No CALL gets a CALLRESULT.", replies=_missing)
    yield Fault("answers-twice", "Every CALLRESULT is sent two times.", replies=_twice)
    yield Fault("answer-id-foreign", "A CALLRESULT has an id that belongs to no CALL.", replies=_foreign)
    yield Fault(
        "answers-refused",
        "Every CALL is answered with the CALLERROR GenericError.",
        answers={"*": refused("GenericError")},
    )
    for name, sentence, change in (
        ("calls-with-extra-member", "Every CALL has a member its schema does not know.", put("vendorStuff", True)),
        ("timestamps-without-zone", "The timestamp of a CALL has no time zone.", _without_zone),
        ("connectors-as-text", "The connectorId of a CALL is a text.", _as_text),
    ):
        yield Fault(name, sentence, calls={"*": said(change)})


def _without_zone(_: Message, payload: Payload) -> Payload:
    at = payload.get("timestamp")
    return payload if at is None else {**payload, "timestamp": at.removesuffix("Z")}


def _as_text(_: Message, payload: Payload) -> Payload:
    number = payload.get("connectorId")
    return payload if number is None else {**payload, "connectorId": str(number)}


async def _missing(line: Line, call: Call, payload: Payload) -> None:
    pass


async def _twice(line: Line, call: Call, payload: Payload) -> None:
    await line.reply(call, payload)
    await line.reply(call, payload)


async def _foreign(line: Line, call: Call, payload: Payload) -> None:
    await line.reply(msgspec.structs.replace(call, id=f"{call.id[:30]}-other"), payload)
