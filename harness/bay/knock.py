"""What a station shows when it comes to the door: its identity, its credentials, its TLS (OCPP-J §3, §6.2)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

import msgspec

from harness.bay.hello import Hello

_SCHEME: Final = "basic"
UNENCODED_SLASH: Final = "a slash in the identity is not percent-encoded"


class Credentials(msgspec.Struct, frozen=True):
    """User name and password of HTTP Basic authentication; the password may hold colons and octets that are no text."""

    user: str
    password: bytes

    def __repr__(self) -> str:
        return f"Credentials(user={self.user!r}, ...)"


class Knock(msgspec.Struct, frozen=True):
    """One attempt of a station to connect. ``remarks`` is what is unusual about its address, ``certificate`` is DER.

    ``profile`` is that of the port it came to, ``version`` and ``suite`` are what TLS agreed on, ``hello`` is what was
    offered. Where TLS failed there is no address: ``identity`` and ``path`` are empty then. ``at`` is when it came, in
    monotonic nanoseconds.
    """

    profile: int
    identity: str
    path: str
    offered: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    credentials: Credentials | None = None
    version: str | None = None
    suite: str | None = None
    certificate: bytes | None = None
    hello: Hello | None = None
    at: int = 0


def identity_of(path: str) -> tuple[str, tuple[str, ...]]:
    """The identity at the end of a request target, and what is unusual about how it is written (OCPP-J §3.1.1).

    The identity is percent-encoded, so ``%2F`` and ``%20`` belong to it. A query, a slash at the end and a slash that
    is not encoded are no part of what OCPP-J says; what was very likely meant is taken, and said.
    """
    remarks = []
    raw, question, query = path.partition("?")
    if question:
        remarks.append(f"the address has a query (?{query})")
    if raw.endswith("/") and raw != "/":
        remarks.append("the address ends with a slash")
    raw = raw.strip("/")
    if "/" in raw:
        remarks.append(UNENCODED_SLASH)
    if any(character in raw for character in ' "<>\\^`{|}'):
        remarks.append("a character of the identity is not percent-encoded")
    return unquote(raw), tuple(remarks)


def credentials_of(header: str | None) -> Credentials | None:
    """What an ``Authorization`` header says (RFC 7617 §2): all after the first colon is the password. None: nothing."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != _SCHEME:
        return None
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True)
    except binascii.Error:
        return None
    user, colon, password = decoded.partition(b":")
    return Credentials(user.decode("utf-8", "replace"), password) if colon else None


def offered_by(headers: Iterable[str]) -> tuple[str, ...]:
    """The subprotocols that the headers ``Sec-WebSocket-Protocol`` offer, in their order."""
    return tuple(name.strip() for header in headers for name in header.split(",") if name.strip())
