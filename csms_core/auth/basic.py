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
    """What a handshake brings, in octets: user name, colon, password. It is never shown.

    OCPP-J does not say which characters an identity has, so that one may hold colons itself. Where the user name ends
    is known only by who it has to be.
    """

    octets: bytes = field(repr=False)

    def password_of(self, user: str) -> bytes | None:
        """The password if the user name is this one, None when it is another."""
        name = user.encode() + b":"
        return self.octets[len(name) :] if self.octets.startswith(name) else None


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
    return Credentials(decoded) if b":" in decoded else None


def key_of_value(value: str) -> bytes | None:
    """The octets that the value of AuthorizationKey stands for: 32 to 40 hex digits; None when it is no such text."""
    return bytes.fromhex(value) if _HEX_KEY.fullmatch(value) else None


def key_of_octets(password: bytes) -> bytes | None:
    """The octets of a key whose text (`key_of_value`) a station uses as its password; None when it is no such text."""
    try:
        return key_of_value(password.decode("ascii"))
    except UnicodeDecodeError:
        return None


def key_of_text(text: str) -> bytes:
    """The octets of a password a person wrote down: 32 to 40 hex digits are read as such, anything else is UTF-8."""
    return key_of_value(text) or text.encode()
