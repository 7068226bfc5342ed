"""The authority of a run: made once into a folder (`plugproof pki`), or in memory for a run that needs no trust in it.

Keys are ECDSA on P-256; only the server certificates come with RSA as well, because two of the suites that a CSMS has
to offer need it (A00.FR.317). Private keys are readable by their owner alone.
"""

from __future__ import annotations

import base64
import functools
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from csms_core.pki import building
from csms_core.pki.building import PrivateKey
from harness.pki.requests import key_pem, new_key

FIRMWARE: Final = b"plugproof test firmware, there is nothing in it\n"
"""The image that is signed. Stations of the harness report on updates; nobody installs it."""

DEFAULT_ORGANIZATION: Final = "plugproof"
ROOTS: Final = ("root", "foreign-root", "manufacturer-root", "csms-root-2")
"""Own authority; one that nobody trusts; the two roots besides `root` that cases install in the station."""

Kind = Literal["right", "expired", "foreign", "other name"]


class PkiProblem(Exception):
    """A folder cannot be made or used; the text is one sentence."""


class Credentials(msgspec.Struct, frozen=True):
    """A certificate (chain) and its private key, both PEM."""

    certificate: str
    key: str

    def __repr__(self) -> str:
        return f"Credentials(certificate={self.certificate!r})"


class Authority(msgspec.Struct, frozen=True):
    """A root and the key that signs with it."""

    certificate: x509.Certificate
    key: PrivateKey

    @property
    def pem(self) -> str:
        """The root as PEM."""
        return _pem(self.certificate)


class Pki:
    """Roots, and what they sign. `folder` is None for one in memory."""

    def __init__(self, authorities: Mapping[str, Authority], folder: Path | None = None) -> None:
        self._authorities = authorities
        self.folder = folder

    @classmethod
    def ephemeral(cls, organization: str = DEFAULT_ORGANIZATION) -> Pki:
        """One in memory: for roots to install and firmware to sign, which nobody has to trust beforehand."""
        return cls({name: _authority(name, organization) for name in ROOTS})

    @classmethod
    def create(
        cls, folder: Path, hosts: Sequence[str] = ("127.0.0.1", "localhost"), organization: str = DEFAULT_ORGANIZATION
    ) -> Pki:
        """Make a folder; `hosts` are the names of the server certificates, the first is the common name.

        Without hosts there are none, and no README, because nobody is given anything of the folder.

        Nothing that exists is changed. Raises PkiProblem.
        """
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise PkiProblem(f"{folder}: exists already and is not empty; choose another folder")
        try:
            pki = cls(cls.ephemeral(organization)._authorities, folder)
            files = pki._files(hosts, organization)
        except ValueError as error:
            names = f"{', '.join(hosts)} and {organization}"
            raise PkiProblem(f"{folder}: no certificate can be made for {names} ({error}); correct them") from None
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for name, text in files.items():
                _write(folder / name, text)
        except OSError as error:
            for name in files:  # a part of it is of no use, and would be in the way next time
                with suppress(OSError):
                    (folder / name).unlink()
            raise PkiProblem(f"{folder}: cannot be written ({error.strerror}); choose another place") from error
        return pki

    @classmethod
    def load(cls, folder: Path) -> Pki:
        """Read a folder that `create` made. Raises PkiProblem."""
        return cls({name: _read(folder, name) for name in ROOTS}, folder)

    @property
    def organization(self) -> str:
        """The organization that its certificates name."""
        (name,) = self._authorities["root"].certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
        return str(name.value)

    def root(self, name: str = "root") -> str:
        """A root as PEM; `name` is one of `ROOTS`."""
        return self._authorities[name].pem

    def client(self, common_name: str, organization: str | None = None, kind: Kind = "right") -> Credentials:
        """A client certificate of a station: the right one, or one that a CSMS has to refuse."""
        issuer = self._authorities["foreign-root" if kind == "foreign" else "root"]
        subject = building.name(
            organization or self.organization, f"{common_name}-OTHER" if kind == "other name" else common_name
        )
        key = new_key()
        began = datetime.now(UTC) - timedelta(days=2 * building.STATION_DAYS) if kind == "expired" else None
        made = building.station(subject, key.public_key(), issuer.certificate, issuer.key, now=began)
        return Credentials(_pem(made), key_pem(key))

    def signs(self, csr: str, *, kind: Kind = "right") -> str:
        """The certificate for a signing request, as PEM: of the right authority, or a "foreign" one that nobody trusts.

        Raises ``ValueError`` for a request that cannot be read, or whose key is not that of its signature.
        """
        issuer = self._authorities["foreign-root" if kind == "foreign" else "root"]
        try:
            request = x509.load_pem_x509_csr(csr.encode())
            key = request.public_key()
            is_signed = request.is_signature_valid
        except (TypeError, UnsupportedAlgorithm) as error:
            raise ValueError(str(error)) from None
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            raise ValueError("its key is neither RSA nor of an elliptic curve")
        if not is_signed:
            raise ValueError("it is not signed with the key that it holds")
        return _pem(building.station(request.subject, key, issuer.certificate, issuer.key))

    def another_root(self, *, expired: bool = False) -> str:
        """A root as PEM that nobody has seen before, and nothing is signed with."""
        key, began = new_key(), datetime.now(UTC)
        if expired:
            began -= timedelta(days=2 * building.ROOT_DAYS)
        name = building.name(self.organization, f"plugproof root of {datetime.now(UTC):%Y-%m-%d}")
        return _pem(building.root(name, key, began))

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names of the server certificates in the folder: what its owner calls this machine; none in memory."""
        if self.folder is None or not (self.folder / "server-ec.pem").is_file():
            return ()
        found = x509.load_pem_x509_certificate(_text(self.folder, "server-ec.pem").encode())
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return tuple(str(name.value) for name in names)

    def servers(self, hosts: Sequence[str]) -> dict[str, Credentials]:
        """Server certificates for a CSMS that has none: `rsa` and `ec`, as the four suites need both."""
        issuer, made = self._authorities["root"], {}
        for kind in ("rsa", "ec"):
            key = new_key(kind)
            subject = building.name(self.organization, hosts[0])
            certificate = building.server(subject, hosts, key.public_key(), issuer.certificate, issuer.key)
            made[kind] = Credentials(_pem(certificate), key_pem(key))
        return made

    @functools.cached_property
    def signer(self) -> Credentials:
        """The certificate that vouches for firmware: the folder's, else a new one of the manufacturer's root."""
        if self.folder is not None and (self.folder / "firmware-signing.pem").is_file():
            return Credentials(*(_text(self.folder, f"firmware-signing.{end}") for end in ("pem", "key")))
        maker, key = self._authorities["manufacturer-root"], new_key()
        subject = building.name(self.organization, "plugproof firmware")
        return Credentials(_pem(building.signer(subject, key.public_key(), maker.certificate, maker.key)), key_pem(key))

    @functools.cached_property
    def signature(self) -> str:
        """The signature of `FIRMWARE` as SignedUpdateFirmware carries it: base64 of ECDSA over its SHA-256."""
        if self.folder is not None and (self.folder / "firmware.signature").is_file():
            return _text(self.folder, "firmware.signature").strip()
        return self.signature_of(FIRMWARE)

    def signature_of(self, content: bytes) -> str:
        """The signature of a file, by whoever vouches for firmware: base64 of ECDSA over its SHA-256."""
        key = serialization.load_pem_private_key(self.signer.key.encode(), password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # that is how it was made
        return base64.b64encode(key.sign(content, ec.ECDSA(hashes.SHA256()))).decode()

    def _files(self, hosts: Sequence[str], organization: str) -> dict[str, str | bytes]:
        from harness.pki.readme import readme

        pairs = {name: Credentials(self.root(name), key_pem(self._authorities[name].key)) for name in ROOTS}
        if hosts:
            pairs |= {f"server-{kind}": pair for kind, pair in self.servers(hosts).items()}
        pairs["firmware-signing"] = self.signer
        folder = (self.folder or Path("pki")).name
        return {
            **{f"{name}.pem": pair.certificate for name, pair in pairs.items()},
            **{f"{name}.key": pair.key for name, pair in pairs.items()},
            "firmware.bin": FIRMWARE,
            "firmware.signature": self.signature + "\n",
            **({"README.md": readme(hosts, organization, folder)} if hosts else {}),
        }


@functools.lru_cache(maxsize=4)
def shared(folder: str | None) -> Pki:
    """The folder of a SUT file, read once in a process; None: one in memory. Raises PkiProblem."""
    return Pki.ephemeral() if folder is None else Pki.load(Path(folder))


def _authority(name: str, organization: str) -> Authority:
    key = new_key()
    owner = "nobody known" if name == "foreign-root" else organization
    return Authority(building.root(building.name(owner, f"plugproof {name.replace('-', ' ')}"), key), key)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _write(file: Path, text: str | bytes) -> None:
    mode = 0o600 if file.suffix == ".key" else 0o644
    with open(file, "xb", opener=lambda path, flags: os.open(path, flags, mode)) as out:
        out.write(text.encode() if isinstance(text, str) else text)


def _read(folder: Path, name: str) -> Authority:
    certificate: Callable[[bytes], x509.Certificate] = x509.load_pem_x509_certificate
    try:
        key = serialization.load_pem_private_key(_text(folder, f"{name}.key").encode(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise ValueError(f"{name}.key is neither RSA nor of an elliptic curve")
        found = Authority(certificate(_text(folder, f"{name}.pem").encode()), key)
        if found.certificate.public_key() != key.public_key():
            raise ValueError(f"{name}.key does not belong to {name}.pem")
        return found
    except (ValueError, TypeError) as error:
        raise PkiProblem(f"{folder}: is not as `plugproof pki` makes it ({error}); make a new one") from None


def _text(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="ascii")
    except OSError as error:
        raise PkiProblem(
            f"{folder}: {name} cannot be read ({error.strerror}); make the folder with `plugproof pki`"
        ) from None
