"""A certificate signed with SHA-1, which the library reads and does not make any more (RFC 3279 §2.2, RFC 5280 §4)."""

from __future__ import annotations

import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from csms_core.pki.building import PrivateKey

_SEQUENCE, _BIT_STRING = 0x30, 0x03
# AlgorithmIdentifiers as they stand in a certificate: ecdsa-with-SHA256 and -SHA1, sha256- and sha1WithRSAEncryption.
_EC = bytes.fromhex("300a06082a8648ce3d040302"), bytes.fromhex("300906072a8648ce3d0401")
_RSA = bytes.fromhex("300d06092a864886f70d01010b0500"), bytes.fromhex("300d06092a864886f70d0101050500")


def signed(pem: str, key: PrivateKey) -> str:
    """The same certificate, PEM, signed anew with ``key`` over SHA-1."""
    old, new = _EC if isinstance(key, ec.EllipticCurvePrivateKey) else _RSA
    body = _content(x509.load_pem_x509_certificate(pem.encode()).tbs_certificate_bytes).replace(old, new, 1)
    text = _element(_SEQUENCE, body)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        signature = key.sign(text, ec.ECDSA(hashes.SHA1()))
    else:
        signature = key.sign(text, padding.PKCS1v15(), hashes.SHA1())
    return ssl.DER_cert_to_PEM_cert(_element(_SEQUENCE, text + new + _element(_BIT_STRING, b"\0" + signature)))


def _element(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def _content(element: bytes) -> bytes:
    """What is inside an element whose length takes more than one octet, as that of a certificate does."""
    return element[2 + (element[1] & 0x7F) :]
