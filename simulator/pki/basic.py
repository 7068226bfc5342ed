"""The key of HTTP Basic authentication, as people and configuration keys write it (white paper A00.FR.205)."""

from __future__ import annotations

import re

SHORTEST_KEY, LONGEST_KEY = 16, 20
"""Octets of an AuthorizationKey (A00.FR.205)."""

_HEX_KEY = re.compile(r"(?:[0-9A-Fa-f]{2}){16,20}")
_PLAIN_KEY = re.compile(r"[\x20-\x7e]{16,20}")


def key_of(value: str) -> bytes:
    """The octets of an AuthorizationKey: 32 to 40 hexadecimal digits stand for 16 to 20, anything else for itself."""
    return bytes.fromhex(value) if _HEX_KEY.fullmatch(value) else value.encode()


def is_key(value: str) -> bool:
    """Whether it can be an AuthorizationKey."""
    return bool(_HEX_KEY.fullmatch(value) or _PLAIN_KEY.fullmatch(value))
