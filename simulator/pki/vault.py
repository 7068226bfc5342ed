"""Where a station keeps what it trusts and what it shows (white paper A02, M03 to M05), as safe as its store is.

A certificate that takes the place of another one leaves the other as a fallback until it has proved its worth.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from simulator.kernel.store import Store
from simulator.pki.chains import BadCertificate, parse, split
from simulator.pki.provision import Provision

# What a store calls a root, so that it stays as it is; that OCPP 1.6 calls it the same is known in its own package.
Use = Literal["CentralSystemRootCertificate", "ManufacturerRootCertificate"]
CSMS: Use = "CentralSystemRootCertificate"
MANUFACTURER: Use = "ManufacturerRootCertificate"

_ROOT, _OWN, _TAKEN_OVER = "root", "own-certificate", "provisioned"  # kinds of records


@dataclass(frozen=True, slots=True)
class Root:
    """An installed root; `issuer` is the PEM of the root that has signed it when it does not sign itself."""

    use: Use
    pem: str
    issuer: str | None = None
    fallback: bool = False

    @property
    def name(self) -> str:
        """What it is called in the store."""
        return hashlib.sha256(f"{self.use}\n{self.pem}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Own:
    """A certificate of the station's own, with its chain, and its private key; both PEM."""

    chain: str
    key: str = field(repr=False)


class Vault:
    """Roots, the station's certificate, the one before it, and the key that waits for a certificate."""

    __slots__ = ("_store", "own", "pending", "previous", "provision", "roots")

    def __init__(self, store: Store, provision: Provision) -> None:
        """What the store has goes before the provision. Raises `ValueError` for a provision that cannot be read."""
        self._store = store
        self.provision = provision
        self.roots: tuple[Root, ...] = ()
        self.own: Own | None = None
        self.previous: Own | None = None
        self.pending: str | None = None  # the private key of a SignCertificate without its certificate
        if store.read(_TAKEN_OVER):
            self._read()
        else:
            self._take_over()

    def _take_over(self) -> None:
        provision = self.provision
        try:
            roots = [Root(CSMS, one) for one in split(provision.roots)]
            roots += [Root(MANUFACTURER, one) for one in split(provision.manufacturer_roots)]
            if provision.certificate is not None and provision.key is not None:
                parse(provision.certificate)
                self.own = Own(provision.certificate, provision.key)
        except BadCertificate as error:
            raise ValueError(f"the provision of the station cannot be used: {error}") from None
        with self._store.unit():
            self._store.put(_TAKEN_OVER, "", True)
            self._keep_own()
            for root in roots:
                self.install(root)

    def _read(self) -> None:
        self.roots = tuple(msgspec.convert(value, Root) for _, value in self._store.read(_ROOT))
        for _, value in self._store.read(_OWN):
            self.own = msgspec.convert(value["own"], Own | None)
            self.previous = msgspec.convert(value["previous"], Own | None)
            self.pending = value["pending"]

    def of(self, use: Use) -> tuple[Root, ...]:
        """The roots of one kind, fallbacks included."""
        return tuple(root for root in self.roots if root.use == use)

    def trusted(self, *, fallback: bool = False) -> tuple[str, ...]:
        """The roots (PEM) the CSMS is judged by; `fallback`: the one that was replaced, instead of its successor."""
        roots = self.of(CSMS)
        chosen = [root for root in roots if root.fallback is fallback]
        return tuple(root.pem for root in chosen or roots)

    def install(self, root: Root) -> None:
        """Trust a root from now on."""
        self.roots = (*(one for one in self.roots if one.name != root.name), root)
        self._store.put(_ROOT, root.name, msgspec.to_builtins(root))

    def remove(self, root: Root) -> None:
        """Trust a root no longer."""
        self.roots = tuple(one for one in self.roots if one.name != root.name)
        self._store.drop(_ROOT, root.name)

    def replace(self, root: Root) -> None:
        """Trust a root in the place of the others of its kind; the one in use is the fallback, one before is gone."""
        with self._store.unit():
            for one in self.of(root.use):
                if one.fallback:
                    self.remove(one)
                else:
                    self.install(Root(one.use, one.pem, one.issuer, fallback=True))
            self.install(root)

    def wait_with(self, key: str | None) -> None:
        """A certificate for this private key is on its way; None: it is not any more."""
        self.pending = key
        self._keep_own()

    def take(self, own: Own) -> None:
        """Show this certificate from now on; the one before is the fallback."""
        self.previous, self.own, self.pending = self.own, own, None
        self._keep_own()

    def confirm(self) -> None:
        """The CSMS was reached with what is in use: fallbacks are not needed any more."""
        if self.previous is not None:
            self.previous = None
            self._keep_own()
        for root in self.roots:
            if root.fallback:
                self.remove(root)

    @property
    def has_fallback(self) -> bool:
        """Whether there is something to go back to."""
        return self.previous is not None or any(root.fallback for root in self.of(CSMS))

    def _keep_own(self) -> None:
        value = {"own": self.own, "previous": self.previous, "pending": self.pending}
        self._store.put(_OWN, "", msgspec.to_builtins(value))
