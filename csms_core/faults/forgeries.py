"""Certificates that are wrong in one respect, for faults of CertificateSigned.

They are made from the right one: its subject and key, signed by an authority nobody knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from csms_core.faults import sha_1
from csms_core.pki import building
from csms_core.pki.building import PrivateKey, PublicKey
from csms_core.pki.errors import NotACertificate
from csms_core.pki.folder import pem
from csms_core.pki.hashes import parse_certificate

OTHER_NAME = "PLUGPROOF-OTHER"
SHORT_KEY_BITS = 1024


@dataclass(frozen=True, slots=True)
class Right:
    """What the right certificate says. `rsa_signed`: its authority has an RSA key."""

    common_name: str
    key: PublicKey
    rsa_signed: bool


def read(chain: str) -> Right | None:
    """The right certificate, None when the chain is none already."""
    try:
        leaf = parse_certificate(chain)
    except NotACertificate:
        return None
    names = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    key = leaf.public_key()
    if not names or not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return None
    by_ec = isinstance(leaf.signature_algorithm_parameters, ec.ECDSA)
    return Right(str(names[0].value), key, not by_ec)


def with_other_name(right: Right) -> str:
    """A certificate in another name."""
    return _signed(OTHER_NAME, right.key, right.rsa_signed)


def with_other_key(right: Right) -> str:
    """A certificate for a key the station does not have."""
    return _signed(right.common_name, _key(isinstance(right.key, rsa.RSAPublicKey), 0).public_key(), right.rsa_signed)


def with_short_key(right: Right) -> str:
    """A certificate for a key that is too short."""
    return _signed(right.common_name, _short_key().public_key(), right.rsa_signed)


def with_other_algorithm(right: Right) -> str:
    """A certificate signed with RSA instead of ECDSA, or the other way round."""
    return _signed(right.common_name, right.key, not right.rsa_signed)


def with_sha_1(right: Right) -> str:
    """A certificate that is right but for the hash of its signature."""
    return sha_1.signed(by_nobody(right), _key(right.rsa_signed, 1))


def by_nobody(right: Right) -> str:
    """A certificate that is right but for its authority."""
    return _signed(right.common_name, right.key, right.rsa_signed)


def _signed(common_name: str, key: PublicKey, by_rsa: bool) -> str:
    issuer_key = _key(by_rsa, 1)
    issuer = building.root(building.name("nobody", "nobody's root"), issuer_key)
    return pem(building.station(building.name("nobody", common_name), key, issuer, issuer_key))


@cache
def _key(is_rsa: bool, number: int) -> PrivateKey:
    return rsa.generate_private_key(65537, 2048) if is_rsa else ec.generate_private_key(ec.SECP256R1())


@cache
def _short_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, SHORT_KEY_BITS)
