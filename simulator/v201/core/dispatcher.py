"""Answers the CALLs of the CSMS with the operations of the blocks (P4 §4.3; P2 B02, B03).

What a station does not do is NotSupported, what is no message of OCPP 2.0.1 is NotImplemented (the session says so).
"""

from __future__ import annotations

from functools import partial
from typing import Final

from ocppj.errors import OcppError
from ocppj.frames import Call
from ocppj.session.session import Seen
from simulator.v201.core.context import Context
from simulator.wire import answering
from simulator.wire.dialing import Line
from simulator.wire.operations import Answer, Operations, unsupported

_BEFORE_ACCEPTED: Final = frozenset(
    {
        "GetBaseReport",
        "GetVariables",
        "RequestStartTransaction",
        "RequestStopTransaction",
        "Reset",
        "SetVariables",
        "TriggerMessage",
    }
)
"""What a station answers while it is Pending (B02); transactions are Rejected by those who would start them."""


async def handle(context: Context, operations: Operations, seen: Seen, line: Line) -> None:
    """Answer one CALL whose payload is valid."""
    await answering.reply(context, partial(_answer, context, operations), seen, line)


def _answer(context: Context, operations: Operations, call: Call) -> Answer:
    operation = operations.operation(call.action)
    if operation is None:
        raise unsupported(call.action)
    status = context.registration.status
    if status != "Accepted" and not (status == "Pending" and call.action in _BEFORE_ACCEPTED):
        raise OcppError("SecurityError", f"the CSMS has not accepted the station yet, so it does no {call.action}")
    return operation({} if call.payload is None else call.payload)
