"""Texts as they are written, ids of one's own, and what comes back for them, or does not; for whichever side is played.

The verbs of a case send what is right. What is wrong on purpose goes through here, and stands in the trace like
everything else.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NoReturn, Protocol
from uuid import uuid4

from harness.case.run import CaseRun
from harness.case.verdicts import CaseFailure, FailureKind
from ocppj.errors import ConnectionClosed
from ocppj.evidence.trace import Role
from ocppj.frames import Call, CallError, CallResult, Malformed, type_of_result
from ocppj.peers.aio import Peer
from ocppj.rules import Finding, Level
from ocppj.session.session import Seen

MOST_HEARD: Final = 1_000
"""Frames of the system under test that are kept to be looked at."""
SHOWN: Final = 60
"""Characters of a text in a sentence about it."""


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
            raise self._silence(f"an answer to {shown(asked.frame.raw)}", asked, within, rule)
        return answer

    async def answers(
        self, action: str, payload: Mapping[str, Any] | str | None = None, *, id: str | None = None, rule: str
    ) -> Seen:
        """Check that a CALL is answered, be it by a CALLRESULT or a CALLERROR; gives the answer."""
        answer = await self.asks(action, payload, id=id, rule=rule)
        if isinstance(answer.frame, Malformed):
            self._fail("protocol", f"an answer to {action}", answer.frame.message, rule, answer)
        self._owner.run.judge(rule)
        return answer

    async def accepts(
        self,
        action: str,
        payload: Mapping[str, Any] | str | None = None,
        *,
        id: str | None = None,
        rule: str,
        pieces: int = 1,
    ) -> Seen:
        """Check that a CALL is answered by the CALLRESULT of its action, whatever it says; gives the answer."""
        answer = await self.asks(action, payload, id=id, rule=rule, pieces=pieces)
        if not isinstance(answer.frame, CallResult):
            self._fail("callerror", f"{action}.conf", told(answer), rule, answer)
        if answer.violations:
            self._fail("schema", f"{action}.conf", answer.violations[0].message, rule, answer)
        self._owner.run.judge(rule)
        return answer

    def refused(self, answer: Seen, codes: Collection[str], *, rule: str) -> None:
        """Check that an answer is a CALLERROR with one of these codes."""
        if not isinstance(answer.frame, CallError) or answer.frame.code not in codes:
            self._fail("callerror", f"CALLERROR {' or '.join(sorted(codes))}", told(answer), rule, answer)
        self._owner.run.judge(rule)

    def advises_refusal(self, answer: Seen, codes: Collection[str], *, rule: str) -> None:
        """Judge a rule that recommends a CALLERROR with one of these codes."""
        is_so = isinstance(answer.frame, CallError) and answer.frame.code in codes
        expected = f"CALLERROR {' or '.join(sorted(codes))}"
        self.advises(rule, is_so, expected=expected, actual=told(answer), seen=answer)

    def advises_result(self, answer: Seen, *, rule: str) -> None:
        """Judge a rule that recommends a CALLRESULT."""
        holds = isinstance(answer.frame, CallResult) and not answer.violations
        self.advises(rule, holds, expected="a CALLRESULT", actual=told(answer), seen=answer)

    async def advises_answer(self, asked: Seen, id: str, codes: Collection[str], *, rule: str) -> None:
        """Judge a rule that recommends a CALLERROR with this id and one of these codes for what is no CALL."""
        answer = await self.answer_to(id, since=asked)
        if answer is None:
            self.advises(rule, False, expected="a CALLERROR", actual="it was not answered", seen=asked)
        else:
            self.advises_refusal(answer, codes, rule=rule)

    async def advises_reply(self, asked: Seen, id: str, *, rule: str) -> None:
        """Judge a rule that recommends any answer with this id."""
        answer = await self.answer_to(id, since=asked)
        expected = f"an answer to {shown(asked.frame.raw)}"
        self.advises(rule, answer is not None, expected=expected, actual="nothing arrived", seen=asked)

    async def floods(self, action: str, number: int, *, rule: str) -> None:
        """Check that so many CALLs with an empty payload, written without waiting, get a CALLRESULT each."""
        asked = {id: await self.writes(f'[2,"{id}","{action}",{{}}]', rule=rule) for id in _ids(number)}
        for id, one in asked.items():
            answer = await self.answer_to(id, since=one)
            if answer is None:
                raise self._silence(f"an answer to each of {number} {action}", one, None, rule)
            if not isinstance(answer.frame, CallResult):
                self._fail("callerror", f"{action}.conf", told(answer), rule, answer)
        self._owner.run.judge(rule)

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

    async def hears_nothing(self, *, since: Seen, rule: str, level: Level = "MUST") -> None:
        """Check that no answer of any kind comes within ``timeouts.quiet_s``; with ``level`` SHOULD it is advised."""
        seconds = self._owner.run.sut.timeouts.quiet_s
        answer = await self.hears(lambda seen: not isinstance(seen.frame, Call), seconds, since=since)
        self._without(answer, f"no answer to {shown(since.frame.raw)} in {seconds:g} s", answered(answer), rule, level)

    async def hears_no_call(self, *, since: Seen, rule: str, level: Level = "MUST") -> None:
        """Check that no CALL follows ``since``, which is one, within ``timeouts.quiet_s``."""
        seconds = self._owner.run.sut.timeouts.quiet_s
        is_later: Callable[[Seen], bool] = lambda seen: isinstance(seen.frame, Call) and seen is not since  # noqa: E731
        later = await self.hears(is_later, seconds, since=since)
        actual = "none came" if later is None else f"{shown(later.frame.raw)} came"
        self._without(later, f"no CALL in {seconds:g} s", actual, rule, level)

    async def hears_no_result(self, id: str, *, since: Seen, rule: str, level: Level = "MUST") -> None:
        """Check that no CALLRESULT with this id comes within ``timeouts.quiet_s``, a number counting as its text."""
        seconds = self._owner.run.sut.timeouts.quiet_s
        answer = await self.answer_to(id, seconds, since=since)
        frame = None if answer is None else answer.frame
        is_result = isinstance(frame, CallResult) or (isinstance(frame, Malformed) and frame.type == type_of_result)
        expected = f"no CALLRESULT for {shown(since.frame.raw)}"
        self._without(answer if is_result else None, expected, answered(answer), rule, level)

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
            if not any((known.rule, known.message) == (rid, message) for known in run.remarks):  # said once
                run.remarks.append(Finding(rid, level, run.party, message, (), seq if seen is None else seen.seq))
        run.judge(rule)

    def _without(self, found: Seen | None, expected: str, actual: str, rule: str, level: Level) -> None:
        """Judge that a frame did not come."""
        if found is not None and level == "MUST":
            self._fail("unwanted", expected, actual, rule, found)
        self.advises(rule, found is None, expected=expected, actual=actual, seen=found, level=level)

    def _fail(self, kind: FailureKind, expected: str, actual: str, rule: str, seen: Seen) -> NoReturn:
        rid = self._owner.run.failed(rule)
        raise CaseFailure(kind, expected=expected, actual=actual, rule=rid, seq=seen.seq)

    def _silence(self, expected: str, asked: Seen, within: float | None, rule: str) -> CaseFailure:
        seconds = self._owner.run.sut.timeouts.message_s if within is None else within
        return CaseFailure(
            "silence",
            expected=expected,
            actual=f"nothing arrived in {seconds:g} s",
            rule=self._owner.run.failed(rule),
            seq=asked.seq,
        )


def answered(answer: Seen | None) -> str:
    """What answered a text, if anything did."""
    return "nothing came" if answer is None else f"it was answered by {shown(answer.frame.raw)}"


def _ids(number: int) -> list[str]:
    return [uuid4().hex for _ in range(number)]


def told(answer: Seen) -> str:
    """An answer in words: its kind, and of a CALLERROR what it says."""
    frame = answer.frame
    if isinstance(frame, CallError):
        return f"CALLERROR {frame.code}" + (f": {shown(str(frame.description))}" if frame.description else "")
    return f"CALLRESULT {shown(frame.raw)}" if isinstance(frame, CallResult) else shown(frame.raw)


def shown(text: str) -> str:
    """The beginning of a text, for a sentence."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
