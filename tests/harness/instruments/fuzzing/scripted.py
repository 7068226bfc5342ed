"""A CSMS on loopback that answers as a test says, to be fuzzed: right until it is told otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

NOW = "2026-11-21T10:00:00.000Z"
RIGHT: dict[str, dict[str, Any]] = {
    "BootNotification": {"status": "Accepted", "currentTime": NOW, "interval": 300},
    "Heartbeat": {"currentTime": NOW},
    "Authorize": {"idTagInfo": {"status": "Accepted"}},
    "StartTransaction": {"idTagInfo": {"status": "Accepted"}, "transactionId": 1},
    "StatusNotification": {},
    "StopTransaction": {"idTagInfo": {"status": "Accepted"}},
}


class Close(Exception):
    """The connection is to be ended."""


Answer = Callable[[str], "list[str] | None"]
"""Is given what came; gives what is written, None for the right answer. May raise `Close`."""


@dataclass
class Scripted:
    """``answer`` comes before what is right; ``heard`` is all that came."""

    answer: Answer = lambda text: None
    heard: list[str] = field(default_factory=list)
    port: int = 0
    _server: Server | None = None

    async def starts(self) -> None:
        """Listen."""
        self._server = await serve(
            self._serve, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")], compression=None, ping_interval=None
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stops(self) -> None:
        """Listen no more, and end what is open."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, websocket: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            async for message in websocket:
                text = str(message)
                self.heard.append(text)
                try:
                    found = self.answer(text)
                except Close:
                    await websocket.close()
                    return
                for each in right(text) if found is None else found:
                    await websocket.send(each)


def right(text: str) -> list[str]:
    """The right answer to what comes in these tests: a CALL, or what wants no answer."""
    try:
        frame = json.loads(text)
    except ValueError:
        return []
    if not isinstance(frame, list) or len(frame) != 4 or frame[0] != 2:
        return []
    if frame[2] in RIGHT:
        return [json.dumps([3, frame[1], RIGHT[frame[2]]])]
    return [json.dumps([4, frame[1], "NotImplemented", "", {}])]
