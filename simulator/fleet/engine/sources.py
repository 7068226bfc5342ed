"""Connections from an address of this machine that was asked for, of which a fleet may have several (`Plan.sources`).

A socket that is bound gets a port at once, and one that nobody else of that address has, wherever they are connected
to: with 20 000 stations the kernel looks for it longer than all else takes, and with 28 000 there is none. Linux can be
asked to choose the port only when it knows where the connection goes (ip(7), IP_BIND_ADDRESS_NO_PORT).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Final

_LATER: Final[int | None] = getattr(socket, "IP_BIND_ADDRESS_NO_PORT", None)


def sockets_from(source: str) -> Callable[[Any], Awaitable[socket.socket]]:
    """What picows asks for a socket that is connected to the host of a URL. It raises `OSError`."""

    async def connected(url: Any) -> socket.socket:
        there = socket.socket(socket.AF_INET6 if ":" in source else socket.AF_INET, socket.SOCK_STREAM)
        try:
            there.setblocking(False)
            if _LATER is not None:
                there.setsockopt(socket.IPPROTO_IP, _LATER, 1)
            there.bind((source, 0))
            await asyncio.get_running_loop().sock_connect(there, (url.host, url.port))
        except BaseException:
            there.close()
            raise
        return there

    return connected
