"""What tests need of each version of OCPP: its protocol, and right messages of both parties."""

from typing import Any

import msgspec
import pytest

from ocppj.evidence.trace import Role
from ocppj.protocol import Protocol
from ocppj.v16 import PROTOCOL as V16
from ocppj.v201 import PROTOCOL as V201


class Spoken(msgspec.Struct, frozen=True):
    """One version: ``calls`` has a right CALL of each party and another one, ``answers`` right answers by action."""

    protocol: Protocol
    calls: dict[Role, tuple[str, dict[str, Any], dict[str, Any]]]
    answers: dict[str, dict[str, Any]]
    suffix: str
    of_the_other: str
    """A code that the other version spells so, and this one does not."""

    def level(self, rule: str) -> str:
        """The level that a rule has in this version."""
        return self.protocol.book.rules[rule].level


OCPP_1_6 = Spoken(
    V16,
    {
        "station": ("Authorize", {"idTag": "A1"}, {"idTag": "B2"}),
        "csms": (
            "ChangeAvailability",
            {"connectorId": 1, "type": "Operative"},
            {"connectorId": 2, "type": "Operative"},
        ),
    },
    {"Authorize": {"idTagInfo": {"status": "Accepted"}}, "ChangeAvailability": {"status": "Accepted"}},
    ".req",
    "OccurrenceConstraintViolation",
)

OCPP_2_0_1 = Spoken(
    V201,
    {
        "station": (
            "Authorize",
            {"idToken": {"idToken": "A1", "type": "Central"}},
            {"idToken": {"idToken": "B2", "type": "Central"}},
        ),
        "csms": (
            "ChangeAvailability",
            {"operationalStatus": "Operative"},
            {"operationalStatus": "Operative", "evse": {"id": 1}},
        ),
    },
    {"Authorize": {"idTokenInfo": {"status": "Accepted"}}, "ChangeAvailability": {"status": "Accepted"}},
    "Request",
    "OccurenceConstraintViolation",
)

VERSIONS = (OCPP_1_6, OCPP_2_0_1)

in_each_version = pytest.mark.parametrize("spoken", VERSIONS, ids=lambda spoken: spoken.protocol.version)
