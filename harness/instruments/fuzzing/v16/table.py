"""Table 7 of OCPP-J 1.6 as an oracle: which answers to which mistake are right (§4.1.3, §4.1.4, §4.2; errata 3.2, 3.3).

Where the table leaves room, so does this one: FormationViolation is what an implementation says that only knows that a
payload is not as its schema has it. InternalError and GenericError are not right for a mistake that the table names:
they are what a product says whose own code broke. What a peer may take in silence or ignore is said in each row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from harness.instruments.fuzzing.table import AT_ONCE, REPEATED, VALID, Allowed

_FORM: Final = "FormationViolation"
_VALUE: Final = frozenset({_FORM, "PropertyConstraintViolation"})
_TYPE: Final = frozenset({_FORM, "TypeConstraintViolation"})
_OCCURS: Final = frozenset({_FORM, "OccurenceConstraintViolation", "ProtocolError"})
_MESSAGE: Final = frozenset({_FORM, "ProtocolError", "GenericError"})
"""For what cannot be taken apart: no row says which mistake it is."""
_TEXT: Final = _VALUE | _TYPE
"""A text with letters that OCPP does not have is of another type, or has a value that may not be."""
_WAYS: Final = _VALUE | _TYPE | _OCCURS

UNSUPPORTED: Final = frozenset({"NotImplemented", "NotSupported"})
SAME: Final = {
    "OccurrenceConstraintViolation": "OccurenceConstraintViolation",
    "FormatViolation": _FORM,
}
"""Spellings of later versions, which a passive rule remarks on (JE 5.1, 5.2)."""

FOR_KIND: Final[Mapping[str, Allowed]] = {
    VALID: Allowed(rule="RPC-13", result=True),
    AT_ONCE: Allowed(rule="RPC-13", result=True),
    REPEATED: Allowed(rule="ERR-09", level="SHOULD", result=True, codes=_WAYS | _MESSAGE),
    "member-missing": Allowed(rule="ERR-04", level="SHOULD", codes=_OCCURS),
    "list-empty": Allowed(rule="ERR-04", level="SHOULD", codes=_OCCURS | _VALUE),
    "type-wrong": Allowed(rule="ERR-05", level="SHOULD", codes=_TYPE | _VALUE),
    "text-too-long": Allowed(rule="ERR-06", level="SHOULD", codes=_VALUE),
    "value-unknown": Allowed(rule="ERR-06", level="SHOULD", codes=_VALUE | _TYPE),
    "date-wrong": Allowed(rule="ERR-06", level="SHOULD", codes=_VALUE | _TYPE),
    "decimals-two": Allowed(rule="ERR-06", level="SHOULD", result=True, codes=_VALUE | _TYPE),  # it may round
    # chapter 6 says integer, JE 2.4 says 32 bits: the schemas of the OCA have no bound
    "number-too-large": Allowed(rule="ERR-06", level="SHOULD", result=True, codes=_VALUE | _TYPE),
    "member-extra": Allowed(rule="ERR-07", level="SHOULD", result=True, codes=_VALUE | _OCCURS),
    "nested-deeply": Allowed(rule="RPC-12", level="SHOULD", result=True, codes=_VALUE | _MESSAGE, silence=True),
    "text-unicode": Allowed(rule="ERR-06", level="SHOULD", result=True, codes=_TEXT),
    "text-nul": Allowed(rule="ERR-06", level="SHOULD", result=True, codes=_TEXT),
    # it is JSON, and no text that Unicode has: RFC 8259 §8.2 leaves to a reader what becomes of it
    "text-surrogate": Allowed(rule="RPC-12", level="SHOULD", result=True, codes=_TEXT | _MESSAGE, silence=True),
    "payload-null": Allowed(rule="ERR-04", level="SHOULD", codes=_OCCURS | _TYPE),
    "payload-null-for-empty": Allowed(rule="RPC-09", result=True, codes=_OCCURS | _TYPE),
    "payload-no-object": Allowed(rule="ERR-05", level="SHOULD", codes=_OCCURS | _TYPE),
    "action-unknown": Allowed(rule="ERR-02", codes=frozenset({"NotImplemented"})),
    "action-foreign": Allowed(rule="ERR-03", codes=UNSUPPORTED),
    "type-unknown": Allowed(rule="RPC-11", silence=True),
    "call-misshapen": Allowed(rule="RPC-12", level="SHOULD", codes=_WAYS | _MESSAGE, silence=True),
    "id-no-text": Allowed(rule="RPC-12", level="SHOULD", codes=_WAYS | _MESSAGE, silence=True),
    "id-too-long": Allowed(rule="ERR-09", level="SHOULD", result=True, codes=_WAYS | _MESSAGE),
    "json-cut-off": Allowed(rule="RPC-12", level="SHOULD", codes=_WAYS | _MESSAGE, silence=True),
    "no-message": Allowed(rule="RPC-12", level="SHOULD", codes=_WAYS | _MESSAGE, silence=True),
    "answer-to-nothing": Allowed(rule="RPC-14", silence=True),
    "answer-misshapen": Allowed(rule="RPC-14", silence=True),
}
"""Kind of message -> what may come back."""
