"""Certificate signing requests of stations, and what the CSMS demands of them (white paper A00.FR.501 to 511, A02)."""

from __future__ import annotations

from collections.abc import Collection

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from csms_core.pki.building import PublicKey
from csms_core.pki.errors import CsrRefused

MIN_RSA, MAX_RSA = 2048, 8192
MIN_EC = 224
WEAK_HASHES = ("md5", "sha1")


def check_csr(text: str, names: Collection[str], operator: str | None) -> tuple[str, str | None, PublicKey]:
    """Judge a PEM request; returns its common name, organisation and key.

    `names` are what the station may call itself, `operator` is the organisation it has to name, None: any. Raises
    CsrRefused with a sentence.
    """
    csr = _parse(text)
    key = _key(csr)
    common_name = _single(csr, NameOID.COMMON_NAME, "common name")
    organization = _single(csr, NameOID.ORGANIZATION_NAME, "organisation")
    if common_name is None:
        raise CsrRefused("The request has no common name.")
    if common_name not in names:
        raise CsrRefused(f"The common name '{common_name}' is neither the identity nor a serial number of the station.")
    if operator is not None and organization != operator:
        raise CsrRefused(f"The organisation is '{organization or ''}', the operator of this CSMS is '{operator}'.")
    return common_name, organization, key


def _parse(text: str) -> x509.CertificateSigningRequest:
    try:
        csr = x509.load_pem_x509_csr(text.encode())
        weak = csr.signature_hash_algorithm is not None and csr.signature_hash_algorithm.name in WEAK_HASHES
        valid = csr.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CsrRefused(f"The request is no PEM certificate signing request ({error}).") from None
    if not valid:
        raise CsrRefused("The request is not signed with the key it holds.")
    if weak:
        raise CsrRefused("The request is signed with a hash that is no longer safe.")
    return csr


def _key(csr: x509.CertificateSigningRequest) -> PublicKey:
    try:
        key = csr.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CsrRefused(f"The key of the request cannot be read ({error}).") from None
    if isinstance(key, rsa.RSAPublicKey):
        if not MIN_RSA <= key.key_size <= MAX_RSA:
            raise CsrRefused(f"The RSA key has {key.key_size} bits, {MIN_RSA} to {MAX_RSA} are certified.")
        return key
    if isinstance(key, ec.EllipticCurvePublicKey):
        if key.key_size < MIN_EC:
            raise CsrRefused(f"The elliptic curve key has {key.key_size} bits, at least {MIN_EC} are needed.")
        return key
    raise CsrRefused("The key is neither RSA nor of an elliptic curve.")


def _single(csr: x509.CertificateSigningRequest, oid: x509.ObjectIdentifier, what: str) -> str | None:
    attributes = csr.subject.get_attributes_for_oid(oid)
    if len(attributes) > 1:
        raise CsrRefused(f"The request has more than one {what}.")
    return str(attributes[0].value) if attributes else None
