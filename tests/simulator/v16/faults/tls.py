"""A TLS handshake in memory, and what the client has shown in it: versions, suites, its certificate (RFC 5246)."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from cryptography import x509

from csms_core.pki import Pki
from csms_core.pki.contexts import TlsSettings, make_context

_HANDSHAKE, _HELLO, _CERTIFICATE, _VERSIONS = 22, 1, 11, 43
_ROUNDS = 4  # more than a handshake has

PAIRS = ({0xC02B, 0xC02C}, {0x009C, 0x009D})
"""TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 and _256_GCM_SHA384; TLS_RSA_WITH_AES_128_GCM_SHA256 and _256_GCM_SHA384."""

TLS_1_2 = 0x0303


@dataclass(frozen=True)
class Shown:
    """What a client has shown; `versions` and `suites` as the numbers of the wire."""

    versions: frozenset[int]
    suites: frozenset[int]
    certificate: x509.Certificate | None


def shown(context: ssl.SSLContext, pki: Pki) -> Shown:
    """Let a client shake hands with the CSMS of this PKI over TLS 1.2, in which its certificate can be read."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    from_client, written = ssl.MemoryBIO(), b""
    client = context.wrap_bio(to_client, from_client, server_hostname="localhost")
    server = _server(pki).wrap_bio(to_server, to_client, server_side=True)
    for _ in range(_ROUNDS):
        with suppress(ssl.SSLError):  # they wait for each other, or the server turns the client away
            client.do_handshake()
        flight = from_client.read()
        written += flight
        to_server.write(flight)
        with suppress(ssl.SSLError):
            server.do_handshake()
    messages = dict(_messages(written))
    versions, suites = _hello(messages[_HELLO])
    return Shown(versions, suites, _leaf(messages.get(_CERTIFICATE, b"")))


@cache
def _server(pki: Pki) -> ssl.SSLContext:
    return make_context(pki, TlsSettings(maximum=ssl.TLSVersion.TLSv1_2))


def _messages(written: bytes) -> Iterator[tuple[int, bytes]]:
    """The handshake messages of a client, as far as they are not encrypted."""
    plain = b""
    while written:
        kind, length = written[0], int.from_bytes(written[3:5], "big")
        if kind != _HANDSHAKE:
            break
        plain += written[5 : 5 + length]
        written = written[5 + length :]
    while len(plain) >= 4:
        length = int.from_bytes(plain[1:4], "big")
        yield plain[0], plain[4 : 4 + length]
        plain = plain[4 + length :]


def _hello(body: bytes) -> tuple[frozenset[int], frozenset[int]]:
    """Versions and suites of a ClientHello; without the extension of TLS 1.3 the version is the highest of all."""
    version, at = int.from_bytes(body[:2], "big"), 34 + 1 + body[34]
    length = int.from_bytes(body[at : at + 2], "big")
    suites, at = body[at + 2 : at + 2 + length], at + 2 + length
    at += 1 + body[at] + 2
    versions = [version]
    while at < len(body):
        kind, length = int.from_bytes(body[at : at + 2], "big"), int.from_bytes(body[at + 2 : at + 4], "big")
        if kind == _VERSIONS:
            versions = _numbers(body[at + 5 : at + 4 + length])
        at += 4 + length
    return frozenset(versions), frozenset(_numbers(suites))


def _numbers(octets: bytes) -> list[int]:
    return [int.from_bytes(octets[at : at + 2], "big") for at in range(0, len(octets), 2)]


def _leaf(body: bytes) -> x509.Certificate | None:
    length = int.from_bytes(body[3:6], "big")
    return x509.load_der_x509_certificate(body[6 : 6 + length]) if length else None
