"""Listening sockets and the addresses they are reached at."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sys
from typing import Any

if sys.platform != "win32":
    import resource

BACKLOG = 4096
"""Connections that wait to be accepted; a fleet that reconnects at once should not be turned away by the kernel."""


MANY = 1 << 17
"""Files and sockets that are enough for everything."""


class CannotListen(Exception):
    """A port cannot be opened; the message says why and what to do."""


def listen(host: str, port: int, option: str) -> socket.socket:
    """Open a listening socket; port 0: the kernel chooses. `option` is named in the error, CannotListen."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise CannotListen(f"The host '{host}' cannot be looked up: {error.strerror}; check --host.") from None
    sock = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # on Windows it would let two programs have the same port, and a free one is free there
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(BACKLOG)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        raise CannotListen(f"{host}:{port} cannot be opened: {error.strerror}; choose another with {option}.") from None
    return sock


def address(scheme: str, sock: socket.socket, path: str = "") -> str:
    """URL of a listening socket."""
    host, port = sock.getsockname()[:2]
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}{path}"


def is_left(sock: Any) -> bool:
    """Whether the other end of a connection has closed it, and reads no answer any more. Nothing is read for that.

    `sock` is anything with a `fileno`. False where the system does not tell.
    """
    if not hasattr(select, "POLLRDHUP"):
        return False
    look = select.poll()
    look.register(sock, select.POLLRDHUP)
    return bool(look.poll(0))


def open_files() -> int:
    """How many files and sockets this process may have open, `MANY` at the most."""
    if sys.platform == "win32":
        return MANY
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MANY if soft == resource.RLIM_INFINITY else min(soft, MANY)


def allow_open_files() -> None:
    """Let this process have as many as the system gives it; a shell often starts with 1 024, and a station is one."""
    if sys.platform != "win32":
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = MANY if hard == resource.RLIM_INFINITY else min(hard, MANY)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            with contextlib.suppress(OSError, ValueError):  # then it stays as it is
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
