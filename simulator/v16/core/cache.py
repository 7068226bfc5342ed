"""The authorization cache (1.6 §3.5.1, §5.4; rules AUTH-05, AUTH-07)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from ocppj.times import moment
from simulator.kernel.store import Store
from simulator.station.cache import Cache

_KIND = "cache"


class TagInfo(msgspec.Struct, frozen=True, gc=False):
    """What the CSMS has said about an idTag."""

    status: str
    parentIdTag: str | None = None
    expiryDate: datetime | None = None

    @classmethod
    def of(cls, info: Mapping[str, Any]) -> TagInfo:
        """Out of an idTagInfo."""
        expiry = info.get("expiryDate")
        return cls(info["status"], info.get("parentIdTag"), None if expiry is None else moment(expiry))

    def at(self, now: datetime) -> str:
        """The status at a moment: an accepted tag past its expiryDate is Expired."""
        expired = self.expiryDate is not None and self.expiryDate <= now
        return "Expired" if expired and self.status == "Accepted" else self.status


class TagCache(Cache[TagInfo]):
    """By the idTag in lower case."""

    __slots__ = ()

    def __init__(self, store: Store) -> None:
        super().__init__(store, _KIND, TagInfo)

    def get(self, name: str) -> TagInfo | None:
        """What is kept about a tag."""
        return super().get(name.lower())

    def put(self, name: str, info: TagInfo) -> None:
        """Keep what was said about a tag."""
        super().put(name.lower(), info)

    def forget(self, name: str) -> None:
        """Keep nothing about a tag."""
        super().forget(name.lower())
