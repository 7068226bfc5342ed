"""The HTTP server of the API, in the loop of the station: a view of `plugproof station`."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import uvicorn

from simulator.options.arguments import UsageError
from simulator.views.api.app import make_app
from simulator.views.api.options import LOOPBACK, ApiOptions
from simulator.views.record import Record

GRACE = 2
"""Seconds that requests under way have at the end."""


@asynccontextmanager
async def serve(record: Record, options: ApiOptions, say: Callable[[str, str], None]) -> AsyncIterator[str]:
    """Serve the API; gives its address, and says it as a word and a sentence. Raises `UsageError`."""
    token = _token(options.api_token_env)
    sock = await _listen(options.api_host or LOOPBACK, options.api_port or 0, token)
    server = _Server(make_app(record, token))
    await server.start(sock)
    host, port = sock.getsockname()[:2]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    say("api", f"{url}/api/v1/state, described at {url}/docs")
    try:
        yield url
    finally:
        record.close()
        await server.stop()


def _token(name: str | None) -> str | None:
    if name is None:
        return None
    token = os.environ.get(name, "").strip()
    if not token:
        raise UsageError(f"--api-token-env {name}: there is no such environment variable; export it first")
    return token


async def _listen(host: str, port: int, token: str | None) -> socket.socket:
    if not 0 <= port <= 65535:
        raise UsageError(f"--api-port {port}: a port is a number from 0, which means a free one, to 65535")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UsageError(f"--api-host {host}: {error.strerror}; give an address of this machine") from None
    family, _, _, _, address = found[0]
    if token is None and not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback:
        raise UsageError(f"--api-host {host}: beyond this machine a token is needed; name it with --api-token-env")
    try:
        return socket.create_server(address[:2], family=family, backlog=128)
    except OSError as error:
        raise UsageError(f"--api-port {port}: cannot listen at {host} ({error.strerror}); choose another") from None


class _Server:
    """uvicorn without its own process: it takes no signals, installs no logging and opens no port."""

    def __init__(self, app: object) -> None:
        self._config = uvicorn.Config(
            app,  # type: ignore[arg-type]
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            proxy_headers=False,  # who calls is decided by `guard`
            timeout_graceful_shutdown=GRACE,
            limit_concurrency=100,
        )
        self._server = uvicorn.Server(self._config)
        self._sock: socket.socket | None = None
        self._ticks: asyncio.Task[None] | None = None

    async def start(self, sock: socket.socket) -> None:
        """Answer requests on a listening socket."""
        self._sock = sock
        self._config.load()
        self._server.lifespan = self._config.lifespan_class(self._config)
        await self._server.startup(sockets=[sock])
        self._ticks = asyncio.create_task(self._server.main_loop())

    async def stop(self) -> None:
        """Finish the requests under way and stop."""
        self._server.should_exit = True
        if self._ticks is not None:
            self._ticks.cancel()
            with suppress(asyncio.CancelledError):
                await self._ticks
        await self._server.shutdown(sockets=None if self._sock is None else [self._sock])
