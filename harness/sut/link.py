"""How the system under test is reached: the connection, its TLS files, and the station identities (lanes)."""

from __future__ import annotations

import msgspec

from harness.sut.secret import Secret


def key_bytes(key: Secret) -> bytes:
    """The octets of a basic auth key: `hex:<digits>` gives raw octets, anything else its UTF-8 text.

    Keys may hold octets that are no text (OCPP 1.6J §6.2.2), hence the `hex:` form. Raises ValueError on bad digits.
    """
    text = key.reveal()
    return bytes.fromhex(text[4:]) if text.startswith("hex:") else text.encode()


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """The link. File names are absolute after loading; host names are always verified under TLS."""

    url: str | None = None
    listen: str = "127.0.0.1:0"
    security_profile: int = 0
    auth_key: Secret | None = None
    new_auth_key: Secret | None = None
    ca_file: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """A station identity that one worker owns."""

    identity: str
    connectors: int = 1
    auth_key: Secret | None = None

    @property
    def basic_auth(self) -> tuple[str, bytes] | None:
        """User name and password octets for HTTP Basic authentication, None when no key is set."""
        return None if self.auth_key is None else (self.identity, key_bytes(self.auth_key))


class Identities(msgspec.Struct, frozen=True, kw_only=True):
    """Unlimited lanes, for a back office that lets any station in."""

    pattern: str = "PLUGPROOF-{lane:04d}"
    connectors: int = 1

    def identity(self, number: int) -> str:
        """The identity of a lane; `number` counts from 1."""
        return self.pattern.format(lane=number)


class Tls(msgspec.Struct, frozen=True, kw_only=True):
    """Certificates the security cases hand out; file names are absolute after loading."""

    server_certificate: str | None = None
    root: str | None = None
    root_2: str | None = None
    hash_algorithm: str = "SHA256"
