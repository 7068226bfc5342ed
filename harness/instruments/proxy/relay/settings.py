"""What the relay is told when it starts, as JSON, because it comes from another process; and what is wrong with it."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import msgspec

LOOPBACK: Final = "127.0.0.1"
_PORTS: Final = {"ws": 80, "wss": 443}


class Problem(Exception):
    """The relay cannot work so; `code` is the exit code, the text one sentence."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class Target(msgspec.Struct, frozen=True):
    """The CSMS: where its endpoint is. `authority` is what stands in a Host header."""

    host: str
    port: int
    tls: bool
    authority: str
    path: str = ""
    query: str = ""

    @property
    def url(self) -> str:
        """The address, as it may be shown."""
        return f"{'wss' if self.tls else 'ws'}://{self.authority}{self.path}"


def target(url: str) -> Target:
    """The CSMS that an address names. Raises `ValueError` with a sentence."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"--to {url}: this is no address ({error}); write wss://HOST[:PORT]/PATH") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"--to {url}: it begins with ws:// or wss:// and a host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("--to has a password in it, which everybody on this machine can read; use --user")
    if parts.fragment:
        raise ValueError(f"--to {url}: an address of WebSocket has no #")
    if not url.isascii() or any(sign.isspace() for sign in url):
        raise ValueError(f"--to {url}: write it percent-encoded")
    path = "" if parts.path == "/" else parts.path
    return Target(parts.hostname, port or _PORTS[parts.scheme], parts.scheme == "wss", parts.netloc, path, parts.query)


class Settings(msgspec.Struct, frozen=True):
    """All that the relay needs. Files are PEM. A repr of it shows no password."""

    to: Target
    host: str = LOOPBACK
    port: int = 0
    keep_host: bool = False
    certificate: str | None = None
    key: str | None = None
    station_ca: str | None = None
    ca: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None
    user: str | None = None
    password: str | None = None
    faults: tuple[str, ...] = ()
    share: float = 1.0
    seed: int = 1
    delay: float = 60.0

    def __repr__(self) -> str:
        return f"Settings(to={self.to.url!r}, host={self.host!r}, port={self.port})"
