"""What a client certificate says, and whether it is that of the station that connects (A00.FR.403 to 407, 501 to 511).

The path was checked by TLS before; here the subject, the key and the list of revoked certificates are.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from csms_core.auth.terms import ProblemKind

SMALLEST_RSA = 2048
SMALLEST_EC = 224


@dataclass(frozen=True, slots=True)
class Certificate:
    """The members of a client certificate that matter. `serial` is in lower-case hex digits without leading zeros."""

    serial: str
    common_name: str
    organization: str
    is_strong: bool
    not_after: datetime


def read(der: bytes) -> Certificate:
    """Read a certificate in DER. Raises ValueError when it is none."""
    found = x509.load_der_x509_certificate(der)
    return Certificate(
        serial=f"{found.serial_number:x}",
        common_name=_attribute(found, NameOID.COMMON_NAME),
        organization=_attribute(found, NameOID.ORGANIZATION_NAME),
        is_strong=_is_strong(found.public_key()),
        not_after=found.not_valid_after_utc,
    )


def problems(
    certificate: Certificate,
    names: Collection[str],
    operator: str | None,
    *,
    is_revoked: bool = False,
    is_foreign: bool = False,
) -> frozenset[ProblemKind]:
    """What is wrong with a certificate for a station of these `names` (identity, serial number).

    `operator` is the organization it has to name, None: any. `is_foreign`: an authority issued it that TLS trusts for
    the time being and the CSMS does not.
    """
    found: set[ProblemKind] = set()
    if certificate.common_name not in names:
        found.add("name")
    if operator is not None and certificate.organization != operator:
        found.add("operator")
    if is_revoked:
        found.add("revoked")
    if is_foreign:
        found.add("foreign")
    if not certificate.is_strong:
        found.add("weak")
    return frozenset(found)


def _attribute(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    values = certificate.subject.get_attributes_for_oid(oid)
    return str(values[0].value) if len(values) == 1 else ""


def _is_strong(key: object) -> bool:
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= SMALLEST_RSA
    return isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= SMALLEST_EC
