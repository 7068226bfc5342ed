"""Keys that travel in an operation: an API gives their members other names, so they are known by their text only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.sut import Secret
from harness.sut.secret import HEX, written
from ocppj.v16 import PROTOCOL


def keys_in(action: str, payload: Mapping[str, Any]) -> Iterator[str]:
    """Every way to write the key that a ChangeConfiguration is to set: digits, base64, and the text they stand for."""
    value = payload.get("value")
    if action != "ChangeConfiguration" or str(payload.get("key")).lower() not in PROTOCOL.secrets.names or not value:
        return
    yield str(value)
    yield from written([Secret(f"{HEX}{value}")])
    try:
        yield bytes.fromhex(str(value)).decode("utf-8")
    except ValueError:
        return
