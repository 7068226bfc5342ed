"""Certificates good and bad, made for tests of the station."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from csms_core.pki import Pki, building
from csms_core.pki.folder import pem
from simulator import VirtualClock
from simulator.v16.profiles.security import Provision

NOW = datetime.now(UTC).replace(microsecond=0)
"""The moment the tests of certificates begin: what TLS judges by is the clock of the machine."""

KEY = b"0123456789abcdefghij"

SIGNED_BY_SHA_1 = """\
-----BEGIN CERTIFICATE-----
MIIBdzCCAR6gAwIBAgIBATAJBgcqhkjOPQQBMCsxETAPBgNVBAoMCHNvbWVib2R5
MRYwFAYDVQQDDA1vbGQgZmFzaGlvbmVkMCAXDTIwMDEwMTAwMDAwMFoYDzIxMTkw
MTAxMDAwMDAwWjArMREwDwYDVQQKDAhzb21lYm9keTEWMBQGA1UEAwwNb2xkIGZh
c2hpb25lZDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABABbFBmiX99dcFF1Lh12
LaajGGoXKyn3mBBptNKx50y42gfuY9LgkjyW0X4A5VXZxsGMEqs2dmAAcud7gikh
XsajMjAwMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFL8oNQLU1o0Z5oTtXoH3
LXl59dRPMAkGByqGSM49BAEDSAAwRQIhALP/dNfxfjEkd1dRwrgz6BPN+WKG1Pnw
Zm2Tt1uXo+HcAiAEF8DBBtvwz/BaCoCBpVi5GzXN+sL3s5cYIvHV7W4VfQ==
-----END CERTIFICATE-----
"""


def clock_of_today() -> VirtualClock:
    """A virtual clock that begins today."""
    return VirtualClock(NOW)


@cache
def ec_key(name: str = "") -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def key_pem(key: building.PrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@cache
def root(name: str = "a root", key: building.PrivateKey | None = None, now: datetime = NOW) -> str:
    """A self-signed root, PEM."""
    return pem(building.root(building.name("somebody", name), key or ec_key(name), now))


@cache
def short_root() -> str:
    """Its serial number has four digits."""
    return pem(_builder("short", "short", ec_key("short"), serial=0x12AB).sign(ec_key("short"), hashes.SHA256()))


def expired_root() -> str:
    return root("expired", now=NOW - timedelta(days=21 * 365))


def future_root() -> str:
    return root("future", now=NOW + timedelta(days=2))


def no_authority() -> str:
    """Signs itself and is the certificate of a server."""
    key = ec_key("no authority")
    name = building.name("somebody", "no authority")
    itself = building.root(name, key, NOW)
    return pem(building.server(name, ["localhost"], key.public_key(), itself, key, NOW))


def bare_root() -> str:
    """Signs itself and does not say what it is."""
    builder = _builder("bare", "bare", ec_key("bare"), says=False)
    return pem(builder.sign(ec_key("bare"), hashes.SHA256()))


def unknown_signature() -> str:
    """Signed in a way nobody knows."""
    known, unknown = bytes.fromhex("06072a8648ce3d0401"), bytes.fromhex("06072a8648ce3d047f")
    der = x509.load_pem_x509_certificate(SIGNED_BY_SHA_1.encode()).public_bytes(serialization.Encoding.DER)
    text = base64.encodebytes(der.replace(known, unknown)).decode()
    return f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n"


def small_root() -> str:
    return root("small", rsa_key(1024))


def forged_root() -> str:
    """Names itself as its issuer and was signed by another key."""
    builder = _builder("forged", "forged", ec_key("forged"))
    return pem(builder.sign(ec_key("somebody else"), hashes.SHA256()))


def old_fashioned_root() -> str:
    """Signed by a hash that is no longer safe; cryptography makes no such thing any more."""
    return SIGNED_BY_SHA_1


@cache
def successor(name: str, of: str) -> str:
    """A root that the root before it has signed; both by name."""
    return pem(_builder(name, of, ec_key(name)).sign(ec_key(of), hashes.SHA256()))


def _builder(
    name: str, issuer: str, key: building.PrivateKey, serial: int | None = None, *, says: bool = True
) -> x509.CertificateBuilder:
    builder = (
        x509.CertificateBuilder()
        .subject_name(building.name("somebody", name))
        .issuer_name(building.name("somebody", issuer))
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=365))
    )
    return builder.add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True) if says else builder


def provision(pki: Pki, **more: object) -> Provision:
    """What a station of this CSMS leaves the factory with."""
    texts = {"roots": pki.roots_file.read_text(), "manufacturer_roots": manufacturer_root(pki)}
    return Provision(**{**texts, **more})  # type: ignore[arg-type]


def manufacturer_root(pki: Pki) -> str:
    return (pki.folder / "manufacturer-root.pem").read_text()


def own_certificate(pki: Pki, name: str, *, days: int = 365, organization: str | None = None) -> dict[str, str]:
    """A certificate of a station with its key, as members of `Provision`."""
    key = ec.generate_private_key(ec.SECP256R1())
    chain = pki.issue_station(name, key.public_key(), days=days, organization=organization)
    return {"certificate": pem(*chain), "key": key_pem(key)}


class Signer:
    """Signs firmware with a certificate that `issuer` vouches for."""

    def __init__(
        self, pki: Pki, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, kind: str = "signer", **more: Any
    ) -> None:
        """`kind` is what the certificate is for: signer, station, or issuing, which does not say."""
        issuer = x509.load_pem_x509_certificate(manufacturer_root(pki).encode())
        issuer_key = serialization.load_pem_private_key((pki.folder / "manufacturer-root.key").read_bytes(), None)
        assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
        subject = building.name("somebody", "signs firmware")
        self.key = key
        self.made = getattr(building, kind)(subject, key.public_key(), issuer, issuer_key, **more)
        self.certificate = pem(self.made)
        self._issuer, self._issuer_key = issuer, issuer_key

    def sign(self, content: bytes, *, pss: bool = True) -> str:
        """The signature in base64."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            salted = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
            octets = self.key.sign(content, salted if pss else padding.PKCS1v15(), hashes.SHA256())
        else:
            octets = self.key.sign(content, ec.ECDSA(hashes.SHA256()))
        return base64.b64encode(octets).decode()

    def revocations(self, *, forged: bool = False) -> str:
        """A list that says this certificate is revoked, PEM; `forged`: somebody else has signed it."""
        key = ec_key("forger") if forged else self._issuer_key
        made = building.crl([(self.made.serial_number, NOW)], self._issuer, key, NOW)
        return made.public_bytes(serialization.Encoding.PEM).decode()


def signed(pki: Pki, name: str, csr: str) -> str:
    """The chain for a station that asks for a certificate, as CertificateSigned brings it."""
    key = x509.load_pem_x509_csr(csr.encode()).public_key()
    assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
    return pem(*pki.issue_station(name, key))
