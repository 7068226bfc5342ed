"""How a station connects: security profiles 0 to 3 (white paper A00, A01, A05; rules SEC-01, 02, 04, 06, 07, 11, 14).

What a profile means is alike in every version (`station.security_profiles`). It can only rise, and there is no way back
to a lower one, also when the CSMS cannot be reached with the new one.
"""

from __future__ import annotations

import ssl
from datetime import datetime

from cryptography import x509

from ocppj.errors import ConnectFailed
from simulator.hardware.make import Facts
from simulator.pki.basic import LONGEST_KEY, SHORTEST_KEY, is_key, key_of
from simulator.pki.chains import BadCertificate, check, parse
from simulator.pki.vault import CSMS, Own
from simulator.station import security_profiles
from simulator.v16.core.configuration import Key
from simulator.v16.feature import Feature, Features
from simulator.v16.parts import Parts
from simulator.v16.profiles.security.events import record
from simulator.wire.operations import Then

PASSWORD = "AuthorizationKey"
"""The key with the password of HTTP Basic authentication."""

_OLD_TLS = ("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "VERSION_TOO_LOW", "WRONG_SSL_VERSION")
_NO_COMMON_SUITE = ("HANDSHAKE_FAILURE", "CIPHER", "INSUFFICIENT_SECURITY")


class SecurityProfiles(Feature, security_profiles.SecurityProfiles):
    """Turns SecurityProfile, AuthorizationKey and the vault into the way `parts.link` dials."""

    __slots__ = ("_dialled", "_fallback", "_reported")

    def __init__(self, parts: Parts, features: Features) -> None:
        super().__init__(parts, features)
        self._fallback = False  # the next attempt is made with what was replaced
        self._dialled: tuple[tuple[str, ...], Own | None] | None = None  # with what is new, if it was
        self._reported: str | None = None  # the event of this series of failures
        if parts.configuration["SecurityProfile"] == "0":
            parts.configuration.set("SecurityProfile", str(self._first_profile()))

    @classmethod
    def keys(cls, facts: Facts) -> tuple[Key, ...]:
        """White paper, chapter 7."""
        return (
            Key(PASSWORD, "W", "string", "", limit=2 * LONGEST_KEY),
            Key("SecurityProfile", "RW", "integer", "0", limit=3),
        )

    # --- dialling -----------------------------------------------------------------------------------------------------

    def connecting(self) -> None:
        """Dial as the settings say now."""
        profile = self.parts.configuration.number("SecurityProfile")
        self._dial(profile)
        self._dialled = None if profile < 2 or self._fallback else self._presented()

    def _presented(self) -> tuple[tuple[str, ...], Own | None]:
        """Whom the station trusts and what it shows now: what is new, or what was replaced."""
        vault, fallback = self.parts.vault, self._fallback
        own = vault.previous if fallback and vault.previous is not None else vault.own
        return vault.trusted(fallback=fallback), own

    def _credentials(self) -> tuple[str, bytes] | None:
        key = self.parts.configuration[PASSWORD]
        return self._with_password(key_of(key) if key else None)

    async def reconnect(self) -> None:
        """Connect anew, as the settings say now."""
        self._fallback = False
        await super().reconnect()

    async def own_certificate_changed(self) -> None:
        """There is a new certificate to show; only profile 3 does (white paper A02)."""
        record(self.features, "ReconfigurationOfSecurityParameters", "the certificate of the station was renewed")
        if self.parts.configuration.number("SecurityProfile") == 3:
            await self.reconnect()

    def online(self, after_boot: bool) -> None:
        """The CSMS was reached. What is new has proved its worth, or is tried again next time."""
        self._reported = None
        self._fallback = False
        if self._dialled == self._presented():
            self.parts.vault.confirm()

    def not_connected(self, error: ConnectFailed) -> None:
        """Tell why, once for a series of failures; go to what worked before, and back."""
        event = event_of(error)
        if event is not None and event != self._reported:
            self._reported = event
            record(self.features, event, str(error))
        if event is not None or isinstance(error.__cause__, ssl.SSLError):
            self._fallback = not self._fallback and self.parts.vault.has_fallback

    # --- changing -----------------------------------------------------------------------------------------------------

    def verdict(self, key: str, value: str) -> str | None:
        """A key of the wrong length, and a profile that cannot be, are Rejected (A00.FR.205, A05.FR.01 to 04)."""
        name = key.lower()
        if name == "authorizationkey":
            return None if is_key(value) else "Rejected"
        if name == "securityprofile" and value.isdecimal():
            return None if self._may_rise(int(value)) else "Rejected"
        return None

    def _may_rise(self, to: int) -> bool:
        vault, now = self.parts.vault, self.parts.clock.now()
        if to <= self.parts.configuration.number("SecurityProfile"):
            return False
        if to in (1, 2) and not self._has_password():
            return False
        if to >= 2 and self._ssl is None and not any(_is_valid(root.pem, now) for root in vault.of(CSMS)):
            return False
        return to < 3 or (vault.own is not None and _is_valid(vault.own.chain, now))

    def _has_password(self) -> bool:
        credentials = self._credentials()
        return credentials is not None and SHORTEST_KEY <= len(credentials[1]) <= LONGEST_KEY

    def configured(self, key: str) -> None:
        """Who may do what has changed."""
        if key in (PASSWORD, "SecurityProfile"):
            record(self.features, "ReconfigurationOfSecurityParameters", key)

    def follows(self, key: str) -> Then | None:
        """A new profile, and a key that is in use, are taken at once (A01, A05)."""
        name, profile = key.lower(), self.parts.configuration.number("SecurityProfile")
        if name == "securityprofile" or (name == "authorizationkey" and profile in (1, 2)):
            return self.reconnect
        return None


def event_of(error: ConnectFailed) -> str | None:
    """The security event that a failure to connect is."""
    cause = error.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return "InvalidCentralSystemCertificate"
    if isinstance(cause, ssl.SSLError):
        reason = cause.reason or ""
        if any(word in reason for word in _OLD_TLS):
            return "InvalidTLSVersion"
        if any(word in reason for word in _NO_COMMON_SUITE):
            return "InvalidTLSCipherSuite"
    return "FailedToAuthenticateAtCentralSystem" if error.status in (401, 403) else None


def _is_valid(text: str, now: datetime) -> bool:
    leaf: x509.Certificate = parse(text)[0]
    try:
        check(leaf, now)
    except BadCertificate:
        return False
    return True
