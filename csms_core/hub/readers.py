"""Who follows what happens: each has a bounded queue, one that does not keep up is dropped, nobody is waited for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, Generic, TypeVar

Event = TypeVar("Event")

MAX_READERS: Final = 32
MAX_WAITING: Final = 2_000
"""Events that wait for one reader."""


class TooManyReaders(Exception):
    """As many readers are there as may be; the text is one sentence."""


class Reader(Generic[Event]):
    """The events of one who looks, those that he wants. Made by `Readers.open`, ended by `Readers.leave`."""

    def __init__(self, wants: Callable[[Event], bool] | None = None) -> None:
        self.fell_behind = False
        self._wants = wants
        self._waiting: deque[Event] = deque()
        self._news = asyncio.Event()
        self._ended = False

    def offer(self, event: Event) -> bool:
        """Put an event in the queue; False when the queue is full, and the reader has thereby fallen behind."""
        if self._wants is not None and not self._wants(event):
            return True
        if len(self._waiting) >= MAX_WAITING:
            self.fell_behind = True
            self.end()
            return False
        self._waiting.append(event)
        self._news.set()
        return True

    def end(self) -> None:
        """No more events come."""
        self._ended = True
        self._news.set()

    async def take(self) -> list[Event] | None:
        """Wait for events and take all there are; None when there are no more, or the reader fell behind."""
        while not self._waiting and not self._ended:
            self._news.clear()
            await self._news.wait()
        if self._ended and (self.fell_behind or not self._waiting):
            return None
        return self.take_now()

    def take_now(self) -> list[Event]:
        """Take what waits, without waiting."""
        events = list(self._waiting)
        self._waiting.clear()
        return events


class Readers(Generic[Event]):
    """All who follow."""

    def __init__(self) -> None:
        self._readers: set[Reader[Event]] = set()
        self._closed = False
        self.dropped = 0
        """Readers that were dropped because they fell behind."""

    def __len__(self) -> int:
        return len(self._readers)

    def open(self, kept: Iterable[Event], wants: Callable[[Event], bool] | None = None) -> Reader[Event]:
        """A new reader, who first gets what is kept. Raises TooManyReaders."""
        if len(self._readers) >= MAX_READERS:
            raise TooManyReaders(f"{MAX_READERS} readers follow the events already; close one of them.")
        reader = Reader(wants)
        for event in kept:
            reader.offer(event)
        if self._closed:
            reader.end()
        else:
            self._readers.add(reader)
        return reader

    def tell(self, event: Event) -> None:
        """Something has happened."""
        for reader in [reader for reader in self._readers if not reader.offer(event)]:
            self._readers.discard(reader)
            self.dropped += 1

    def leave(self, reader: Reader[Event]) -> None:
        """The reader looks no longer."""
        self._readers.discard(reader)

    def close(self) -> None:
        """No more events come, for anybody."""
        self._closed = True
        while self._readers:
            self._readers.pop().end()
