"""The codes of a CALLERROR that are right for what is wrong with a CALL (OCPP-J 1.6 §4.2.3; errata 3.2, 5.1, 5.2).

The standard recommends them and leaves room: FormationViolation says little and is seldom wrong. Two codes had to keep
their historical spelling; that the other spelling counts as the same code is said in `harness.peers.wire.raw`.
"""

from typing import Final

from ocppj.v16.codes import CODES

MISSING: Final = ("ProtocolError", "OccurenceConstraintViolation", "FormationViolation")
"""A member that has to be there is missing."""
WRONG_TYPE: Final = ("TypeConstraintViolation", "FormationViolation")
"""A member is of another type of JSON."""
WRONG_VALUE: Final = ("PropertyConstraintViolation", "FormationViolation")
"""A member has a value that there is not, or is too long."""
NOT_KNOWN: Final = ("FormationViolation", "PropertyConstraintViolation")
"""A member is there that the message does not have."""
NO_OBJECT: Final = ("FormationViolation", "ProtocolError", "TypeConstraintViolation", "OccurenceConstraintViolation")
"""The payload is no object, or is missing."""
ANY: Final = tuple(sorted(CODES.known))
"""It is refused, for whatever reason is given."""
