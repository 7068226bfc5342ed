"""How a CALL is refused: the codes of a CALLERROR, and when a status is meant instead (Part 4, §4.2.2 to §4.3)."""

from typing import Final

from ocppj.frames import CallError
from ocppj.rules.chapter import Chapter
from ocppj.rules.errors import refused_instead_of_answered
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.rules.words import short
from ocppj.v201.codes import CODES

CHAPTER: Final = Chapter()

CHAPTER.rule("ERR-01", "MUST", "P4 §4.3", "A CALLERROR carries one of the twelve codes of the standard.")
CHAPTER.rule(
    "ERR-08", "MUST", "P4 §4.2.2", "A regular but unwanted outcome is a CALLRESULT with a status, not a CALLERROR."
)

_OF_1_6: Final = frozenset({"OccurenceConstraintViolation", "FormationViolation"})
_ABOUT_THE_MESSAGE: Final = CODES.known - {"NotImplemented", "NotSupported", "InternalError", "SecurityError"}
_AGREED: Final = frozenset({"Accepted", "AcceptedCanceled", "Scheduled", "Unlocked"})
# A message with more items or bytes than the station takes may be refused so (P2 B06.FR.16, .17 and their like).
_MAY_REFUSE_BY_ERROR: Final = frozenset({"GetReport", "SendLocalList"})


@CHAPTER.judges("ERR-01", "error")
def error_code(seen: Seen, view: View) -> str | Remark | None:
    frame = seen.frame
    assert type(frame) is CallError
    if frame.code in CODES.known:
        return None
    if frame.code in _OF_1_6:
        return Remark(f"{frame.code} is how OCPP-J 1.6 spells this code", "SHOULD")
    return f"{short(frame.code)} is none of the twelve codes"


@CHAPTER.judges("ERR-08", "error")
def refusal_by_status(seen: Seen, view: View) -> str | None:
    return refused_instead_of_answered(
        seen, view, codes=_ABOUT_THE_MESSAGE, agreed=_AGREED, unless=_MAY_REFUSE_BY_ERROR
    )
