"""What a certificate says, as a case judges it and a report shows it (security white paper A00.FR.501 to 511)."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID, SignatureAlgorithmOID

from csms_core.pki.building import PrivateKey
from ocppj.matchers import Matcher, satisfies

SMALLEST = {"RSA": 2048, "DSA": 2048, "ECDSA": 224}
"""Bits a key has to have (A00.FR.502, 503)."""


class Facts(msgspec.Struct, frozen=True):
    """A certificate in the words of its members; ``fingerprint`` is SHA-256 in hexadecimal digits.

    ``signatureHash`` is ``None`` for a signature that has no hash of its own, such as Ed25519.
    """

    commonName: str | None
    organization: str | None
    issuer: str
    serialNumber: int
    keyAlgorithm: str
    keyBits: int
    signatureAlgorithm: str
    signatureHash: str | None
    fingerprint: str

    def __str__(self) -> str:
        owner = ", ".join(
            f"{name}={value}" for name, value in (("CN", self.commonName), ("O", self.organization)) if value
        )
        key = f"{self.keyAlgorithm} {self.keyBits} bits"
        signed = " with ".join(part for part in (self.signatureAlgorithm, self.signatureHash) if part)
        issued = f"issued by {self.issuer}, {signed}"
        return f"{owner or 'no name'}; {key}; {issued}; sha256 {self.fingerprint[:16]}…"


def facts(certificate: bytes | str) -> Facts:
    """Read a certificate in DER or the first one of a PEM text. Raises ValueError when it is none."""
    try:
        found = (
            x509.load_pem_x509_certificate(certificate.encode())
            if isinstance(certificate, str)
            else x509.load_der_x509_certificate(certificate)
        )
        algorithm, bits = _key(found.public_key())
        signed = _signature(found)
    except UnsupportedAlgorithm as error:
        raise ValueError(str(error)) from None
    return Facts(
        commonName=_name(found.subject, NameOID.COMMON_NAME),
        organization=_name(found.subject, NameOID.ORGANIZATION_NAME),
        issuer=found.issuer.rfc4514_string(),
        serialNumber=found.serial_number,
        keyAlgorithm=algorithm,
        keyBits=bits,
        signatureAlgorithm=signed,
        signatureHash=_hash(found),
        fingerprint=found.fingerprint(hashes.SHA256()).hex(),
    )


def is_certificate(value: Any) -> bool:
    """Whether a value is a text that begins with a certificate in PEM."""
    return _read(value) is not None


def same_certificate(pem: str) -> Matcher:
    """Expect this certificate in PEM, however its lines are broken."""
    wanted = facts(pem)

    def same(value: Any) -> bool:
        found = _read(value)
        return found is not None and found.fingerprint == wanted.fingerprint

    return satisfies(f"the certificate {wanted}", same)


def holds_key(key: PrivateKey) -> Matcher:
    """Expect a chain in PEM whose first certificate is for this key."""
    wanted = _spki(key.public_key())

    def holds(value: Any) -> bool:
        return is_certificate(value) and _spki(x509.load_pem_x509_certificate(value.encode()).public_key()) == wanted

    return satisfies("PEM whose first certificate is for the key of the request", holds)


def _read(value: Any) -> Facts | None:
    try:
        return facts(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _key(key: CertificatePublicKeyTypes) -> tuple[str, int]:
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "ECDSA", key.key_size
    return type(key).__name__.removesuffix("PublicKey"), 0


def _signature(certificate: x509.Certificate) -> str:
    parameters = certificate.signature_algorithm_parameters
    # Of the one with SHA-1 the library does not tell the parameters.
    if isinstance(parameters, ec.ECDSA) or certificate.signature_algorithm_oid == SignatureAlgorithmOID.ECDSA_WITH_SHA1:
        return "ECDSA"
    if isinstance(parameters, padding.PKCS1v15 | padding.PSS):
        return "RSA"
    return certificate.signature_algorithm_oid.dotted_string


def _hash(certificate: x509.Certificate) -> str | None:
    try:
        found = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return None  # its number is the name of the algorithm
    if found is None:
        return None
    return re.sub(r"^sha(?=\d)", "sha-", found.name).upper().replace("_", "-")


def _name(name: x509.Name, oid: x509.ObjectIdentifier) -> str | None:
    values = name.get_attributes_for_oid(oid)
    return str(values[0].value) if values else None


def _spki(key: CertificatePublicKeyTypes) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
