"""The server of the pages, from its start to Ctrl-C; the run and the stations that are left end with it."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import secrets
import signal
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from csms_core.gateway import sockets
from csms_core.gateway.http import ApiServer
from csms_core.gateway.sockets import CannotListen
from harness.cli.ui.app import make_app
from harness.cli.ui.bench.bench import Bench
from harness.cli.ui.guard import QUERY
from harness.cli.ui.park.park import Park
from harness.exit_codes import ExitCode


@dataclass(frozen=True, slots=True)
class Wish:
    """The options as they were given."""

    host: str
    port: int
    sut: Path | None
    out: Path
    opens: bool = False


def run(wish: Wish) -> int:
    """Serve the pages until somebody ends it; returns the exit code."""
    try:
        asyncio.run(_until_ended(wish))
    except CannotListen as error:
        print(f"plugproof ui: {error}", file=sys.stderr)
        return ExitCode.USAGE
    except KeyboardInterrupt:  # where signal handlers cannot be set
        pass
    return ExitCode.OK


async def _until_ended(wish: Wish) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    async with served(wish) as address:
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, ended.set)
        print(f"plugproof ui: {address}", flush=True)
        print("Ctrl-C ends it.", flush=True)
        if wish.opens:
            await asyncio.to_thread(webbrowser.open, address)
        await ended.wait()


@contextlib.asynccontextmanager
async def served(wish: Wish) -> AsyncIterator[str]:
    """Serve the pages while the block lasts; gives their address, with a token beyond this machine.

    Raises `CannotListen`.
    """
    sock = sockets.listen(wish.host, wish.port, "--port")
    token = None if _is_here(sock) else secrets.token_urlsafe(24)
    files = Path() if wish.sut is None else wish.sut.parent
    bench, park = Bench(files, wish.out, None if wish.sut is None else wish.sut.name), Park()
    server = ApiServer(make_app(bench, park, token))
    await bench.open()
    await server.start(sock)
    try:
        yield _address(sock, wish.host) + ("/" if token is None else f"/?{QUERY}={token}")
    finally:
        await park.close()
        await bench.close()
        await server.stop()


def _is_here(sock: socket.socket) -> bool:
    return ipaddress.ip_address(str(sock.getsockname()[0]).partition("%")[0]).is_loopback


def _address(sock: socket.socket, host: str) -> str:
    """Where a browser finds it; an address that stands for all of them is not one to call."""
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(sock.getsockname()[0]).is_unspecified:
            return f"http://{socket.gethostname()}:{sock.getsockname()[1]}"
    return sockets.address("http", sock)
