"""How a station gets its connection: the seam of the transport (OCPP-J §3, §6.2; rule CON-08).

Whoever makes the connection (`Connect`) says by `on_closed` when it has ended, so that a station at rest needs no task.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any, runtime_checkable
from typing import Protocol as Kind

from ocppj.errors import CallTimeout, ConnectionClosed
from ocppj.evidence.trace import Trace
from ocppj.frames import Call, Frame
from ocppj.peers import aio as ocppj_peer
from ocppj.protocol import Protocol
from ocppj.rules import Finding
from ocppj.session.session import Memory, Seen, Session


class Line(Kind):
    """What the station needs of an open connection, whatever it is made of."""

    session: Session

    @property
    def findings(self) -> list[Finding]: ...
    async def send(self, frame: Frame) -> Seen: ...
    async def reply(self, call: Call, payload: Any) -> None: ...
    async def refuse(
        self, id: str, code: str, description: str = "", details: dict[str, Any] | None = None
    ) -> None: ...
    async def ping(self) -> None: ...
    async def close(self, code: int = 1000, reason: str = "") -> None: ...
    async def abort(self) -> None: ...


class CallLine(Line, Kind):
    """A line on which a CALL is a coroutine; `ocppj.peers.aio.Peer` is one."""

    async def call(self, action: str, payload: Any = None, *, timeout: float | None = None) -> Any: ...


Outcome = Seen | ConnectionClosed | CallTimeout
"""What became of a CALL: the frame that answered it, as the session judged it, or why there is none."""


@runtime_checkable
class RequestLine(Line, Kind):
    """A line on which a CALL is a callback, for stations in such numbers that a task for each CALL is too much."""

    def request(
        self, action: str, payload: Any, timeout: float, done: Callable[[Outcome], None], waited: float = 0.0
    ) -> None:
        """Send a CALL; `done` is told once what became of it, and never before this method has returned. It was due
        `waited` seconds ago."""
        ...

    def give_up(self, frame: Frame) -> None:
        """Nobody waits any longer for the answer to this CALL, which left by `send`."""
        ...


class Connect(Kind):
    """Who makes the connection, as `ocppj.peers.aio.connect` does."""

    async def __call__(
        self,
        url: str,
        identity: str,
        /,
        *,
        protocol: Protocol,
        on_call: Callable[[Seen], Awaitable[None]],
        on_closed: Callable[[ConnectionClosed], None],
        memory: Memory,
        ssl: SSLContext | None,
        headers: Mapping[str, str] | None,
        basic_auth: tuple[str, bytes] | None,
        trace: Trace | None,
        observer: Callable[[Seen], None] | None,
    ) -> CallLine | RequestLine:
        """Connect; `on_closed(reason)` is called once, when an open connection has ended. Raises `ConnectFailed`."""
        ...


@dataclass(slots=True)
class Dial:
    """Where and how to connect; changes count from the next connection on."""

    url: str
    identity: str
    protocol: Protocol
    ssl: SSLContext | None = None
    headers: Mapping[str, str] | None = None
    basic_auth: tuple[str, bytes] | None = None  # user name and key
    trace: Trace | None = None
    observer: Callable[[Seen], None] | None = None
    connect: Connect | None = None
    call_timeout: float | None = None  # seconds; None: MessageTimeout
    memory: Memory = field(default_factory=Memory)
    user: str | None = None  # of HTTP Basic authentication; None: the identity (OCPP-J §6.2)


_watching: set[asyncio.Task[None]] = set()


async def connect_by_websockets(
    url: str, identity: str, *, on_closed: Callable[[ConnectionClosed], None], **options: Any
) -> CallLine:
    """The connection of `ocppj.peers.aio`, with a task that waits for its end."""
    peer = await ocppj_peer.connect(url, identity, **options)

    async def watch() -> None:
        on_closed(await peer.wait_closed())

    task = asyncio.get_running_loop().create_task(watch())
    _watching.add(task)
    task.add_done_callback(_watching.discard)
    return peer


class Pauses(Kind):
    """How long is waited between two attempts to connect."""

    @property
    def proof(self) -> float:
        """Seconds that a connection has to last, unless a CALL on it is answered before, to be no failure when the CSMS
        ends it. 0: that it was made is enough.
        """
        ...

    def pause(self, failures: int, chance: float) -> float:
        """Seconds after so many failures in a row; `chance` is from 0 to 1."""
        ...


@dataclass(frozen=True, slots=True)
class BackOff:
    """Pauses between attempts in seconds: they double up to `ceiling`.

    A random `share` keeps a fleet from moving as one.
    """

    first: float = 1.0
    ceiling: float = 120.0
    share: float = 0.2
    proof: float = 0.0

    def pause(self, failures: int, chance: float) -> float:
        """The pause after so many failures in a row; `chance` is from 0 to 1. Never shorter than the one before."""
        return min(self.ceiling, self.first * 2.0 ** min(failures, 30) * (1.0 + self.share * chance))
