"""How the system under test is reached: the connection, its TLS files, and the station identities (lanes)."""

from __future__ import annotations

import hashlib

import msgspec

from harness.sut.secret import Secret

LANE_IDENTITY = "{identity}"
"""In the identities of `[endpoints]`: the identity of the lane."""


RUN_LENGTH = 8
"""Characters that `{run}` stands for."""
SHORTEST_CASE = 12
"""Characters that a pattern has to leave for `{case}`."""
_DIGITS = 4


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
    health: str | None = None


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where, and as which station, the security cases connect with one security profile.

    `{identity}` in an identity stands for that of the lane. `changing_identity` is the station whose profile or
    certificate a case changes for good; None: the same station.
    """

    url: str | None = None
    identity: str = LANE_IDENTITY
    changing_identity: str | None = None

    def station(self, lane: str, *, changing: bool = False) -> str:
        """The identity of a lane's station in this profile."""
        pattern = self.changing_identity if changing and self.changing_identity else self.identity
        return pattern.replace(LANE_IDENTITY, lane)


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """A station identity that one worker owns."""

    identity: str
    connectors: int = 1
    auth_key: Secret | None = None
    client_certificate: str | None = None
    client_key: str | None = None

    @property
    def basic_auth(self) -> tuple[str, bytes] | None:
        """User name and password octets for HTTP Basic authentication, None when no key is set."""
        return None if self.auth_key is None else (self.identity, key_bytes(self.auth_key))


class Identities(msgspec.Struct, frozen=True, kw_only=True):
    """Unlimited lanes, for a back office that lets any station in; with `{case}` in it, a fresh one for every case."""

    pattern: str = "PP-{run}-{case}"
    connectors: int = 1
    max_length: int = 36

    @property
    def fresh(self) -> bool:
        """Whether every case has an identity of its own."""
        return "{case}" in self.pattern

    def room(self, number: int = 9999, run: str = "0" * RUN_LENGTH) -> int:
        """How many characters of `max_length` are left for the name of a case."""
        return self.max_length - len(self.pattern.format(lane=number, run=run, case=""))

    def identity(self, number: int, run: str = "", case: str = "") -> str:
        """The identity of a lane in a case; `number` counts from 1 and stands for the case where there is none.

        A name that is too long is cut, and a few digits of its hash keep it apart from others.
        """
        name = case.removesuffix("_CSMS") or f"{number:04d}"
        room = self.room(number, run)
        if len(name) > room:
            name = name[: room - _DIGITS] + hashlib.sha256(case.encode()).hexdigest()[:_DIGITS]
        return self.pattern.format(lane=number, run=run, case=name)


class Tls(msgspec.Struct, frozen=True, kw_only=True):
    """Certificates of the security cases; file names are absolute after loading, `pki` is a folder."""

    pki: str | None = None
    server_certificate: str | None = None
    root: str | None = None
    root_2: str | None = None
    hash_algorithm: str = "SHA256"
