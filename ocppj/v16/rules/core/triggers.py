"""Messages that are sent because a CSMS asked for them (OCPP 1.6 §4.4, §4.5, §5.17)."""

from typing import Final

import msgspec

from ocppj.rules.chapter import Chapter
from ocppj.rules.members import payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "TRG-01",
    "MUST",
    "S §5.17",
    "A trigger is answered before its message is sent; a message that is not known is NotImplemented, and a connector"
    " that has nothing to do with it is ignored.",
    "station",
)
CHAPTER.rule(
    "TRG-02",
    "MUST",
    "S §4.4, §4.5",
    "Only a station that was asked and has nothing to do says that its firmware or diagnostics are Idle.",
    "station",
)


class Triggers(msgspec.Struct):
    """The messages that were asked for so far."""

    asked: set[str] = set()


def was_triggered(action: str, view: View) -> bool:
    """Whether a message was ever asked for."""
    known = view.memory.known.find(Triggers)
    return known is not None and action in known.asked


@CHAPTER.judges("TRG-02", "call", actions=("DiagnosticsStatusNotification", "FirmwareStatusNotification"))
def idle_only_when_asked(seen: Seen, view: View) -> Remark | None:
    action = seen.frame.action  # type: ignore[union-attr]
    if payload(seen)["status"] != "Idle" or was_triggered(action, view):
        return None
    # Where no boot was seen, somebody may have asked before anybody looked.
    if view.memory.known.registration is None:
        return None
    return Remark("status is Idle, and no such message was triggered", path=("status",))


@CHAPTER.learns("call", "TriggerMessage", "ExtendedTriggerMessage")
def is_asked_for(seen: Seen, view: View) -> None:
    view.memory.known.of(Triggers).asked.add(payload(seen)["requestedMessage"])
