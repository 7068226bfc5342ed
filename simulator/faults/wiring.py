"""How faults get into a station, and out of it again: the classes of its parts are exchanged for broken ones.

A part keeps its state and its place; only its methods are others. So the station needs no branch for it, and one
without faults is what it always was. The connection is a part as long as it lasts: one that is made later is broken as
soon as it is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar, cast

from ocppj.frames import Call, CallError, CallResult, Frame
from ocppj.peers.aio import Peer
from ocppj.session.session import Exchange, Seen
from simulator.faults.model import Came, Fault, Message, Override, Payload, Replying, Send
from simulator.kernel.base import Base
from simulator.wire.dialing import CallLine, Connect, Dial, Line, RequestLine, connect_by_websockets
from simulator.wire.link import Done, Link
from simulator.wire.operations import Answer, Operations, unsupported


@dataclass(slots=True)
class Wiring:
    """The faults of one station, each with what it remembers; the one given first is the innermost.

    `overrides` are the classes that parts get, and `open` counts the CALLs that are on their way through.
    """

    base: Base
    faults: tuple[tuple[Fault, dict[str, Any]], ...]
    overrides: tuple[Override, ...] = ()
    open: int = 0

    async def carry(self, action: str, payload: Payload, send: Callable[..., None], done: Done | None) -> None:
        """A CALL of the station on its way and back; `send` is that of the right link, `done` hears what came."""

        async def really_send(changed: Payload) -> Came:
            answered: asyncio.Future[Came] = asyncio.get_running_loop().create_future()
            send(action, changed, answered.set_result)
            return await answered

        try:
            came = await self._call(action, payload, really_send)
            if done is not None:
                done(came)
        finally:
            self.open -= 1
            self.base.events.publish("queue", "a CALL is over")

    async def _call(self, action: str, payload: Payload, send: Send) -> Came:
        """A CALL of the station through all faults that are about it."""
        for fault, memory in self.faults:
            hook = fault.calls.get(action) or fault.calls.get("*")
            if hook is not None:
                send = self._around(hook, action, memory, send)
        return await send(payload)

    def operation(self, action: str, operate: Callable[[Payload], Answer] | None) -> Callable[[Payload], Answer] | None:
        """An operation within all faults that are about it; one of them may answer what the station does not do."""
        if operate is None and any(action in fault.answers for fault, _ in self.faults):
            operate = partial(_refuse, action)
        for fault, memory in self.faults:
            hook = fault.answers.get(action) or fault.answers.get("*")
            if operate is not None and hook is not None:
                operate = self._around(hook, action, memory, operate)
        return operate

    def _around(self, hook: Callable[..., Any], action: str, memory: dict[str, Any], within: Any) -> Any:
        return lambda payload: hook(Message(self.base, action, payload, memory), within)

    def dialled(self, dial: Dial) -> Dial:
        """What is dialled instead."""
        for fault, _ in self.faults:
            if fault.dials is not None:
                dial = fault.dials(dial)
        if any(fault.refusals is not None for fault, _ in self.faults):
            dial = replace(dial, connect=partial(self._connects, dial.connect or connect_by_websockets))
        return dial

    async def _connects(self, connect: Connect, *where: str, **options: Any) -> Any:
        """A line on which refusals pass the faults, where it is one that refuses by itself."""
        line = await connect(*where, **options)
        if type(line) is Peer:
            line.__class__ = type("BrokenPeer", (_BrokenPeer,), {"wiring": self})
        return line

    def refused(self, asked: Exchange, error: CallError) -> CallResult | CallError:
        """What is written in place of a refusal; where two faults meet, the one given later decides."""
        hooks = (fault.refusals for fault, _ in reversed(self.faults) if fault.refusals is not None)
        return next((made for hook in hooks if (made := hook(asked, error)) is not None), error)

    @property
    def replies(self) -> Replying | None:
        """How answers are written, when that is broken."""
        return next((fault.replies for fault, _ in reversed(self.faults) if fault.replies is not None), None)


def _refuse(action: str, payload: Payload) -> Answer:
    raise unsupported(action)


class _BrokenLink(Link):
    """CALLs, answers and dialling pass the faults."""

    __slots__ = ()
    wiring: ClassVar[Wiring]

    @property
    def quiet(self) -> bool:
        return super().quiet and not self.wiring.open

    def send(self, action: str, payload: dict[str, Any], done: Done | None = None, *, due: float | None = None) -> None:
        self.wiring.open += 1
        self.base.tasks.spawn(self.wiring.carry(action, payload, partial(super().send, due=due), done))

    def _answer(self, seen: Seen, line: Line) -> Awaitable[None]:
        replies = self.wiring.replies
        return super()._answer(seen, line if replies is None else cast("Line", _BrokenLine(line, replies)))

    def _dialled(self) -> Dial:
        dial = self.wiring.dialled(super()._dialled())
        connect = dial.connect or connect_by_websockets

        async def connect_broken(*address: str, **options: Any) -> CallLine | RequestLine:
            line = await connect(*address, **options)
            wiring = getattr(type(self), "wiring", None)  # the faults may be others by now, or none
            if isinstance(wiring, Wiring):
                _break(_of_connection(line), wiring)
            return line

        return replace(dial, connect=cast("Any", connect_broken))


class _BrokenPeer(Peer):
    """Refusals pass the faults."""

    wiring: ClassVar[Wiring]

    async def send(self, frame: Frame) -> Seen:
        asked = self.session.memory.find(self.session.remote, frame.id) if type(frame) is CallError else None
        if asked is not None and asked.is_open:
            frame = self.wiring.refused(asked, cast("CallError", frame))
        return await super().send(frame)


class _BrokenOperations(Operations):
    """Operations pass the faults."""

    __slots__ = ()
    wiring: ClassVar[Wiring]

    def operation(self, action: str) -> Callable[[dict[str, Any]], Answer] | None:
        return self.wiring.operation(action, super().operation(action))


class _BrokenLine:
    """A line whose answers are written in another way; all the rest is the line itself."""

    def __init__(self, line: Line, replies: Replying) -> None:
        self._line = line
        self._replies = replies

    async def reply(self, call: Call, payload: Any) -> None:
        await self._replies(self._line, call, payload)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)


def wire(base: Base, pieces: Iterable[Any], faults: Sequence[Fault]) -> None:
    """Give a station these faults and no others. Their memory begins anew, but for those that stay on.

    `pieces` is whatever of it can be broken, the link among it.
    """
    pieces = list(pieces)
    before = {fault.name: memory for fault, memory in wired(pieces)}
    overrides = [one for fault in faults for one in fault.overrides]
    if faults:
        overrides += [Override(Link, _BrokenLink), Override(Operations, _BrokenOperations)]
    wiring = Wiring(base, tuple((fault, before.get(fault.name, {})) for fault in faults), tuple(overrides))
    _break([*pieces, *_of_connection(_link(pieces).line)], wiring)


def _break(parts: Iterable[Any], wiring: Wiring) -> None:
    """Give each of them the class that these faults want of it: its own where they want none."""
    for part in parts:
        right = _right(type(part))
        broken = tuple(dict.fromkeys(one.by for one in reversed(wiring.overrides) if issubclass(right, one.part)))
        if broken:
            part.__class__ = type(
                right.__name__, (*broken, right), {"__slots__": (), "wiring": wiring, "unbroken": right}
            )
        elif type(part) is not right:
            part.__class__ = right


def _of_connection(line: Any) -> list[Any]:
    """What can be broken of a connection: the peer, and the WebSocket below it where `websockets` carries it."""
    socket = getattr(getattr(line, "_transport", None), "protocol", None)
    return [one for one in (line, socket) if one is not None]


def _link(pieces: Iterable[Any]) -> Link:
    return next(one for one in pieces if isinstance(one, Link))


def wired(pieces: Iterable[Any]) -> tuple[tuple[Fault, dict[str, Any]], ...]:
    """The faults of the station whose pieces these are, with what they remember."""
    wiring = getattr(type(_link(pieces)), "wiring", None)
    return wiring.faults if isinstance(wiring, Wiring) else ()


def _right(kind: type) -> type:
    """The class of a part when it is not broken."""
    right: type = vars(kind).get("unbroken", kind)
    return right
