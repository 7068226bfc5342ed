"""What a station remembers of tags and tokens (1.6 §3.5.1, 2.0.1 C10 to C12): it survives reset and power loss."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, Protocol, TypeVar

import msgspec

from simulator.kernel.store import Store

MAX_CACHED = 1000


class Info(Protocol):
    """What the CSMS has said; a msgspec.Struct."""

    @property
    def status(self) -> str: ...


_I = TypeVar("_I", bound=Info)


class Cache(Generic[_I]):
    """What was said by the names of those it is about, the one used longest ago first."""

    __slots__ = ("_entries", "_kind", "_store")

    def __init__(self, store: Store, kind: str, info: type[_I]) -> None:
        """`kind` is that of its records."""
        self._store = store
        self._kind = kind
        self._entries: OrderedDict[str, _I] | None = None  # a fleet does without, as long as nobody has shown a card
        for name, value in store.read(kind):
            self._mine()[name] = msgspec.convert(value, info)

    def _mine(self) -> OrderedDict[str, _I]:
        if self._entries is None:
            self._entries = OrderedDict()
        return self._entries

    def get(self, name: str) -> _I | None:
        """What is kept under a name."""
        if self._entries is None:
            return None
        entry = self._entries.get(name)
        if entry is not None:
            self._entries.move_to_end(name)
        return entry

    def put(self, name: str, info: _I) -> None:
        """Keep what was said; when there is no room, who would be refused anyway goes first (1.6 §3.5.1, C10.FR.09)."""
        entries = self._mine()
        if entries.get(name) != info:
            entries[name] = info
            self._store.put(self._kind, name, msgspec.to_builtins(info))
        entries.move_to_end(name)
        while len(entries) > MAX_CACHED:
            worst = next((key for key, entry in entries.items() if entry.status != "Accepted"), None)
            worst = next(iter(entries)) if worst is None else worst
            del entries[worst]
            self._store.drop(self._kind, worst)

    def forget(self, name: str) -> None:
        """Keep nothing under a name."""
        if self._entries is not None and self._entries.pop(name, None) is not None:
            self._store.drop(self._kind, name)

    def clear(self) -> None:
        """Keep nothing."""
        self._entries = None
        self._store.clear(self._kind)
