"""The CSMS that the cases for a charge point play: it listens, and whatever the station says can be looked at later.

A station speaks unasked, has one CALL open at a time, and what a driver does causes several messages or none. So every
CALL is answered at once, as the case has laid down (``answers``) or sensibly, and is kept in a journal. ``receives``
looks back in it, in any order, to the last stimulus: what the case sent last, or had a driver do.
What is 1.6 about it is in ``harness.v16.charge_point``.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar, Final, cast

from harness.bay.bay import Bay
from harness.bay.knock import Knock
from harness.bay.listener import Refusal
from harness.case.failures import blamed, closed_text, judged_text, violated
from harness.case.message import Message, mismatch
from harness.case.run import CaseRun
from harness.case.verdicts import CaseFailure, HarnessError
from harness.peers.counterpart import Counterpart, Request
from harness.peers.wire.csms import CsmsWire
from ocppj.evidence.trace import Role, Trace
from ocppj.frames import Call
from ocppj.matchers import Mismatch, mismatches
from ocppj.peers.aio import Peer
from ocppj.rules import Finding
from ocppj.session.refusal import refusal
from ocppj.session.session import Seen

MAX_JOURNAL: Final = 5_000
"""CALLs of a case that are kept: a station that floods is judged by those."""

FLOOD: Final = 50
"""CALLs within a second that no station has reason to send."""

Prepared = Callable[[Any], dict[str, Any]]


class PlayedCsms(Counterpart):
    """The back office under the control of a case."""

    side: ClassVar[Role] = "csms"
    by_itself: ClassVar[frozenset[str]] = frozenset()
    """CALLs that a station makes although nobody has done anything to it."""
    wire: CsmsWire

    def __init__(self, run: CaseRun, bay: Bay) -> None:
        super().__init__(run, bay.identity or run.identity)
        self.bay = bay
        self.wire = CsmsWire(self)
        self._journal: list[Request] = []
        self._came: deque[Request] = deque(maxlen=MAX_JOURNAL)
        self._marked = 0
        self._heard = 0
        self._wanted: Counter[str] = Counter()
        self._laid_down: dict[str, list[tuple[float, dict[str, Any] | Prepared]]] = {}
        self._arrivals = 0
        self._awaited = 0
        self.heard = 0
        """CALLs that have come since the case began."""
        self.turned_away_last: tuple[Knock, Refusal] | None = None
        self._knocks: list[Knock] = []
        self._knocks_marked = 0
        self._hellos_marked = 0
        self._misheard: str | None = None
        self._times: deque[int] = deque(maxlen=FLOOD)
        self._said: set[str] = set()
        bay.changed = self.wake
        bay.is_hosted(self)

    async def takes_over(self) -> None:
        """The station that is connected already talks to this CSMS now."""
        if self.bay.peer is not None and self.bay.is_connected:
            self._talks(self.bay.peer)

    # --- the bay's host ----------------------------------------------------------------------------------------------

    @property
    def trace(self) -> Trace:
        """That of the case."""
        return self.run.trace

    def arrived(self, peer: Peer, knock: Knock) -> None:
        """The station is connected."""
        self.identity = self.run.identity = knock.identity
        self._arrivals += 1
        self._knocks.append(knock)
        self._talks(peer)
        for remark in knock.remarks:
            self._remarks("CON-02", remark)

    def turned_away(self, knock: Knock, refusal: Refusal) -> None:
        """Somebody was not let in."""
        self.turned_away_last = knock, refusal
        if len(self._knocks) < MAX_JOURNAL:
            self._knocks.append(knock)
        self._misheard = None

    def misheard(self, problem: str) -> None:
        """Somebody connected, and what was asked for could not be read."""
        self.run.note(f"somebody connected without a request that can be read: {problem}")
        self._misheard = problem

    def doubled(self, peer: Peer) -> None:
        """Two connections at once: the newer one counts."""
        self._remarks("CON-14", "the station connected although its former connection was open, which is closed now")

    def observed(self, seen: Seen) -> None:
        """A frame has passed."""
        self._observe(seen)

    async def called(self, seen: Seen) -> None:
        """Answer a CALL, unless the case wants to."""
        call = cast("Call", seen.frame)
        request = next((one for one in reversed(self._came) if one.seen is seen), None)
        if request is None:  # of a case that is over
            request = Request(self, call.action, seen)
        if self._armed[call.action] > 0:
            self._armed[call.action] -= 1
            self._taken.append(request)  # what the case leaves open is answered when it is over
            return
        code = self.wire.code_for(request.name)
        if code is None:
            await self._answer_sensibly(request)
        else:
            await self.wire.refuses(request, code)

    # --- the verbs ---------------------------------------------------------------------------------------------------

    def answers(self, action: str, /, *, times: float = float("inf"), **members: Any) -> None:
        """From now on CALLs of this action are answered with these members instead of the sensible ones of their name.

        What was laid down last counts, for so many ``times``; after that what was laid down before.
        """
        self._laid_down.setdefault(action, []).append((times, members))

    def holds(self, action: str) -> None:
        """The next CALL of this action is not answered until the case does so itself (``Request.answered``)."""
        self.expects(action)

    def shown(self) -> None:
        """A card is about to be held to the reader."""

    def forgets_answers(self) -> None:
        """From now on every CALL is answered sensibly, whatever was laid down or held."""
        self.wire.forgets()
        self._laid_down.clear()
        self._armed.clear()

    def marks(self) -> None:
        """Something is about to be done: what came until now is not the effect of it."""
        self._marked = len(self._journal)
        self._knocks_marked = len(self._knocks)
        self._hellos_marked = self.bay.hellos

    def begins(self) -> None:
        """The case begins: what came until now, and the connection that is there, are not its own."""
        self.marks()
        self._awaited = self._arrivals

    def looks_from(self, message: Message) -> None:
        """What came before this message is looked at no more, as if it had been the effect of something else."""
        seq = message.seen.seq or 0
        self._marked = sum((one.seen.seq or 0) < seq for one in self._journal)

    async def sees(self, act: asyncio.Task[None]) -> None:
        """Wait until a person has acted: until the person says so, or the station says something or goes away.

        What is never seen is taken for done after ``timeouts.operator_s``.
        """
        heard, connected = self._heard, self.bay.is_connected
        await self.until(
            lambda: act.done() or self._heard > heard or self.bay.is_connected != connected,
            self.run.sut.timeouts.operator_s,
        )

    async def sends(self, action: str, /, *, rule: str | None = None, **members: Any) -> Message:
        """Send a CALL and wait for its answer; see `Counterpart.sends`. What came before is looked at no more."""
        await self.is_there()
        self.marks()
        return await super().sends(action, rule=rule, **members)

    async def sends_in_vain(
        self,
        action: str,
        /,
        *,
        rule: str,
        codes: Collection[str] | None = None,
        status: str = "Rejected",
        says: Mapping[str, Any] | None = None,
        **members: Any,
    ) -> None:
        """Send a CALL that has to be refused; see `Counterpart.sends_in_vain`. What came before is not looked at."""
        await self.is_there()
        self.marks()
        await super().sends_in_vain(action, rule=rule, codes=codes, status=status, says=says, **members)

    async def receives(
        self,
        action: str,
        /,
        *,
        rule: str | None = None,
        rules: Mapping[str, str] | None = None,
        within: float | None = None,
        **members: Any,
    ) -> Request:
        """A CALL with these members that came since the last stimulus, or that comes ``within`` so many seconds.

        It is answered already, unless the case ``holds`` it. Every CALL is received once. ``rules`` says which rule a
        member is judged by: ``{"connectorId": "R3", "status": "R4"}``. What has no rule there is judged by ``rule``;
        where that names several, the first one is blamed when nothing comes, the last one when the members are wrong.
        Raises ``CaseFailure``.
        """
        seconds = self.run.sut.request_s if within is None else within
        request = await self._received(action, members, seconds)
        own = {} if rules is None else dict(rules)
        if request is not None:
            for judged in (rule, *own.values()):
                self.run.judge(judged)
            request._rule = rule or next(iter(own.values()), None)
            return request
        rule = rule or next(iter(own.values()), None)
        others = [one for one in self._journal[self._marked :] if one.name == action]
        if others:
            found = [(one, mismatches(members, one.payload, self.run.protocol.folded)) for one in others]
            raise self._nearest(action, found, members, rule, own)
        near = self._near.pop(action, None)
        if near is not None:
            raise CaseFailure(
                "protocol",
                expected=judged_text(action, members),
                actual=f"{blamed(near.findings).message}; no right {action} came after it",
                rule=self.run.failed(rule),
                seq=near.seq,
            )
        raise CaseFailure(
            "silence",
            expected=judged_text(action, members),
            actual=f"nothing arrived in {seconds:g} s{self._why_not()}",
            rule=self.run.failed(rule),
        )

    async def may_receive(self, action: str, /, *, within: float | None = None, **members: Any) -> Request | None:
        """The same for a message that may come or not: None when it does not come in ``timeouts.quiet_s``."""
        return await self._received(action, members, self.run.sut.timeouts.quiet_s if within is None else within)

    async def awaits(self, action: str, /, **members: Any) -> bool:
        """Wait until such a CALL has come since the last stimulus, as long as for one that is received.

        It is left where it is; whether it came at all.
        """
        return await self.until(lambda: self._place(action, members) is not None, self.run.sut.request_s)

    async def receives_no(self, action: str, /, *, rule: str, within: float | None = None, **members: Any) -> None:
        """Check that no such CALL has come since the last stimulus, nor comes within ``timeouts.quiet_s``."""
        seconds = self.run.sut.timeouts.quiet_s if within is None else within
        request = await self._received(action, members, seconds)
        if request is not None:
            self._fail("unwanted", f"no {judged_text(action, members)} in {seconds:g} s", "it came", rule, request.seen)
        self.run.judge(rule)

    def permits(self, rule: str) -> None:
        """A rule that only says what may come in another order: it holds whatever came, and is told to be judged."""
        self.run.judge(rule)

    @staticmethod
    def is_before(first: Message, second: Message) -> bool:
        """Whether one message came before another one."""
        return (first.seen.seq or 0) < (second.seen.seq or 0)

    def heard_between(self, first: Message, second: Message) -> list[Request]:
        """The CALLs that came between two messages and were not received, whatever has been done meanwhile."""
        return [one for one in self._journal if self.is_before(first, one) and self.is_before(one, second)]

    def received_before(self, first: Message, second: Message, *, rule: str) -> None:
        """Check that one message came before another one. Raises ``CaseFailure``."""
        if not self.is_before(first, second):
            raise CaseFailure(
                "mismatch",
                expected=f"{first.name} before {second.name}",
                actual=f"{first.name} came after it",
                rule=self.run.failed(rule),
                seq=first.seen.seq,
            )
        self.run.judge(rule)

    @property
    def is_new(self) -> bool:
        """Whether the station has connected since the case began."""
        return self._arrivals > 0

    @property
    def is_anew(self) -> bool:
        """Whether the station has connected since the case began, and that was not waited for."""
        return self._arrivals > self._awaited

    async def is_there(self, within: float | None = None) -> None:
        """Wait until the station is connected; a case that needs it cannot go on without. Raises ``CaseFailure``."""
        seconds = self.run.sut.timeouts.message_s if within is None else within
        if not await self.until(lambda: self.bay.is_connected, seconds):
            raise CaseFailure(
                "closed",
                expected="a station that is connected",
                actual=f"it did not connect in {seconds:g} s{self._why_not()}",
            )

    async def knocks(self, *, rule: str | None = None, within: float | None = None) -> Knock:
        """The next attempt to connect since the last stimulus, let in or not, whose showings are to be judged.

        It is waited for ``within`` so many seconds, by default ``timeouts.long_s``. Raises ``CaseFailure``.
        """
        knock = await self.may_knock(self.run.sut.timeouts.long_s if within is None else within)
        if knock is None:
            raise CaseFailure(
                "handshake",
                expected="an attempt of the station to connect",
                actual=f"none was made in {self.run.sut.timeouts.long_s if within is None else within:g} s",
                rule=self.run.failed(rule),
            )
        return knock

    async def may_knock(self, seconds: float) -> Knock | None:
        """The same for an attempt that may be made or not; None when none is in so many seconds."""
        if not await self.until(lambda: len(self._knocks) > self._knocks_marked, seconds):
            return None
        self._knocks_marked += 1
        return self._knocks[self._knocks_marked - 1]

    async def begins_tls(self, within: float) -> bool:
        """Whether somebody has begun a TLS handshake since the last stimulus, or does so in so many seconds.

        A client that does not trust the certificate may hang up without a word, so that there is no more to judge.
        """
        return await self.until(lambda: self.bay.hellos > self._hellos_marked, within)

    async def connects(self, *, rule: str | None = None, within: float | None = None) -> Knock:
        """The station connects anew: a connection since the case began that was not waited for yet.

        It is waited for ``within`` so many seconds, by default ``timeouts.long_s``. Raises ``CaseFailure``.
        """
        seconds = self.run.sut.timeouts.long_s if within is None else within
        if not await self.until(lambda: self._arrivals > self._awaited and self.bay.is_connected, seconds):
            raise CaseFailure(
                "handshake",
                expected="a new connection of the station",
                actual=f"none was made in {seconds:g} s{self._why_not()}",
                rule=self.run.failed(rule),
            )
        self._awaited = self._arrivals
        self.run.judge(rule)
        assert self.bay.knock is not None  # it has come in
        return self.bay.knock

    async def is_left(self, *, rule: str | None = None, within: float | None = None) -> None:
        """The station ends its connection, as before a restart, ``within`` so many seconds (``timeouts.long_s``).

        Raises ``CaseFailure``.
        """
        seconds = self.run.sut.timeouts.long_s if within is None else within
        if not await self.until(lambda: not self.bay.is_connected or self._arrivals > self._awaited, seconds):
            raise CaseFailure(
                "unwanted",
                expected="a station that ends its connection",
                actual=f"it is connected still after {seconds:g} s",
                rule=self.run.failed(rule),
            )
        self.run.judge(rule)

    async def goes_away(self) -> None:
        """The network between the two is lost: the connection ends without a word, and no other is let in."""
        self.marks()
        self.run.trace.add("note", "the network is lost")
        self.bay.is_open = False
        self.bay.only_lost = self.bay.is_connected
        await self.bay.drops()

    async def stays_away(self, seconds: float) -> None:
        """The network is lost for so long: meanwhile the station goes on by itself."""
        await asyncio.sleep(seconds)

    def comes_back(self) -> None:
        """The network is there again."""
        self.marks()
        self._awaited = self._arrivals
        self.run.trace.add("note", "the network is there again")
        self.bay.is_open = True
        self.bay.shut = None

    async def stops_listening(self, *, within_tls: bool) -> None:
        """The connection ends, and nobody seems to listen any more at one of the two ports."""
        self.marks()
        self.run.trace.add("note", f"nobody listens with{'in' if within_tls else 'out'} TLS any more")
        self.bay.is_down.add(within_tls)
        await self.bay.drops()

    def listens_again(self) -> None:
        """Both ports are as they were."""
        self.marks()
        self._awaited = self._arrivals
        self.run.trace.add("note", "both ports are listened at again")
        self.bay.is_down.clear()

    async def until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds, ``seconds`` at most; whether it does."""
        try:
            async with asyncio.timeout(seconds):
                while not holds():
                    self._changed.clear()
                    self._raise_operation_failure()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    # --- inside ------------------------------------------------------------------------------------------------------

    async def _received(self, action: str, members: dict[str, Any], seconds: float) -> Request | None:
        place: int | None = None

        def has_come() -> bool:
            nonlocal place
            place = self._place(action, members)
            return place is not None

        self._wanted[action] += 1
        try:
            await self.until(has_come, seconds)
        finally:
            self._wanted[action] -= 1
        return None if place is None else self._journal.pop(place)

    def _place(self, action: str, members: dict[str, Any]) -> int | None:
        """Where in the journal the first such CALL since the last stimulus is."""
        since = range(self._marked, len(self._journal))
        return next((place for place in since if self._is(self._journal[place], action, members)), None)

    def _is(self, request: Request, action: str, members: dict[str, Any]) -> bool:
        return request.name == action and self._fits(request, members)

    def _fits(self, request: Request, members: dict[str, Any]) -> bool:
        # What is asked of the members holds, even if the frame is invalid elsewhere: that is a finding of its own.
        found = mismatches(members, request.payload, self.run.protocol.folded)
        return not found and (request.seen.valid or bool(members))

    def _nearest(
        self,
        action: str,
        candidates: list[tuple[Request, list[Mismatch]]],
        members: dict[str, Any],
        rule: str | None,
        own: Mapping[str, str],
    ) -> CaseFailure:
        """The failure for what came instead: the newest of those that are nearest."""
        request, found = min(reversed(candidates), key=lambda one: (not one[0].seen.valid, len(one[1])))
        self.run.judge(rule)
        rule = rule and rule.split()[-1]
        if found:
            rule = own.get(found[0].member.partition(".")[0].partition("[")[0], rule)
        if not request.seen.valid:
            return violated(self.run, action, members, request.seen, rule)
        return mismatch(self.run, action, request.seen, found, rule)

    def _why_not(self) -> str:
        """What is known of a station that says nothing."""
        if self.bay.is_connected:
            return ""
        if self._misheard is not None:
            return f"; somebody connected, but not with a request that can be read: {self._misheard}"
        if self.turned_away_last is not None:
            return f"; it was not let in: {self.turned_away_last[1].reason}"
        return "; it is not connected"

    def _looked_for(self) -> list[str]:
        return [action for action, count in self._wanted.items() if count > 0]

    def _observe(self, seen: Seen) -> None:
        if seen.sender == self.side or not isinstance(seen.frame, Call):
            super()._observe(seen)
            self._changed.set()
            return
        self.wire.observed(seen)
        self.run.came(seen)
        self.heard += 1
        self._heard += seen.frame.action not in self.by_itself
        request = Request(self, seen.frame.action, seen)
        request.is_answered = refusal(seen, self.run.protocol, self.side) is not None  # the peer refuses it
        self._came.append(request)
        if len(self._journal) < MAX_JOURNAL:
            self._journal.append(request)
        else:
            self._remarks("FLOOD", f"the case received more than {MAX_JOURNAL} CALLs; those after are only answered")
        self._times.append(seen.at)
        if len(self._times) == FLOOD and seen.at - self._times[0] < 1e9:
            self._remarks("FLOOD", f"the station sent {FLOOD} CALLs within a second, the last one is {request.name}")
        self._changed.set()

    def _remarks(self, rule: str, what: str) -> None:
        """Say something that no verdict depends on, once a case."""
        if what.partition(",")[0] not in self._said:
            self._said.add(what.partition(",")[0])
            self.run.remarks.append(Finding(rule, "INFO", self.run.party, what))

    def sensible(self, request: Request) -> dict[str, Any] | None:
        """What was laid down for it, else what the version says."""
        usual = self.usual(request)
        laid_down = self._laid_down.get(request.name, [])
        while laid_down:
            times, members = laid_down[-1]
            if times <= 0:
                laid_down.pop()
                continue
            laid_down[-1] = times - 1, members
            given = members(request.payload) if callable(members) else members
            return {**(usual or {}), **given}
        return usual

    def usual(self, request: Request) -> dict[str, Any] | None:
        """The answer to a CALL for which nothing is laid down; ``None``: it is not supported."""
        raise NotImplementedError

    async def _watch(self, peer: Peer) -> None:
        self.run.note(f"the connection has ended: {closed_text(await peer.wait_closed())}")
        self._changed.set()

    @property
    def peer(self) -> Peer:
        """The connection. Raises ``HarnessError`` while there is none."""
        if self.bay.peer is None:
            raise HarnessError(f"station {self.identity} is not connected")
        return self.bay.peer
