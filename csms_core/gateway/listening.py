"""Accepting connections: a few at a time, and a bounded number that have not finished their handshake.

Event loops accept whatever waits at a port in one go, and a connection costs its memory and a task from its first
moment. Here it is a socket and nothing else until it is its turn to be read, and a client that has not sent its request
costs little more, so that many may stop in the middle of it before anybody else has to wait for a place. TLS, whose
buffers are large, begins when the first words of the client are there. Whose request is there waits for its judgement,
a bounded number of which are made at a time, for as long as it takes; no deadline runs meanwhile, for it is not the
client who is slow. All others wait in the queue of the kernel (`net.BACKLOG`), which forgets those it has kept for a
minute, so the places are many. Nobody who waits holds up those who are connected.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from ssl import SSLContext
from typing import Any

from csms_core.gateway import sockets

OPENING = 16_384
"""Connections that may be in their handshake at a time, about 10 kB each. With the stations that are connected, they
take no more than three quarters of the files that the process may have open, or else a quarter by themselves."""

ACCEPTED = 8
"""Connections that are accepted in one turn of the loop, a few microseconds each."""

WITHIN_TLS = 256
"""Those of them whose TLS has begun and who are not judged yet, about 320 kB each."""

JUDGED = 24
"""Requests that may be judged at a time: enough to keep the threads for passwords at work and to share a commit of the
store, however long that takes. What they waited for comes to them a few a turn (`store.groups`)."""

READ_AHEAD = 512
"""Requests that wait for their judgement while further clients are begun to be read. To read more of them would only
take from those who wait already, as long as they are judged more slowly than they come."""

SHORT, REST = 0.002, 0.02
"""Seconds of work after which there is a rest as long, and of the longest rest. A storm then takes up to twice the
time, but leaves the process half of it, and whoever is online finds it at rest every other time. Timers are good to a
millisecond, so a rest after every turn of a few tenths would be several times as long as the turn."""

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
        self.client: socket.socket | None = None  # before it is its turn to be read
        self._door = door

    def ask(self, judge: Callable[[], None]) -> None:
        """Its request is there: `judge` is called when it is its turn."""
        self.has_asked = True
        self._door.asks(self, judge)

    def judged(self) -> None:
        """Its judgement has ended, somehow: it is the turn of the next one. May be called again."""
        self._door.judged(self)

    def leave(self) -> None:
        """Its handshake has ended, somehow: its place is free. May be called again.

        Whoever goes away while it is judged keeps its place until then, for what judges it is still at work.
        """
        self._door.left(self)

    def has_gone(self) -> bool:
        """Whether the client has closed its end; nobody reads it while it waits for its judgement."""
        there = None if self.transport is None else self.transport.get_extra_info("socket")
        return there is not None and sockets.is_left(there)

    def turn_away(self) -> None:
        """Drop the connection."""
        self.leave()
        if self.transport is not None:
            self.transport.abort()
        elif self.entering is not None:
            self.entering.cancel()
        elif self.client is not None:
            self.client.close()


class Work:
    """What one of the tasks of a door has done since it rested: seconds that the loop was at work."""

    seconds = 0.0


class Door:
    """One listening socket; what `websockets` needs of an `asyncio.Server`.

    `make` gives the protocol of a connection, which tells its guest how far it is.
    """

    def __init__(
        self,
        sock: socket.socket,
        make: Callable[[Guest], asyncio.Protocol],
        tls: SSLContext | None,
        timeout: float,
        taken: Callable[[], int] = lambda: 0,
    ) -> None:
        """`taken` is how many connections there are, those of this door included."""
        self.sockets = (sock,)
        self._sock = sock
        self._make = make
        self._tls: dict[str, Any] = {} if tls is None else {"ssl": tls, "ssl_handshake_timeout": timeout}
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._taken = taken
        self._guests: dict[Guest, float] = {}  # since when they may be read, oldest first
        self._lobby: deque[Guest] = deque()  # whose turn to be read has not come
        self._files = sockets.open_files()
        self._judged: set[Guest] = set()
        self._gone: set[Guest] = set()  # those of them who went away meanwhile
        self._waiting: dict[Guest, Callable[[], None]] = {}  # for their judgement
        self._within_tls: dict[Guest, float] = {}  # since when, oldest first
        self._is_open = True
        self._place_is_free = asyncio.Event()
        self._usher_on = asyncio.Event()
        self._call_up = asyncio.Event()
        self._tasks = [self._loop.create_task(task) for task in (self._accept(), self._usher(), self._judge())]

    @property
    def guests(self) -> int:
        """How many are in their handshake."""
        return len(self._guests)

    def left(self, guest: Guest) -> None:
        """A guest needs its place no more."""
        if guest in self._judged:
            self._gone.add(guest)
            return
        self._guests.pop(guest, None)
        self._within_tls.pop(guest, None)
        if self._waiting.pop(guest, None) is not None:
            self._usher_on.set()
        self._place_is_free.set()

    def judged(self, guest: Guest) -> None:
        """The judgement of a guest has ended."""
        if guest not in self._judged:
            return
        self._judged.discard(guest)
        if guest in self._gone:
            self._gone.discard(guest)
            self.left(guest)
        self._call_up.set()

    def asks(self, guest: Guest, judge: Callable[[], None]) -> None:
        """The request of a guest is there; `judge` is called when it is its turn."""
        self._waiting[guest] = judge
        self._call_up.set()

    async def _judge(self) -> None:
        """Begin one judgement after the other, as long as there are not too many."""
        work = Work()
        while True:
            while self._waiting and len(self._judged) < JUDGED:
                self._judge_next()
                await self._give_way(work)
            self._call_up.clear()
            await self._call_up.wait()

    def _judge_next(self) -> None:
        guest = next(iter(self._waiting))
        judge = self._waiting.pop(guest)
        self._usher_on.set()
        if guest.has_gone():
            guest.turn_away()
            return
        self._judged.add(guest)
        if self._within_tls.pop(guest, None) is not None:
            self._place_is_free.set()
        judge()

    async def _give_way(self, work: Work) -> None:
        """Leave those who are connected their turn, and when some turns have been work, as much time again."""
        began = time.thread_time()  # not the clock: a process that waits for a core does not hold up anybody
        await asyncio.sleep(0)
        work.seconds += time.thread_time() - began
        if work.seconds > SHORT:
            rest, work.seconds = min(work.seconds, REST), 0.0
            await asyncio.sleep(rest)

    def is_serving(self) -> bool:
        """Whether connections are accepted."""
        return self._is_open

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """The loop it runs on."""
        return self._loop

    def close(self) -> None:
        """Accept nobody any more, and send away who is not being judged."""
        self._is_open = False
        for task in self._tasks:
            task.cancel()
        self._waiting.clear()
        for guest in [guest for guest in self._guests if guest not in self._judged]:
            guest.turn_away()

    async def wait_closed(self) -> None:
        """Wait for those who were on their way in."""
        entering = [guest.entering for guest in self._guests if guest.entering is not None]
        await asyncio.wait([*self._tasks, *entering])

    async def _accept(self) -> None:
        while True:
            await self._place(self._guests, self._room)
            try:
                self._admit((await self._loop.sock_accept(self._sock))[0])
                for _ in range(min(ACCEPTED, self._room() - len(self._guests)) - 1):
                    self._admit(self._sock.accept()[0])
            except (BlockingIOError, ConnectionAbortedError):
                pass
            except OSError:
                await asyncio.sleep(PAUSE)
            await asyncio.sleep(0)  # it is the turn of those who are connected

    def _admit(self, client: socket.socket) -> None:
        guest = Guest(self)
        guest.client = client
        self._guests[guest] = math.inf
        self._lobby.append(guest)
        self._usher_on.set()

    async def _usher(self) -> None:
        """Begin to read one client after the other, as long as not too many of them wait for their judgement."""
        work = Work()
        while True:
            while self._lobby and len(self._waiting) < READ_AHEAD:
                self._usher_next()
                await self._give_way(work)
            self._usher_on.clear()
            await self._usher_on.wait()

    def _usher_next(self) -> None:
        guest = self._lobby.popleft()
        client, guest.client = guest.client, None
        assert client is not None
        if sockets.is_left(client):
            guest.leave()
            client.close()
            return
        client.setblocking(False)
        with contextlib.suppress(OSError):  # it may be gone already
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._guests[guest] = self._loop.time()
        guest.entering = self._loop.create_task(self._enter(client, guest))
        guest.entering.add_done_callback(partial(self._entered, client, guest))

    async def _enter(self, client: socket.socket, guest: Guest) -> None:
        try:
            if self._tls:
                async with asyncio.timeout(self._timeout):
                    await self._first_words(client)
                await self._place(self._within_tls, lambda: WITHIN_TLS)
                self._within_tls[guest] = self._loop.time()
            await self._loop.connect_accepted_socket(lambda: self._make(guest), client, **self._tls)
        except OSError:  # it said nothing, went away, or TLS failed
            guest.leave()
            client.close()

    def _entered(self, client: socket.socket, guest: Guest, entering: asyncio.Task[None]) -> None:
        guest.entering = None
        if entering.cancelled():  # it was turned away, perhaps before the task had begun
            guest.leave()
            client.close()

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
        try:
            self._loop.add_reader(client, _settle, came)
        except NotImplementedError:  # the loop of Windows waits for no socket: who asks looks again
            return
        try:
            await came
        finally:
            self._loop.remove_reader(client)

    async def _place(self, taken: Mapping[Guest, float], most: Callable[[], int]) -> None:
        """Wait for a free place, or free that of the oldest guest who takes too long to ask.

        Nobody is sent away as long as others wait for their judgement: whoever came in instead would only wait, too.
        """
        while len(taken) >= most():
            oldest = None if self._waiting else next((guest for guest in taken if not guest.has_asked), None)
            seconds = GRACE if oldest is None else min(taken[oldest] + GRACE - self._loop.time(), GRACE)
            if oldest is not None and seconds <= 0:
                oldest.turn_away()
                continue
            self._place_is_free.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._place_is_free.wait()

    def _room(self) -> int:
        quarter = self._files // 4
        return min(OPENING, max(quarter, 3 * quarter - self._taken() + len(self._guests)))


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
