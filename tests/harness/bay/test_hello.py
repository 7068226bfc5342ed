"""What is seen of a TLS handshake: the offer and the certificate of a client, also of one that is turned down."""

from __future__ import annotations

import ssl
import tempfile
import warnings
from contextlib import suppress
from typing import Any

import pytest

from harness.bay.hello import NEW_ENOUGH, PAIRS, LookingContext, Shown, hello
from harness.pki import Credentials, Pki, facts

ROUNDS = 4  # more than a handshake has
SUITE = "ECDHE-ECDSA-AES256-GCM-SHA384"


@pytest.fixture(scope="module")
def pki() -> Pki:
    return Pki.ephemeral()


def _load(context: ssl.SSLContext, pair: Credentials) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(f"{pair.key}\n{pair.certificate}".encode())
        file.flush()
        context.load_cert_chain(file.name)


def _client(pki: Pki, kind: Any = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pki.root())
    if kind is not None:
        _load(context, pki.client("CP1", None, kind))
    return context


def shake(pki: Pki, client: ssl.SSLContext) -> tuple[Shown, list[str]]:
    """Let a client and the server talk in memory; gives what was seen, and what was told of a failure."""
    server, told = LookingContext.made(), list[str]()
    server.minimum_version = ssl.TLSVersion.TLSv1_2
    for pair in pki.servers(("localhost",)).values():
        _load(server, pair)
    server.verify_mode = ssl.CERT_OPTIONAL
    server.load_verify_locations(cadata=pki.root())
    server.failed = lambda _, why: told.append(why)
    to_server, to_client, from_client = ssl.MemoryBIO(), ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = server.wrap_bio(to_server, to_client, server_side=True)
    theirs = client.wrap_bio(to_client, from_client, server_hostname="localhost")
    for _ in range(ROUNDS):
        for end in (theirs, ours):
            with suppress(ssl.SSLError):  # it waits, or has given up
                end.do_handshake()
            to_server.write(from_client.read())
    assert isinstance(ours, Shown)
    return ours, told


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("kind", ["right", "foreign"])
def test_a_certificate_is_seen_whether_it_is_taken_or_not(pki: Pki, kind: str, newest: ssl.TLSVersion) -> None:
    client = _client(pki, kind)
    client.maximum_version = newest
    shown, told = shake(pki, client)
    assert shown.certificate is not None
    assert facts(shown.certificate).commonName == "CP1"
    assert len(told) == (kind == "foreign")
    assert all(why.startswith("its certificate is turned down") for why in told)


def test_without_a_certificate_there_is_none(pki: Pki) -> None:
    shown, told = shake(pki, _client(pki))
    assert (shown.certificate, told) == (None, [])


def test_the_offer_is_seen(pki: Pki) -> None:
    shown, _ = shake(pki, _client(pki))
    assert shown.hello is not None
    assert shown.hello.version_names == "TLS 1.2, TLS 1.3"
    assert all(set(pair) <= set(shown.hello.suites) for pair in PAIRS[:1])

    client = _client(pki)
    client.set_ciphers(SUITE)
    shown, _ = shake(pki, client)
    assert shown.hello is not None
    assert [pair for pair in PAIRS if set(pair) <= set(shown.hello.suites)] == []
    assert "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384" in str(shown.hello)


def test_the_offer_of_an_old_version_is_seen_and_its_failure_told_once(pki: Pki) -> None:
    client = _client(pki)
    client.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        client.minimum_version = client.maximum_version = ssl.TLSVersion.TLSv1_1
    shown, told = shake(pki, client)
    assert shown.hello is not None
    assert max(shown.hello.versions) < NEW_ENOUGH
    assert told == ["unsupported protocol"]


@pytest.mark.parametrize("length", [0, 10, 34, 40])
def test_a_hello_that_ends_too_early_is_told_from_one_that_does_not(length: int) -> None:
    whole = b"\x03\x03" + bytes(32) + b"\x00" + b"\x00\x02\xc0\x2b" + b"\x01\x00"
    assert hello(whole).suites == (0xC02B,)
    assert hello(whole).versions == (0x0303,)
    with pytest.raises(IndexError):
        hello(whole[:length])
