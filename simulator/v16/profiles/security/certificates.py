"""Roots the CSMS installs, asks for and deletes (white paper M03 to M05).

Every kind of root has its own certificates; one of the CSMS's replaces the others with AdditionalRootCertificateCheck.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from cryptography import x509

from simulator.hardware.make import Facts
from simulator.pki.chains import BadCertificate, check_root, hash_data, parse, pem, same_hash_data
from simulator.pki.vault import CSMS, MANUFACTURER, Root, Use
from simulator.v16.core.configuration import Key
from simulator.v16.feature import Feature
from simulator.v16.profiles.security.events import record
from simulator.wire.operations import Answer, operation, status

MAX_ROOTS = 10

_USES: Final[Mapping[str, Use]] = {"CentralSystemRootCertificate": CSMS, "ManufacturerRootCertificate": MANUFACTURER}
"""certificateType -> what the vault calls it."""


class Certificates(Feature):
    """InstallCertificate, DeleteCertificate, GetInstalledCertificateIds."""

    __slots__ = ()

    @classmethod
    def keys(cls, facts: Facts) -> tuple[Key, ...]:
        """White paper, chapter 7."""
        return (
            Key("AdditionalRootCertificateCheck", "R", "boolean", "false"),
            Key("CertificateStoreMaxLength", "R", "integer", str(MAX_ROOTS)),
        )

    @operation("InstallCertificate")
    def install(self, payload: dict[str, Any]) -> Answer:
        """Rejected: not fit to be a root, which is a security event, or no room for it (white paper M05)."""
        use = _USES[payload["certificateType"]]
        try:
            root, replaces = self._judged(use, payload["certificate"])
        except BadCertificate as error:
            event = partial(record, self.features, "InvalidCentralSystemCertificate", str(error), provoked=True)
            return status("Rejected", event if use == CSMS else None)
        vault = self.parts.vault
        if replaces:
            vault.replace(root)
            return status("Accepted", self._changed)
        known = any(one.name == root.name for one in vault.roots)
        if not known and len(vault.roots) >= self.parts.configuration.number("CertificateStoreMaxLength"):
            return status("Rejected")
        vault.install(root)
        return status("Accepted", self._changed)

    def _judged(self, use: Use, text: str) -> tuple[Root, bool]:
        """The root, and whether it takes the place of another one. Raises `BadCertificate`."""
        found = parse(text)
        if len(found) > 1:
            raise BadCertificate("there is more than one certificate")
        certificate, now = found[0], self.parts.clock.now()
        old = None
        if use == CSMS and self.parts.configuration.flag("AdditionalRootCertificateCheck"):
            old = next((root for root in self.parts.vault.of(use) if not root.fallback), None)
        if old is None or old.pem == pem(certificate):
            check_root(certificate, now)
            return Root(use, pem(certificate)), False
        check_root(certificate, now, parse(old.pem)[0])
        return Root(use, pem(certificate), issuer=old.pem), True

    def _changed(self) -> None:
        record(self.features, "ReconfigurationOfSecurityParameters", "a root certificate was installed or deleted")

    @operation("GetInstalledCertificateIds")
    def installed(self, payload: dict[str, Any]) -> Answer:
        """NotFound when there is none of the kind (white paper M03)."""
        found = [hash_data(*_with_issuer(root)) for root in self.parts.vault.of(_USES[payload["certificateType"]])]
        return Answer({"status": "Accepted", "certificateHashData": found}) if found else status("NotFound")

    @operation("DeleteCertificate")
    def delete(self, payload: dict[str, Any]) -> Answer:
        """Failed for the last root of the CSMS when the station could not connect without it (white paper M04)."""
        wanted, vault = payload["certificateHashData"], self.parts.vault
        algorithm = wanted["hashAlgorithm"]
        root = next((r for r in vault.roots if same_hash_data(hash_data(*_with_issuer(r), algorithm), wanted)), None)
        if root is None:
            return status("NotFound")
        if root.use == CSMS and len(vault.of(CSMS)) == 1 and self.parts.configuration.number("SecurityProfile") > 1:
            return status("Failed")
        vault.remove(root)
        return status("Accepted", self._changed)


def _with_issuer(root: Root) -> tuple[x509.Certificate, x509.Certificate]:
    certificate = parse(root.pem)[0]
    return certificate, certificate if root.issuer is None else parse(root.issuer)[0]
