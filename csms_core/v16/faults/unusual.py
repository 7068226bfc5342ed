"""Faults that show at unusual messages only, right ones and wrong ones: no case of the OCTT sends any of them.

They are what `plugproof fuzz` is for, and are shown by it alone (docs/fuzz.md). Each has the life of a defect as there
are many: a column that is too narrow, a parser that gives up, a table that is keyed by what a peer may choose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from csms_core.faults.edits import answer_to, any_answer, fault, refused, silence, twice, written
from csms_core.faults.model import Fault, Outgoing
from ocppj import frames
from ocppj.rules.writing import texts

_LONG: Final = 51
"""Characters of an idTag, of which there are at most 20."""
_LARGEST: Final = 2**31 - 1


def faults() -> Iterator[Fault]:
    """The faults of unusual messages."""
    broken = refused("InternalError")
    yield fault(
        "null-payload-crashes",
        "A CALL whose payload is null gets the CALLERROR InternalError where it needs a member.",
        lambda message: _is_refused(message) and message.action != "" and message.request is None,
        broken,
    )
    yield fault(
        "long-tag-accepted",
        f"Authorize with an idTag of {_LONG} characters or more is Accepted.",
        lambda message: _is_refused(message, "Authorize") and _length(message, "idTag") >= _LONG,
        _accepted({"idTagInfo": {"status": "Accepted"}}),
    )
    yield fault(
        "repeated-id-silences",
        "After a CALL whose id was used before, nothing is answered until the next boot.",
        lambda message: any_answer(message) and message.action != "BootNotification" and _has_repeated(message),
        silence,
    )
    yield fault(
        "repeated-id-answered-twice",
        "A CALL whose id was used before is answered two times.",
        lambda message: any_answer(message) and message.is_repeated,
        twice,
    )
    yield fault(
        "unknown-action-accepted",
        "A CALL of an action that does not exist gets an empty CALLRESULT.",
        lambda message: _is_refused(message) and message.payload["code"] == "NotImplemented",
        _accepted({}),
    )
    yield fault(
        "sampled-value-missing-accepted",
        "MeterValues is accepted although a sampledValue lacks its value.",
        lambda message: (
            _is_refused(message, "MeterValues")
            and message.payload["code"] == "OccurenceConstraintViolation"
            and "sampledValue[" in message.payload["description"]
        ),
        _accepted({}),
    )
    yield fault(
        "unicode-crashes",
        "A text with a letter that is not ASCII gets the CALLERROR InternalError.",
        lambda message: any_answer(message) and _some_text(message, lambda text: not text.isascii()),
        broken,
    )
    yield fault(
        "nul-crashes",
        "A text with the character NUL gets the CALLERROR InternalError.",
        lambda message: any_answer(message) and _some_text(message, lambda text: "\0" in text),
        broken,
    )
    yield fault(
        "offset-refused",
        "A StatusNotification whose timestamp has an offset gets the CALLERROR FormationViolation.",
        answer_to("StatusNotification", lambda message: not str(message.request.get("timestamp", "Z")).endswith("Z")),
        refused("FormationViolation"),
    )
    yield fault(
        "largest-number-crashes",
        "StopTransaction with a meterStop of 2147483647 gets the CALLERROR InternalError.",
        answer_to("StopTransaction", lambda message: message.request["meterStop"] == _LARGEST),
        broken,
    )


def _is_refused(message: Outgoing, action: str | None = None) -> bool:
    """A CALLERROR leaves, for a CALL of this action, or of any."""
    return message.kind == "error" and action in (None, message.action)


def _accepted(payload: dict[str, Any]) -> Callable[[Outgoing], Any]:
    return written(lambda message: frames.result(message.id, payload).raw)


def _length(message: Outgoing, member: str) -> int:
    """How long a text in the payload that was refused is; 0: it is none."""
    value = message.request.get(member) if isinstance(message.request, dict) else None
    return len(value) if isinstance(value, str) else 0


def _has_repeated(message: Outgoing) -> bool:
    """Whether this CALL, or one since the last boot, had an id that was used before."""
    if message.is_repeated:
        return True
    for past in reversed(message.history):
        if past.action == "BootNotification" and past.kind == "result":
            return False
        if past.is_repeated:
            return True
    return False


def _some_text(message: Outgoing, holds: Callable[[str], bool]) -> bool:
    """Whether it holds for a text of the CALL that is answered."""
    return any(holds(text) for _, text in texts(message.request))
