"""Certificates and requests for them in messages: what cannot be read here says nothing."""

import base64

import pytest

from tests.ocppj.support.pem import certificate, request
from tests.ocppj.support.talk import Talk

EC_KEY = bytes.fromhex("2a8648ce3d0201")
"""The number of a key on a curve (RFC 5480 §2.1.1)."""


def asked(csr: str) -> list[str]:
    talk = Talk("station")
    return [one.message for one in talk.exchange("station", "SignCertificate", {"csr": csr}, {"status": "Accepted"})]


def sent(chain: str) -> list[str]:
    talk = Talk("csms")
    found = talk.exchange("csms", "CertificateSigned", {"certificateChain": chain}, {"status": "Accepted"})
    return [one.message for one in found]


def altered(pem: str) -> str:
    """The same with a key of a kind that there is not."""
    first, *lines, last = pem.strip().splitlines()
    octets = base64.b64decode("".join(lines)).replace(EC_KEY, EC_KEY[:-1] + b"\x7f", 1)
    return "\n".join([first, base64.b64encode(octets).decode(), last])


def test_sec_13_what_is_in_order_is_let_by() -> None:
    assert asked(request()) == []
    assert asked(request("rsa2048").replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")) == []
    assert sent(certificate() + certificate("rsa2048", organization=None)) == []  # an authority may be called anything


def test_sec_13_a_sentence_says_what_is_missing() -> None:
    assert asked(request(organization=None, name=" ")) == ["the request has no O and no CN"]
    assert asked(request("rsa1024")) == ["the request has an RSA key of 1024 bits, 2048 are the least"]
    assert sent(certificate() + certificate("rsa1024")) == [
        "certificate 2 has an RSA key of 1024 bits, 2048 are the least"
    ]
    assert sent(certificate("ec192")) == ["certificate 1 has a key of 192 bits on a curve, 224 are the least"]


@pytest.mark.parametrize("csr", ["-----BEGIN CERTIFICATE REQUEST-----\n!\n", altered(request())])
def test_sec_13_a_request_that_cannot_be_read_here_is_left_alone(csr: str) -> None:
    assert asked(csr) == []


@pytest.mark.parametrize(
    "broken", ["-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----", altered(certificate())]
)
def test_sec_13_sec_17_a_certificate_that_cannot_be_read_here_is_left_alone(broken: str) -> None:
    assert sent(broken) == []
