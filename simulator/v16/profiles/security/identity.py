"""The station's own certificate: asked for with a new key, judged, shown (white paper A02, A03; rule SEC-13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from simulator.hardware.make import Facts
from simulator.kernel.errors import Offline, Unanswered
from simulator.pki.chains import BadCertificate, check_path, parse
from simulator.pki.vault import Own
from simulator.v16.core.configuration import Key
from simulator.v16.feature import Feature, Features
from simulator.v16.parts import Parts
from simulator.v16.profiles.security.events import record
from simulator.v16.profiles.security.profiles import SecurityProfiles
from simulator.wire.operations import Answer, operation, status, trigger

RENEWED_BEFORE = timedelta(days=30)
"""How long before the end of its certificate a station asks for a new one (A03)."""

MAX_CHAIN = 10_000
_SERIALS = ("chargePointSerialNumber", "chargeBoxSerialNumber")
_MAX_NAME = 64  # characters of O and CN in X.509


class ChargePointCertificate(Feature):
    """SignCertificate, on request or by itself, and CertificateSigned."""

    __slots__ = ("_asked",)

    def __init__(self, parts: Parts, features: Features) -> None:
        super().__init__(parts, features)
        self._asked = False  # a SignCertificate waits for its answer

    @classmethod
    def keys(cls, facts: Facts) -> tuple[Key, ...]:
        """White paper, chapter 7."""
        return (
            Key("CertificateSignedMaxChainSize", "R", "integer", str(MAX_CHAIN), limit=MAX_CHAIN),
            Key("CpoName", "RW", "string", "", limit=_MAX_NAME),
        )

    # --- asking -------------------------------------------------------------------------------------------------------

    @trigger("SignChargePointCertificate")
    def sign(self, connector: int | None) -> Callable[[], None] | None:
        """Rejected without a CpoName: a certificate has to name the operator (A00.FR.510)."""
        return self._ask if self._operator() and not self._asked else None

    def online(self, after_boot: bool) -> None:
        """A certificate that ends soon is renewed (A03); one that was promised is waited for until a boot."""
        own = self.parts.vault.own
        promised = self._asked or (self.parts.vault.pending is not None and not after_boot)
        if own is None or promised or not self._operator():
            return
        if parse(own.chain)[0].not_valid_after_utc - self.parts.clock.now() < RENEWED_BEFORE:
            self._ask()

    def _ask(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, self._operator()),
                x509.NameAttribute(NameOID.COMMON_NAME, self._name()),
            ]
        )
        request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
        pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        self.parts.vault.wait_with(key.private_bytes(serialization.Encoding.PEM, pkcs8, plain).decode())
        self._asked = True
        text = request.public_bytes(serialization.Encoding.PEM).decode()
        self.parts.registration.send("SignCertificate", {"csr": text}, self._answered, triggered=True)

    def _answered(self, answer: dict[str, Any] | Offline | Unanswered) -> None:
        self._asked = False
        if isinstance(answer, Exception) or answer["status"] != "Accepted":
            self.parts.vault.wait_with(None)
            said = answer if isinstance(answer, Exception) else answer["status"]
            self.parts.events.publish("problem", f"there will be no new certificate: {said}")

    def _operator(self) -> str:
        """The organisation to name: CpoName, or the one the present certificate names."""
        configured, own = self.parts.configuration["CpoName"], self.parts.vault.own
        if configured or own is None:
            return configured
        named = parse(own.chain)[0].subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        return str(named[0].value) if named else ""

    def _name(self) -> str:
        """The serial number, which is the common name (A00.FR.404); the identity of a station without one."""
        identity = self.parts.registration.identity
        return next((identity[one] for one in _SERIALS if one in identity), self.parts.link.dial.identity)[:_MAX_NAME]

    # --- receiving ----------------------------------------------------------------------------------------------------

    @operation("CertificateSigned")
    def certificate_signed(self, payload: dict[str, Any]) -> Answer:
        """Taken when it is for the key that waits and a root of the CSMS vouches for it, else a security event."""
        chain, vault = payload["certificateChain"], self.parts.vault
        try:
            self._judge(chain)
        except BadCertificate as error:
            event = partial(record, self.features, "InvalidChargePointCertificate", str(error), provoked=True)
            return status("Rejected", event)
        assert vault.pending is not None
        vault.take(Own(chain, vault.pending))
        return status("Accepted", self.features[SecurityProfiles].own_certificate_changed)

    def _judge(self, text: str) -> None:
        pending = self.parts.vault.pending
        if pending is None:
            raise BadCertificate("the station has not asked for it")
        if len(text) > self.parts.configuration.number("CertificateSignedMaxChainSize"):
            raise BadCertificate("the chain is longer than CertificateSignedMaxChainSize")
        chain = parse(text)
        key = serialization.load_pem_private_key(pending.encode(), password=None)
        if chain[0].public_key() != key.public_key():
            raise BadCertificate("it is not for the key of the request")
        names = chain[0].subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        if [name.value for name in names] != [self._name()]:
            raise BadCertificate("its common name is not that of the request")
        check_path(chain, self.parts.vault.trusted(), self.parts.clock.now())
