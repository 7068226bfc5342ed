"""Servers for files, over HTTP and FTP, that write down what they are asked for."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import PurePosixPath

import aioftp
from aioftp.pathio import MemoryPathIO
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from csms_core.gateway.http import ApiServer


class Folder:
    """What an HTTP server has been asked. `answers` are the statuses of the next requests, then it says 200."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[tuple[str, str, bytes]] = []  # method, path with query, body
        self.answers: list[int] = []
        self.files: dict[str, bytes] = {}  # what can be fetched, by path
        self.said: Response | None = None  # instead of anything else, to every request

    async def handle(self, request: Request) -> Response:
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        self.requests.append((request.method, path, await request.body()))
        if self.said is not None:
            return self.said
        status = self.answers.pop(0) if self.answers else 200
        if request.method != "GET" or status != 200:
            return Response(status_code=status)
        return Response(self.files[path]) if path in self.files else Response(status_code=404)

    @property
    def methods(self) -> list[str]:
        return [method for method, _, _ in self.requests]


@asynccontextmanager
async def http_folder(tls: ssl.SSLContext | None = None) -> AsyncIterator[Folder]:
    """An HTTP server on a port of the kernel's choice."""
    folder = Folder()
    app = Starlette(routes=[Route("/{path:path}", folder.handle, methods=["GET", "PUT", "POST"])])
    with socket.create_server(("127.0.0.1", 0)) as sock:
        folder.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{sock.getsockname()[1]}"
        server = ApiServer(app)
        await server.start(sock, tls)
        try:
            yield folder
        finally:
            await server.stop()


class FtpFolder:
    """An FTP server with the account station/secret and a folder `in`; files are in memory, by path."""

    def __init__(self, server: aioftp.Server) -> None:
        host, port = server.server.sockets[0].getsockname()[:2]
        self.url = f"ftp://station:secret@{host}:{port}"
        self.address = f"{host}:{port}"
        self._server = server

    async def read(self, path: str) -> bytes:
        async with (
            aioftp.Client.context(
                self.address.partition(":")[0], int(self.address.partition(":")[2]), "station", "secret"
            ) as client,
            client.download_stream(path) as stream,
        ):
            return await stream.read()

    async def write(self, path: str, content: bytes) -> None:
        async with aioftp.Client.context(
            self.address.partition(":")[0], int(self.address.partition(":")[2]), "station", "secret"
        ) as client:
            await client.make_directory(PurePosixPath(path).parent)
            async with client.upload_stream(path) as stream:
                await stream.write(content)


@asynccontextmanager
async def ftp_folder(*, writable: bool = True) -> AsyncIterator[FtpFolder]:
    """An FTP server on a port of the kernel's choice."""
    rights = aioftp.Permission("/", readable=True, writable=writable)
    user = aioftp.User("station", "secret", base_path="/", permissions=[rights])
    server = aioftp.Server([user], path_io_factory=MemoryPathIO)  # type: ignore[arg-type]  # its paths are no files
    await server.start("127.0.0.1", 0)
    try:
        yield FtpFolder(server)
    finally:
        await server.close()
