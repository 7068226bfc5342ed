"""A WebSocket endpoint on a port the kernel chose, to which both peers connect in tests."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers

NOW = "2026-11-21T10:00:00Z"


class Endpoint:
    """What was seen of the last connection, and where to connect to."""

    def __init__(self) -> None:
        self.url = ""
        self.path = ""
        self.headers = Headers()


Behaviour = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def endpoint(behaviour: Behaviour, **options: Any) -> AsyncIterator[Endpoint]:
    """Serve every connection by ``behaviour``; ``ocpp1.6`` is agreed on unless options say otherwise."""
    seen = Endpoint()

    async def serve_one(websocket: ServerConnection) -> None:
        assert websocket.request is not None
        seen.path, seen.headers = websocket.request.path, websocket.request.headers
        await behaviour(websocket)

    options = {"subprotocols": ["ocpp1.6"], "compression": None, "ping_interval": None, **options}
    async with serve(serve_one, "127.0.0.1", 0, **options) as server:
        port = server.sockets[0].getsockname()[1]
        seen.url = f"ws://127.0.0.1:{port}/ocpp"
        yield seen


@contextmanager
def endpoint_in_thread(behaviour: Behaviour, **options: Any) -> Iterator[Endpoint]:
    """The same for tests that block, on a loop of its own."""
    started = threading.Event()
    shared: dict[str, Any] = {}

    async def main() -> None:
        shared["loop"], shared["stop"] = asyncio.get_running_loop(), asyncio.Event()
        async with endpoint(behaviour, **options) as seen:
            shared["seen"] = seen
            started.set()
            await shared["stop"].wait()

    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    try:
        started.wait()
        yield shared["seen"]
    finally:
        shared["loop"].call_soon_threadsafe(shared["stop"].set)
        thread.join()


async def answer_everything(websocket: ServerConnection) -> None:
    """A CSMS in three lines: every CALL is answered with the time."""
    async for text in websocket:
        id = str(text).split('"')[1]
        await websocket.send(f'[3,"{id}",{{"currentTime":"{NOW}"}}]')


def script(*texts: str) -> tuple[Behaviour, list[str]]:
    """Send each text after something came in; then read on. Returns the behaviour and what came in."""
    heard: list[str] = []

    async def behaviour(websocket: ServerConnection) -> None:
        for text in texts:
            heard.append(str(await websocket.recv()))
            await websocket.send(text)
        async for more in websocket:
            heard.append(str(more))

    return behaviour, heard
