"""Answers the CALLs of the CSMS with the operations of the features; others are NotSupported (rule ERR-03)."""

from __future__ import annotations

from functools import partial
from typing import cast

from ocppj.frames import Call
from ocppj.session.session import Seen
from simulator.v16.core.context import Context
from simulator.wire import answering
from simulator.wire.dialing import Line
from simulator.wire.operations import Answer, Operations, unsupported


async def handle(context: Context, operations: Operations, seen: Seen, line: Line) -> None:
    """Answer one CALL whose payload is valid. A rejected station is silent (1.6 §4.2, rule BOOT-03)."""
    if context.registration.status == "Rejected":
        action = cast("Call", seen.frame).action
        context.events.publish("csms", f"{action} is ignored while the station is Rejected")
        return
    await answering.reply(context, partial(_answer, operations), seen, line)


def _answer(operations: Operations, call: Call) -> Answer:
    operation = operations.operation(call.action)
    if operation is None:
        raise unsupported(call.action)
    return operation({} if call.payload is None else call.payload)
