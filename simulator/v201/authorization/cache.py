"""The authorization cache (P2 C10 to C12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ocppj.times import moment

KIND = "token"
"""Of the records with a `TokenInfo`; they are kept under the key of a token."""


class TokenInfo(msgspec.Struct, frozen=True):
    """What the CSMS has said about a token, and when."""

    status: str
    told: datetime
    group: str | None = None
    expiry: datetime | None = None

    @classmethod
    def of(cls, info: Mapping[str, Any], now: datetime) -> TokenInfo:
        """Out of an IdTokenInfoType."""
        expiry, group = info.get("cacheExpiryDateTime"), info.get("groupIdToken")
        return cls(
            info["status"], now, None if group is None else group["idToken"], None if expiry is None else moment(expiry)
        )

    def holds(self, now: datetime, lifetime: int) -> bool:
        """Whether it still counts: until the CSMS has said, else for AuthCacheCtrlr.LifeTime (C10.FR.08)."""
        return now < (self.expiry or self.told + timedelta(seconds=lifetime))
