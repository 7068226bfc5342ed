"""Which CALLERROR answers a CALL that cannot be processed (J §4.2.3, table 7)."""

from typing import TYPE_CHECKING, Final

from ocppj.frames import MAX_ID_LENGTH, Call, Malformed
from ocppj.trace import Role

if TYPE_CHECKING:
    from ocppj.session import Seen
    from schemas import SchemaSet

CODE_OF_KEYWORD: Final = {
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
}
"""The code by the keyword of the schema that refuses, every keyword that can (J §4.2.3, table 7)."""


def refusal(seen: "Seen", schemas: "SchemaSet", local: Role) -> tuple[str, str] | None:
    """Code and description for a frame that ``local`` received, or ``None`` when it can be handed to a handler.

    A text whose id cannot be read has no answer either: the caller gets ``None`` and finds no ``Call`` in ``seen``.
    """
    frame = seen.frame
    if isinstance(frame, Malformed):
        answerable = frame.type == 2 and frame.id is not None and frame.id_is_text
        return ("FormationViolation", frame.message) if answerable else None
    if not isinstance(frame, Call):
        return None
    if len(frame.id) > MAX_ID_LENGTH:
        return "ProtocolError", f"the message id has more than {MAX_ID_LENGTH} characters"
    if seen.earlier is not None and seen.earlier.is_open and seen.earlier is not seen.request:
        return "ProtocolError", "a CALL with this message id is being processed"
    info = schemas.actions.get(frame.action)
    if info is None:
        return "NotImplemented", f"{frame.action[:50]} is no action of OCPP {schemas.version}"
    if info.sender == local:
        return "NotSupported", f"{frame.action} is not received by the {local}"
    if seen.valid:
        return None
    first = seen.violations[0]
    return CODE_OF_KEYWORD[first.keyword], first.message[:255]
