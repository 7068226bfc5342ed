"""Certificates of stations, signed here by the authority of the one who runs them (white paper A00.FR.501 to 511).

For many stations that are to show a certificate each and have none: the CSMS has to trust the authority.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulator.pki.chains import BadCertificate, parse, pem
from simulator.pki.vault import Own

VALID: Final = timedelta(days=30)
"""How long: longer than any run."""

_EARLY: Final = timedelta(hours=1)
"""How far it reaches back, for a CSMS whose clock is behind."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate that signs others, with its key and the chain to its root (PEM)."""

    certificate: x509.Certificate
    chain: str
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = field(repr=False)

    @classmethod
    def read(cls, chain: str, key: str) -> Authority:
        """Out of PEM texts, its own certificate first. Raises `BadCertificate`."""
        certificates = parse(chain)
        private = private_key(key)
        if private.public_key() != certificates[0].public_key():
            raise BadCertificate("the key is not that of the first certificate")
        try:
            may_sign = certificates[0].extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        except (x509.ExtensionNotFound, ValueError):
            may_sign = False
        if not may_sign:
            raise BadCertificate("the certificate is not that of an authority (basicConstraints CA)")
        return cls(certificates[0], "".join(map(pem, certificates)), private)

    def issue(self, common_name: str) -> Own:
        """A new key and its certificate; it names the organization of the authority (A00.FR.510)."""
        key = ec.generate_private_key(ec.SECP256R1())
        organization = self.certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[:1]
        names = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, str(one.value)) for one in organization]
        names.append(x509.NameAttribute(NameOID.COMMON_NAME, common_name))
        now = datetime.now(UTC)
        usage = dict.fromkeys(_USAGES, False) | {"digital_signature": True}
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name(names))
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _EARLY)
            .not_valid_after(now + VALID)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**usage), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
            .sign(self.key, hashes.SHA256())
        )
        return Own(pem(certificate) + self.chain, _pem_of(key))


_USAGES: Final = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def private_key(text: str) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    """A private key in PEM, without a password. Raises `BadCertificate`."""
    try:
        key = serialization.load_pem_private_key(text.encode(), None)
    except (ValueError, TypeError) as error:
        raise BadCertificate(f"the key is no private key in PEM without a password ({error})") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise BadCertificate("the key is neither of RSA nor of an elliptic curve")
    return key


def _pem_of(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
