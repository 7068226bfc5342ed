"""An HTTP API for tests, on a port the kernel chose: remembers every request and answers as a test says."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Request:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}


Answer = tuple[int, Any]


@dataclass
class Api:
    """`answer` gives status and JSON body (octets: as they are) for a request; it may be a coroutine function's result.

    `headers` are those of every answer.
    """

    answer: Callable[[Request], Any] = lambda _: (200, {})
    headers: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)

    @property
    def seen(self) -> list[tuple[str, str]]:
        return [(request.method, request.path) for request in self.requests]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, target, _ = head[0].split(" ")
                headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                request = Request(method, target, headers, body)
                self.requests.append(request)
                answer = self.answer(request)
                status, content = await answer if asyncio.iscoroutine(answer) else answer
                self.answers.append(content)
                data = (
                    content if isinstance(content, bytes) else b"" if content is None else json.dumps(content).encode()
                )
                more = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items()).encode()
                writer.write(b"HTTP/1.1 %d Text\r\n%bContent-Length: %d\r\n\r\n" % (status, more, len(data)) + data)
                await writer.drain()


@contextlib.asynccontextmanager
async def serving(
    answer: Callable[[Request], Any] = lambda _: (200, {}), headers: Mapping[str, str] | None = None
) -> AsyncIterator[Api]:
    """An API while the block lasts."""
    api = Api(answer, headers or {})
    listener = await asyncio.start_server(api.handle, "127.0.0.1", 0)
    api.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield api
    finally:
        listener.close()
