"""How a station connects: security profiles 0 to 3, which are alike in every version.

| profile | address | user and password | certificate shown |
| --- | --- | --- | --- |
| 0 | as given | no | no |
| 1 | as given | yes | no |
| 2 | within TLS | yes | no |
| 3 | within TLS | no | yes |
"""

from __future__ import annotations

from typing import Any

from simulator.pki.contexts import for_csms
from simulator.pki.vault import Own
from simulator.station.feature import Feature


class SecurityProfiles(Feature):
    """Turns a profile, a password and the vault into the way `parts.link` dials."""

    __slots__ = ("_auth", "_ssl", "_url")

    def __init__(self, parts: Any, features: Any) -> None:
        super().__init__(parts, features)
        dial = self.parts.link.dial
        self._url, self._ssl, self._auth = dial.url, dial.ssl, dial.basic_auth  # as the maker wants it

    def _first_profile(self) -> int:
        """What the factory has put in, or what its address, password and certificate are made for."""
        provision = self.parts.vault.provision
        if provision.profile is not None:
            return provision.profile
        if not self._url.startswith("wss:"):
            return 0 if self._auth is None else 1
        if self._auth is not None:
            return 2
        return 3 if self.parts.vault.own is not None else 0

    def _dial(self, profile: int) -> None:
        """Dial as this profile wants it, from the next connection on."""
        dial = self.parts.link.dial
        dial.url, dial.ssl = self._url, self._ssl
        dial.basic_auth = self._credentials() if profile in (1, 2) else None
        if profile >= 2:
            dial.url = self.parts.vault.provision.tls_url or _within_tls(self._url)
            roots, own = self._presented()
            if profile == 2:
                own = None
            if own is not None or self._ssl is None:
                dial.ssl = for_csms(roots, own)

    def _presented(self) -> tuple[tuple[str, ...], Own | None]:
        """Whom the station trusts and what it shows."""
        return self.parts.vault.trusted(), self.parts.vault.own

    def _credentials(self) -> tuple[str, bytes] | None:
        """User name and password of HTTP Basic authentication."""
        raise NotImplementedError

    def _with_password(self, password: bytes | None) -> tuple[str, bytes] | None:
        """This password with the name of the user; without one, what the maker has given."""
        dial = self.parts.link.dial
        return self._auth if password is None else (dial.identity if dial.user is None else dial.user, password)

    async def reconnect(self) -> None:
        """Connect anew, as the settings say now."""
        if self.parts.supplied.on and self.parts.supplied.network:
            await self.parts.link.reconnect()


def _within_tls(url: str) -> str:
    return url if url.startswith("wss:") else url.replace("ws:", "wss:", 1)
