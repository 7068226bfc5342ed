"""The codes of a CALLERROR in OCPP 2.0.1, and which of them is meant (P4 §4.3)."""

from typing import Final

from ocppj.protocol import Codes

CODES: Final = Codes(
    known=frozenset(
        {
            "FormatViolation",
            "GenericError",
            "InternalError",
            "MessageTypeNotSupported",
            "NotImplemented",
            "NotSupported",
            "OccurrenceConstraintViolation",
            "PropertyConstraintViolation",
            "ProtocolError",
            "RpcFrameworkError",
            "SecurityError",
            "TypeConstraintViolation",
        }
    ),
    of_keyword={
        # what is not in the message of this action at all
        "additionalProperties": "FormatViolation",
        # how often a member occurs: missing, and too few or too many elements of a list
        "required": "OccurrenceConstraintViolation",
        "minItems": "OccurrenceConstraintViolation",
        "maxItems": "OccurrenceConstraintViolation",
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
    no_call="RpcFrameworkError",
    unread="RpcFrameworkError",
    unknown_type="MessageTypeNotSupported",
)
