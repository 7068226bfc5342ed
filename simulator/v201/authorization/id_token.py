"""Tokens, and what the CSMS says of them (P2 §2.24 IdTokenType, §2.23 IdTokenInfoType)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ocppj.v201 import PROTOCOL
from ocppj.versions import LONGEST_TAG

TYPES: Final = frozenset(
    {"Central", "eMAID", "ISO14443", "ISO15693", "KeyCode", "Local", "MacAddress", "NoAuthorization"}
)
"""IdTokenEnumType."""

OF_A_CARD: Final = "ISO14443"
LONGEST: Final = LONGEST_TAG[PROTOCOL.version]


class IdToken(msgspec.Struct, frozen=True):
    """A token; two are the same whatever the case of their letters, if they are of one type."""

    idToken: str
    type: str = OF_A_CARD

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> IdToken:
        """Out of an IdTokenType."""
        return cls(members["idToken"], members["type"])

    @property
    def key(self) -> str:
        """The same for tokens that are the same."""
        return f"{self.type}:{self.idToken.lower()}"

    def same(self, other: IdToken | None) -> bool:
        """Whether they are the same token."""
        return other is not None and self.key == other.key

    def wire(self) -> dict[str, Any]:
        """The IdTokenType."""
        return {"idToken": self.idToken, "type": self.type}


NOBODY: Final = IdToken("", "NoAuthorization")
"""Who charges at a station that asks nobody (C02, AuthCtrlr.Enabled false)."""
