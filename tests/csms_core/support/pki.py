"""A certificate authority made once per test run, and requests as stations write them."""

from __future__ import annotations

from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(curve: type[ec.EllipticCurve] = ec.SECP256R1) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(curve())


def csr(
    key: Any,
    common_name: str | None = "PP-0001",
    organization: str | None = "plugproof",
    *,
    digest: hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None = None,
    pss: bool = False,
    more: tuple[x509.NameAttribute, ...] = (),
) -> str:
    """A PEM certificate signing request."""
    named = ((NameOID.ORGANIZATION_NAME, organization), (NameOID.COMMON_NAME, common_name))
    subject = [x509.NameAttribute(oid, text) for oid, text in named if text is not None]
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([*subject, *more]))
    if pss:
        salted = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        made = builder.sign(key, hashes.SHA256(), rsa_padding=salted)
    else:
        made = builder.sign(key, digest or hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()
