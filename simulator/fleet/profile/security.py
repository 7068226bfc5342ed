"""With which security profile stations connect, and what they show then (white paper A00; docs/load-profiles.md).

Facts only: they are the same in all processes of a fleet. What stations are given is made of them by
`simulator.fleet.engine.credentials`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

ID: Final = "{id}"
"""Stands for the identity of the station in the name of a file."""


@dataclass(frozen=True, slots=True)
class Security:
    """One of several security profiles, and its share of all stations. Files are paths."""

    profile: int  # 0: neither password nor TLS, 1: password, 2: password within TLS, 3: certificate of the station
    share: float
    url: str | None = None  # None: that of the plan; profiles 2 and 3 make wss:// of its ws://
    auth_key: bytes | None = field(default=None, repr=False)
    ca_file: str | None = None  # roots that vouch for the CSMS; None: those of the system
    certificate: str | None = None  # with the chain; `ID` in it is one for each station
    key: str | None = None
    signed_by: str | None = None  # instead of these two: the authority that signs a certificate for each station
    signed_by_key: str | None = None

    def address(self, url: str) -> str:
        """Where its stations connect; `url` is that of the plan. Raises `ValueError` where TLS does not fit."""
        own = self.url or url
        if self.profile < 2 and own.startswith("wss:"):
            raise ValueError(
                f"security profile {self.profile} is without TLS, and {own} is with it; give it a url with ws://"
            )
        return own.replace("ws:", "wss:", 1) if self.profile >= 2 and own.startswith("ws:") else own
