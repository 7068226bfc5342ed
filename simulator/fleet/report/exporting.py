"""The figures of a fleet over HTTP while it runs: `GET /metrics` and nothing else (docs/load.md, "Prometheus").

It lives in the event loop of the fleet, so that nobody counts while somebody reads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST

from simulator.options.usage import UsageError

PATIENCE: Final = 5.0
"""Seconds in which a request has to be there, and its answer taken."""

LONGEST_HEAD: Final = 8192
"""Bytes of a request."""

MOST: Final = 16
"""Requests at the same time."""


class Exporter:
    """Answers with what `text` gives. Use `start`, and `close` whatever happens."""

    def __init__(self, text: Callable[[], bytes]) -> None:
        self._text = text
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Listen; gives the address. Raises `OSError`."""
        self._server = await asyncio.start_server(self._serve, host, port, limit=LONGEST_HEAD)
        name: tuple[str, int] = self._server.sockets[0].getsockname()[:2]
        return name

    async def close(self) -> None:
        """Listen no longer, and cut off who is still there."""
        if self._server is not None:
            self._server.close()
        tasks = list(self._open.values())
        for writer in list(self._open):
            writer.transport.abort()
        if tasks:
            await asyncio.wait(tasks)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._open) >= MOST:
            writer.transport.abort()
            return
        self._open[writer] = task
        try:
            # Too slow, too long, or gone: nobody is left to be told.
            with suppress(TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                async with asyncio.timeout(PATIENCE):
                    writer.write(self._answer(await reader.readuntil(b"\r\n\r\n")))
                    await writer.drain()
        finally:
            del self._open[writer]
            writer.close()

    def _answer(self, head: bytes) -> bytes:
        method, _, rest = head.partition(b" ")
        path = rest.partition(b" ")[0].partition(b"?")[0]
        if path != b"/metrics":
            return _response("404 Not Found", b"the figures are at /metrics\n")
        if method not in (b"GET", b"HEAD"):
            return _response("405 Method Not Allowed", b"GET, please\n", "Allow: GET, HEAD\r\n")
        body = self._text()
        whole = _response("200 OK", body, f"Content-Type: {CONTENT_TYPE_LATEST}\r\n")
        return whole if method == b"GET" else whole[: len(whole) - len(body)]


def _response(status: str, body: bytes, headers: str = "Content-Type: text/plain; charset=utf-8\r\n") -> bytes:
    head = f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode("ascii") + body


@asynccontextmanager
async def exporting(address: tuple[str, int], text: Callable[[], bytes]) -> AsyncIterator[None]:
    """Serve the figures meanwhile. Raises `UsageError` when it cannot listen there."""
    exporter = Exporter(text)
    try:
        await exporter.start(*address)
    except OSError as error:
        host, port = address
        why = error.strerror or error
        raise UsageError(f"--prometheus {host}:{port}: cannot listen there ({why}); name another port") from None
    try:
        yield
    finally:
        await exporter.close()
