"""Rules of resets and triggers, broken (OCPP 1.6 §5.14, §5.17; RST-01, TRG-01)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Final, Literal

from ocppj.frames import Call
from simulator.faults.model import Fault, Message, Operate, Payload
from simulator.faults.words import operation, override, pretended
from simulator.v16.power import Power
from simulator.wire.dialing import Line
from simulator.wire.operations import Answer

_TRIGGER: Final = "TriggerMessage"
LATE: Final = 0.05
"""Seconds by which the answer to a TriggerMessage comes after the message that was asked for."""


def faults() -> Iterator[Fault]:
    """The faults of these rules."""
    yield override(
        "soft-reset-at-once", "A soft reset does not wait until its StopTransaction is told.", Power, _NeverWaits
    )
    yield Fault(
        "trigger-answered-last",
        "A TriggerMessage is answered after the message that was asked for.",
        answers={_TRIGGER: _at_once},
        replies=_late,
    )
    yield operation(
        "heartbeat-needs-no-connector",
        "A TriggerMessage of a Heartbeat is Rejected when it names a connector.",
        _TRIGGER,
        pretended(_names_a_connector, status="Rejected"),
    )


def _at_once(message: Message, operate: Operate) -> Answer:
    answer = operate(message.payload)
    if answer.then is not None:
        answer.then()
    return Answer(answer.payload)


async def _late(line: Line, call: Call, payload: Payload) -> None:
    if call.action == _TRIGGER:
        await asyncio.sleep(LATE)
    await line.reply(call, payload)


class _NeverWaits(Power):
    __slots__ = ()

    async def carry_out(self, kind: Literal["Hard", "Soft"]) -> None:
        await self.reboot(f"{kind}Reset", graceful=False)


def _names_a_connector(message: Message) -> bool:
    return message.payload["requestedMessage"] == "Heartbeat" and "connectorId" in message.payload
