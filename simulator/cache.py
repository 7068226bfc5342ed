"""The authorization cache (1.6 §3.5.1, §5.4; rules AUTH-05, AUTH-07)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from ocppj.times import moment
from simulator.store import Store

MAX_CACHED = 1000
KIND = "cache"


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


class TagCache:
    """Tags by their name in lower case, the one used longest ago first. Survives reset and power loss."""

    __slots__ = ("_entries", "_store")

    def __init__(self, store: Store) -> None:
        self._store = store
        self._entries: OrderedDict[str, TagInfo] | None = None
        for tag, value in store.read(KIND):
            self._mine()[tag] = msgspec.convert(value, TagInfo)

    def _mine(self) -> OrderedDict[str, TagInfo]:
        if self._entries is None:
            self._entries = OrderedDict()
        return self._entries

    def get(self, tag: str) -> TagInfo | None:
        """What is kept about a tag."""
        if self._entries is None:
            return None
        entry = self._entries.get(tag.lower())
        if entry is not None:
            self._entries.move_to_end(tag.lower())
        return entry

    def put(self, tag: str, info: TagInfo) -> None:
        """Keep what was said; when there is no room, tags that would be refused anyway go first (1.6 §3.5.1)."""
        entries, name = self._mine(), tag.lower()
        if entries.get(name) != info:
            entries[name] = info
            self._store.put(KIND, name, msgspec.to_builtins(info))
        entries.move_to_end(name)
        while len(entries) > MAX_CACHED:
            worst = next((key for key, entry in entries.items() if entry.status != "Accepted"), None)
            worst = next(iter(entries)) if worst is None else worst
            del entries[worst]
            self._store.drop(KIND, worst)

    def forget(self, tag: str) -> None:
        """Keep nothing about a tag."""
        if self._entries is not None and self._entries.pop(tag.lower(), None) is not None:
            self._store.drop(KIND, tag.lower())

    def clear(self) -> None:
        """Keep nothing."""
        self._entries = None
        self._store.clear(KIND)
