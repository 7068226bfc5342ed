"""Passwords that travel in an operation: an API gives members other names, so they are known by their text only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ocppj.v201 import PROTOCOL


def keys_in(action: str, payload: Mapping[str, Any]) -> Iterator[str]:
    """The passwords that a SetVariables is to set."""
    if action != "SetVariables":
        return
    for data in payload.get("setVariableData") or ():
        if str(data.get("variable", {}).get("name")).lower() in PROTOCOL.secrets.names and data.get("attributeValue"):
            yield str(data["attributeValue"])
