"""Words to write faults of what arrives with: which text it is about, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csms_core.faults.model import Fault, Incoming, Reaction, Reflex
from ocppj import frames
from ocppj.frames import Call, CallError, CallResult, Malformed

When = Callable[[Incoming], bool]


def reflex(name: str, sentence: str, when: When, becomes: Reflex) -> Fault:
    """A fault of the texts that arrive."""

    def hook(incoming: Incoming) -> Reaction | None:
        return becomes(incoming) if when(incoming) else None

    return Fault(name, sentence, arrival=hook)


# --- which text it is about ------------------------------------------------------------------------------------------


def call(*actions: str) -> When:
    """A CALL, of one of these actions if any are named."""
    return lambda incoming: isinstance(incoming.frame, Call) and (not actions or incoming.frame.action in actions)


def has(where: str, holds: Callable[[Any], bool]) -> When:
    """A CALL of an action with a member that is so: `Authorize.idTag`; a member that is missing is None."""
    action, *members = where.split(".")

    def found(incoming: Incoming) -> bool:
        frame = incoming.frame
        if not isinstance(frame, Call) or frame.action != action:
            return False
        value = frame.payload
        for member in members:
            value = value.get(member) if isinstance(value, dict) else None
        return holds(value)

    return found


def malformed(*problems: str) -> When:
    """A text that is no message, because of one of these problems if any are named (`ocppj.frames.Problem`)."""
    return lambda incoming: (
        isinstance(incoming.frame, Malformed) and (not problems or incoming.frame.problem in problems)
    )


def stray(incoming: Incoming) -> bool:
    """An answer to no CALL that waits for one."""
    return isinstance(incoming.frame, CallResult | CallError) and incoming.frame.id not in incoming.waiting


def overtaken(incoming: Incoming) -> bool:
    """An answer that comes when its CALL is not the last one: the CSMS has given it up, as one waits at a time."""
    waiting = list(incoming.waiting)
    return isinstance(incoming.frame, CallResult | CallError) and incoming.frame.id in waiting[:-1]


def both(*conditions: When) -> When:
    """All of these hold."""
    return lambda incoming: all(holds(incoming) for holds in conditions)


def calls_before(number: int, action: str) -> When:
    """So many CALLs of this action have been answered since faults were switched on."""
    return lambda incoming: sum(past.action == action and past.kind == "result" for past in incoming.history) >= number


# --- what becomes of it ----------------------------------------------------------------------------------------------


def overlooked(_: Incoming) -> Reaction:
    """Nobody sees it."""
    return Reaction()


def cut(_: Incoming) -> Reaction:
    """The connection is cut."""
    return Reaction(ends=True)


def refused(code: str, *, ends: bool = False) -> Reflex:
    """A CALLERROR answers it; one without an id that can be read gets "-1"."""
    return lambda incoming: Reaction((frames.error(_id(incoming), code).raw,), ends=ends)


def answered(payload: Any) -> Reflex:
    """A CALLRESULT answers it, right or not."""
    return lambda incoming: Reaction((frames.result(_id(incoming), payload).raw,))


def taken_for(text: Callable[[Incoming], str]) -> Reflex:
    """The CSMS gets to see another text."""
    return lambda incoming: Reaction(seen=text(incoming))


def _id(incoming: Incoming) -> str:
    return incoming.frame.id or "-1"
