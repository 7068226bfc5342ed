"""Who may sign firmware, and whether somebody did (white paper L01; rule SEC-17)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.x509.oid import ExtendedKeyUsageOID

from simulator.pki.chains import BadCertificate, check_path, is_revoked, parse

_HASHED = Prehashed(hashes.SHA256())


class Revoked(BadCertificate):
    """A certificate that was good once."""


def check_signer(text: str, roots: Iterable[str], revocations: str, now: datetime) -> None:
    """Whether a root of the manufacturer vouches for the signing certificate (PEM). Raises `BadCertificate`, `Revoked`.

    `roots` and `revocations` are PEM; a certificate that says what it is for has to be for signing code.
    """
    chain = parse(text)
    known = tuple(roots)
    check_path(chain, known, now)
    try:
        uses = list(chain[0].extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        uses = []
    if uses and ExtendedKeyUsageOID.CODE_SIGNING not in uses:
        raise BadCertificate("it is not for signing firmware")
    if is_revoked(chain[0], revocations, [*chain[1:], *(parse(root)[0] for root in known)]):
        raise Revoked("it was revoked")


def is_signed(digest: bytes, signature: str, text: str) -> bool:
    """Whether a file with this SHA-256 has this signature (base64) by the signing certificate: ECDSA, RSA-PSS or plain
    RSA.
    """
    try:
        octets = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    key = parse(text)[0].public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _verifies(lambda: key.verify(octets, digest, ec.ECDSA(_HASHED)))
    assert isinstance(key, rsa.RSAPublicKey)  # there is no third kind that `check_signer` lets pass
    salted = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO)
    plain = padding.PKCS1v15()
    return _verifies(lambda: key.verify(octets, digest, salted, _HASHED)) or _verifies(
        lambda: key.verify(octets, digest, plain, _HASHED)
    )


def _verifies(verify: Callable[[], None]) -> bool:
    try:
        verify()
    except InvalidSignature:
        return False
    return True
