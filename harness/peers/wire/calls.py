"""CALLs of a station that need not be right, and how their answers are judged (OCPP-J 1.6 §4.1, §4.2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import uuid4

from harness.case.verdicts import CaseFailure
from harness.peers.wire.raw import Wire, shown
from ocppj.frames import Call, CallError, CallResult, Malformed, type_of_result
from ocppj.session.session import Seen

Payload = Mapping[str, Any] | str
"""Of a CALL: members, or a text that is written as it is."""


class CallingWire(Wire):
    """The connection of a station, to ask over it what no verb would."""

    async def answers(self, action: str, payload: Payload | None = None, *, id: str | None = None, rule: str) -> Seen:
        """Check that a CALL is answered, be it by a CALLRESULT or a CALLERROR; gives the answer."""
        answer = await self.asks(action, payload, id=id, rule=rule)
        is_one = not isinstance(answer.frame, Malformed)
        self.judges(rule, is_one, expected=f"an answer to {action}", actual=told(answer), seen=answer)
        return answer

    async def accepts(
        self, action: str, payload: Payload | None = None, *, id: str | None = None, rule: str, pieces: int = 1
    ) -> Seen:
        """Check that a CALL is answered by the CALLRESULT of its action, whatever it says; gives the answer."""
        answer = await self.asks(action, payload, id=id, rule=rule, pieces=pieces)
        self.judges(rule, is_result(answer), expected=f"{action}.conf", actual=told(answer), seen=answer)
        return answer

    def is_taken(self, answer: Seen) -> bool:
        """Whether an answer is the CALLRESULT of its action."""
        return is_result(answer)

    def advises_result(self, answer: Seen, *, rule: str) -> None:
        """Judge a rule that recommends a CALLRESULT."""
        self.advises(rule, is_result(answer), expected="a CALLRESULT", actual=told(answer), seen=answer)

    async def advises_error(self, asked: Seen, id: str, codes: Collection[str], *, rule: str) -> None:
        """Judge a rule that recommends a CALLERROR with this id and one of these codes for what is no CALL."""
        answer = await self.answer_to(id, since=asked)
        if answer is None:
            self.advises(rule, False, expected="a CALLERROR", actual="it was not answered", seen=asked)
        else:
            self.is_refused(answer, codes, rule=rule, advised=True)

    async def advises_answer(self, asked: Seen, id: str, *, rule: str) -> None:
        """Judge a rule that recommends any answer with this id."""
        answer = await self.answer_to(id, since=asked)
        expected = f"an answer to {shown(asked.frame.raw)}"
        self.advises(rule, answer is not None, expected=expected, actual="nothing arrived", seen=asked)

    async def floods(self, action: str, number: int, *, rule: str) -> None:
        """Check that so many CALLs with an empty payload, written without waiting, get a CALLRESULT each."""
        asked = {}
        for _ in range(number):
            id = uuid4().hex
            asked[id] = await self.writes(f'[2,"{id}","{action}",{{}}]', rule=rule)
        for id, one in asked.items():
            answer = await self.answer_to(id, since=one)
            if answer is None:
                raise self.silence(f"an answer to each of {number} {action}", one, rule)
            self.judges(rule, is_result(answer), expected=f"{action}.conf", actual=told(answer), seen=answer)

    async def hears_no_call(self, *, since: Seen, rule: str, advised: bool = False) -> None:
        """Check that no CALL follows ``since``, which is one, within ``timeouts.quiet_s``."""
        seconds = self._owner.run.sut.timeouts.quiet_s

        def is_another(seen: Seen) -> bool:
            return isinstance(seen.frame, Call) and seen is not since

        later = await self.hears(is_another, seconds, since=since)
        actual = "none came" if later is None else f"{shown(later.frame.raw)} came"
        self.judges(
            rule, later is None, expected=f"no CALL in {seconds:g} s", actual=actual, seen=later, advised=advised
        )

    async def hears_no_result(self, id: str, *, since: Seen, rule: str, advised: bool = False) -> None:
        """Check that no CALLRESULT with this id comes within ``timeouts.quiet_s``, a number counting as its text."""
        answer = await self.answer_to(id, self._owner.run.sut.timeouts.quiet_s, since=since)
        frame = None if answer is None else answer.frame
        came = isinstance(frame, CallResult) or (isinstance(frame, Malformed) and frame.type == type_of_result)
        expected = f"no CALLRESULT for {shown(since.frame.raw)}"
        actual = "none came" if answer is None else told(answer)
        self.judges(rule, not came, expected=expected, actual=actual, seen=answer, advised=advised)

    async def survives(self, asked: Seen, *, rule: str, advice: str | None = None) -> None:
        """Check that a Heartbeat is answered after ``asked``, on a new connection if the CSMS has ended this one.

        ``advice`` is the rule that it does not end it.
        """
        answer = await self._beats()
        is_open = answer is not None or not self._owner.peer.is_closed
        if advice is not None:
            expected = "a connection that goes on"
            self.advises(advice, is_open, expected=expected, actual="it was ended", seen=asked)
        if not is_open:
            try:
                await self.returns()
            except CaseFailure as failure:
                failure.rule = failure.rule or self._owner.run.failed(rule)
                raise
            answer = await self._beats()
        if answer is None:
            raise self.silence("an answer to Heartbeat", asked, rule)
        self.judges(rule, is_result(answer), expected="Heartbeat.conf", actual=told(answer), seen=answer)

    async def returns(self) -> None:
        """Connect and boot again."""
        raise NotImplementedError

    async def _beats(self) -> Seen | None:
        """What answers a Heartbeat; None: nothing does, or there is no connection."""
        id = uuid4().hex
        try:
            asked = await self.writes(f'[2,"{id}","Heartbeat",{{}}]')
        except CaseFailure:
            return None
        return await self.answer_to(id, since=asked)


def is_result(answer: Seen) -> bool:
    """Whether it is the CALLRESULT that the action of its CALL asks for."""
    return isinstance(answer.frame, CallResult) and not answer.violations


def told(answer: Seen) -> str:
    """An answer in words: its kind, and what it says."""
    frame = answer.frame
    if isinstance(frame, CallError):
        return f"CALLERROR {frame.code}" + (f": {shown(str(frame.description))}" if frame.description else "")
    if isinstance(frame, CallResult):
        return answer.violations[0].message if answer.violations else f"CALLRESULT {shown(frame.raw)}"
    return shown(frame.raw)
