"""How the system under test is reached: the connection, its TLS files, and the station identities (lanes)."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from harness.sut.secret import Secret
from harness.sut.tables.shapes import NOT_IN_FILE, Identity, Key, Positive, SecurityProfile, Text, WebAddress, means

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
    """How the system under test is reached.

    File names are absolute after loading; host names are always verified under TLS.
    """

    url: Annotated[
        Text | None,
        means("WebSocket endpoint of the back office, without a station identity.", "ws://127.0.0.1:9000/ocpp"),
    ] = None
    listen: Annotated[
        Text,
        means("Address plugproof listens on for a charge point under test.", "127.0.0.1:0"),
    ] = "127.0.0.1:0"
    security_profile: Annotated[
        SecurityProfile,
        means(
            "Security profile in force when the run starts: 0 none, 1 basic auth, 2 TLS with basic auth, 3 TLS "
            "with client certificates.",
            0,
        ),
    ] = 0
    errata: Annotated[
        Text | None,
        means(
            "Errata level of OCPP 1.6 that rules are judged by: 2019 (v4.0, which certificates name) or 2025-04; the "
            "newest when absent.",
            "2019",
        ),
    ] = None
    auth_key: Annotated[
        Key | None,
        means(
            "Basic auth key of every lane without its own, in security profiles 1 and 2; `hex:` in front of hex "
            "digits gives raw octets.",
            "${CSMS_AUTH_KEY}",
        ),
    ] = None
    new_auth_key: Annotated[Key | None, means("Key that the key change case sets.", "${CSMS_NEW_AUTH_KEY}")] = None
    ca_file: Annotated[
        Text | None,
        means(
            "PEM file with the root that signed the server; relative to this file. Host names are always verified.",
            "pki/root.pem",
        ),
    ] = None
    client_certificate: Annotated[
        Text | None,
        means(
            "PEM file with the client certificate chain of every lane without its own; with [tls] pki one is issued.",
            "pki/station.pem",
        ),
    ] = None
    client_key: Annotated[Text | None, means("PEM file with the client's private key.", "pki/station.key")] = None
    health: Annotated[
        WebAddress | None,
        means(
            "HTTP address that answers 2xx while the back office is well; asked after a case that ended badly. "
            "Without it plugproof connects and boots once.",
            "http://127.0.0.1:9001/health",
        ),
    ] = None


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One security profile, 1 to 3; what is left out is as in [connection].

    Without `changing_identity` it is the same station whose profile or certificate is changed.
    """

    url: Annotated[
        Text | None,
        means(
            "WebSocket endpoint for this profile; another endpoint's when absent, where ws or wss fits.",
            "wss://csms.example/ocpp",
        ),
    ] = None
    identity: Annotated[
        Identity,
        means(
            "Station of a lane in this profile, as the back office knows it; {identity} is that of the lane.",
            "{identity}-S",
        ),
    ] = LANE_IDENTITY
    changing_identity: Annotated[
        Identity | None,
        means(
            "Station whose profile or certificate a case changes for good, registered with this profile (TC_083, "
            "TC_074).",
            "{identity}-UP",
        ),
    ] = None

    def station(self, lane: str, *, changing: bool = False) -> str:
        """The identity of a lane's station in this profile."""
        pattern = self.changing_identity if changing and self.changing_identity else self.identity
        return pattern.replace(LANE_IDENTITY, lane)


Connectors = Annotated[Positive, means("Number of connectors, 1 when absent.", 2)]
OwnKey = Annotated[Key, means("Basic auth key of this identity.", "${CP_0001_AUTH_KEY}")]


class Station(msgspec.Struct, frozen=True, kw_only=True):
    """A charge point under test."""

    identity: Annotated[Identity, means("Identity of the station, not percent-encoded.", "CP-0001")] = ""
    connectors: Connectors = 1
    auth_key: OwnKey | None = None
    listen: Annotated[
        Text,
        Meta(pattern="^.+:[0-9]+$"),
        means(
            "Address plugproof listens on for this station; without it that of [connection], the next port for each "
            "further station.",
            "0.0.0.0:9000",
        ),
    ] = ""
    api: Annotated[
        WebAddress | None,
        means('With [driver] kind = "simulated": the HTTP API of this station.', "http://127.0.0.1:8088"),
    ] = None


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """A station identity.

    One worker owns it: a station to play, or a charge point under test, which loading makes of a `Station`. That
    one connects to `listen` and is driven at `api`; without an identity it is whichever comes first.
    """

    identity: Annotated[Identity, means("Identity as the back office knows it, not percent-encoded.", "CP-0001")]
    connectors: Connectors = 1
    auth_key: OwnKey | None = None
    client_certificate: Annotated[
        Text | None,
        means(
            "PEM file with this identity's client certificate chain; with [tls] pki it is issued.", "pki/CP-0001.pem"
        ),
    ] = None
    client_key: Annotated[Text | None, means("PEM file with its private key.", "pki/CP-0001.key")] = None
    listen: Annotated[str, NOT_IN_FILE] = ""
    api: Annotated[str | None, NOT_IN_FILE] = None

    @property
    def basic_auth(self) -> tuple[str, bytes] | None:
        """User name and password octets for HTTP Basic authentication, None when no key is set."""
        return None if self.auth_key is None else (self.identity, key_bytes(self.auth_key))


class Identities(msgspec.Struct, frozen=True, kw_only=True):
    """Unlimited identities, for a back office that lets any station in, or whose stations [fixtures] makes.

    With `{case}` in the pattern there is a fresh one for every case.
    """

    pattern: Annotated[
        str,
        Meta(pattern=r"^[^{}]*(\{(run|case|lane(:0?[1-9]d)?)\}[^{}]*)+$"),
        means(
            "Text with {case} (a fresh identity per case) or {lane}, {lane:04d} (one per worker, counted from 1);"
            " {run} is drawn for every run.",
            "PP-{run}-{case}",
        ),
    ] = "PP-{run}-{case}"
    connectors: Annotated[Positive, means("Number of connectors of each station.", 1)] = 1
    max_length: Annotated[
        int,
        Meta(ge=16, le=255),
        means(
            "Longest identity the back office takes; a longer name of a case is cut and made unique again.",
            36,
        ),
    ] = 36

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
    """Certificates of the security cases.

    File names are absolute after loading, `pki` is a folder.
    """

    pki: Annotated[
        Text | None,
        means("Folder made by `plugproof pki`: issues client certificates, and has what is handed out.", "pki"),
    ] = None
    server_certificate: Annotated[
        Text | None,
        means("PEM file of the back office's server certificate; the one it shows has to be this.", "pki/server.pem"),
    ] = None
    root: Annotated[
        Text | None,
        means("PEM file of the root that is installed in stations; one of the folder's when absent.", "pki/root.pem"),
    ] = None
    root_2: Annotated[
        Text | None,
        means("PEM file of another root, installed and deleted again.", "pki/root2.pem"),
    ] = None
    hash_algorithm: Annotated[
        Literal["SHA256", "SHA384", "SHA512"],
        means("Hash of certificate ids.", "SHA256"),
    ] = "SHA256"
