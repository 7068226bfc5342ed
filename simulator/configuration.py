"""Configuration keys of a station: names, access, types, ranges (1.6 ch. 9.1, §5.3, §5.8; rules CFG-01, 03, 04).

The keys are data (`core_keys`); later profiles add theirs the same way. Values are kept as the text of the wire.
Only keys whose meaning the station really follows are listed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from simulator.metering import MEASURANDS

MAX_INTEGER = 2**31 - 1
_PHASE_ROTATIONS = frozenset({"NotApplicable", "Unknown", "RST", "RTS", "SRT", "STR", "TRS", "TSR"})


class UnknownKey(Exception):
    """A key the station does not have."""


class BadValue(Exception):
    """A value that the key cannot take; the message says what it can."""


@dataclass(frozen=True, slots=True)
class Key:
    """One configuration key. `limit` is the range of an integer or the number of entries of a list."""

    name: str
    access: Literal["R", "RW"]
    type: Literal["boolean", "integer", "list", "string"]
    default: str
    minimum: int = 0
    limit: int = MAX_INTEGER
    allowed: frozenset[str] | None = None
    pattern: str | None = None
    reboot: bool = False

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

_MEASURANDS = frozenset(MEASURANDS)
_LIST_LIMIT = len(_MEASURANDS)


def core_keys(connectors: int, profiles: Iterable[str] = ("Core",)) -> tuple[Key, ...]:
    """The keys of the Core profile for a station with so many connectors (1.6 §9.1)."""
    ids = "|".join(str(number) for number in range(connectors + 1))
    measurands: dict[str, Any] = {"type": "list", "limit": _LIST_LIMIT, "allowed": _MEASURANDS}
    return (
        Key("AllowOfflineTxForUnknownId", "RW", "boolean", "false"),
        Key("AuthorizationCacheEnabled", "RW", "boolean", "true"),
        Key("AuthorizeRemoteTxRequests", "RW", "boolean", "true"),
        Key("ClockAlignedDataInterval", "RW", "integer", "0", limit=86_400),
        Key("ConnectionTimeOut", "RW", "integer", "120", limit=86_400),
        Key(
            "ConnectorPhaseRotation",
            "RW",
            "list",
            "0.RST," + ",".join(f"{number}.RST" for number in range(1, connectors + 1)),
            limit=connectors + 1,
            pattern=rf"({ids})\.({'|'.join(sorted(_PHASE_ROTATIONS))})",
        ),
        Key("ConnectorPhaseRotationMaxLength", "R", "integer", str(connectors + 1)),
        Key("GetConfigurationMaxKeys", "R", "integer", "100"),
        Key("HeartbeatInterval", "RW", "integer", "300", minimum=1),
        Key("LocalAuthorizeOffline", "RW", "boolean", "true"),
        Key("LocalPreAuthorize", "RW", "boolean", "false"),
        Key("MeterValuesAlignedData", "RW", default="Energy.Active.Import.Register", **measurands),
        Key("MeterValuesAlignedDataMaxLength", "R", "integer", str(_LIST_LIMIT)),
        Key("MeterValuesSampledData", "RW", default="Energy.Active.Import.Register,Power.Active.Import", **measurands),
        Key("MeterValuesSampledDataMaxLength", "R", "integer", str(_LIST_LIMIT)),
        Key("MeterValueSampleInterval", "RW", "integer", "60", limit=86_400),
        Key("MinimumStatusDuration", "RW", "integer", "0", limit=3600),
        Key("NumberOfConnectors", "R", "integer", str(connectors)),
        Key("ResetRetries", "RW", "integer", "1", limit=100),
        Key("StopTransactionOnEVSideDisconnect", "RW", "boolean", "true"),
        Key("StopTransactionOnInvalidId", "RW", "boolean", "true"),
        Key("StopTxnAlignedData", "RW", default="", **measurands),
        Key("StopTxnAlignedDataMaxLength", "R", "integer", str(_LIST_LIMIT)),
        Key("StopTxnSampledData", "RW", default="", **measurands),
        Key("StopTxnSampledDataMaxLength", "R", "integer", str(_LIST_LIMIT)),
        Key("SupportedFeatureProfiles", "R", "list", ",".join(profiles)),
        Key("SupportedFeatureProfilesMaxLength", "R", "integer", "6"),
        Key("TransactionMessageAttempts", "RW", "integer", "3", limit=100),
        Key("TransactionMessageRetryInterval", "RW", "integer", "60", limit=86_400),
        Key("UnlockConnectorOnEVSideDisconnect", "RW", "boolean", "true"),
        Key("WebSocketPingInterval", "RW", "integer", "0", limit=86_400),
    )


class Configuration:
    """The values of a station's keys. They survive a reset and a loss of power."""

    def __init__(self, keys: Iterable[Key], overrides: Mapping[str, str] | None = None) -> None:
        """`overrides` are the values of this station model; read-only keys may be among them. Raises `UnknownKey`,
        `BadValue`.
        """
        self._keys = {key.name.lower(): key for key in keys}
        self._values = {name: key.default for name, key in self._keys.items()}
        self._listeners: list[Callable[[str], None]] = []
        for name, value in (overrides or {}).items():
            key = self._key(name)
            self._values[key.name.lower()] = key.normal(value)

    def _key(self, name: str) -> Key:
        key = self._keys.get(name.lower())
        if key is None:
            raise UnknownKey(f"this station has no configuration key {name!r}")
        return key

    def __getitem__(self, name: str) -> str:
        return self._values[self._key(name).name.lower()]

    def flag(self, name: str) -> bool:
        """A boolean key."""
        return self[name] == "true"

    def number(self, name: str) -> int:
        """An integer key."""
        return int(self[name])

    def items(self, name: str) -> tuple[str, ...]:
        """A list key."""
        value = self[name]
        return tuple(value.split(",")) if value else ()

    def set(self, name: str, value: str) -> None:
        """Store a value, whatever the access for the CSMS is. Raises `UnknownKey`, `BadValue`."""
        key = self._key(name)
        self._values[key.name.lower()] = key.normal(value)
        for listener in self._listeners:
            listener(key.name)

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call `listener` with the name of every key that got a value."""
        self._listeners.append(listener)

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
        answer: dict[str, Any] = {
            "configurationKey": [
                {"key": name, "readonly": key.access == "R", "value": self._values[name.lower()]}
                for name, key in known.items()
            ]
        }
        if unknown:
            answer["unknownKey"] = unknown
        return answer
