"""How a CALL is refused: the codes of a CALLERROR, and when a status is meant instead (OCPP-J §4.2.2, §4.2.3)."""

from typing import Final

from ocppj.frames import ERROR_CODES, MAX_ID_LENGTH, CallError
from ocppj.rules.chapter import Chapter
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.rules.words import short

CHAPTER: Final = Chapter()

CHAPTER.rule("ERR-01", "MUST", "J §4.2.3", "A CALLERROR carries one of the ten codes of the standard.")
CHAPTER.rule(
    "ERR-08", "MUST", "J §4.2.2", "A regular but unwanted outcome is a CALLRESULT with a status, not a CALLERROR."
)


_HISTORICAL: Final = frozenset({"OccurrenceConstraintViolation", "FormatViolation"})
_ABOUT_THE_MESSAGE: Final = ERROR_CODES - {"NotImplemented", "NotSupported", "InternalError", "SecurityError"}
_MAY_REFUSE_BY_ERROR: Final = frozenset({"SetChargingProfile", "GetCompositeSchedule"})


@CHAPTER.judges("ERR-01", "error")
def error_code(seen: Seen, view: View) -> str | Remark | None:
    frame = seen.frame
    assert type(frame) is CallError
    if frame.code in ERROR_CODES:
        return None
    if frame.code in _HISTORICAL:
        return Remark(f"{frame.code} is not how OCPP-J 1.6 spells this code (JE 5.1, 5.2)", "SHOULD")
    return f"{short(frame.code)} is none of the ten codes"


@CHAPTER.judges("ERR-08", "error")
def refusal_by_status(seen: Seen, view: View) -> str | None:
    frame, request = seen.frame, seen.request
    assert type(frame) is CallError
    # E 3.24, 3.38 and 3.39 ask for a CALLERROR in two smart charging messages.
    if request is None or not request.valid or request.action in _MAY_REFUSE_BY_ERROR:
        return None
    if len(request.id) > MAX_ID_LENGTH:
        return None  # the message was not a right one
    if frame.code not in _ABOUT_THE_MESSAGE or request.action not in view.schemas.actions:
        return None
    status = view.schemas.schema(request.action, "result").get("properties", {}).get("status", {})
    refusals = [value for value in status.get("enum", ()) if value not in ("Accepted", "Unlocked", "Idle")]
    if not refusals:
        return None
    return f"a right {request.action} was refused with {frame.code}; its answer has a status for that ({refusals[0]})"
