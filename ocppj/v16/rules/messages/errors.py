"""How a CALL is refused: the codes of a CALLERROR, and when a status is meant instead (OCPP-J §4.2.2, §4.2.3)."""

from typing import Final

from ocppj.frames import CallError
from ocppj.rules.chapter import Chapter
from ocppj.rules.errors import refused_instead_of_answered
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.rules.words import short
from ocppj.rules.writing import texts
from ocppj.v16.codes import CODES
from ocppj.v16.rules.values.connectors import names_no_connector

CHAPTER: Final = Chapter()

CHAPTER.rule("ERR-01", "MUST", "J §4.2.3", "A CALLERROR carries one of the ten codes of the standard.")
CHAPTER.rule(
    "ERR-08", "MUST", "J §4.2.2", "A regular but unwanted outcome is a CALLRESULT with a status, not a CALLERROR."
)


_HISTORICAL: Final = frozenset({"OccurrenceConstraintViolation", "FormatViolation"})
_ABOUT_THE_MESSAGE: Final = CODES.known - {"NotImplemented", "NotSupported", "InternalError", "SecurityError"}
_AGREED: Final = frozenset({"Accepted", "Unlocked", "Idle"})
# E 3.24, 3.38 and 3.39 ask for a CALLERROR in two smart charging messages.
_MAY_REFUSE_BY_ERROR: Final = frozenset({"SetChargingProfile", "GetCompositeSchedule"})


@CHAPTER.judges("ERR-01", "error")
def error_code(seen: Seen, view: View) -> str | Remark | None:
    frame = seen.frame
    assert type(frame) is CallError
    if frame.code in CODES.known:
        return None
    if frame.code in _HISTORICAL:
        return Remark(f"{frame.code} is not how OCPP-J 1.6 spells this code (JE 5.1, 5.2)", "SHOULD")
    return f"{short(frame.code)} is none of the ten codes"


@CHAPTER.judges("ERR-08", "error")
def refusal_by_status(seen: Seen, view: View) -> str | None:
    request = seen.request
    if request is not None:
        if names_no_connector(request.action, request.payload):
            return None  # the value may not be, so that PropertyConstraintViolation is right
        if not all(text.isascii() and text.isprintable() for _, text in texts(request.payload)):
            return None  # and neither may the letter be (S §2.2)
    return refused_instead_of_answered(
        seen, view, codes=_ABOUT_THE_MESSAGE, agreed=_AGREED, unless=_MAY_REFUSE_BY_ERROR
    )
