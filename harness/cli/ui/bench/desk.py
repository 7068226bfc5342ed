"""Where a run asks a person: what it asks is on the page, and a button is the answer (`harness.adapters.desk`)."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from harness.adapters.desk import HOST, MOST

MOST_ASKED: Final = 4
"""Things that can be asked at a time: one for the operator, one for the driver, and some that are just over."""


class _Asks(msgspec.Struct):
    token: str
    text: str
    seconds: float
    words: dict[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person is asked to do, until when (seconds since 1970), and what may be said: word -> button."""

    number: int
    text: str
    until: float
    words: dict[str, str]


class Desk:
    """Listens on this machine while it is open."""

    def __init__(self, changed: Callable[[], object]) -> None:
        self._changed = changed
        self._token = secrets.token_urlsafe(16)
        self._server: asyncio.Server | None = None
        self._number = 0
        self._open: dict[int, tuple[Asked, asyncio.StreamWriter]] = {}

    async def open(self) -> str:
        """Listen; gives what the environment of a run has to say (`PORT:TOKEN`)."""
        self._server = await asyncio.start_server(self._hear, HOST, 0, limit=MOST)
        return f"{self._server.sockets[0].getsockname()[1]}:{self._token}"

    async def close(self) -> None:
        """Nobody can ask any more."""
        if self._server is not None:
            self._server.close()
            for _, writer in list(self._open.values()):
                writer.close()
            await self._server.wait_closed()

    def asked(self) -> list[dict[str, Any]]:
        """What is asked now, the oldest first."""
        return [
            {"number": one.number, "text": one.text, "until": one.until, "words": one.words}
            for one, _ in self._open.values()
        ]

    def answer(self, number: int, word: str) -> bool:
        """Say one of the words; False when nobody asks that any more."""
        asked, writer = self._open.get(number, (None, None))
        if asked is None or writer is None or word not in asked.words:
            return False
        writer.write(f"{word}\n".encode())
        del self._open[number]
        self._changed()
        return True

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = None
        try:
            asks = msgspec.json.decode(await reader.readline(), type=_Asks)
            if len(self._open) < MOST_ASKED and hmac.compare_digest(asks.token.encode(), self._token.encode()):
                number = self._number = self._number + 1
                asked = Asked(number, asks.text, time.time() + asks.seconds, asks.words)
                self._open[number] = (asked, writer)
                self._changed()
                await reader.read()  # its end says that it is over
        except (OSError, ValueError):  # a line that is too long, or none of ours: nobody who has to ask here
            pass
        finally:
            if number is not None and self._open.pop(number, None) is not None:
                self._changed()
            writer.close()
