"""How a station connects: security profiles 0 to 3 (white paper A00, A01, A05; rules SEC-01, 02, 04, 06, 07, 11, 14).

| profile | address | user and password | certificate shown |
| --- | --- | --- | --- |
| 0 | as given | no | no |
| 1 | as given | yes | no |
| 2 | within TLS | yes | no |
| 3 | within TLS | no | yes |

A profile can only rise, and there is no way back to a lower one, also when the CSMS cannot be reached with the new one.
"""

from __future__ import annotations

import re
import ssl
from datetime import datetime

from cryptography import x509

from ocppj.errors import ConnectFailed
from simulator.configuration import Key
from simulator.feature import Feature, Then
from simulator.parts import Facts, Parts
from simulator.security.chains import BadCertificate, check, parse
from simulator.security.contexts import for_csms
from simulator.security.events import record
from simulator.security.vault import CSMS, Own

SHORTEST_KEY, LONGEST_KEY = 16, 20
"""Octets of an AuthorizationKey (A00.FR.205)."""

_HEX_KEY = re.compile(r"(?:[0-9A-Fa-f]{2}){16,20}")
_PLAIN_KEY = re.compile(r"[\x20-\x7e]{16,20}")

_OLD_TLS = ("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "VERSION_TOO_LOW", "WRONG_SSL_VERSION")
_NO_COMMON_SUITE = ("HANDSHAKE_FAILURE", "CIPHER", "INSUFFICIENT_SECURITY")


class SecurityProfiles(Feature):
    """Turns SecurityProfile, AuthorizationKey and the vault into the way `parts.link` dials."""

    __slots__ = ("_auth", "_dialled", "_fallback", "_reported", "_ssl", "_url")

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        dial = parts.link.dial
        self._url, self._ssl, self._auth = dial.url, dial.ssl, dial.basic_auth  # as the maker wants it
        self._fallback = False  # the next attempt is made with what was replaced
        self._dialled: tuple[tuple[str, ...], Own | None] | None = None  # with what is new, if it was
        self._reported: str | None = None  # the event of this series of failures
        if parts.configuration["SecurityProfile"] == "0":
            parts.configuration.set("SecurityProfile", str(self._first_profile()))

    @classmethod
    def keys(cls, facts: Facts) -> tuple[Key, ...]:
        """White paper, chapter 7."""
        return (
            Key("AuthorizationKey", "W", "string", "", limit=2 * LONGEST_KEY),
            Key("SecurityProfile", "RW", "integer", "0", limit=3),
        )

    def _first_profile(self) -> int:
        provision = self.parts.vault.provision
        if provision.profile is not None:
            return provision.profile
        if not self._url.startswith("wss:"):
            return 0 if self._auth is None else 1
        if self._auth is not None:
            return 2
        return 3 if self.parts.vault.own is not None else 0

    # --- dialling -----------------------------------------------------------------------------------------------------

    def connecting(self) -> None:
        """Dial as the settings say now."""
        dial, vault = self.parts.link.dial, self.parts.vault
        profile = self.parts.configuration.number("SecurityProfile")
        dial.url, dial.ssl = self._url, self._ssl
        dial.basic_auth = self._credentials() if profile in (1, 2) else None
        if profile >= 2:
            dial.url = vault.provision.tls_url or _within_tls(self._url)
            roots, own = self._presented(fallback=self._fallback)
            if profile == 2:
                own = None
            if own is not None or self._ssl is None:
                dial.ssl = for_csms(roots, own)
        self._dialled = None if profile < 2 or self._fallback else self._presented()

    def _presented(self, *, fallback: bool = False) -> tuple[tuple[str, ...], Own | None]:
        """Whom the station trusts and what it shows."""
        vault = self.parts.vault
        own = vault.previous if fallback and vault.previous is not None else vault.own
        return vault.trusted(fallback=fallback), own

    def _credentials(self) -> tuple[str, bytes] | None:
        key = self.parts.configuration["AuthorizationKey"]
        dial = self.parts.link.dial
        return (dial.identity if dial.user is None else dial.user, key_of(key)) if key else self._auth

    async def reconnect(self) -> None:
        """Connect anew, as the settings say now."""
        self._fallback = False
        if self.parts.power.on and self.parts.power.network:
            await self.parts.link.reconnect()

    async def own_certificate_changed(self) -> None:
        """There is a new certificate to show; only profile 3 does (white paper A02)."""
        record(self.parts, "ReconfigurationOfSecurityParameters", "the certificate of the station was renewed")
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
            record(self.parts, event, str(error))
        if event is not None or isinstance(error.__cause__, ssl.SSLError):
            self._fallback = not self._fallback and self.parts.vault.has_fallback

    # --- changing -----------------------------------------------------------------------------------------------------

    def verdict(self, key: str, value: str) -> str | None:
        """A key of the wrong length, and a profile that cannot be, are Rejected (A00.FR.205, A05.FR.01 to 04)."""
        name = key.lower()
        if name == "authorizationkey":
            return None if _HEX_KEY.fullmatch(value) or _PLAIN_KEY.fullmatch(value) else "Rejected"
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
        if key in ("AuthorizationKey", "SecurityProfile"):
            record(self.parts, "ReconfigurationOfSecurityParameters", key)

    def follows(self, key: str) -> Then | None:
        """A new profile, and a key that is in use, are taken at once (A01, A05)."""
        name, profile = key.lower(), self.parts.configuration.number("SecurityProfile")
        if name == "securityprofile" or (name == "authorizationkey" and profile in (1, 2)):
            return self.reconnect
        return None


def key_of(value: str) -> bytes:
    """The octets of an AuthorizationKey: 32 to 40 hexadecimal digits stand for 16 to 20, anything else for itself."""
    return bytes.fromhex(value) if _HEX_KEY.fullmatch(value) else value.encode()


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


def _within_tls(url: str) -> str:
    return url if url.startswith("wss:") else url.replace("ws:", "wss:", 1)


def _is_valid(text: str, now: datetime) -> bool:
    leaf: x509.Certificate = parse(text)[0]
    try:
        check(leaf, now)
    except BadCertificate:
        return False
    return True
