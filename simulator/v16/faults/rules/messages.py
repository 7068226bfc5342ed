"""Faults of a station with messages that are wrong, late, or in nobody's way (OCPP-J 1.6 §4.1, §4.2)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, ClassVar

import msgspec

from ocppj.frames import Call, CallError, CallResult, Malformed
from ocppj.peers.aio import Peer
from ocppj.session.refusal import refusal
from ocppj.session.session import Seen
from simulator.faults.model import Fault, Override
from simulator.faults.wiring import Wiring
from simulator.faults.words import override
from simulator.v16.core.configuration import Configuration
from simulator.v16.faults.words import key_read_as
from simulator.wire.dialing import Line
from simulator.wire.link import Done, Link

_UNREAD = "-1"
_LONG = 10_000  # characters
_DEEP = 50
_PATIENT = 60
"""So many times as long as it should a station waits for an answer that does not come."""


def faults() -> Iterator[Fault]:
    """The faults of these sections."""
    yield override("no-message-answered", "What is no message is answered with a CALLERROR.", Peer, _AnswersAnything)
    yield override(
        "no-message-closes",
        "The station closes the connection on which something comes that is no message.",
        Peer,
        _Strict,
    )
    yield override(
        "stray-answers-answered",
        "An answer that belongs to no CALL is answered with a CALLERROR.",
        Peer,
        _AnswersStrays,
    )
    yield override(
        "stray-answer-closes",
        "The station closes the connection on which an answer comes that belongs to no CALL.",
        Peer,
        _LeavesStrays,
    )
    yield override(
        "late-answers-answered", "An answer that comes too late is answered with a CALLERROR.", Peer, _AnswersLate
    )
    yield override(
        "late-answer-closes", "The station closes the connection on which an answer comes too late.", Peer, _LeavesLate
    )
    yield Fault("answer-ids-lowered", "A CALLRESULT has the id of its CALL in lower case.", replies=_lowered)
    yield Fault("answer-ids-cut", "A CALLRESULT has only the first 20 characters of the id of its CALL.", replies=_cut)
    yield override("null-refused", "A CALL whose payload is null is refused.", Peer, _WithoutNull)
    yield override(
        "no-payload-answered",
        "A CALL without a payload that is an object is answered as if it had an empty one.",
        Peer,
        _Generous,
    )
    yield override("deaf-while-waiting", "While a CALL of the station is open no other is answered.", Peer, _Deaf)
    yield Fault(
        "calls-not-awaited",
        "The station sends the next CALL although the one before is not answered.",
        overrides=(Override(Link, _Impatient), Override(Peer, _ManyCalls)),
    )
    yield override("actions-in-any-case", "The letter case of an action does not matter.", Peer, _AnyCase)
    yield override(
        "id-of-own-call-refused", "A CALL is refused that has the id of an open CALL of the station.", Peer, _OneIdSpace
    )
    yield override("used-id-ignored", "A CALL is not answered when an earlier one had the same id.", Peer, _IgnoresUsed)
    yield override(
        "odd-texts-ignored",
        "A text that is long, nested deeply, or has NUL or half a character in it is ignored.",
        Peer,
        _IgnoresOdd,
    )
    yield override(
        "odd-texts-close",
        "On a text that is long, nested deeply, or has NUL or half a character in it the station leaves.",
        Peer,
        _LeavesOdd,
    )
    yield override(
        "message-timeout-ignored",
        f"An answer is waited for {_PATIENT} times as long as MessageTimeout says.",
        Configuration,
        key_read_as("MessageTimeout", lambda seconds: _PATIENT * seconds),
    )


class Broken(Peer):
    """A connection that has a fault."""

    wiring: ClassVar[Wiring]

    def _refuses(self, id: str, code: str = "GenericError") -> None:
        self.wiring.base.tasks.spawn(self.refuse(id, code, "this station is broken on purpose"))

    def _leaves(self) -> None:
        self.wiring.base.tasks.spawn(self.abort())


class _AnswersAnything(Broken):
    async def _serve(self, seen: Seen) -> None:
        await super()._serve(seen)
        if isinstance(seen.frame, Malformed) and refusal(seen, self.session.protocol, self.role) is None:
            await self.refuse(_UNREAD, "FormationViolation", seen.frame.message)


class _Strict(Broken):
    async def _serve(self, seen: Seen) -> None:
        await super()._serve(seen)
        if isinstance(seen.frame, Malformed):
            self._leaves()


class _AnswersStrays(Broken):
    def _received(self, text: str | bytes, at: int) -> Seen:
        seen = super()._received(text, at)
        if isinstance(seen.frame, CallResult | CallError) and seen.request is None:
            self._refuses(seen.frame.id)
        return seen


class _LeavesStrays(Broken):
    def _received(self, text: str | bytes, at: int) -> Seen:
        seen = super()._received(text, at)
        if isinstance(seen.frame, CallResult | CallError) and seen.request is None:
            self._leaves()
        return seen


class _AnswersLate(Broken):
    def _received(self, text: str | bytes, at: int) -> Seen:
        seen = super()._received(text, at)
        if isinstance(seen.frame, CallResult) and seen.late:
            self._refuses(seen.frame.id)
        return seen


class _LeavesLate(Broken):
    def _received(self, text: str | bytes, at: int) -> Seen:
        seen = super()._received(text, at)
        if isinstance(seen.frame, CallResult) and seen.late:
            self._leaves()
        return seen


class _WithoutNull(Broken):
    async def _serve(self, seen: Seen) -> None:
        if isinstance(seen.frame, Call) and seen.frame.payload is None:
            await self.refuse(seen.frame.id, "FormationViolation", "the payload is null")
        else:
            await super()._serve(seen)


class _Generous(Broken):
    async def _serve(self, seen: Seen) -> None:
        frame = seen.frame
        is_odd = isinstance(frame, Malformed) or (isinstance(frame, Call) and not isinstance(frame.payload, dict))
        if is_odd and frame.id is not None:
            await self.reply(Call(frame.id, "", {}, ""), {})
        else:
            await super()._serve(seen)


class _Deaf(Broken):
    async def _serve(self, seen: Seen) -> None:
        while self._waiting:
            await asyncio.wait(list(self._waiting.values()))
            await asyncio.sleep(0)  # whoever waited for it takes it off
        await super()._serve(seen)


class _Impatient(Link):
    __slots__ = ()

    async def _pump(self, outbox: deque[tuple[str, dict[str, Any], Done | None, float]]) -> None:
        while outbox:
            waits = deque([outbox.popleft()])
            self.base.tasks.spawn(super()._pump(waits))
        self._pumping = False


class _ManyCalls(Broken):
    @property
    def _calling(self) -> AbstractAsyncContextManager[None]:  # type: ignore[override]
        return nullcontext()


class _AnyCase(Broken):
    async def _serve(self, seen: Seen) -> None:
        frame = seen.frame
        known = {name.lower(): name for name in self.session.schemas.actions}
        if isinstance(frame, Call) and frame.action not in known.values() and frame.action.lower() in known:
            right = msgspec.structs.replace(frame, action=known[frame.action.lower()])
            seen.frame, seen.valid = right, True
            await self._on_call(seen)
        else:
            await super()._serve(seen)


class _OneIdSpace(Broken):
    async def _serve(self, seen: Seen) -> None:
        if isinstance(seen.frame, Call) and seen.frame.id in self._waiting:
            await self.refuse(seen.frame.id, "ProtocolError", "this id is in use")
        else:
            await super()._serve(seen)


class _IgnoresUsed(Broken):
    async def _serve(self, seen: Seen) -> None:
        if seen.earlier is None:
            await super()._serve(seen)


def _is_odd(text: str) -> bool:
    return len(text) > _LONG or any(one in text for one in ("\\u0000", "\\ud800", "[" * _DEEP))


class _IgnoresOdd(Broken):
    async def _serve(self, seen: Seen) -> None:
        if not _is_odd(seen.frame.raw):
            await super()._serve(seen)


class _LeavesOdd(Broken):
    async def _serve(self, seen: Seen) -> None:
        await super()._serve(seen)
        if _is_odd(seen.frame.raw):
            self._leaves()


async def _lowered(line: Line, call: Call, payload: Any) -> None:
    await line.reply(msgspec.structs.replace(call, id=call.id.lower()), payload)


async def _cut(line: Line, call: Call, payload: Any) -> None:
    await line.reply(msgspec.structs.replace(call, id=call.id[:20]), payload)
