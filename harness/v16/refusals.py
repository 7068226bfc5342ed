"""The codes of a CALLERROR that are right for what is wrong with a CALL (OCPP-J 1.6 §4.2.3; errata 3.2, 5.1, 5.2).

The standard recommends them and leaves room: FormationViolation says little and is seldom wrong. Two codes had to keep
their historical spelling; the other spelling counts as the same code here, and is a warning of its own (ERR-01).
"""

from typing import Final

_SPELLED: Final = {
    "OccurenceConstraintViolation": "OccurrenceConstraintViolation",
    "FormationViolation": "FormatViolation",
}


def codes(*names: str) -> frozenset[str]:
    """These codes, in each spelling that is known."""
    return frozenset(names) | {_SPELLED[name] for name in names if name in _SPELLED}


MISSING: Final = codes("ProtocolError", "OccurenceConstraintViolation", "FormationViolation")
"""A member that has to be there is missing."""
WRONG_TYPE: Final = codes("TypeConstraintViolation", "FormationViolation")
"""A member is of another type of JSON."""
WRONG_VALUE: Final = codes("PropertyConstraintViolation", "FormationViolation")
"""A member has a value that there is not, or is too long."""
NOT_KNOWN: Final = codes("FormationViolation", "PropertyConstraintViolation")
"""A member is there that the message does not have."""
NO_OBJECT: Final = codes(
    "FormationViolation", "ProtocolError", "TypeConstraintViolation", "OccurenceConstraintViolation"
)
"""The payload is no object, or is missing."""
ANY: Final = codes(
    "NotImplemented",
    "NotSupported",
    "InternalError",
    "ProtocolError",
    "SecurityError",
    "FormationViolation",
    "PropertyConstraintViolation",
    "OccurenceConstraintViolation",
    "TypeConstraintViolation",
    "GenericError",
)
"""It is refused, for whatever reason is given."""
