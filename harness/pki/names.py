"""`certificateHashData`: how a certificate is named without sending it (security white paper, CertificateHashDataType).

The hashes are those of an OCSP request (RFC 6960 §4.1.1), and it is `cryptography` that computes them.
"""

from __future__ import annotations

from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp

from ocppj.matchers import Matcher, satisfies

ALGORITHMS: Final[dict[str, hashes.HashAlgorithm]] = {
    "SHA256": hashes.SHA256(),
    "SHA384": hashes.SHA384(),
    "SHA512": hashes.SHA512(),
}


def hash_data(root: str, algorithm: str = "SHA256") -> dict[str, Any]:
    """The certificateHashData of a root in PEM, which is its own issuer."""
    certificate = x509.load_pem_x509_certificate(root.encode())
    request = ocsp.OCSPRequestBuilder().add_certificate(certificate, certificate, ALGORITHMS[algorithm]).build()
    return {
        "hashAlgorithm": algorithm,
        "issuerNameHash": request.issuer_name_hash.hex(),
        "issuerKeyHash": request.issuer_key_hash.hex(),
        "serialNumber": f"{request.serial_number:x}",
    }


def names_certificate(wanted: dict[str, Any]) -> dict[str, Matcher]:
    """Expect a certificateHashData of this certificate: hexadecimal digits in either case, zeros in front or not."""
    return {name: _as(value) for name, value in wanted.items()}


def _as(wanted: str) -> Matcher:
    return satisfies(wanted, lambda given: _digits(given) == _digits(wanted))


def _digits(value: Any) -> Any:
    return value.lower().lstrip("0") if isinstance(value, str) else value
