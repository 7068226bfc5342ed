"""Where copies leave for the judge: a pipe that is written to when it takes something, and a bounded queue before it.

Nothing here waits. What has no room is not kept, and who asked is told so.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from typing import Final

from harness.instruments.proxy.wire.records import Record, packed

MOST: Final = 64 << 20
"""Bytes of all connections that wait for the judge."""

SHARE: Final = 8 << 20
"""Those of one connection: a judge that is behind with one shall not miss the others."""

_AT_ONCE: Final = 256 << 10


class Outlet:
    """The writing end of a pipe, and what waits for it. Records of one connection arrive in their order."""

    def __init__(self, pipe: int, most: int = MOST, share: int = SHARE) -> None:
        """`pipe` is a file descriptor, which stays whose it is."""
        os.set_blocking(pipe, False)
        self._pipe = pipe
        self._most = most
        self._share = share
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._of: dict[int, int] = {}
        self._size = 0
        self._begun = b""  # the rest of what the pipe has taken a part of
        self._is_asked = False
        self._is_watched = False
        self._empty = asyncio.Event()
        self._empty.set()
        self.is_broken = False
        """Nobody reads any more."""

    def has_room(self, connection: int, size: int) -> bool:
        """Whether so many bytes of a connection can be kept."""
        return self._size + size <= self._most and self._of.get(connection, 0) + size <= self._share

    def put(self, connection: int, record: Record) -> None:
        """Keep a record. Whether there is room was asked before; what a connection must have is kept anyway."""
        if self.is_broken:
            return
        data = packed(record)
        self._waiting.append((connection, data))
        self._of[connection] = self._of.get(connection, 0) + len(data)
        self._size += len(data)
        if not self._is_asked and not self._is_watched:
            # not now: the sockets come first
            self._is_asked = True
            self._empty.clear()
            self._loop.call_soon(self._ask)

    async def emptied(self) -> None:
        """Wait until everything has left, or nobody reads."""
        await self._empty.wait()

    def _ask(self) -> None:
        self._is_asked = False
        self._write()

    def _write(self) -> None:
        while self._begun or self._waiting:
            piece = self._begun or self._next()
            try:
                done = os.write(self._pipe, piece)
            except BlockingIOError:
                done = 0
            except OSError:
                self._give_up()
                return
            self._begun = piece[done:]
            if self._begun:
                self._watch()
                return
        self._unwatch()
        self._empty.set()

    def _next(self) -> bytes:
        pieces, size = [], 0
        while self._waiting and size < _AT_ONCE:
            connection, data = self._waiting.popleft()
            pieces.append(data)
            size += len(data)
            self._of[connection] -= len(data)
            if not self._of[connection]:
                del self._of[connection]
        self._size -= size
        return b"".join(pieces)

    def _watch(self) -> None:
        if not self._is_watched:
            self._is_watched = True
            self._loop.add_writer(self._pipe, self._write)

    def _unwatch(self) -> None:
        if self._is_watched:
            self._is_watched = False
            self._loop.remove_writer(self._pipe)

    def _give_up(self) -> None:
        self.is_broken = True
        self._unwatch()
        self._waiting.clear()
        self._of.clear()
        self._begun, self._size = b"", 0
        self._empty.set()
