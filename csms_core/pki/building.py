"""Certificates as they are built: names, validity, extensions (white paper A00.FR.501 to 511).

Signatures are plain RSA (PKCS#1 v1.5) or ECDSA with SHA-256. RSA-PSS is what the white paper would rather see, but
stations and test tools are known that take plain RSA only.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

ROOT_DAYS = 20 * 365
ISSUING_DAYS = 10 * 365
SERVER_DAYS = 2 * 365
STATION_DAYS = 365
SKEW = timedelta(hours=1)
"""How far a certificate reaches back, for stations whose clock is behind."""


def name(organization: str, common_name: str) -> x509.Name:
    """A subject with O and CN."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def root(subject: x509.Name, key: PrivateKey, now: datetime | None = None) -> x509.Certificate:
    """A self-signed root."""
    builder = _begun(subject, subject, key.public_key(), key.public_key(), ROOT_DAYS, now)
    return _authority(builder, path_length=1).sign(key, hashes.SHA256())


def issuing(
    subject: x509.Name, key: PublicKey, issuer: x509.Certificate, issuer_key: PrivateKey, now: datetime | None = None
) -> x509.Certificate:
    """An authority under a root; there is none under it."""
    builder = _begun(subject, issuer.subject, key, issuer_key.public_key(), ISSUING_DAYS, now)
    return _authority(builder, path_length=0).sign(issuer_key, hashes.SHA256())


def server(
    subject: x509.Name,
    hosts: Iterable[str],
    key: PublicKey,
    issuer: x509.Certificate,
    issuer_key: PrivateKey,
    now: datetime | None = None,
) -> x509.Certificate:
    """A server certificate for host names and addresses."""
    builder = _begun(subject, issuer.subject, key, issuer_key.public_key(), SERVER_DAYS, now)
    builder = builder.add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), False)
    return _leaf(builder, key, ExtendedKeyUsageOID.SERVER_AUTH).sign(issuer_key, hashes.SHA256())


def station(
    subject: x509.Name,
    key: PublicKey,
    issuer: x509.Certificate,
    issuer_key: PrivateKey,
    *,
    days: int = STATION_DAYS,
    now: datetime | None = None,
) -> x509.Certificate:
    """A client certificate of a station, valid for some days."""
    builder = _begun(subject, issuer.subject, key, issuer_key.public_key(), days, now)
    return _leaf(builder, key, ExtendedKeyUsageOID.CLIENT_AUTH).sign(issuer_key, hashes.SHA256())


def signer(
    subject: x509.Name, key: PublicKey, issuer: x509.Certificate, issuer_key: PrivateKey, now: datetime | None = None
) -> x509.Certificate:
    """A certificate that signs firmware."""
    builder = _begun(subject, issuer.subject, key, issuer_key.public_key(), ISSUING_DAYS, now)
    return _leaf(builder, key, ExtendedKeyUsageOID.CODE_SIGNING).sign(issuer_key, hashes.SHA256())


def crl(
    revoked: Iterable[tuple[int, datetime]], issuer: x509.Certificate, issuer_key: PrivateKey, now: datetime
) -> x509.CertificateRevocationList:
    """A revocation list: serial numbers and when each was revoked."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.subject)
    builder = builder.last_update(now - SKEW).next_update(now + timedelta(days=7))
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
    )
    for serial_number, at in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial_number).revocation_date(at)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuer_key, hashes.SHA256())


def _begun(
    subject: x509.Name, issuer: x509.Name, key: PublicKey, issuer_key: PublicKey, days: int, now: datetime | None
) -> x509.CertificateBuilder:
    at = now or datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - SKEW)
        .not_valid_after(at + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _authority(builder: x509.CertificateBuilder, path_length: int) -> x509.CertificateBuilder:
    return builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True).add_extension(
        _usage(key_cert_sign=True, crl_sign=True), critical=True
    )


def _leaf(builder: x509.CertificateBuilder, key: PublicKey, purpose: x509.ObjectIdentifier) -> x509.CertificateBuilder:
    # key encipherment: the RSA suites the white paper asks for encrypt the session's secret with the key
    usage = _usage(digital_signature=True, key_encipherment=isinstance(key, rsa.RSAPublicKey))
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    )


def _usage(
    *,
    digital_signature: bool = False,
    key_encipherment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=key_encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
