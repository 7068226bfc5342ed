"""Words to write faults with: which message it is about, and what becomes of it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from ocppj.errors import OcppError
from simulator.faults.model import Answering, Calling, Came, Fault, Message, Operate, Override, Payload, Send
from simulator.kernel.errors import Offline, Unanswered
from simulator.wire.operations import Answer

Condition = Callable[[Message], bool]
Change = Callable[[Message, Payload], Payload]
"""Makes another payload out of one, which it may change in place. The message is the CALL it belongs to."""


def always(message: Message) -> bool:
    """Every message."""
    return True


def any_payload(payload: Payload) -> bool:
    """Every answer."""
    return True


def says(member: str, *values: Any) -> Condition:
    """The member of the CALL has one of these values."""
    return lambda message: message.payload.get(member) in values


def at_connector(message: Message) -> bool:
    """It is about a connector, not about the station as a whole."""
    return bool(message.payload.get("connectorId"))


# --- what becomes of a payload ----------------------------------------------------------------------------------------


def put(path: str, value: Any) -> Change:
    """The member gets another value; a function is given the one it had. `path` is dotted: `idTagInfo.status`."""

    def change(_: Message, payload: Payload) -> Payload:
        holder, name = _holder(payload, path)
        holder[name] = value(holder.get(name)) if callable(value) else value
        return payload

    return change


def drop(path: str) -> Change:
    """The member is left out."""

    def change(_: Message, payload: Payload) -> Payload:
        holder, name = _holder(payload, path)
        holder.pop(name, None)
        return payload

    return change


# --- CALLs of the station ---------------------------------------------------------------------------------------------


def said(change: Change, when: Condition = always) -> Calling:
    """The CALL says something else."""

    async def hook(message: Message, send: Send) -> Came:
        return await send(_changed(change, message, message.payload) if when(message) else message.payload)

    return hook


def heard(change: Change, when: Callable[[Payload], bool] = any_payload) -> Calling:
    """The station understands something else than the CSMS has answered."""

    async def hook(message: Message, send: Send) -> Came:
        came = await send(message.payload)
        if isinstance(came, Offline | Unanswered) or not when(came):
            return came
        return _changed(change, message, came)

    return hook


# --- operations of the CSMS -------------------------------------------------------------------------------------------


def answered(change: Change, when: Callable[[Payload], bool] = any_payload) -> Answering:
    """The station does what it is asked and answers something else; `when` looks at the right answer."""

    def hook(message: Message, operate: Operate) -> Answer:
        answer = operate(message.payload)
        if not when(answer.payload):
            return answer
        return Answer(_changed(change, message, answer.payload), answer.then)

    return hook


def pretended(when: Condition = always, **payload: Any) -> Answering:
    """The station answers this and does nothing."""
    return lambda message, operate: Answer(dict(payload)) if when(message) else operate(message.payload)


def not_followed(message: Message, operate: Operate) -> Answer:
    """The right answer, and nothing of what should come after it."""
    return Answer(operate(message.payload).payload)


def misheard(change: Change, when: Condition = always) -> Answering:
    """The station understands something else than it is asked."""
    return lambda message, operate: operate(
        _changed(change, message, message.payload) if when(message) else message.payload
    )


def refused(code: str) -> Answering:
    """The station answers with this CALLERROR and does nothing."""

    def hook(message: Message, operate: Operate) -> Answer:
        raise OcppError(code, "this station is broken on purpose")

    return hook


# --- faults -----------------------------------------------------------------------------------------------------------


def call(name: str, sentence: str, action: str, hook: Calling) -> Fault:
    """A fault of a CALL of the station."""
    return Fault(name, sentence, calls={action: hook})


def operation(name: str, sentence: str, action: str, hook: Answering) -> Fault:
    """A fault of an operation."""
    return Fault(name, sentence, answers={action: hook})


def override(name: str, sentence: str, part: type, by: type) -> Fault:
    """A fault of a part, which is of another class."""
    return Fault(name, sentence, overrides=(Override(part, by),))


def _changed(change: Change, message: Message, payload: Payload) -> Payload:
    return change(message, copy.deepcopy(payload))


def _holder(payload: Any, path: str) -> tuple[dict[str, Any], str]:
    *above, name = path.split(".")
    for step in above:
        payload = payload[int(step)] if isinstance(payload, list) else payload.setdefault(step, {})
    return payload, name
