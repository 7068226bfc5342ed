"""The HTTP server of the API, in the loop of the CSMS."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress

import uvicorn
from starlette.applications import Starlette

STUCK_AFTER = 30
"""Seconds after which the connection of a client that takes nothing of what it is sent is cut."""

TURNS_TO_CLOSE = 3
"""Turns of the loop after which connections that were idle are closed."""


class ApiServer:
    """uvicorn without its own process: it takes no signals, installs no logging and opens no port."""

    def __init__(self, app: Starlette) -> None:
        self._config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            proxy_headers=False,  # who calls is decided by `csms_core.api.http.guard`
            timeout_graceful_shutdown=2,
            limit_concurrency=1000,
        )
        self._server = uvicorn.Server(self._config)
        self._sock: socket.socket | None = None
        self._ticks: asyncio.Task[None] | None = None

    async def start(self, sock: socket.socket, tls: ssl.SSLContext | None = None) -> None:
        """Answer requests on a listening socket, within TLS when there is a context; returns when they are answered."""
        self._sock = sock
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; its connections inherit it
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STUCK_AFTER * 1000)
        self._config.load()
        self._config.ssl = tls
        self._server.lifespan = self._config.lifespan_class(self._config)
        await self._server.startup(sockets=[sock])
        self._ticks = asyncio.create_task(self._server.main_loop())

    async def stop(self) -> None:
        """Finish the requests under way and stop."""
        server = self._server
        server.should_exit = True
        if self._ticks is not None:
            self._ticks.cancel()
            with suppress(asyncio.CancelledError):
                await self._ticks
        for listening in server.servers:
            listening.close()
        for connection in list(server.server_state.connections):
            connection.shutdown()
        for _ in range(TURNS_TO_CLOSE):
            await asyncio.sleep(0)
        if server.server_state.connections or server.server_state.tasks:
            await server.shutdown(sockets=None if self._sock is None else [self._sock])  # it looks ten times a second
