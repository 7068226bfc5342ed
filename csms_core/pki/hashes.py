"""`certificateHashData`: how a certificate is named without sending it (white paper, CertificateHashDataType)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from csms_core.pki.errors import NotACertificate

ALGORITHMS = ("SHA256", "SHA384", "SHA512")


def parse_certificate(text: str) -> x509.Certificate:
    """The (first) certificate of a PEM text. Raises NotACertificate."""
    try:
        certificate = x509.load_pem_x509_certificate(text.encode())
        certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise NotACertificate(f"The text is no PEM certificate ({error}).") from None
    return certificate


def hash_data(
    certificate: x509.Certificate, algorithm: str = "SHA256", issuers: Iterable[x509.Certificate] = ()
) -> dict[str, Any]:
    """The certificateHashData of a certificate: a root, or one whose issuer is among `issuers`.

    The key is hashed as RFC 6960 has it, the bits of the issuer's subjectPublicKey alone. Raises NotACertificate when
    the issuer is not known.
    """
    issuer = next((found for found in (certificate, *issuers) if _signed(certificate, found)), None)
    if issuer is None:
        raise NotACertificate("The certificate is no root and its issuer is not known.")
    digest = getattr(hashlib, algorithm.lower())
    return {
        "hashAlgorithm": algorithm,
        "issuerNameHash": digest(certificate.issuer.public_bytes()).hexdigest(),
        "issuerKeyHash": digest(_key_bits(issuer)).hexdigest(),
        "serialNumber": f"{certificate.serial_number:x}",
    }


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two certificateHashData name the same certificate; hexadecimal digits have no case."""
    return all(str(one[name]).lower() == str(other[name]).lower() for name in one)


def _signed(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _key_bits(certificate: x509.Certificate) -> bytes:
    """The value of the BIT STRING subjectPublicKey, without tag, length and count of unused bits."""
    der = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    _, content, _ = _element(der)
    _, _, rest = _element(content)  # AlgorithmIdentifier
    _, bits, _ = _element(rest)
    return bits[1:]


def _element(der: bytes) -> tuple[int, bytes, bytes]:
    """First element of a DER text: tag, content, what follows."""
    tag, length, start = der[0], der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start], "big")
    return tag, der[start : start + length], der[start + length :]
