"""What every route answers with: JSON, one sentence where something is refused, and a stream of what changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

MOST_READERS: Final = 16
SIGN_OF_LIFE: Final = 15.0
"""Seconds after which a comment is sent when nothing happens."""
PAUSE: Final = 0.1
"""Seconds between two pictures of what changes: nobody reads faster."""


class Refused(Exception):
    """A request that cannot be answered as asked: the HTTP status, a sentence, and members beside it."""

    def __init__(self, status: int, sentence: str, **more: Any) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.more = more


def answer(data: Any, status: int = 200) -> Response:
    """An answer in JSON."""
    return Response(
        msgspec.json.encode(data), status, {"Cache-Control": "no-store"}, media_type="application/json; charset=utf-8"
    )


async def refused(request: Request, error: Exception) -> Response:
    """The answer for what was refused."""
    assert isinstance(error, Refused)
    return answer({"detail": error.sentence, **error.more}, error.status)


async def body(request: Request) -> dict[str, Any]:
    """The JSON object that was sent. Raises `Refused`."""
    try:
        found = msgspec.json.decode(await request.body())
    except (msgspec.DecodeError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused(400, "The body has to be a JSON object.")
    return found


class News:
    """Tells its readers that something has changed; what it is, they ask for themselves."""

    def __init__(self) -> None:
        self._readers: set[asyncio.Event] = set()
        self._is_closed = False

    def tell(self) -> None:
        """Something has changed."""
        for reader in self._readers:
            reader.set()

    def close(self) -> None:
        """Nothing more will: the streams end."""
        self._is_closed = True
        self.tell()

    def stream(self, picture: Callable[[], Any]) -> Response:
        """Server-sent events: the picture now, and again whenever it has changed. Raises `Refused`."""
        if len(self._readers) >= MOST_READERS:
            raise Refused(503, f"{MOST_READERS} pages follow this already; close one of them.")
        reader = asyncio.Event()
        self._readers.add(reader)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return _Stream(self._told(reader, picture), headers, lambda: self._readers.discard(reader))

    async def _told(self, reader: asyncio.Event, picture: Callable[[], Any]) -> AsyncIterator[bytes]:
        before = b""
        while not self._is_closed:
            reader.clear()
            now = msgspec.json.encode(picture())
            yield b": still here\n\n" if now == before else b"data: %s\n\n" % now
            before = now
            try:
                async with asyncio.timeout(SIGN_OF_LIFE):
                    await reader.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(PAUSE)


class _Stream(StreamingResponse):
    """A stream whose reader leaves whatever its end, also before anything was sent."""

    def __init__(self, content: AsyncIterator[bytes], headers: dict[str, str], leave: Callable[[], object]) -> None:
        super().__init__(content, media_type="text/event-stream", headers=headers)
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()
