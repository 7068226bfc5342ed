"""Faults that show at unusual messages only, right ones and wrong ones: no case of the OCTT sends any of them.

They are what `plugproof fuzz` is for, and are shown by it alone (docs/fuzz.md). Each has the life of a defect as there
are many: a buffer that is too short, a parser that gives up, a table that is keyed by what a peer may choose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NoReturn
from weakref import WeakKeyDictionary

from ocppj import frames
from ocppj.errors import OcppError
from ocppj.frames import Call, CallError, CallResult
from ocppj.rules.writing import texts
from ocppj.session.session import Exchange
from simulator.faults.model import Answering, Fault, Message, Operate, Payload, Refusing, Replying
from simulator.faults.words import Condition, operation, refused
from simulator.wire.dialing import Line
from simulator.wire.operations import Answer

_LONG: Final = 51
"""Characters of an idTag, of which there are at most 20."""
_LARGEST: Final = 2**31 - 1
_MOST_IDS: Final = 1_000


def faults() -> Iterator[Fault]:
    """The faults of unusual messages."""
    yield Fault(
        "null-payload-crashes",
        "A CALL whose payload is null gets the CALLERROR InternalError where it needs a member.",
        refusals=_instead(lambda asked, error: asked.payload is None, "InternalError"),
    )
    yield Fault(
        "long-tag-accepted",
        f"RemoteStartTransaction with an idTag of {_LONG} characters or more is Accepted.",
        refusals=_accepted("RemoteStartTransaction", _has_long_tag, {"status": "Accepted"}),
    )
    yield Fault(
        "repeated-id-silences",
        "After a CALL whose id was used before, nothing is answered on this connection.",
        replies=_when_repeated(_nothing, for_good=True),
    )
    yield Fault(
        "repeated-id-answered-twice",
        "A CALL whose id was used before is answered two times.",
        replies=_when_repeated(_twice, for_good=False),
    )
    yield Fault(
        "unknown-action-accepted",
        "A CALL of an action that does not exist gets an empty CALLRESULT.",
        refusals=lambda asked, error: frames.result(asked.id, {}) if error.code == "NotImplemented" else None,
    )
    yield Fault(
        "schedule-missing-accepted",
        "SetChargingProfile is Accepted although its schedule lacks a member.",
        refusals=_accepted("SetChargingProfile", _lacks_in_schedule, {"status": "Accepted"}),
    )
    yield Fault(
        "unicode-crashes",
        "A text with a letter that is not ASCII gets the CALLERROR InternalError.",
        answers={"*": _crashes(lambda message: any(not text.isascii() for _, text in texts(message.payload)))},
    )
    yield Fault(
        "nul-crashes",
        "A text with the character NUL gets the CALLERROR InternalError.",
        answers={"*": _crashes(lambda message: any("\0" in text for _, text in texts(message.payload)))},
    )
    yield operation(
        "offset-refused",
        "ReserveNow whose expiryDate has an offset gets the CALLERROR FormationViolation.",
        "ReserveNow",
        _when(lambda message: not message.payload["expiryDate"].endswith("Z"), refused("FormationViolation")),
    )
    yield operation(
        "largest-number-crashes",
        "RemoteStopTransaction with the transactionId 2147483647 gets the CALLERROR InternalError.",
        "RemoteStopTransaction",
        _crashes(lambda message: message.payload["transactionId"] == _LARGEST),
    )


# --- CALLs that are refused -------------------------------------------------------------------------------------------


def _instead(where: Callable[[Exchange, CallError], bool], code: str) -> Refusing:
    """Another code."""
    return lambda asked, error: frames.error(asked.id, code) if where(asked, error) else None


def _accepted(action: str, where: Callable[[Payload, CallError], bool], answer: Payload) -> Refusing:
    """A CALLRESULT."""

    def hook(asked: Exchange, error: CallError) -> CallResult | None:
        if asked.action != action or not isinstance(asked.payload, dict) or not where(asked.payload, error):
            return None
        return frames.result(asked.id, answer)

    return hook


def _has_long_tag(payload: Payload, error: CallError) -> bool:
    tag = payload.get("idTag")
    return isinstance(tag, str) and len(tag) >= _LONG


def _lacks_in_schedule(payload: Payload, error: CallError) -> bool:
    return error.code == "OccurenceConstraintViolation" and "chargingSchedule" in str(error.description)


# --- CALLs that are right ---------------------------------------------------------------------------------------------


def _when(condition: Condition, hook: Answering) -> Answering:
    return lambda message, operate: hook(message, operate) if condition(message) else operate(message.payload)


def _crashes(condition: Condition) -> Answering:
    def crash(message: Message, operate: Operate) -> Answer:
        return _crash(message)

    return _when(condition, crash)


def _crash(message: Message) -> NoReturn:
    raise OcppError("InternalError", f"{message.action} could not be processed")


class _Ids:
    """The ids of the CALLs of a line, and whether one of them came twice."""

    def __init__(self) -> None:
        self._seen: dict[str, None] = {}
        self.has_repeated = False

    def repeats(self, id: str) -> bool:
        """Whether this id was there before."""
        is_repeated = id in self._seen
        self._seen[id] = None
        if len(self._seen) > _MOST_IDS:
            del self._seen[next(iter(self._seen))]
        self.has_repeated = self.has_repeated or is_repeated
        return is_repeated


def _when_repeated(write: Replying, *, for_good: bool) -> Replying:
    """Another way to write the answer to a CALL whose id is used again; ``for_good``: and to all that come after it."""
    ids: WeakKeyDictionary[Line, _Ids] = WeakKeyDictionary()

    async def reply(line: Line, call: Call, payload: Payload) -> None:
        known = ids.setdefault(line, _Ids())
        if known.repeats(call.id) or (for_good and known.has_repeated):
            await write(line, call, payload)
        else:
            await line.reply(call, payload)

    return reply


async def _nothing(line: Line, call: Call, payload: Payload) -> None:
    pass


async def _twice(line: Line, call: Call, payload: Payload) -> None:
    await line.reply(call, payload)
    await line.reply(call, payload)
