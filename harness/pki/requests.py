"""Certificate signing requests of a station (security white paper A02, A00.FR.501 to 511)."""

from __future__ import annotations

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from csms_core.pki.building import PrivateKey, name

RSA_BITS = 2048


class SigningRequest(msgspec.Struct, frozen=True):
    """A request in PEM, and the private key that stays with the station."""

    csr: str
    key: PrivateKey

    @property
    def key_pem(self) -> str:
        """The private key as PEM."""
        return key_pem(self.key)


def signing_request(common_name: str, organization: str, algorithm: str = "ECDSA") -> SigningRequest:
    """A request for a station's certificate with a new key: ECDSA on P-256, or RSA with 2048 bits."""
    key = new_key(algorithm)
    builder = x509.CertificateSigningRequestBuilder().subject_name(name(organization, common_name))
    request = builder.sign(key, hashes.SHA256())
    return SigningRequest(request.public_bytes(serialization.Encoding.PEM).decode(), key)


def new_key(algorithm: str = "ECDSA") -> PrivateKey:
    """A private key: ECDSA on P-256 unless RSA is asked for."""
    if algorithm.upper().startswith("RSA"):
        return rsa.generate_private_key(65537, RSA_BITS)
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: PrivateKey) -> str:
    """A private key as PEM (PKCS#8, not encrypted)."""
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(pem, pkcs8, serialization.NoEncryption()).decode()
