"""Certificates and requests for them, as text, for tests of the rules about them."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

_FROM = datetime(2026, 1, 1, tzinfo=UTC)
_UNTIL = datetime(2036, 1, 1, tzinfo=UTC)


@cache
def key_of(kind: str) -> Any:
    """A private key: `ec256`, `ec192`, `rsa2048`, `rsa1024`."""
    curves: dict[str, ec.EllipticCurve] = {"ec256": ec.SECP256R1(), "ec192": ec.SECP192R1()}
    if kind in curves:
        return ec.generate_private_key(curves[kind])
    return rsa.generate_private_key(65537, int(kind.removeprefix("rsa")))


def subject(organization: str | None = "Operator", name: str | None = "CP 1") -> x509.Name:
    """A subject with an O and a CN, or without."""
    values = {NameOID.ORGANIZATION_NAME: organization, NameOID.COMMON_NAME: name}
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in values.items() if value is not None])


def request(kind: str = "ec256", *, pss: bool = False, **names: str | None) -> str:
    """A request for a certificate in PEM."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject(**names))
    return _pem(builder.sign(key_of(kind), hashes.SHA256(), rsa_padding=_padding(pss)))


def certificate(kind: str = "ec256", *, signer: str = "ec256", pss: bool = False, **names: str | None) -> str:
    """A certificate in PEM for a key of one kind, signed with one of another."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject(**names))
        .issuer_name(subject("Authority", "Root"))
        .public_key(key_of(kind).public_key())
        .serial_number(7)
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
    )
    return _pem(builder.sign(key_of(signer), hashes.SHA256(), rsa_padding=_padding(pss)))


def _padding(pss: bool) -> padding.PSS | None:
    return padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH) if pss else None


def _pem(made: x509.Certificate | x509.CertificateSigningRequest) -> str:
    return made.public_bytes(serialization.Encoding.PEM).decode()
