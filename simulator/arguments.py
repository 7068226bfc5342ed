"""Arguments that the commands of the simulator have in common: the address of the CSMS, keys, passwords, TLS."""

from __future__ import annotations

import os
import ssl
from collections.abc import Sequence
from urllib.parse import urlsplit


class UsageError(Exception):
    """An argument that cannot be used; the text is one sentence with the fix."""


def uses_tls(url: str) -> bool:
    """Whether stations connect to this endpoint with TLS. Raises `UsageError` when it is no endpoint."""
    address = urlsplit(url)
    if address.scheme not in ("ws", "wss") or not address.hostname:
        raise UsageError(f"{url} is no address of a CSMS; it looks like ws://host:port/path or wss://host/path")
    return address.scheme == "wss"


def configuration(pairs: Sequence[str], example: str) -> dict[str, str]:
    """Configuration keys written as KEY=VALUE, like `example`. Raises `UsageError`."""
    values = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator:
            raise UsageError(f"--config {pair}: write it as KEY=VALUE, for example {example}")
        values[key] = value
    return values


def auth_key(name: str | None) -> bytes | None:
    """The key of HTTP Basic authentication out of an environment variable. Raises `UsageError`."""
    if name is None:
        return None
    if name not in os.environ:
        raise UsageError(f"--auth-key-env {name}: there is no such environment variable; export it first")
    return os.fsencode(os.environ[name])


def client_context(ca_file: str | None) -> ssl.SSLContext:
    """TLS that verifies the CSMS, by this CA or those of the system. Raises `UsageError`."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(f"--ca-file {ca_file}: cannot be read as PEM ({error}); give the CA certificate") from None
