"""Arguments that the commands of the simulator have in common: the address of the CSMS, keys, passwords, TLS."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from simulator.options.usage import UsageError

if TYPE_CHECKING:
    import ssl

    from simulator.kernel.timekeeping import CsmsClock

__all__ = [
    "UsageError",
    "auth_key",
    "client_context",
    "configuration",
    "csms_clock",
    "key_in",
    "members",
    "read",
    "tag",
    "uses_tls",
]


def uses_tls(url: str) -> bool:
    """Whether stations connect to this endpoint with TLS. Raises `UsageError` when it is no endpoint."""
    try:
        address = urlsplit(url)
        is_address = address.scheme in ("ws", "wss") and bool(address.hostname) and address.port != 0
        if is_address and "#" in url:
            raise UsageError(f"{url}: an address of a CSMS has no fragment (RFC 6455 §3); leave out what follows #")
    except ValueError:  # a port that is none, brackets without an address
        is_address = False
    if not is_address:
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
        if not separator or not key.strip():
            raise UsageError(f"{option} {pair}: write it as KEY=VALUE, for example {example}")
        values[key] = value
    return values


def auth_key(name: str | None, file: str | None = None, option: str = "--auth-key-env") -> bytes | None:
    """The key of HTTP Basic authentication out of an environment variable that `option` names, or the first line of a
    file. Raises `UsageError`.
    """
    if name is not None:
        if name not in os.environ:
            raise UsageError(f"{option} {name}: there is no such environment variable; export it first")
        text = os.environ[name]
    elif file is not None:
        text = read("--auth-key-file", file).partition("\n")[0].rstrip("\r")
    else:
        return None
    if not text:
        raise UsageError("the key of HTTP Basic authentication is empty; see --auth-key-env or --auth-key-file")
    return key_in(text)


def key_in(text: str) -> bytes:
    """The key that is written so: 32 to 40 hexadecimal digits stand for 16 to 20 octets, as in AuthorizationKey."""
    from simulator.pki.basic import key_of

    return key_of(text) if text.isascii() else os.fsencode(text)


def csms_clock(text: str) -> CsmsClock:
    """What a station makes of the time of the CSMS, as `--csms-clock` has it. Raises `UsageError`."""
    from simulator.kernel.timekeeping import CsmsClock

    try:
        return CsmsClock.of(text)
    except ValueError as error:
        raise UsageError(f"--csms-clock {error}") from None


def tag(option: str, text: str, longest: int | None = None) -> str:
    """An idTag, if it is one; `longest` is in characters, those of every version if none are given. Raises
    `UsageError`.
    """
    from ocppj.versions import ANYWHERE  # with validators, which a help does without

    most = longest or ANYWHERE
    if not 1 <= len(text) <= most or not text.strip():
        raise UsageError(f"{option} {text!r}: an idTag has 1 to {most} characters; give another one")
    return text


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
    import ssl

    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(f"--ca-file {ca_file}: cannot be read as PEM ({error}); give the CA certificate") from None
