"""Texts as they are written, ids of one's own, and what comes back for them, or does not; for whichever side is played.

The verbs of a case send what is right. What is wrong on purpose goes through here, and stands in the trace like
everything else.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, Protocol
from uuid import uuid4

from harness.case.run import CaseRun
from harness.case.verdicts import CaseFailure
from ocppj.errors import ConnectionClosed
from ocppj.evidence.trace import Role
from ocppj.frames import Call, CallError, CallResult, Malformed
from ocppj.peers.aio import Peer
from ocppj.rules import Finding, Level
from ocppj.session.session import Seen

MOST_HEARD: Final = 1_000
"""Frames of the system under test that are kept to be looked at."""
SHOWN: Final = 60
"""Characters of a text in a sentence about it."""
HISTORICAL: Final[Mapping[str, str]] = {
    "OccurrenceConstraintViolation": "OccurenceConstraintViolation",
    "FormatViolation": "FormationViolation",
}
"""Spellings of codes that are taken for those of the standard; rule ERR-01 warns of them (JE 5.1, 5.2)."""


class Owner(Protocol):
    """Whoever has the connection: the station or the CSMS of a case."""

    @property
    def run(self) -> CaseRun: ...

    @property
    def side(self) -> Role: ...

    @property
    def peer(self) -> Peer: ...

    def closed_failure(self, expected: str, closed: ConnectionClosed, rule: str | None) -> CaseFailure: ...


class Wire:
    """The connection of a case, without anything between it and the text."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._heard: deque[Seen] = deque(maxlen=MOST_HEARD)
        self._changed = asyncio.Event()

    def observed(self, seen: Seen) -> None:
        """A frame has passed, in either direction."""
        if seen.sender != self._owner.side:
            self._heard.append(seen)
            self._changed.set()

    async def writes(self, text: str, *, rule: str | None = None, pieces: int = 1) -> Seen:
        """Write any text, a malformed one too, in so many WebSocket fragments. A closed connection fails ``rule``."""
        try:
            peer = self._owner.peer
            return await (peer.send_raw(text) if pieces == 1 else peer.send_in_pieces(text, pieces))
        except ConnectionClosed as closed:
            raise self._owner.closed_failure(f"an open connection for {shown(text)}", closed, rule) from None

    async def asks(
        self,
        action: str,
        payload: Mapping[str, Any] | str | None = None,
        *,
        id: str | None = None,
        rule: str,
        within: float | None = None,
        pieces: int = 1,
    ) -> Seen:
        """Write a CALL with a payload that need not be right (a text: as it is), and wait for what answers it.

        Silence within ``timeouts.message_s``, or so many seconds, fails ``rule``, which is not judged by the answer.
        """
        id = uuid4().hex if id is None else id
        written = payload if isinstance(payload, str) else json.dumps(dict(payload or {}))
        asked = await self.writes(f"[2,{json.dumps(id)},{json.dumps(action)},{written}]", rule=rule, pieces=pieces)
        answer = await self.answer_to(id, within, since=asked)
        if answer is None:
            raise self.silence(f"an answer to {shown(asked.frame.raw)}", asked, rule, within)
        return answer

    async def answer_to(self, id: str | None, within: float | None = None, *, since: Seen) -> Seen | None:
        """The first answer with this id after ``since``; ``None``: there is none in time."""

        def answers(seen: Seen) -> bool:
            frame = seen.frame
            is_answer = isinstance(frame, CallResult | CallError) or (isinstance(frame, Malformed) and frame.type != 2)
            return is_answer and frame.id == id

        return await self.hears(answers, within, since=since)

    async def hears(self, is_it: Callable[[Seen], bool], within: float | None = None, *, since: Seen) -> Seen | None:
        """The first frame of the system under test after ``since`` that is it; ``None``: it does not come in time."""
        seconds = self._owner.run.sut.timeouts.message_s if within is None else within
        try:
            async with asyncio.timeout(seconds):
                while True:
                    self._changed.clear()
                    found = next((seen for seen in self._heard if seen.at >= since.at and is_it(seen)), None)
                    if found is not None or self._owner.peer.is_closed:
                        return found
                    await self._changed.wait()
        except TimeoutError:
            return None

    async def hears_no_answer(self, id: str | None, *, since: Seen, rule: str, within: float | None = None) -> None:
        """Check that nothing answers this id within ``timeouts.quiet_s``."""
        seconds = self._owner.run.sut.timeouts.quiet_s if within is None else within
        answer = await self.answer_to(id, seconds, since=since)
        if answer is not None:
            raise CaseFailure(
                "unwanted",
                expected=f"no answer to {shown(since.frame.raw)} in {seconds:g} s",
                actual=f"it was answered by {shown(answer.frame.raw)}",
                rule=self._owner.run.failed(rule),
                seq=answer.seq,
            )
        self._owner.run.judge(rule)

    async def hears_nothing(self, *, since: Seen, rule: str, advised: bool = False) -> None:
        """Check that no answer comes within ``timeouts.quiet_s``, of whatever id; ``advised`` as `judges` says."""
        seconds = self._owner.run.sut.timeouts.quiet_s
        answer = await self.hears(lambda seen: not isinstance(seen.frame, Call), seconds, since=since)
        self.judges(
            rule,
            answer is None,
            expected=f"no answer to {shown(since.frame.raw)} in {seconds:g} s",
            actual=f"it was answered by {'' if answer is None else shown(answer.frame.raw)}",
            seen=answer,
            advised=advised,
        )

    # --- what is judged ----------------------------------------------------------------------------------------------

    def judges(
        self,
        rule: str,
        holds: bool,
        *,
        expected: str,
        actual: str,
        seen: Seen | None = None,
        advised: bool = False,
    ) -> None:
        """Judge a rule by what a case has found out; ``seen`` shows it, and what is ``advised`` is a finding."""
        if advised:
            self.advises(rule, holds, expected=expected, actual=actual, seen=seen)
            return
        run = self._owner.run
        run.judge(rule)
        if not holds:
            seq = None if seen is None else seen.seq
            raise CaseFailure("protocol", expected=expected, actual=actual, rule=run.failed(rule), seq=seq)

    def advises(
        self,
        rule: str,
        holds: bool,
        *,
        expected: str,
        actual: str,
        seen: Seen | None = None,
        seq: int | None = None,
        level: Level = "SHOULD",
    ) -> None:
        """Judge a rule that recommends: what does not hold is a finding of the system under test and no failure.

        ``seen`` is the frame that shows it, or ``seq`` the entry of the trace. With ``--strict`` a SHOULD fails the
        case; INFO never does.
        """
        run = self._owner.run
        for rid in () if holds else run.rids(rule):
            message = f"{actual}, expected {expected}: {run.case.rules[rid]}"
            if not any((known.rule, known.message) == (rid, message) for known in run.remarks):  # it is said once
                run.remarks.append(Finding(rid, level, run.party, message, (), seq if seen is None else seen.seq))
        run.judge(rule)

    def is_refused(
        self,
        answer: Seen,
        codes: Collection[str],
        *,
        rule: str,
        warned: Collection[str] = (),
        advised: bool = False,
    ) -> None:
        """Judge that an answer is a CALLERROR with one of these codes; one of ``warned`` is a warning.

        The historical spellings count as those of the standard. ``advised`` as `judges` says.
        """
        frame = answer.frame
        code = HISTORICAL.get(frame.code, frame.code) if isinstance(frame, CallError) else None
        self.judges(
            rule,
            code in codes,
            expected=f"CALLERROR {' or '.join(codes)}",
            actual=f"the answer is {shown(frame.raw)}",
            seen=answer,
            advised=advised or code in warned,
        )

    def silence(self, expected: str, asked: Seen, rule: str, within: float | None = None) -> CaseFailure:
        """The failure when nothing came within ``timeouts.message_s``, or so many seconds."""
        seconds = self._owner.run.sut.timeouts.message_s if within is None else within
        return CaseFailure(
            "silence",
            expected=expected,
            actual=f"nothing arrived in {seconds:g} s",
            rule=self._owner.run.failed(rule),
            seq=asked.seq,
        )


def shown(text: str) -> str:
    """The beginning of a text, for a sentence."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
