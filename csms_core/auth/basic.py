"""HTTP Basic authentication as OCPP-J uses it: the identity, a colon, the raw octets of the key (OCPP-J §6.2)."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field

SHORTEST_KEY = 16
LONGEST_KEY = 20
"""Octets of an AuthorizationKey (A00.FR.205)."""

_HEX_KEY = re.compile(r"(?:[0-9A-Fa-f]{2}){16,20}")
_LONGEST_HEADER = 1024


@dataclass(frozen=True, slots=True)
class Credentials:
    """User name and password of a handshake, in octets; the password is never shown."""

    user: bytes
    password: bytes = field(repr=False)


def parse(header: str | None) -> Credentials | None:
    """The credentials of an `Authorization` header; None when there are none that could be read."""
    if header is None or len(header) > _LONGEST_HEADER:
        return None
    scheme, _, text = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    user, colon, password = decoded.partition(b":")
    return Credentials(user, password) if colon else None


def key_of_value(value: str) -> bytes | None:
    """The octets that the value of AuthorizationKey stands for: 32 to 40 hex digits; None when it is no such text."""
    return bytes.fromhex(value) if _HEX_KEY.fullmatch(value) else None


def key_of_text(text: str) -> bytes:
    """The octets of a password a person wrote down: 32 to 40 hex digits are read as such, anything else is UTF-8."""
    return key_of_value(text) or text.encode()
