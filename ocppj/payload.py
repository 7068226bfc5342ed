"""Payloads as they are given to a peer: plain objects of the wire, or message objects of the ``ocpp`` distribution."""

import dataclasses
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final


def as_payload(value: Any) -> dict[str, Any]:
    """The JSON object to send for ``value``: a mapping as it is, a dataclass in the names of the wire.

    ``ocpp.v16.call.StartTransaction(connector_id=1, ...)`` becomes ``{"connectorId": 1, ...}``; members that are
    ``None`` are left out. Raises ``TypeError`` for anything else.
    """
    if isinstance(value, dict):
        return value
    if isinstance(value, Mapping):
        return dict(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {_wire_name(name): member for name, member in _members(value)}
    raise TypeError(f"a payload is a mapping or a message object, not {type(value).__name__}")


def _members(value: Any) -> list[tuple[str, Any]]:
    fields = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
    return [(name, _plain(member)) for name, member in fields if member is not None]


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return as_payload(value)
    if isinstance(value, Mapping):
        return {_wire_name(str(name)): _plain(member) for name, member in value.items() if member is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


_IRREGULAR: Final = {"bulk_soc": "bulkSoC", "full_soc": "fullSoC", "responder_url": "responderURL"}
"""Names that the distribution writes so, and the wire otherwise than by the rule."""


def _wire_name(name: str) -> str:
    if name in _IRREGULAR:
        return _IRREGULAR[name]
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)
