"""Faults of how a station refuses, and of what it makes of a refusal (OCPP-J 1.6 §4.2.3; errata 3.2, 3.3)."""

from __future__ import annotations

from collections.abc import Iterator

from ocppj import frames
from ocppj.frames import MAX_ID_LENGTH, Call, CallError, Frame
from ocppj.peers.aio import Peer
from ocppj.session.session import Seen
from simulator.faults.model import Came, Fault, Message, Payload, Send
from simulator.faults.words import call, override
from simulator.kernel.errors import Unanswered
from simulator.v16.faults.rules.messages import Broken


def faults() -> Iterator[Fault]:
    """The faults of this section."""
    yield override("errors-internal", "Every CALLERROR has the code InternalError.", Peer, _Internal)
    yield override(
        "not-implemented-as-not-supported",
        "Instead of NotImplemented a CALLERROR has the code NotSupported.",
        Peer,
        _NotSupported,
    )
    yield override(
        "closes-after-error", "The station closes the connection after a CALLERROR of its own.", Peer, _Leaves
    )
    yield override(
        "closes-when-refused",
        "The station leaves when a CALL of its own is refused.",
        Peer,
        _LeavesRefused,
    )
    yield override("error-ids-lowered", "A CALLERROR has the id of its CALL in lower case.", Peer, _LowersIds)
    yield override(
        "wrong-payload-answered",
        "A CALL with a payload against the schema is answered as if all were well.",
        Peer,
        _Lax,
    )
    yield override("long-ids-answered", "A CALL with an id of more than 36 characters is answered.", Peer, _LongIds)
    yield call(
        "start-refusal-final",
        "A StartTransaction that is refused with a CALLERROR is not sent again.",
        "StartTransaction",
        _taken_for_answered,
    )


async def _taken_for_answered(message: Message, send: Send) -> Came:
    came = await send(message.payload)
    answered: Payload = {"transactionId": 1, "idTagInfo": {"status": "Accepted"}}
    return answered if isinstance(came, Unanswered) else came


class _Recodes(Broken):
    codes: dict[str, str]

    async def send(self, frame: Frame) -> Seen:
        if isinstance(frame, CallError):
            frame = frames.error(frame.id, self._code(frame.code), frame.description, frame.details)
        return await super().send(frame)

    def _code(self, code: str) -> str:
        raise NotImplementedError


class _Internal(_Recodes):
    def _code(self, code: str) -> str:
        return "InternalError"


class _NotSupported(_Recodes):
    def _code(self, code: str) -> str:
        return "NotSupported" if code == "NotImplemented" else code


class _Leaves(Broken):
    async def send(self, frame: Frame) -> Seen:
        seen = await super().send(frame)
        if isinstance(frame, CallError):
            self._leaves()
        return seen


class _LeavesRefused(Broken):
    def _received(self, text: str | bytes, at: int) -> Seen:
        seen = super()._received(text, at)
        if isinstance(seen.frame, CallError):
            self._leaves()
        return seen


class _LowersIds(Broken):
    async def send(self, frame: Frame) -> Seen:
        if isinstance(frame, CallError):
            frame = frames.error(frame.id.lower(), frame.code, frame.description, frame.details)
        return await super().send(frame)


class _Lax(Broken):
    async def _serve(self, seen: Seen) -> None:
        frame = seen.frame
        if isinstance(frame, Call) and seen.violations:
            schema = self.session.schemas.schema(frame.action, "result")
            status = schema.get("properties", {}).get("status", {}).get("enum", ())
            await self.reply(frame, {"status": status[0]} if status else {})
        else:
            await super()._serve(seen)


class _LongIds(Broken):
    async def _serve(self, seen: Seen) -> None:
        if isinstance(seen.frame, Call) and len(seen.frame.id) > MAX_ID_LENGTH and seen.valid:
            await self._on_call(seen)
        else:
            await super()._serve(seen)
