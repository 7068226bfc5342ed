"""Accepting connections: a few at a time, and a bounded number that have not finished their handshake.

Event loops accept whatever waits at a port in one go, and a connection costs its memory and a task from its first
moment. Here a client that has not sent its request costs a socket and little more, so that many may stop in the middle
of it before anybody else has to wait for a place. TLS, whose buffers are large, begins when the first words of the
client are there. Whose request is there waits for its judgement, a bounded number of which are made at a time, for as
long as it takes; no deadline runs meanwhile, for it is not the client who is slow. All others wait in the queue of the
kernel (`net.BACKLOG`) and hold up nobody who is connected.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Mapping
from ssl import SSLContext
from typing import Any

from csms_core import net

OPENING = 4096
"""Connections that may be in their handshake at a time, about 10 kB each. They never take more than a quarter of the
files that the process may have open."""

WITHIN_TLS = 256
"""Those of them whose TLS has begun and who are not judged yet, about 320 kB each."""

JUDGED = 256
"""Requests that may be judged at a time."""

GRACE = 2.0
"""Seconds a client has for its request (TLS included) while others wait for its place."""

AGAIN = 0.05
"""Seconds until the rest of somebody's first words is looked for again."""

_HANDSHAKE, _HEADER = 22, 5
"""First byte of a TLS record that opens a connection, and bytes that tell how long a record is (RFC 8446 §5.1)."""

PAUSE = 1.0
"""Seconds without accepting, after the kernel could not: there are too many open files."""


class Guest:
    """A connection that was accepted and has not finished its handshake."""

    def __init__(self, door: Door) -> None:
        self.entering: asyncio.Task[None] | None = None
        self.transport: asyncio.Transport | None = None  # None: TLS is not ready
        self.has_asked = False  # its request is there
        self._door = door

    def ask(self, judge: Callable[[], None]) -> None:
        """Its request is there: `judge` is called when it is its turn."""
        self.has_asked = True
        self._door.asks(self, judge)

    def leave(self) -> None:
        """Its handshake has ended, somehow: its place is free. May be called again."""
        self._door.left(self)

    def turn_away(self) -> None:
        """Drop the connection."""
        self.leave()
        if self.transport is not None:
            self.transport.abort()
        elif self.entering is not None:
            self.entering.cancel()


class Door:
    """One listening socket; what `websockets` needs of an `asyncio.Server`.

    `make` gives the protocol of a connection, which tells its guest how far it is.
    """

    def __init__(
        self, sock: socket.socket, make: Callable[[Guest], asyncio.Protocol], tls: SSLContext | None, timeout: float
    ) -> None:
        self.sockets = (sock,)
        self._sock = sock
        self._make = make
        self._tls: dict[str, Any] = {} if tls is None else {"ssl": tls, "ssl_handshake_timeout": timeout}
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._guests: dict[Guest, float] = {}  # since when, oldest first
        self._files = net.open_files()
        self._judged: set[Guest] = set()
        self._waiting: dict[Guest, Callable[[], None]] = {}  # for their judgement
        self._within_tls: dict[Guest, float] = {}  # since when, oldest first
        self._place_is_free = asyncio.Event()
        self._accepting = self._loop.create_task(self._accept())

    def left(self, guest: Guest) -> None:
        """The place of a guest is free."""
        self._guests.pop(guest, None)
        self._within_tls.pop(guest, None)
        self._place_is_free.set()
        self._waiting.pop(guest, None)
        self._judged.discard(guest)
        while self._waiting and len(self._judged) < JUDGED:
            first = next(iter(self._waiting))
            self._judge(first, self._waiting.pop(first))

    def asks(self, guest: Guest, judge: Callable[[], None]) -> None:
        """The request of a guest is there; `judge` is called now or later."""
        if len(self._judged) < JUDGED:
            self._judge(guest, judge)
        else:
            self._waiting[guest] = judge

    def _judge(self, guest: Guest, judge: Callable[[], None]) -> None:
        self._judged.add(guest)
        if self._within_tls.pop(guest, None) is not None:
            self._place_is_free.set()
        judge()

    def is_serving(self) -> bool:
        """Whether connections are accepted."""
        return not self._accepting.cancelling() and not self._accepting.done()

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """The loop it runs on."""
        return self._loop

    def close(self) -> None:
        """Accept nobody any more, and send away who is not being judged."""
        self._accepting.cancel()
        self._waiting.clear()
        for guest in [guest for guest in self._guests if guest not in self._judged]:
            guest.turn_away()

    async def wait_closed(self) -> None:
        """Wait for those who were on their way in."""
        entering = [guest.entering for guest in self._guests if guest.entering is not None]
        await asyncio.wait([self._accepting, *entering])

    async def _accept(self) -> None:
        while True:
            await self._place(self._guests, self._room)
            try:
                client = (await self._loop.sock_accept(self._sock))[0]
            except ConnectionAbortedError:
                continue
            except OSError:
                await asyncio.sleep(PAUSE)
                continue
            with contextlib.suppress(OSError):  # it may be gone already
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            guest = Guest(self)
            self._guests[guest] = self._loop.time()
            guest.entering = self._loop.create_task(self._enter(client, guest))
            await asyncio.sleep(0)  # it is the turn of those who are connected

    async def _enter(self, client: socket.socket, guest: Guest) -> None:
        try:
            if self._tls:
                async with asyncio.timeout(self._timeout):
                    await self._first_words(client)
                await self._place(self._within_tls, lambda: WITHIN_TLS)
                self._within_tls[guest] = self._loop.time()
            await self._loop.connect_accepted_socket(lambda: self._make(guest), client, **self._tls)
        except (OSError, asyncio.CancelledError):  # it said nothing, went away, TLS failed, or it was turned away
            guest.leave()
            client.close()
        finally:
            guest.entering = None

    async def _first_words(self, client: socket.socket) -> None:
        """Wait until the first TLS record is there as a whole, or something that is none, or the end."""
        while True:
            await self._readable(client)
            with contextlib.suppress(BlockingIOError):
                seen = client.recv(_HEADER, socket.MSG_PEEK)
                if not seen or seen[0] != _HANDSHAKE:
                    return
                if len(seen) == _HEADER:
                    size = _HEADER + int.from_bytes(seen[3:])
                    if len(client.recv(size, socket.MSG_PEEK)) == size:
                        return
            await asyncio.sleep(AGAIN)

    async def _readable(self, client: socket.socket) -> None:
        came = self._loop.create_future()
        self._loop.add_reader(client, _settle, came)
        try:
            await came
        finally:
            self._loop.remove_reader(client)

    async def _place(self, taken: Mapping[Guest, float], most: Callable[[], int]) -> None:
        """Wait for a free place, or free that of the oldest guest who takes too long to ask."""
        while len(taken) >= most():
            oldest = next((guest for guest in taken if not guest.has_asked), None)
            seconds = GRACE if oldest is None else taken[oldest] + GRACE - self._loop.time()
            if oldest is not None and seconds <= 0:
                oldest.turn_away()
                continue
            self._place_is_free.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._place_is_free.wait()

    def _room(self) -> int:
        return min(OPENING, self._files // 4)


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
