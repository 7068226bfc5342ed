"""Settings that cannot be used: out of range, or right by themselves and not fitting together, or this machine.

Each is one sentence with the keys and the fix. What only the opening shows, such as a port somebody else has, is said
by the one who opens (`net.listen`, `Pki.load`, `Store.open`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csms_core.config.model import TEMPORARY, Config
from ocppj.evidence.masking import mask

PORTS = ("port", "tls_port", "api_port", "files_port", "files_tls_port", "ftp_port", "ftps_port")
_NUMBERS: Mapping[str, tuple[float, float | None]] = {
    **dict.fromkeys(PORTS, (0, 65535)),
    "security_profile": (0, 3),
    **dict.fromkeys(("call_timeout", "open_timeout", "ping_interval", "ping_timeout"), (0.1, None)),
    "heartbeat_interval": (0, 2**31 - 1),
    "boot_retry_interval": (0, 2**31 - 1),
    "max_frame": (256, None),
}
"""Lowest and highest value of a number; all others are at least 0, and counts (`max_...`) at least 1."""

_DATABASES = re.compile(r"(sqlite|postgres|postgresql)(\+\w+)?://")
_ORIGIN = re.compile(r"\*|null|[A-Za-z][A-Za-z0-9+.-]*://[^/\s]*")
WITH_PKI = ("tls_port", "files_tls_port", "ftps_port")


class SettingsError(Exception):
    """Settings that cannot be used; the message is one sentence with the place and the fix."""


def check(config: Config) -> None:
    """Settings that cannot be used, or contradict each other, wherever they came from. Raises SettingsError."""
    for field in fields(config):
        if why := out_of_range(field.name, getattr(config, field.name)):
            raise SettingsError(f"{field.name}: {why}")
    for sentence in contradictions(config):
        raise SettingsError(sentence)


def contradictions(config: Config) -> Iterator[str]:
    """A sentence for each."""
    yield from _ports(config)
    yield from _without_pki(config)
    yield from _addresses(config)
    if config.database != TEMPORARY and _DATABASES.match(config.database) is None:
        yield (
            f"database: write a URL such as sqlite:////path/file.db or postgresql://user@host/name, or {TEMPORARY}, "
            f"not {mask(config.database)}."
        )
    yield from _folders(config)
    if config.any_station and config.security_profile == 1 and config.pki is None:
        yield (
            "any_station lets nobody in with security_profile 1, because a station that is not registered has no "
            "password; leave one of the two out, or give a pki."
        )


def _ports(config: Config) -> Iterator[str]:
    taken: dict[int, str] = {}
    for name in PORTS:
        port = getattr(config, name)
        if not port:  # 0: the kernel chooses; None: no such door
            continue
        if port in taken:
            yield f"{taken[port]} and {name} are both {port}; give each a port of its own."
        taken.setdefault(port, name)


def _without_pki(config: Config) -> Iterator[str]:
    if config.pki is not None:
        return
    if config.security_profile >= 2:
        yield (
            f"Security profile {config.security_profile} needs TLS; make certificates with --init-pki DIR and give "
            "them with --pki DIR."
        )
    for name in WITH_PKI:
        port = getattr(config, name)
        if port or (name == "ftps_port" and port is not None):
            yield (
                f"{name} is {port}, and there is no pki for TLS; make certificates with --init-pki DIR and give them "
                "with --pki DIR."
            )


def _addresses(config: Config) -> Iterator[str]:
    if not config.path.startswith("/"):
        yield f"path: write a path such as /ocpp, not {config.path}."
    for host in config.api_hosts:
        if not host or set(host) & set("/:@ "):
            yield f"api_hosts: write host names such as csms.example, without scheme and port, not {host}."
    for origin in config.allow_origins:
        if _ORIGIN.fullmatch(origin) is None:
            yield f"allow_origins: write an origin such as http://lab.example:8080 without a path, or *, not {origin}."
    if config.files_url is not None:
        try:
            parsed = urlsplit(config.files_url)
            is_url = parsed.scheme in ("http", "https") and bool(parsed.hostname) and parsed.port != 0
        except ValueError:
            is_url = False
        if not is_url:
            yield f"files_url: write an address such as http://csms.example:8080, not {config.files_url}."


def _folders(config: Config) -> Iterator[str]:
    if config.files is None:
        return
    folder = Path(config.files).absolute()
    existing = next(place for place in (folder, *folder.parents) if place.exists())  # the rest is made when needed
    if not existing.is_dir():
        yield f"files: {existing} is no folder; give another, or leave it out."
    elif not os.access(existing, os.R_OK | os.W_OK | os.X_OK):
        yield f"files: the folder {existing} cannot be read and written; change its mode, or give another."


def out_of_range(name: str, value: Any) -> str | None:
    """Why a number cannot be used; None when it can, or is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    lowest, highest = _NUMBERS.get(name, (1 if name.startswith("max_") else 0, None))
    if value < lowest or (highest is not None and value > highest):
        bounds = f"at least {lowest:g}" if highest is None else f"{lowest:g} to {highest:g}"
        return f"write {bounds}, not {value:g}."
    return None
