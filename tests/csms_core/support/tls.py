"""Certificates and TLS contexts of stations, for tests with real TLS."""

from __future__ import annotations

import ssl
import warnings
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from csms_core.pki import Pki, building

PASSWORD = b"0123456789abcdef"


def client_context(
    pki: Pki,
    certificate: Path | None = None,
    *,
    suite: str | None = None,
    version: ssl.TLSVersion | None = None,
    host_names: bool = True,
) -> ssl.SSLContext:
    """The context of a station: trusts the roots of the CSMS, speaks only `suite` and `version` when given."""
    context = ssl.create_default_context(cafile=str(pki.roots_file))
    context.check_hostname = host_names
    if version is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = version
    if suite is not None:
        context.set_ciphers(suite)
    if certificate is not None:
        context.load_cert_chain(certificate)
    return context


def station_certificate(
    folder: Path, pki: Pki, common_name: str, *, organization: str | None = None, kind: str = "ec", bits: int = 2048
) -> tuple[Path, x509.Certificate]:
    """A client certificate of the CSMS's own authority, with its key and its issuer in one file."""
    key: building.PrivateKey
    key = rsa.generate_private_key(65537, bits) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    made, issuer = pki.issue_station(common_name, key.public_key(), organization=organization)
    file = folder / f"{made.serial_number:x}.pem"
    file.write_bytes(_pem(key) + b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (made, issuer)))
    return file, made


def foreign_certificate(folder: Path, pki: Pki, common_name: str) -> tuple[Path, x509.Certificate]:
    """A client certificate that looks right and is signed by somebody else under the same names; and who that is."""
    key, issuer_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = building.root(pki.issuers[1].certificate.subject, issuer_key)
    made = building.station(building.name(pki.operator, common_name), key.public_key(), issuer, issuer_key)
    file = folder / "foreign.pem"
    file.write_bytes(_pem(key) + made.public_bytes(serialization.Encoding.PEM))
    return file, issuer


def _pem(key: building.PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
