"""CALLERROR (catalogue chapter 3)."""

from typing import Final

from tests.ocppj.rules.broken.messages import ASKED, is_called, says
from tests.ocppj.rules.broken.model import Breach, after

UNREASONABLE: Final = '[4,"1","Nonsense","",{}]'
HISTORICAL: Final = '[4,"1","OccurrenceConstraintViolation","",{}]'

BREACHES: Final = (
    Breach(
        "ERR-01",
        "a code that there is not",
        after(is_called(), says('[4,"1","InternalError","",{}]')),
        after(is_called(), says(UNREASONABLE)),
    ),
    Breach(
        "ERR-01", "a code as it should have been spelled", ASKED, after(is_called(), says(HISTORICAL)), level="SHOULD"
    ),
    Breach(
        "ERR-08",
        "a right ChangeAvailability is refused with GenericError",
        ASKED,
        after(is_called(), says('[4,"1","GenericError","",{}]')),
        party="station",
    ),
)
