"""What a CSMS answers whatever it holds: messages about transactions and statuses (OCPP 1.6 §4.4 to §4.10)."""

from typing import Any, Final

from ocppj.frames import MAX_ID_LENGTH, CallError
from ocppj.rules.chapter import Chapter
from ocppj.rules.members import asked
from ocppj.rules.seen import Seen, View
from ocppj.rules.writing import texts
from ocppj.v16.rules.facts import TELL_TRANSACTIONS
from ocppj.v16.rules.values.connectors import names_no_connector

CHAPTER: Final = Chapter()

_ABOUT_THE_CONTENT: Final = frozenset(
    {
        "FormationViolation",
        "NotImplemented",
        "NotSupported",
        "OccurenceConstraintViolation",
        "PropertyConstraintViolation",
        "TypeConstraintViolation",
    }
)
"""Codes that say that the message is wrong. The others may mean that the CSMS was not able to process it (JE 3.3)."""

_WITHOUT_THE_PROFILE: Final = frozenset({"NotImplemented", "NotSupported"})
"""What a CSMS says that has no Firmware Management (ERR-03)."""


@CHAPTER.judges("TX-02", "error", actions=TELL_TRANSACTIONS)
def transactions_are_answered(seen: Seen, view: View) -> str | None:
    return None if asked(seen).get("transactionId") == -1 else _refused(seen)


@CHAPTER.judges("TX-09", "error", actions=("MeterValues", "StopTransaction"))
def without_an_id_too(seen: Seen, view: View) -> str | None:
    return _refused(seen) if asked(seen).get("transactionId") == -1 else None


@CHAPTER.judges("STAT-08", "error", actions=("StatusNotification",))
def statuses_are_answered(seen: Seen, view: View) -> str | None:
    return _refused(seen)


@CHAPTER.judges("FW-06", "error", actions=("DiagnosticsStatusNotification", "FirmwareStatusNotification"))
def transfers_are_answered(seen: Seen, view: View) -> str | None:
    frame = seen.frame
    assert type(frame) is CallError
    return None if frame.code in _WITHOUT_THE_PROFILE else _refused(seen)


def _refused(seen: Seen) -> str | None:
    """The sentence for a CALLERROR by which a right message is refused for what it says."""
    frame, request = seen.frame, seen.request
    assert type(frame) is CallError
    assert request is not None
    if frame.code not in _ABOUT_THE_CONTENT or request.sender != "station" or len(request.id) > MAX_ID_LENGTH:
        return None
    if names_no_connector(request.action, request.payload) or not _is_printable(request.payload):
        return None  # that is a wrong message
    return f"a right {request.action} was refused with {frame.code}"


def _is_printable(members: Any) -> bool:
    return all(" " <= letter <= "~" for _, text in texts(members) for letter in text)
