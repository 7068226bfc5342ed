"""The codes of a CALLERROR in OCPP-J 1.6, and which of them is meant (J §4.2.3, table 7)."""

from typing import Final

from ocppj.protocol import Codes

CODES: Final = Codes(
    known=frozenset(
        {
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
        }
    ),
    of_keyword={
        # what is not in the message of this action at all
        "additionalProperties": "FormationViolation",
        # how often a member occurs: missing, and too few or too many elements of a list
        "required": "OccurenceConstraintViolation",
        "minItems": "OccurenceConstraintViolation",
        "maxItems": "OccurenceConstraintViolation",
        # another type of JSON
        "type": "TypeConstraintViolation",
        # the right type of JSON with a value that may not be
        "enum": "PropertyConstraintViolation",
        "format": "PropertyConstraintViolation",
        "pattern": "PropertyConstraintViolation",
        "maxLength": "PropertyConstraintViolation",
        "minimum": "PropertyConstraintViolation",
        "maximum": "PropertyConstraintViolation",
        "multipleOf": "PropertyConstraintViolation",
    },
    no_call="FormationViolation",
)
