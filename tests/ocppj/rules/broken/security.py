"""Security (catalogue chapter 14)."""

from typing import Final

from tests.ocppj.rules.broken.connection import shakes
from tests.ocppj.rules.broken.model import Breach, Conversation, exchange
from tests.ocppj.support.pem import certificate, request

EC: Final = (0xC02B, 0xC02C)
RSA: Final = (0x009C, 0x009D)


def asks(csr: str) -> Conversation:
    return exchange("station", "SignCertificate", {"csr": csr}, {"status": "Accepted"})


def sends(chain: str) -> Conversation:
    return exchange("csms", "CertificateSigned", {"certificateChain": chain}, {"status": "Accepted"})


BREACHES: Final = (
    Breach(
        "SEC-02",
        "another user name than the identity",
        shakes(Authorization="Basic Q1AgMTpzZWNyZXQ="),  # CP 1:secret
        shakes(Authorization="Basic Y3A6c2VjcmV0"),  # cp:secret
    ),
    Breach("SEC-09", "one suite of each pair", shakes(suites=(*EC, RSA[0])), shakes(suites=(EC[0], RSA[0]))),
    Breach("SEC-13", "a request that is not PEM", asks(request()), asks("MIIB"), party="station"),
    Breach("SEC-13", "an RSA key of 1024 bits", asks(request("rsa2048")), asks(request("rsa1024")), party="station"),
    Breach("SEC-13", "a request without an O", asks(request()), asks(request(organization=None)), party="station"),
    Breach("SEC-13", "a certificate that is not PEM", sends(certificate()), sends("MIIB"), party="csms"),
    Breach("SEC-13", "a key of 192 bits on a curve", sends(certificate()), sends(certificate("ec192")), party="csms"),
    Breach("SEC-13", "a certificate without a CN", sends(certificate()), sends(certificate(name=None)), party="csms"),
    Breach(
        "SEC-17",
        "a certificate that is signed with plain RSA",
        sends(certificate(signer="rsa2048", pss=True)),
        sends(certificate(signer="rsa2048")),
    ),
)
