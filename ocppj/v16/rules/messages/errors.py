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
CHAPTER.rule("ERR-02", "MUST", "J table 7", "A CALL of an action that there is not is answered with NotImplemented.")
CHAPTER.rule(
    "ERR-03",
    "MUST",
    "J table 7",
    "A CALL of an action that is not supported is answered with NotSupported, or NotImplemented.",
)
CHAPTER.rule(
    "ERR-04",
    "SHOULD",
    "J table 7",
    "What lacks a member is answered with OccurenceConstraintViolation or ProtocolError.",
)
CHAPTER.rule("ERR-05", "SHOULD", "J table 7", "What has a wrong type is answered with TypeConstraintViolation.")
CHAPTER.rule("ERR-06", "SHOULD", "J table 7", "What has a wrong value is answered with PropertyConstraintViolation.")
CHAPTER.rule(
    "ERR-07",
    "SHOULD",
    "JE 3.2",
    "What has a member too many is answered with FormationViolation or PropertyConstraintViolation.",
)
CHAPTER.rule(
    "ERR-08", "MUST", "J §4.2.2", "A regular but unwanted outcome is a CALLRESULT with a status, not a CALLERROR."
)
CHAPTER.rule("ERR-09", "SHOULD", "J §4.2.3", "An id that is in use, or too long, is answered with a CALLERROR.")
CHAPTER.rule("ERR-10", "MUST", "JE 3.3", "What could not be processed is answered with a CALLERROR.")
CHAPTER.rule(
    "ERR-11", "SHOULD", "JE 3.10", "What a station calls before it was accepted is answered with SecurityError.", "csms"
)
CHAPTER.rule(
    "ERR-12",
    "MUST",
    "E 3.38, 3.39",
    "A profile for no connector, or with a wrong value, is answered with PropertyConstraintViolation; without smart "
    "charging with NotSupported.",
    "station",
)
CHAPTER.rule(
    "ERR-13",
    "MUST",
    "E 3.24",
    "A composite schedule in a unit that there is not is answered with PropertyConstraintViolation.",
    "station",
)
CHAPTER.rule("ERR-14", "MUST", "J §4.1.1", "After a CALLERROR the connection goes on.")

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
