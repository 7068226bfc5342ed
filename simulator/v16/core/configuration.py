"""Configuration keys of a station: names, access, types, ranges (1.6 ch. 9, §5.3, §5.8; rules CFG-01, 03, 04, 08).

The keys are data that each feature brings; a table of them is shared by all stations of one make, and a station keeps
only the values that differ. Values are kept as the text of the wire.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from simulator.kernel.errors import BadValue, UnknownKey
from simulator.kernel.store import NOWHERE, Store

MAX_INTEGER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Key:
    """One configuration key. `limit` is the range of an integer or the number of entries of a list."""

    name: str
    access: Literal["R", "RW", "W"]  # W: a secret that can be set and not be read
    type: Literal["boolean", "integer", "list", "string"]
    default: str
    minimum: int = 0
    limit: int = MAX_INTEGER
    allowed: frozenset[str] | None = None
    pattern: str | None = None
    reboot: bool = False  # a new value is in force after the next boot

    def normal(self, value: str) -> str:
        """The value as it will be stored; raises `BadValue`."""
        return _NORMALISERS[self.type](self, value)


def _boolean(key: Key, value: str) -> str:
    if value.lower() not in ("true", "false"):
        raise BadValue(f"{key.name} is true or false, not {value!r}")
    return value.lower()


def _integer(key: Key, value: str) -> str:
    if not re.fullmatch(r"-?[0-9]{1,10}", value) or not key.minimum <= int(value) <= key.limit:
        raise BadValue(f"{key.name} is a whole number from {key.minimum} to {key.limit}, not {value!r}")
    return str(int(value))


def _list(key: Key, value: str) -> str:
    items = [item.strip() for item in value.split(",")] if value.strip() else []
    if len(items) > key.limit:
        raise BadValue(f"{key.name} takes at most {key.limit} entries, not {len(items)}")
    for item in items:
        if key.allowed is not None and item not in key.allowed:
            raise BadValue(f"{key.name} does not know {item!r}; it takes {', '.join(sorted(key.allowed))}")
        if key.pattern is not None and not re.fullmatch(key.pattern, item):
            raise BadValue(f"{key.name} cannot take {item!r}")
    if len(set(items)) != len(items):
        raise BadValue(f"{key.name} names an entry twice: {value!r}")
    return ",".join(items)


def _string(key: Key, value: str) -> str:
    if len(value) > min(key.limit, 500):
        raise BadValue(f"{key.name} takes at most {min(key.limit, 500)} characters, not {len(value)}")
    return value


_NORMALISERS: Mapping[str, Callable[[Key, str], str]] = {
    "boolean": _boolean,
    "integer": _integer,
    "list": _list,
    "string": _string,
}


def table(keys: Iterable[Key]) -> Mapping[str, Key]:
    """Keys by their name in lower case, because a name is a CiString; a later one replaces an earlier one."""
    return {key.name.lower(): key for key in keys}


class Configuration:
    """The values of a station's keys. They survive a reset and a loss of power."""

    __slots__ = ("_before", "_in_force", "_keys", "_store", "_values", "on_change")

    def __init__(
        self, keys: Mapping[str, Key], overrides: Mapping[str, str] | None = None, store: Store = NOWHERE
    ) -> None:
        """`overrides` are the values of this station model; read-only keys may be among them. What the store has kept
        goes before them. Raises `UnknownKey`, `BadValue`.
        """
        self.on_change: Callable[[str], None] | None = None
        self._keys = keys
        self._store = store
        self._values: dict[str, str] = {}
        self._before: dict[str, str] | None = None  # values in force until the next boot
        self._in_force: dict[str, Any] = {}  # what was asked for, by name as asked, until something changes
        for name, value in (overrides or {}).items():
            key = self._key(name)
            self._values[key.name.lower()] = key.normal(value)
        for name, value in store.read("key"):
            kept = keys.get(name)
            if kept is not None and kept.access != "R":  # what is read-only belongs to the model
                self._values[name] = value

    def _key(self, name: str) -> Key:
        key = self._keys.get(name.lower())
        if key is None:
            raise UnknownKey(f"this station has no configuration key {name!r}")
        return key

    def _value(self, key: Key) -> str:
        return self._values.get(key.name.lower(), key.default)

    def __getitem__(self, name: str) -> str:
        key = self._key(name)
        if self._before is not None and key.name.lower() in self._before:
            return self._before[key.name.lower()]
        return self._value(key)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._keys

    def flag(self, name: str) -> bool:
        """A boolean key."""
        value = self._in_force.get(name)
        if value is None:
            value = self._in_force[name] = self[name] == "true"
        return value is True

    def number(self, name: str) -> int:
        """An integer key."""
        value: int | None = self._in_force.get(name)
        if value is None:
            value = self._in_force[name] = int(self[name])
        return value

    def items(self, name: str) -> tuple[str, ...]:
        """A list key."""
        value: tuple[str, ...] | None = self._in_force.get(name)
        if value is None:
            text = self[name]
            value = self._in_force[name] = tuple(text.split(",")) if text else ()
        return value

    def set(self, name: str, value: str) -> None:
        """Store a value, whatever the access for the CSMS is. Raises `UnknownKey`, `BadValue`."""
        key = self._key(name)
        value = key.normal(value)
        lower = key.name.lower()
        if value == self._value(key):
            return
        if key.reboot:
            self._before = {lower: self._value(key), **(self._before or {})}
        self._values[lower] = value
        self._in_force = {}
        self._store.put("key", lower, value)
        if self.on_change is not None and not key.reboot:
            self.on_change(key.name)

    def boot(self) -> None:
        """The station comes up: values that need a reboot are in force from now on."""
        self._before = None
        self._in_force = {}

    def change(self, name: str, value: str) -> str:
        """What ChangeConfiguration does; returns its status (1.6 §5.3)."""
        key = self._keys.get(name.lower())
        if key is None:
            return "NotSupported"
        if key.access == "R":
            return "Rejected"
        try:
            self.set(name, value)
        except BadValue:
            return "Rejected"
        return "RebootRequired" if key.reboot else "Accepted"

    def get(self, names: Iterable[str] = ()) -> dict[str, Any]:
        """The payload of GetConfiguration.conf; no names means every key (1.6 §5.8)."""
        wanted = list(dict.fromkeys(names)) or [key.name for key in self._keys.values()]
        known: dict[str, Key] = {}
        unknown: list[str] = []
        for name in wanted:
            key = self._keys.get(name.lower())
            if key is None:
                unknown.append(name)
            else:
                known[key.name] = key
        answer: dict[str, Any] = {"configurationKey": [self._entry(key) for key in known.values()]}
        if unknown:
            answer["unknownKey"] = unknown
        return answer

    def _entry(self, key: Key) -> dict[str, Any]:
        entry: dict[str, Any] = {"key": key.name, "readonly": key.access == "R"}
        if key.access != "W":  # a secret (rule CFG-08)
            entry["value"] = self._value(key)
        return entry
