"""The addresses of this machine that the stations of a fleet connect from: `127.0.0.2,127.0.0.3`."""

from __future__ import annotations

import ipaddress
import socket
from typing import Final

from simulator.options.usage import UsageError

MOST: Final = 256


def sources(text: str) -> tuple[str, ...]:
    """The addresses in a text, each one tried. Raises `UsageError`."""
    given = [part.strip() for part in text.split(",")]
    if len(given) > MOST:
        raise UsageError(f"--source: {len(given)} addresses are too many; give at most {MOST}")
    found: list[str] = []
    for part in given:
        try:
            address = ipaddress.ip_address(part)
        except ValueError:
            raise UsageError(f"--source: {part[:50]!r} is no address; write them as 127.0.0.2,127.0.0.3") from None
        if str(address) in found:
            raise UsageError(f"--source: {address} is there twice; leave one of them out")
        _try(address)
        found.append(str(address))
    return tuple(found)


def _try(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind((str(address), 0))
    except OSError as error:
        raise UsageError(
            f"--source: nothing can connect from {address} ({error.strerror}); give an address of this machine"
        ) from None
