"""The folder of the certificate authority: made once, read at start."""

from __future__ import annotations

import base64
import logging
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.x509.oid import NameOID

from csms_core.config.model import DEFAULT_HOSTS, DEFAULT_OPERATOR
from csms_core.pki import building
from csms_core.pki.building import PrivateKey, PublicKey
from csms_core.pki.errors import PkiError, PkiUnusable

log = logging.getLogger(__name__)

KINDS = ("rsa", "ec")
RSA_BITS = (3072, 2048)
"""Of the key of the root, which lasts twenty years, and of those below it."""
NAMES = (
    *(f"{role}-{kind}" for role in ("root", "issuing", "server") for kind in KINDS),
    "manufacturer-root",
    "firmware-signing",
)
ROOTS, TRUST = "roots.pem", "trust.pem"

FOREIGN = "foreign"
"""Folder within: authorities that only a deliberate defect trusts (the fault foreign-client-ca-trusted)."""

_PEM = serialization.Encoding.PEM


@dataclass(frozen=True, slots=True)
class KeyPair:
    """The files of a certificate (chain) and its private key."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate and the key that signs with it."""

    certificate: x509.Certificate
    key: PrivateKey

    @property
    def pem(self) -> str:
        """The certificate as PEM."""
        return pem(self.certificate)


@dataclass(frozen=True, slots=True)
class Pki:
    """A certificate authority on disk. `roots`, `issuers` and `servers`: RSA first, EC second."""

    folder: Path
    operator: str
    roots: tuple[Authority, Authority]
    issuers: tuple[Authority, Authority]
    manufacturer: Authority
    firmware: Authority

    @classmethod
    def create(
        cls,
        folder: Path | str,
        hosts: Sequence[str] = DEFAULT_HOSTS,
        operator: str = DEFAULT_OPERATOR,
        rsa_bits: tuple[int, int] | None = RSA_BITS,
    ) -> Pki:
        """Make the folder, or read it when it is there already and serves these hosts and this operator.

        `hosts` are the names and addresses stations reach the CSMS at, the first is the common name. `rsa_bits` is the
        size of the RSA keys of the root and of those below it; with None they are of an elliptic curve like all others,
        for a moment's use where no suite with RSA is needed. Nothing that exists is changed. Raises PkiError.
        """
        folder = Path(folder)
        if folder.exists() and not folder.is_dir():
            raise PkiError(f"'{folder}' is no folder; give --init-pki another.")
        if folder.is_dir() and any(folder.iterdir()):
            return _existing(folder, hosts, operator)
        if not hosts:
            raise PkiError("A server certificate needs a host; give at least one with --pki-host.")
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            # made beside and then renamed: an interrupted run leaves no half of an authority
            made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
            try:
                _make(made, hosts, operator, rsa_bits)
                made.replace(folder)
            except BaseException:
                shutil.rmtree(made, ignore_errors=True)
                raise
        except OSError as error:
            raise PkiUnusable(f"The folder '{folder}' cannot be written: {error.strerror}; choose another.") from None
        except ValueError as error:
            raise PkiError(f"No certificate can be made for these hosts and this operator: {error}.") from None
        return cls.load(folder)

    @classmethod
    def load(cls, folder: Path | str) -> Pki:
        """Read a folder that `create` made. Raises PkiError."""
        folder = Path(folder)
        read = {name: _read(folder, name) for name in NAMES}
        organization = read["root-rsa"].certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        return cls(
            folder,
            str(organization[0].value) if organization else DEFAULT_OPERATOR,
            (read["root-rsa"], read["root-ec"]),
            (read["issuing-rsa"], read["issuing-ec"]),
            read["manufacturer-root"],
            read["firmware-signing"],
        )

    def check_validity(self) -> None:
        """Refuse server certificates whose time is over, which no station would accept. Raises PkiUnusable."""
        for pair in self.servers:
            ends = x509.load_pem_x509_certificate(pair.certificate.read_bytes()).not_valid_after_utc
            if ends <= datetime.now(UTC):
                raise PkiUnusable(
                    f"The server certificate {pair.certificate} expired on {ends:%Y-%m-%d}; make a new authority with "
                    "--init-pki DIR."
                )

    @property
    def servers(self) -> tuple[KeyPair, KeyPair]:
        """The server certificates with their chains."""
        rsa_pair, ec_pair = (KeyPair(*_files(self.folder, f"server-{kind}")) for kind in KINDS)
        return rsa_pair, ec_pair

    @property
    def roots_file(self) -> Path:
        """PEM file of both roots."""
        return self.folder / ROOTS

    @property
    def trust(self) -> Path:
        """PEM file that station certificates are verified with."""
        return self.folder / TRUST

    def foreign_authorities(self) -> tuple[str, ...]:
        """The certificates in the folder `foreign`, as PEM; what is none is passed over, and the log says so."""
        found: list[str] = []
        for file in sorted((self.folder / FOREIGN).glob("*")):
            try:
                found.append(pem(*x509.load_pem_x509_certificates(file.read_bytes())))
            except (OSError, ValueError) as error:
                log.warning("%s is no certificate in PEM and is passed over: %s", file, error)
        return tuple(found)

    def has_issued(self, certificate: bytes) -> bool:
        """Whether one of the issuing authorities has signed a certificate in DER."""
        return any(signed_by(certificate, issuer.certificate) for issuer in self.issuers)

    def issuer_for(self, key: PublicKey) -> Authority:
        """The authority that certifies a key: one of the same kind, so that a chain has one algorithm."""
        return self.issuers[0] if isinstance(key, rsa.RSAPublicKey) else self.issuers[1]

    def issue_station(
        self,
        common_name: str,
        key: PublicKey,
        *,
        organization: str | None = None,
        days: int = building.STATION_DAYS,
        now: datetime | None = None,
    ) -> tuple[x509.Certificate, x509.Certificate]:
        """A client certificate for a station, and the authority that signed it."""
        issuer = self.issuer_for(key)
        subject = building.name(organization or self.operator, common_name)
        return building.station(subject, key, issuer.certificate, issuer.key, days=days, now=now), issuer.certificate

    def crl(self, revoked: Iterable[tuple[int, datetime]], now: datetime) -> str:
        """Revocation lists of both issuing authorities as PEM; `revoked` are serial numbers and times."""
        entries = list(revoked)
        lists = (building.crl(entries, issuer.certificate, issuer.key, now) for issuer in self.issuers)
        return "".join(made.public_bytes(_PEM).decode() for made in lists)

    def sign_file(self, file: Path) -> str:
        """Signature of a file as SignedUpdateFirmware carries it, in base64."""
        with file.open("rb") as image:
            return base64.b64encode(self.sign_firmware(image)).decode()

    def sign_firmware(self, image: BinaryIO) -> bytes:
        """Signature of an image by the firmware certificate: ECDSA over its SHA-256 (white paper L01.FR.12)."""
        digest = hashes.Hash(hashes.SHA256())
        while block := image.read(1 << 20):
            digest.update(block)
        key = self.firmware.key
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # that is how `create` made it
        return key.sign(digest.finalize(), ec.ECDSA(Prehashed(hashes.SHA256())))


def signed_by(certificate: bytes, issuer: x509.Certificate) -> bool:
    """Whether a certificate in DER names this issuer and has its signature."""
    try:
        x509.load_der_x509_certificate(certificate).verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def pem(*certificates: x509.Certificate) -> str:
    """Certificates one after the other as PEM."""
    return "".join(certificate.public_bytes(_PEM).decode() for certificate in certificates)


def _make(folder: Path, hosts: Sequence[str], operator: str, rsa_bits: tuple[int, int] | None) -> None:
    keys: dict[str, PrivateKey] = {
        name: _ec_key()
        if rsa_bits is None or name.endswith("-ec")
        else rsa.generate_private_key(65537, rsa_bits[0 if "root" in name else 1])
        for name in NAMES[:6]
    }
    keys |= {"manufacturer-root": _ec_key(), "firmware-signing": _ec_key()}
    made: dict[str, tuple[x509.Certificate, ...]] = {}
    for kind, label in zip(KINDS, ("RSA", "EC"), strict=True):
        root_key, issuing_key = keys[f"root-{kind}"], keys[f"issuing-{kind}"]
        root = building.root(building.name(operator, f"{operator} root {label}"), root_key)
        issuing_name = building.name(operator, f"{operator} issuing {label}")
        issuing = building.issuing(issuing_name, issuing_key.public_key(), root, root_key)
        server_name = building.name(operator, hosts[0])
        public = keys[f"server-{kind}"].public_key()
        server = building.server(server_name, hosts, public, issuing, issuing_key)
        made |= {f"root-{kind}": (root,), f"issuing-{kind}": (issuing,), f"server-{kind}": (server, issuing)}
    maker, signing = keys["manufacturer-root"], keys["firmware-signing"]
    vouching = building.root(building.name("plugproof stations", "plugproof manufacturer root"), maker)
    signer_name = building.name("plugproof stations", "plugproof firmware")
    signer = building.signer(signer_name, signing.public_key(), vouching, maker)
    made |= {"manufacturer-root": (vouching,), "firmware-signing": (signer,)}

    for name, key in keys.items():
        certificate, key_file = _files(folder, name)
        certificate.write_text(pem(*made[name]), "ascii")
        _write_key(key_file, key)
    roots, issuers = ([made[f"{role}-{kind}"][0] for kind in KINDS] for role in ("root", "issuing"))
    (folder / ROOTS).write_text(pem(*roots), "ascii")
    (folder / TRUST).write_text(pem(*roots, *issuers), "ascii")


def _ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _write_key(file: Path, key: PrivateKey) -> None:
    text = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with open(file, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        out.write(text)


def _existing(folder: Path, hosts: Sequence[str], operator: str) -> Pki:
    wanted = [file.name for name in NAMES for file in _files(folder, name)] + [ROOTS, TRUST]
    missing = [name for name in wanted if not (folder / name).is_file()]
    if missing:
        raise PkiError(
            f"The folder '{folder}' holds other files and no {missing[0]}; nothing in it was changed, give --init-pki "
            "a new or an empty one."
        )
    pki = Pki.load(folder)
    certificate = x509.load_pem_x509_certificate(pki.servers[0].certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    served = {str(name.value) for name in names}
    unserved = [host for host in hosts if host not in served]
    if unserved or pki.operator != operator:
        what = f"has no certificate for {unserved[0]}" if unserved else f"belongs to the operator '{pki.operator}'"
        raise PkiError(f"The authority in '{folder}' {what} and is not overwritten; give --init-pki a new folder.")
    return pki


def _read(folder: Path, name: str) -> Authority:
    certificate, key = _files(folder, name)
    try:
        # without a proof that the numbers of an RSA key are primes, which takes as long as all else that is done at the
        # start: the key is our own, and below it is compared with the certificate
        loaded = serialization.load_pem_private_key(
            key.read_bytes(), password=None, unsafe_skip_rsa_key_validation=True
        )
        if not isinstance(loaded, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise ValueError(f"{key.name} is neither RSA nor EC")
        authority = Authority(x509.load_pem_x509_certificate(certificate.read_bytes()), loaded)
        if authority.certificate.public_key() != loaded.public_key():
            raise ValueError(f"{key.name} does not belong to {certificate.name}")
        return authority
    except FileNotFoundError as error:
        reason = f"{Path(error.filename).name}: {error.strerror}"
    except OSError as error:
        raise PkiUnusable(
            f"The certificate authority in '{folder}' cannot be read ({Path(error.filename).name}: {error.strerror}); "
            "check the owner and the mode of its files."
        ) from None
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        reason = f"{name}: {error}"
    raise PkiError(f"The folder '{folder}' is no certificate authority ({reason}); make one with --init-pki DIR.")


def _files(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}.pem", folder / f"{name}.key"
