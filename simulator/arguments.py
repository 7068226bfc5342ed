"""Arguments that the commands of the simulator have in common: the address of the CSMS, keys, passwords, TLS."""

from __future__ import annotations

import os
import ssl
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from simulator.security.profiles import key_of


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
    return members("--config", pairs, example)


def members(option: str, pairs: Sequence[str], example: str) -> dict[str, str]:
    """The values of an option that is written as KEY=VALUE, like `example`. Raises `UsageError`."""
    values = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator:
            raise UsageError(f"{option} {pair}: write it as KEY=VALUE, for example {example}")
        values[key] = value
    return values


def auth_key(name: str | None, file: str | None = None) -> bytes | None:
    """The key of HTTP Basic authentication out of an environment variable, or the first line of a file.

    As in AuthorizationKey, 32 to 40 hexadecimal digits stand for 16 to 20 octets. Raises `UsageError`.
    """
    if name is not None:
        if name not in os.environ:
            raise UsageError(f"--auth-key-env {name}: there is no such environment variable; export it first")
        text = os.environ[name]
    elif file is not None:
        text = read("--auth-key-file", file).partition("\n")[0].rstrip("\r")
    else:
        return None
    return key_of(text) if text.isascii() else os.fsencode(text)


def read(option: str, file: str) -> str:
    """The text of a file that an option names. Raises `UsageError`."""
    try:
        return Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{option} {file}: cannot be read ({error.strerror}); check the path") from None
    except UnicodeDecodeError:
        raise UsageError(f"{option} {file}: is no text in UTF-8; name another file") from None


def client_context(ca_file: str | None) -> ssl.SSLContext:
    """TLS that verifies the CSMS, by this CA or those of the system. Raises `UsageError`."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(f"--ca-file {ca_file}: cannot be read as PEM ({error}); give the CA certificate") from None
