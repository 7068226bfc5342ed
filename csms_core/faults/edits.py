"""Words to write faults with: which message it is about, and what becomes of it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from csms_core.faults.model import Fault, Instead, Outgoing
from ocppj import frames

Condition = Callable[[Outgoing], bool]
Edit = Callable[[Outgoing], Instead]


def fault(name: str, sentence: str, where: Condition, edit: Edit) -> Fault:
    """A fault of the messages that leave."""

    def hook(message: Outgoing) -> Instead | None:
        return edit(message) if where(message) else None

    return Fault(name, sentence, message=hook)


def answer_to(action: str, *conditions: Condition) -> Condition:
    """The answer to a CALL of this action, when all conditions hold as well."""
    return lambda message: (
        message.kind == "result" and message.action == action and all(holds(message) for holds in conditions)
    )


def any_answer(message: Outgoing) -> bool:
    """Every CALLRESULT."""
    return message.kind == "result"


def call_of(action: str, *conditions: Condition) -> Condition:
    """A CALL of this action, when all conditions hold as well."""
    return lambda message: (
        message.kind == "call" and message.action == action and all(holds(message) for holds in conditions)
    )


def any_call(message: Outgoing) -> bool:
    """Every CALL."""
    return message.kind == "call"


def says(path: str, *values: Any) -> Condition:
    """The member of the payload that leaves has one of these values. `path` is dotted: `idTagInfo.status`."""
    return lambda message: _member(message.payload, path) in values


def asked(path: str, *values: Any) -> Condition:
    """The member of the payload that is being answered has one of these values."""
    return lambda message: _member(message.request, path) in values


def put(path: str, value: Any) -> Edit:
    """The member gets another value; a function is asked for it."""

    def edit(message: Outgoing) -> Instead:
        payload, holder, name = _descend(message.payload, path)
        holder[name] = value(message) if callable(value) else value
        return with_payload(message, payload)

    return edit


def drop(path: str) -> Edit:
    """The member is left out."""

    def edit(message: Outgoing) -> Instead:
        payload, holder, name = _descend(message.payload, path)
        holder.pop(name, None)
        return with_payload(message, payload)

    return edit


def replace(payload: Any) -> Edit:
    """The whole payload is another one."""
    return lambda message: with_payload(message, payload)


def silence(message: Outgoing) -> Instead:
    """Nothing is sent."""
    return Instead(())


def slow(seconds: float) -> Edit:
    """The right message, late."""
    return lambda message: Instead((_text(message, message.payload),), delay=seconds)


def twice(message: Outgoing) -> Instead:
    """The right message, two times."""
    return Instead((_text(message, message.payload),) * 2)


def again(message: Outgoing) -> Instead:
    """The right CALL, and then the same one as another CALL."""
    return Instead((_text(message, message.payload), _another_call(message, message.payload)))


def preceded_by(wrong: Edit) -> Edit:
    """The right CALL, and before it another one with what ``wrong`` makes of its payload."""

    def edit(message: Outgoing) -> Instead:
        (text,) = wrong(message).texts
        made = frames.parse(text)
        payload = made.payload if isinstance(made, frames.Call) else {}
        return Instead((_another_call(message, payload), _text(message, message.payload)))

    return edit


def followed_by(action: str, payload: Any) -> Edit:
    """The right message, and after it a CALL; what the station answers is nobody's."""
    return lambda message: Instead(
        (_text(message, message.payload), frames.call(str(uuid4()), action, payload).raw),
    )


def refused(code: str) -> Edit:
    """A CALLERROR instead of the CALLRESULT."""
    return lambda message: Instead((frames.error(message.id, code).raw,))


def written(write: Callable[[Outgoing], str]) -> Edit:
    """A text of its own making."""
    return lambda message: Instead((write(message),))


def with_payload(message: Outgoing, payload: Any) -> Instead:
    """The same message with another payload."""
    return Instead((_text(message, payload),))


def _text(message: Outgoing, payload: Any) -> str:
    if message.kind == "call":
        return frames.call(message.id, message.action, payload).raw
    return frames.result(message.id, payload).raw


def _another_call(message: Outgoing, payload: Any) -> str:
    """A CALL of the same action with an id of its own; what the station answers is nobody's."""
    return frames.call(str(uuid4()), message.action, payload).raw


def _descend(payload: Any, path: str) -> tuple[Any, dict[str, Any], str]:
    """A copy of the payload, the object within it that holds the member, and the member's name."""
    changed = copy.deepcopy(payload)
    holder = changed
    *above, name = path.split(".")
    for step in above:
        holder = holder.setdefault(step, {})
    return changed, holder, name


def _member(payload: Any, path: str) -> Any:
    for step in path.split("."):
        if not isinstance(payload, dict):
            return None
        payload = payload.get(step)
    return payload
