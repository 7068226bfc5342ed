"""The certificate authority of the back office (security white paper A02): it signs what stations ask for."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

DAYS = timedelta(days=365)


class Authority:
    """A root that is made at the start and lives as long as the process."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Depot stations")])
        limits = x509.BasicConstraints(ca=True, path_length=0)
        identifier = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        self._root = (
            _builder(name, name, self._key.public_key())
            .add_extension(limits, critical=True)
            .add_extension(identifier, critical=False)
            .add_extension(_may_sign(), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    @property
    def root(self) -> str:
        """What the listeners trust, PEM."""
        return self._root.public_bytes(Encoding.PEM).decode("ascii")

    def reads(self, csr: str) -> x509.CertificateSigningRequest:
        """The signing request. Raises ValueError when it is none, or when it is not signed with its own key."""
        request = x509.load_pem_x509_csr(csr.encode("ascii"))
        if not request.is_signature_valid:
            raise ValueError("the signature of the request is not that of its key")
        return request

    def signs(self, request: x509.CertificateSigningRequest) -> str:
        """The certificate that was asked for, PEM."""
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        certificate = (
            _builder(request.subject, self._root.subject, request.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(identifier, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return certificate.public_bytes(Encoding.PEM).decode("ascii")


def _builder(subject: x509.Name, issuer: x509.Name, key: object) -> x509.CertificateBuilder:
    begin = datetime.now(UTC) - timedelta(hours=1)  # stations may be behind
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)  # type: ignore[arg-type]
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + DAYS)
    )


def _may_sign() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
