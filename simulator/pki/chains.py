"""Certificates as facts: parsing, naming, and judging them (white paper A00.FR.501 to 511, M03 to M05)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

MIN_RSA = 2048
MIN_EC = 224
_WEAK = ("md5", "sha1")

_ALGORITHMS: Mapping[str, hashes.HashAlgorithm] = {
    "SHA256": hashes.SHA256(),
    "SHA384": hashes.SHA384(),
    "SHA512": hashes.SHA512(),
}

# Every issuer has to be an authority. The rest of the web's rules, such as names of hosts, is not for stations.
_AUTHORITIES = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
_ANY = ExtensionPolicy.permit_all()


class BadCertificate(Exception):
    """A certificate that is not to be used; the text is a sentence."""


@lru_cache(maxsize=256)
def parse(text: str) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM text, at least one. Raises `BadCertificate`."""
    try:
        found = tuple(x509.load_pem_x509_certificates(text.encode()))
        for certificate in found:
            certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadCertificate(f"the text holds no PEM certificate ({error})") from None
    return found


@lru_cache(maxsize=64)
def split(text: str) -> tuple[str, ...]:
    """A PEM text with several certificates as one text each. Raises `BadCertificate`."""
    return tuple(pem(certificate) for certificate in parse(text)) if text.strip() else ()


def pem(certificate: x509.Certificate) -> str:
    """A certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def check_root(certificate: x509.Certificate, now: datetime, issuer: x509.Certificate | None = None) -> None:
    """Whether it can vouch for others. It signs itself, or `issuer` has signed it. Raises `BadCertificate`."""
    check(certificate, now)
    try:
        is_authority = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        is_authority = False
    if not is_authority:
        raise BadCertificate("it is not the certificate of an authority")
    if not signed_by(certificate, issuer or certificate):
        raise BadCertificate("it does not sign itself" if issuer is None else "the root before did not sign it")


def check(certificate: x509.Certificate, now: datetime) -> None:
    """Its time, the strength of its key and of its signature. Raises `BadCertificate`."""
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        raise BadCertificate(f"it is valid from {first:%Y-%m-%d} to {last:%Y-%m-%d}")
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        strong = key.key_size >= MIN_RSA
    else:
        strong = isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= MIN_EC
    if not strong:
        raise BadCertificate(f"its key is neither RSA of {MIN_RSA} bits nor of a curve of {MIN_EC} bits")
    try:
        digest = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        digest = None
    if digest is None or digest.name in _WEAK:
        raise BadCertificate("its signature is made with a hash that is no longer safe")


def check_path(chain: tuple[x509.Certificate, ...], roots: Iterable[str], now: datetime) -> None:
    """Whether the first of a chain is good and leads to one of the roots (PEM). Raises `BadCertificate`."""
    check(chain[0], now)
    anchors = [parse(root)[0] for root in roots]
    if not anchors:
        raise BadCertificate("there is no root installed that could vouch for it")
    policy = PolicyBuilder().store(Store(anchors)).time(now)
    verifier = policy.extension_policies(ca_policy=_AUTHORITIES, ee_policy=_ANY).build_client_verifier()
    try:
        verifier.verify(chain[0], list(chain[1:]))
    except (VerificationError, ValueError, UnsupportedAlgorithm) as error:
        raise BadCertificate(f"no installed root vouches for it ({error})") from None


def signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether a certificate names this issuer and has its signature."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def is_revoked(certificate: x509.Certificate, revocations: str, issuers: Iterable[x509.Certificate]) -> bool:
    """Whether a list (PEM) that its issuer has signed names it."""
    issuer = next((one for one in issuers if signed_by(certificate, one)), None)
    return issuer is not None and any(
        one.issuer == certificate.issuer
        and one.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]  # an issuer has a key that signs
        and one.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
        for one in _lists(revocations)
    )


@lru_cache(maxsize=16)
def _lists(text: str) -> tuple[x509.CertificateRevocationList, ...]:
    end = "-----END X509 CRL-----"
    return tuple(x509.load_pem_x509_crl((part + end).encode()) for part in text.split(end)[:-1])


def hash_data(certificate: x509.Certificate, issuer: x509.Certificate, algorithm: str = "SHA256") -> dict[str, str]:
    """certificateHashData, the way an OCSP request names a certificate (RFC 6960)."""
    request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, _ALGORITHMS[algorithm]).build()
    return {
        "hashAlgorithm": algorithm,
        "issuerNameHash": request.issuer_name_hash.hex(),
        "issuerKeyHash": request.issuer_key_hash.hex(),
        "serialNumber": f"{request.serial_number:x}",
    }


def same_hash_data(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two certificateHashData name the same certificate: digits have no case, a number no leading zeros."""
    return all(_digits(name, one[name]) == _digits(name, other[name]) for name in one)


def _digits(name: str, value: str) -> str:
    lower = value.lower()
    return (lower.lstrip("0") or "0") if name == "serialNumber" else lower
