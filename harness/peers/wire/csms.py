"""What only a CSMS does below the verbs: refuse and leave open the CALLs of a station, ping it, lose it, shut the door.

A text that is written is a stimulus, as a CALL of the verbs is: what the station said before is not the effect of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from time import monotonic_ns
from typing import Protocol

from harness.bay.bay import Bay
from harness.bay.listener import Refusal
from harness.case.verdicts import CaseFailure
from harness.peers.wire import raw
from harness.peers.wire.raw import Wire
from ocppj.errors import ConnectionClosed
from ocppj.session.session import Seen


class Asked(Protocol):
    """A CALL of the station."""

    id: str
    name: str
    is_answered: bool


class Owner(raw.Owner, Protocol):
    """The CSMS that is played."""

    @property
    def bay(self) -> Bay: ...
    def marks(self) -> None:
        """What came until now is not the effect of what comes next."""

    async def is_there(self, within: float | None = None) -> None:
        """Wait until the station is connected."""

    async def until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds; whether it does."""


class CsmsWire(Wire):
    """The connection to a station, without anything between it and the text."""

    def __init__(self, owner: Owner) -> None:
        super().__init__(owner)
        self._csms = owner
        self._codes: dict[str, tuple[float, str]] = {}

    async def writes(self, text: str, *, rule: str | None = None, pieces: int = 1) -> Seen:
        """Write any text; see `Wire.writes`. What came before is looked at no more."""
        await self._csms.is_there()
        self._csms.marks()
        return await super().writes(text, rule=rule, pieces=pieces)

    async def pings(self, *, rule: str) -> None:
        """A WebSocket ping is answered by a pong with the same octets within ``timeouts.message_s`` (RFC 6455 §5.5)."""
        await self._csms.is_there()
        self._csms.marks()
        run = self._csms.run
        run.note("a WebSocket ping is sent")
        seconds = run.sut.timeouts.message_s
        try:
            async with asyncio.timeout(seconds):
                await self._csms.peer.ping()
        except TimeoutError:
            raise CaseFailure(
                "silence",
                expected="a pong with the octets of the ping",
                actual=f"none came in {seconds:g} s",
                rule=run.failed(rule),
            ) from None
        except ConnectionClosed as closed:
            raise self._csms.closed_failure("a pong with the octets of the ping", closed, rule) from None
        run.judge(rule)

    async def is_read(self) -> None:
        """Wait until the station has read what was written, as the pong to a ping says.

        One that sends no pong has read it when ``timeouts.settle_s`` have passed.
        """
        with suppress(TimeoutError, ConnectionClosed):
            async with asyncio.timeout(self._csms.run.sut.timeouts.settle_s):
                await self._csms.peer.ping()

    async def pinged(self, count: int, *, within: float) -> list[int]:
        """When the station pings from now on, in monotonic nanoseconds: so often, or for ``within`` so many seconds."""
        since, pings = monotonic_ns(), self._csms.bay.pings

        def heard() -> list[int]:
            return [at for at in pings if at > since]

        await self._csms.until(lambda: len(heard()) >= count, within)
        return heard()

    def refuses_all(self, action: str, code: str, *, times: float = float("inf")) -> None:
        """From now on CALLs of this action are answered with the CALLERROR of this code, so many ``times``."""
        self._codes[action] = times, code

    def code_for(self, action: str) -> str | None:
        """The code that a CALL which has come is to be refused with; None: it is answered."""
        times, code = self._codes.get(action, (0.0, ""))
        if times <= 0:
            return None
        self._codes[action] = times - 1, code
        return code

    def forgets(self) -> None:
        """Nothing is refused any more."""
        self._codes.clear()

    async def refuses(self, request: Asked, code: str) -> None:
        """Answer a CALL of the station, which may have been held, with a CALLERROR."""
        request.is_answered = True
        await self._csms.peer.refuse(request.id, code, f"{request.name} is refused for a test")

    async def answers(self, request: Asked, text: str) -> Seen:
        """Answer a CALL of the station that was held with any text."""
        request.is_answered = True
        return await super().writes(text)

    async def drops(self) -> None:
        """The TCP connection ends without a word; the station can come back at once."""
        self._csms.marks()
        self._csms.run.note("the connection is dropped")
        self._csms.bay.only_lost = True
        await self._csms.bay.drops()

    def shuts(self, status: int, reason: str) -> None:
        """From now on every handshake is answered with this HTTP status."""
        self._csms.marks()
        self._csms.bay.shut = Refusal(status, reason)

    def opens(self) -> None:
        """Handshakes are answered as ever."""
        self._csms.bay.shut = None
