"""OCPP-J over one WebSocket (OCPP-J 1.6 §4): CALLs both ways, one of ours at a time."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from itertools import count
from secrets import token_hex
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

Members = dict[str, Any]
Answer = tuple[Members, Callable[[], Awaitable[None]] | None]
"""The payload of a CALLRESULT, and what is done when it has left."""

ANSWER_SECONDS = 20


class Refused(Exception):
    """A CALL was not answered with a CALLRESULT; the text says what came instead."""


class CallError(Exception):
    """How a handler turns a CALL down: a code of OCPP-J and a description."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(code, description)
        self.code, self.description = code, description


class Line:
    """One connection of one station. `handle` answers what the station calls."""

    def __init__(self, connection: ServerConnection, handle: Callable[[str, Members], Answer]) -> None:
        self._connection = connection
        self._handle = handle
        self._ids = (f"depot/{token_hex(6)}/{number}" for number in count(1))  # never twice, whatever restarts
        self._turn = asyncio.Lock()
        self._waiting: dict[str, asyncio.Future[Members | None]] = {}  # None: it will never come
        self._tasks: set[asyncio.Task[None]] = set()

    async def call(self, action: str, members: Members) -> Members:
        """Send a CALL when the one before it is answered; gives the payload of the CALLRESULT. Raises Refused."""
        async with self._turn:
            id = next(self._ids)
            answer = self._waiting[id] = asyncio.get_running_loop().create_future()
            try:
                await self._send([2, id, action, members])
                async with asyncio.timeout(ANSWER_SECONDS):
                    payload = await answer
                if payload is None:
                    raise Refused(f"{action}: the station went away")
                return payload
            except ConnectionClosed:
                raise Refused(f"{action}: the station went away") from None
            except TimeoutError:
                raise Refused(f"{action}: no answer in {ANSWER_SECONDS} s") from None
            finally:
                del self._waiting[id]

    async def run(self) -> None:
        """Read until the connection ends."""
        try:
            async for text in self._connection:
                await self._read(str(text))
        finally:
            for answer in self._waiting.values():  # who waits gives up, and who has not sent yet cannot
                if not answer.done():
                    answer.set_result(None)

    def later(self, job: Awaitable[None]) -> None:
        """Do something beside reading, while the connection lasts."""

        async def done() -> None:
            await job

        task = asyncio.create_task(done())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read(self, text: str) -> None:
        try:
            kind, id, *rest = json.loads(text)
        except (ValueError, TypeError):
            return  # there is no id to answer to
        if kind == 2:
            await self._called(id, *rest)
        elif (answer := self._waiting.get(id)) is not None and not answer.done():
            if kind == 3:
                answer.set_result(rest[0])
            else:
                answer.set_exception(Refused(f"CALLERROR {rest[0]}: {rest[1]}"))

    async def _called(self, id: str, action: str, members: Members) -> None:
        try:
            answer, then = self._handle(action, members)
        except CallError as error:
            await self._send([4, id, error.code, error.description, {}])
            return
        await self._send([3, id, answer])
        if then is not None:
            self.later(then())

    async def _send(self, frame: list[Any]) -> None:
        await self._connection.send(json.dumps(frame, ensure_ascii=False, indent=1))
