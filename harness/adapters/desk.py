"""A person in front of a page who is told what to do: the page has a button for each word that can be said.

Where the environment names a desk, it takes the place of the terminal. It is a port on this machine at which the page
listens. For each thing to do a connection is opened and a line of JSON sent: the token, the text, for how long there is
time, and what the person may say. The answer is a line as well. The end of the connection says that it is over.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any, Final

import msgspec

DESK: Final = "PLUGPROOF_DESK"
"""Environment variable: `PORT:TOKEN`."""
HOST: Final = "127.0.0.1"
NO: Final = "no"
DONE: Final = "done"
MOST: Final = 1 << 16
"""Bytes of a line."""


class NobodyThere(Exception):
    """The page is gone."""


class Desk:
    """Tells one thing at a time; the next one, or the end, is over with it."""

    def __init__(self, place: str, no: str, done: str | None, seconds: float) -> None:
        """``no`` and ``done``: what stands on the buttons; None: what the person does is only seen on the wire.

        ``seconds``: how long a case waits for what the person does.
        """
        port, _, self._token = place.partition(":")
        self._port = int(port)
        self._words = {NO: no} | ({} if done is None else {DONE: done})
        self._seconds = seconds
        self._told: asyncio.Future[None] | None = None

    async def says_no(self, text: str, framed: str, meanwhile: Callable[[], None] = lambda: None) -> bool:
        """Show a text; True when the person says no, False when it is done, or the next thing is to be told, or none.

        ``framed`` is not shown: the page has a frame of its own.

        ``meanwhile`` is called when the text is there. Raises `NobodyThere`.
        """
        self.over()
        try:
            reader, writer = await asyncio.open_connection(HOST, self._port, limit=MOST)
        except OSError:
            raise NobodyThere from None
        over = self._told = asyncio.get_running_loop().create_future()
        asked: dict[str, Any] = {"token": self._token, "text": text, "seconds": self._seconds, "words": self._words}
        writer.write(msgspec.json.encode(asked) + b"\n")
        meanwhile()
        answer = asyncio.ensure_future(reader.readline())
        try:
            await asyncio.wait({answer, over}, return_when=asyncio.FIRST_COMPLETED)
            return not over.done() and answer.result().strip() == NO.encode()
        except OSError:  # the page went away; what is done is seen on the wire all the same
            return False
        finally:
            answer.cancel()
            writer.close()

    def write(self, text: str) -> None:
        """Nothing: what is shown beside a text, the page draws itself."""

    def over(self) -> None:
        """What was told is over."""
        if self._told is not None and not self._told.done():
            self._told.set_result(None)

    def close(self) -> None:
        """Nothing more will be told."""
        self.over()


def place() -> str | None:
    """Where the desk is; None: the person sits at the terminal."""
    return os.environ.get(DESK) or None
