"""What only a station does below its verbs: it asks for the upgrade in odd ways, comes twice, and pings.

A CSMS outlives what one station does to it. Whether the connection does as well is often its own choice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, Protocol
from uuid import uuid4

from websockets.asyncio.client import ClientConnection

from harness.case.failures import closed_text, judged_text
from harness.case.verdicts import CaseFailure
from harness.peers.entrance import Answer, Entrance, Knock
from harness.peers.handshake import ORDINARY, Manner
from harness.peers.wire.calls import CallingWire
from harness.peers.wire.raw import Owner
from ocppj.errors import ConnectionClosed
from ocppj.frames import Call
from ocppj.peers.aio import Peer
from ocppj.session.session import Seen

_SURE: Final = 0.75
"""The part of its time-out that a CSMS waits for sure, whatever clocks say."""
MOST_CONNECTIONS: Final = 50
"""WebSockets that one station has at a time at the most."""


class Dialler(Owner, Protocol):
    """A station, as far as its way in is concerned."""

    @property
    def entrance(self) -> Entrance: ...

    async def connects(self, *, rule: str | None = None, manner: Manner = ORDINARY) -> Answer: ...

    def speaks_over(self, websocket: ClientConnection) -> None: ...

    async def comes_back(self) -> None: ...

    def expects(self, action: str) -> None: ...

    async def receives(self, action: str, /, *, rule: str | None = None, **members: Any) -> Any: ...


class StationWire(CallingWire):
    """The connection of a station, and those that it had before and did not close."""

    def __init__(self, station: Dialler) -> None:
        super().__init__(station)
        self._station = station
        self._kept: list[Peer] = []

    # --- the way in --------------------------------------------------------------------------------------------------

    async def connects_encoded(self, *, rule: str) -> None:
        """Connect with every octet of the identity percent-encoded, which spells the same identity (RFC 3986 §2.3)."""
        identity = self._station.entrance.link.identity
        segment = "".join(f"%{octet:02X}" for octet in identity.encode())
        await self._station.connects(rule=rule, manner=Manner(segment=segment))

    async def connects_compressed(self, *, advice: str) -> None:
        """Connect and offer compression, which the CSMS may take or leave (RFC 7692); what is amiss is only told."""
        try:
            answer = await self._station.connects(manner=Manner(compresses=True))
        except CaseFailure as refused:
            ended: str | None = refused.actual
            seq = refused.seq
        else:
            ended, seq = await self._ended(), answer.seq
        expected = "a connection that can be used"
        self.advises(advice, ended is None, expected=expected, actual=ended or "it can be", seq=seq, level="INFO")
        if ended is not None:
            await self._station.connects()

    async def knocks(self, *, subprotocols: Sequence[str] | None = None, stranger: bool = False) -> Knock:
        """Ask for the upgrade and leave again; ``stranger``: as a station that nobody has heard of."""
        identity = f"{self._station.entrance.link.identity[:20]}-{uuid4().hex[:8]}" if stranger else None
        return await self._station.entrance.knocks(subprotocols=subprotocols, identity=identity)

    def advises_knock(self, knock: Knock, holds: bool, *, expected: str, rule: str) -> None:
        """Judge a rule that recommends what comes of an attempt to come in."""
        self.advises(rule, holds, expected=expected, actual=knock.text, seq=knock.seq)

    async def connects_again(self, *, advice: str) -> None:
        """Connect once more and keep the connection that there is, as a station does whose socket died unnoticed.

        Where the CSMS turns it away ``advice`` is told, and the older one goes on to be the connection.
        """
        if len(self._kept) >= MOST_CONNECTIONS:
            raise ValueError(f"a station has at most {MOST_CONNECTIONS} connections")
        expected = "a connection that can be used"
        older = self._station.peer
        try:
            websocket, answer = await self._station.entrance.opens(rule=None)
        except CaseFailure as refused:
            self.advises(advice, False, expected=expected, actual=refused.actual, seq=refused.seq)
            return
        self._kept.append(older)
        self._station.speaks_over(websocket)
        ended = await self._ended()
        self.advises(advice, ended is None, expected=expected, actual=ended or "it can be", seq=answer.seq)
        if ended is not None:
            await self._station.comes_back()

    async def advises_call(self, action: str, *, rule: str, newest: bool = False, **members: Any) -> Any:
        """Judge a rule that recommends a CALL with these members; gives it, None when there is none.

        ``newest``: it has to come on the connection that was opened last.
        """
        expected = judged_text(action, members)
        try:
            request = await self._station.receives(action, **members)
        except CaseFailure as failure:
            if failure.kind not in ("silence", "mismatch", "schema"):
                raise
            self.advises(rule, False, expected=expected, actual=failure.actual, seq=failure.seq)
            return None
        self._station.run.allows(request.seen)  # nobody asked the operator for it
        came = not newest or any(call.id == request.id for call in self._station.peer.session.open_calls("csms"))
        self.advises(
            rule, came, expected=f"{expected} on the newest connection", actual="an older one had it", seen=request.seen
        )
        return request

    async def receives_after_timeout(self, held: Any, action: str, seconds: float, *, rule: str) -> Any:
        """A CALL that comes when the CSMS has waited so many seconds for the answer to ``held``, in vain.

        One that comes earlier did not wait for it (RPC-15); then the rest of the time passes before this returns.
        """

        def is_it(seen: Seen) -> bool:
            return isinstance(seen.frame, Call) and seen.frame.action == action

        session = self._station.peer.session
        session.answer_window = min(session.answer_window, int(_SURE * seconds * 1e9))
        self._station.expects(action)
        await self.hears(is_it, seconds, since=held.seen)
        request = await self._station.receives(action, rule=rule)
        rest = seconds - (request.seen.at - held.seen.at) / 1e9
        if rest > 0:
            await self.hears(lambda _: False, rest, since=held.seen)
        return request

    async def lets_go(self) -> None:
        """Drop the connections that were kept, without a word."""
        kept, self._kept = self._kept, []
        for peer in kept:
            await peer.abort()

    # --- what a CSMS lives through -----------------------------------------------------------------------------------

    async def pings(self, body: bytes, *, rule: str) -> None:
        """Check that a ping with this body gets a pong with the same body within ``timeouts.message_s``."""
        run, seconds = self._station.run, self._station.run.sut.timeouts.message_s
        said = f"a pong with the same {len(body)} octets as the ping"
        run.note(f"a ping with {len(body)} octets")
        try:
            async with asyncio.timeout(seconds):
                await self._station.peer.ping(body)
        except TimeoutError:
            actual = f"nothing of that kind came in {seconds:g} s"
            raise CaseFailure("silence", expected=said, actual=actual, rule=run.failed(rule)) from None
        except ConnectionClosed as closed:
            raise self._station.closed_failure(said, closed, rule) from None
        run.note("its pong came")
        run.judge(rule)

    async def advises_lasting(self, *, rule: str) -> bool:
        """Judge a rule that recommends that the connection lasts; gives whether it does."""
        ended = await self._ended()
        self.advises(rule, ended is None, expected="a connection that lasts", actual=ended or "it does")
        return ended is None

    async def returns(self) -> None:
        """Connect and boot again."""
        await self._station.comes_back()

    async def _ended(self) -> str | None:
        """Whether the connection has ended before anything was said on it, and how."""
        with suppress(TimeoutError):  # no pong is for another case to judge
            async with asyncio.timeout(self._station.run.sut.timeouts.quiet_s):
                try:
                    await self._station.peer.ping()
                except ConnectionClosed as closed:
                    return closed_text(closed)
        return None
