"""The opening handshake of a connection as rules are shown it (RFC 6455 §4): the request and its answer."""

from base64 import b64decode, b64encode
from binascii import Error
from hashlib import sha1
from typing import Final
from urllib.parse import unquote

import msgspec

_ACCEPTS: Final = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""What a server adds to the key of a handshake before it answers (RFC 6455 §1.3)."""

Headers = tuple[tuple[str, str], ...]


class Handshake(msgspec.Struct, frozen=True):
    """A request for a WebSocket and its answer; headers in the order in which they came, as often as they came.

    ``target`` is the request target, ``subprotocol`` what was agreed on. ``answer`` is empty where nobody saw
    the headers of the answer. ``suites`` are the numbers of those that a TLS client offered; empty without TLS, and
    where nobody saw its first message.
    """

    target: str
    headers: Headers
    answer: Headers = ()
    subprotocol: str | None = None
    suites: tuple[int, ...] = ()
    seq: int | None = None

    @property
    def identity(self) -> str:
        """The last segment of the path, decoded (J §3.1.1)."""
        return unquote(self.target.partition("?")[0].rpartition("/")[2])

    @property
    def offered(self) -> tuple[str, ...]:
        """The subprotocols that were offered, the preferred one first."""
        return tuple(listed(self.headers, "Sec-WebSocket-Protocol"))

    @property
    def user(self) -> str | None:
        """The name before the colon of the Basic authentication; None when there is none, or it cannot be read."""
        scheme, _, credentials = one(self.headers, "Authorization").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, colon, _ = b64decode(credentials.strip(), validate=True).partition(b":")
            return name.decode() if colon else None
        except (Error, UnicodeDecodeError):
            return None


def values(headers: Headers, name: str) -> list[str]:
    """The values of a header, as often as it stands there; its name has no letter case."""
    return [value.strip() for key, value in headers if key.lower() == name.lower()]


def one(headers: Headers, name: str) -> str:
    """The first value of a header; empty when it is not there."""
    return next(iter(values(headers, name)), "")


def listed(headers: Headers, name: str) -> list[str]:
    """The elements of a header that is a list, over all of its lines (RFC 9110 §5.6.1)."""
    every = (part.strip() for value in values(headers, name) for part in value.split(","))
    return [part for part in every if part]


def accepted_by(key: str) -> str:
    """What a server answers to the key of a handshake (RFC 6455 §4.2.2)."""
    return b64encode(sha1(f"{key}{_ACCEPTS}".encode(), usedforsecurity=False).digest()).decode()
