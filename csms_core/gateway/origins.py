"""Whether a request comes from a page of somebody else, as the browser says (RFC 6454; Fetch, Sec-Fetch-Site).

A page from anywhere can make a browser on this machine call 127.0.0.1, by HTTP and by WebSocket. What is no browser
sends none of these headers.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Sequence
from typing import Final
from urllib.parse import urlsplit

PASSED_ON: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""Headers of a request that a proxy has passed on: whoever asks is not who is connected."""

ANY: Final = "*"
"""Stands for every origin where some are allowed."""


def is_foreign(origins: Sequence[str], host: str, hosts: Collection[str], allowed: Collection[str] = ()) -> bool:
    """Whether the `Origin` headers of a request name another place than its `Host` header.

    A host name that is not one of `hosts` is foreign as well: it may have been made to lead here (DNS rebinding).
    `allowed` are origins that may, in lower case, or `ANY`.
    """
    if not origins or ANY in allowed:
        return False
    origin = origins[0].lower()
    if len(origins) > 1:
        return True
    return origin not in allowed and (_netloc(origin) != host.lower() or not is_known_host(host, hosts))


def is_cross_site(fetch_site: str | None) -> bool:
    """Whether a browser says (`Sec-Fetch-Site`) that a page of another origin asks; `none` is a person."""
    return fetch_site in ("cross-site", "same-site")


def is_known_host(given: str, hosts: Collection[str]) -> bool:
    """Whether a Host header is an address, localhost, or one of `hosts` (lower case)."""
    try:
        name = (urlsplit(f"//{given}").hostname or "").rstrip(".")
    except ValueError:
        name = ""
    if name == "localhost" or name.endswith(".localhost") or name in hosts:
        return True
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
