"""What OCPP 2.0.1 compares without regard to letter case: identifierStrings, and what its tables say it of (P2)."""

from typing import Final

FOLDED: Final = frozenset(
    {
        "additionalIdToken",
        "iccid",
        "idToken",
        "imsi",
        "instance",
        "name",
        "reasonCode",
        "responderURL",
        "transactionId",
    }
)
"""These members, by name; ``name`` and ``instance`` are those of components and variables."""
