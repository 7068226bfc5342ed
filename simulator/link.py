"""The connection of a station: made, lost, made again with growing pauses (OCPP-J §3, §5.4; rules CON-08, CON-09)."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ocppj.peer import BadAnswer, CallRefused, CallTimeout, ConnectFailed, ConnectionClosed, Peer
from simulator.clock import Clock, Timer
from simulator.core import Offline, Unanswered
from simulator.events import Events
from simulator.tasks import Tasks

MAX_WAITING = 1000

Connect = Callable[[], Awaitable[Peer]]


@dataclass(frozen=True, slots=True)
class BackOff:
    """Pauses between attempts in seconds: they double up to `ceiling`.

    A random `share` keeps a fleet from moving as one.
    """

    first: float = 1.0
    ceiling: float = 120.0
    share: float = 0.2

    def pause(self, failures: int, chance: float) -> float:
        """The pause after so many failures in a row; `chance` is from 0 to 1. Never shorter than the one before."""
        return min(self.ceiling, self.first * 2.0 ** min(failures, 30) * (1.0 + self.share * chance))


class Link:
    """Keeps one connection while it is wanted."""

    def __init__(
        self,
        connect: Connect,
        clock: Clock,
        events: Events,
        tasks: Tasks,
        *,
        back_off: BackOff | None = None,
        seed: int | None = None,
    ) -> None:
        self.on_up: Callable[[], None] = lambda: None
        self.on_down: Callable[[], None] = lambda: None
        self.on_call: Callable[[], None] = lambda: None
        self.last_failure: ConnectFailed | None = None
        self._connect = connect
        self._clock = clock
        self._events = events
        self._tasks = tasks
        self._back_off = back_off or BackOff()
        self._random = random.Random(seed)
        self._peer: Peer | None = None
        self._wanted = False
        self._attempt: asyncio.Task[None] | None = None
        self._retry: Timer | None = None
        self._failures = 0
        self._outbox: deque[tuple[str, dict[str, Any], asyncio.Future[dict[str, Any]]]] = deque()
        self._pumping = False

    @property
    def quiet(self) -> bool:
        """Whether no CALL of the station is on its way or waits for its turn."""
        return not self._pumping

    @property
    def up(self) -> bool:
        """Whether there is an open connection."""
        return self._peer is not None

    @property
    def peer(self) -> Peer | None:
        """The open connection, if any."""
        return self._peer

    def open(self) -> None:
        """Connect, and stay connected until `close`."""
        if not self._wanted:
            self._wanted = True
            self._failures = 0
            self._try()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Disconnect and stay so, with a close frame. Features learn it before the socket is closed."""
        peer = self._give_up()
        if peer is not None:
            await peer.close(code, reason)

    async def cut(self) -> None:
        """Disconnect and stay so, without a close frame: the wire is cut."""
        peer = self._give_up()
        if peer is not None:
            await peer.abort()

    def _give_up(self) -> Peer | None:
        self._wanted = False
        if self._retry is not None:
            self._retry.cancel()
        if self._attempt is not None and self._attempt is not asyncio.current_task():
            self._attempt.cancel()
        return self._lost()

    def submit(self, action: str, payload: dict[str, Any]) -> asyncio.Future[dict[str, Any]]:
        """As in `Uplink`. What waits when the connection is lost fails; nothing is carried over to the next one."""
        future = new_future()
        if self._peer is None:
            future.set_exception(Offline("there is no connection"))
        elif len(self._outbox) >= MAX_WAITING:
            future.set_exception(Unanswered(f"{action} was not sent: {MAX_WAITING} CALLs wait for their turn"))
        else:
            self._outbox.append((action, payload, future))
            if not self._pumping:
                self._pumping = True
                self._tasks.spawn(self._pump())
        return future

    async def _pump(self) -> None:
        """Send what waits, one CALL after the answer to the other."""
        try:
            while self._outbox:
                action, payload, future = self._outbox.popleft()
                try:
                    answer = await self._exchange(action, payload)
                except (Offline, Unanswered) as error:
                    if not future.done():
                        future.set_exception(error)
                else:
                    if not future.done():
                        future.set_result(answer)
        finally:
            self._pumping = False
            self._events.publish("queue", "no CALL is on its way")

    async def _exchange(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        peer = self._peer
        if peer is None:
            raise Offline("there is no connection")
        self.on_call()
        try:
            answer = await peer.call(action, payload)
        except ConnectionClosed as error:
            raise Offline(str(error)) from None
        except (CallRefused, CallTimeout, BadAnswer) as error:
            raise Unanswered(str(error)) from None
        if peer is not self._peer:
            raise Offline("the connection was given up while the answer was on its way")
        if not peer.session.schemas.result[action](answer):
            first = peer.session.schemas.diagnose(action, "result", answer)[0]
            raise Unanswered(f"the answer to {action} is against the schema: {first.message}")
        return dict(answer)

    def _try(self) -> None:
        self._retry = None
        if self._wanted and self._peer is None:
            self._attempt = self._tasks.spawn(self._establish())

    async def _establish(self) -> None:
        try:
            peer = await self._connect()
        except ConnectFailed as error:
            self.last_failure = error
            pause = self._pause()
            self._events.publish("problem", f"{error}; next attempt in {pause:.1f} s", pause=pause)
            return
        self._failures = 0
        self.last_failure = None
        self._peer = peer
        self._tasks.spawn(self._watch(peer), held=False)
        self._events.publish("connected", "connected")
        self.on_up()

    async def _watch(self, peer: Peer) -> None:
        closed = await peer.wait_closed()
        if peer is self._peer:
            self._lost()
            pause = self._pause()
            self._events.publish("problem", f"{closed}; next attempt in {pause:.1f} s", pause=pause)

    def _lost(self) -> Peer | None:
        peer, self._peer = self._peer, None
        if peer is not None:
            while self._outbox:
                future = self._outbox.popleft()[2]
                if not future.done():
                    future.set_exception(Offline("the connection was lost"))
            self.on_down()
            self._events.publish("disconnected", "disconnected")
        return peer

    def _pause(self) -> float:
        pause = self._back_off.pause(self._failures, self._random.random())
        self._failures += 1
        self._retry = self._clock.call_later(pause, self._try)
        return pause


def new_future() -> asyncio.Future[dict[str, Any]]:
    """A future whose failure may go unnoticed: its reader can be cancelled before it looks."""
    future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
    future.add_done_callback(_look)
    return future


def _look(future: asyncio.Future[dict[str, Any]]) -> None:
    if not future.cancelled():
        future.exception()
