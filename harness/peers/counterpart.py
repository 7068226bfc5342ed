"""Who a case speaks through, whichever side that is: it sends what the script says and shows what the other side sent.

Four verbs: ``sends`` and ``Request.answered`` script, ``receives`` and ``receives_no`` observe an inbox. Nothing has to
be armed before its trigger: what the operator was asked for waits in the inbox until the case looks at it. What nobody
asked for is answered sensibly and stays in the trace.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Coroutine, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, cast

from harness.case.failures import REFUSED, UNANSWERED, blamed, closed_text, judged_text, silence, violated
from harness.case.message import Message, mismatch
from harness.case.run import CaseRun, Sample
from harness.case.verdicts import CaseFailure, HarnessError
from harness.peers.wire.near import meant
from harness.peers.wire.raw import Wire
from ocppj.errors import CallTimeout, ConnectionClosed
from ocppj.evidence.trace import Role
from ocppj.frames import Call, CallError, CallResult, Frame, Malformed
from ocppj.matchers import Mismatch, mismatches, shown
from ocppj.peers.aio import Peer
from ocppj.session.refusal import refusal
from ocppj.session.session import Exchange, Seen
from ocppj.times import timestamp

MIN_SAMPLES: Final = 10
"""Response times that a figure needs at the least."""


def now() -> str:
    """The current time as OCPP writes it: UTC with Z, milliseconds (S §3.14)."""
    return timestamp(datetime.now(UTC))


class Request(Message):
    """A CALL of the system under test that waits for the script's answer."""

    def __init__(self, peer: "Counterpart", name: str, seen: Seen) -> None:
        super().__init__(peer.run, name, seen, None)
        self._peer = peer
        self.id = cast("Call", seen.frame).id
        self.is_answered = False

    async def answered(self, **members: Any) -> None:
        """Answer with a CALLRESULT of these members; an invalid CALL has been refused already."""
        if self.is_answered:
            return
        self.is_answered = True
        try:
            await self._peer.peer.reply(cast("Call", self.seen.frame), members)
            self._peer._has_answered(self, members)
        except ConnectionClosed as closed:
            raise self._peer.closed_failure(
                f"an open connection for the answer to {self.name}", closed, self._rule
            ) from None


class Counterpart:
    """The peer of the system under test, under the control of a case; a class for each ``side`` that can be played."""

    side: ClassVar[Role]
    """What is played."""

    def __init__(self, run: CaseRun, identity: str) -> None:
        """``identity`` is that of the station at one of the two ends."""
        self.run = run
        self.identity = identity
        self._peer: Peer | None = None
        self._inbox: list[Request] = []
        self._taken: list[Request] = []
        self._armed: Counter[str] = Counter()
        self._changed = asyncio.Event()
        self._answers: dict[str, Seen] = {}
        self._near: dict[str, Seen] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._first = True
        self._asked: int | None = None
        self._given_up: set[asyncio.Task[None]] = set()
        self.wire = Wire(self)

    @property
    def peer(self) -> Peer:
        """The connection. Raises ``HarnessError`` while there is none."""
        if self._peer is None:
            raise HarnessError(f"station {self.identity} is not connected")
        return self._peer

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection that has not ended."""
        return self._peer is not None and not self._peer.is_closed

    # --- what a side and a version say about it ----------------------------------------------------------------------

    def sensible(self, request: Request) -> dict[str, Any] | None:
        """The answer to a CALL that no case asked for; ``None``: it is not supported."""
        raise NotImplementedError

    def _has_answered(self, request: Request, members: dict[str, Any]) -> None:
        """The case has answered a CALL."""

    def _has_answered_sensibly(self, request: Request, members: dict[str, Any]) -> None:
        """A CALL that no case asked for was answered."""

    def _was_answered(self, request: Exchange, payload: Any) -> None:
        """A CALLRESULT came, whatever is wrong with it, and however late."""

    def _was_told(self, action: str, members: dict[str, Any], seen: Seen) -> None:
        """A CALL of the case was answered with a CALLRESULT. Raises ``CaseFailure`` where the case cannot go on."""

    # --- the verbs ---------------------------------------------------------------------------------------------------

    async def sends(self, action: str, /, *, rule: str | None = None, **members: Any) -> Message:
        """Send a CALL and wait for its answer, which must be a CALLRESULT.

        With ``rule`` the answer is judged to have come and to be schema-valid under that rule. Without it a refusal, a
        silence or a closed connection breaks a rule of the protocol, and an invalid answer is a finding that fails the
        case in the end.
        """
        seen = await self._exchanged(action, members, rule)
        frame = seen.frame
        broken = next((finding.rule for finding in seen.findings if finding.level == "MUST"), REFUSED)
        if isinstance(frame, CallError):
            self._fail("callerror", f"{action}.conf", _refusal(frame), rule, seen, otherwise=broken)
        if isinstance(frame, Malformed):
            _is_readable(frame, f"{action} was answered")
            self._fail("protocol", f"{action}.conf", frame.message, rule, seen, otherwise=broken)
        if rule is not None and not seen.valid:
            raise violated(self.run, f"{action}.conf", {}, seen, rule)
        self._was_told(action, members, seen)
        self.run.judge(rule)
        return Message(self.run, f"{action}.conf", seen, rule)

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
        """Send a CALL that has to be refused: by this ``status``, or by a CALLERROR (with one of these ``codes``).

        ``says`` is for an answer without a status: the members by which it refuses.
        """
        refusing = {"status": status} if says is None else dict(says)
        seen = await self._exchanged(action, members, rule)
        frame = seen.frame
        if isinstance(frame, CallError):
            if codes is not None and frame.code not in codes:
                expected = f"{judged_text(f'{action}.conf', refusing)}, or CALLERROR {' or '.join(codes)}"
                self._fail("callerror", expected, _refusal(frame), rule, seen)
            self.run.judge(rule)
            return
        if isinstance(frame, Malformed):
            _is_readable(frame, f"{action} was answered")
            self._fail("protocol", f"{action}.conf", frame.message, rule, seen)
        self._was_told(action, members, seen)
        Message(self.run, f"{action}.conf", seen, rule).shows(**refusing)

    async def receives(self, action: str, /, *, rule: str | None = None, **members: Any) -> Request:
        """Wait for a CALL with these members; the case answers it with ``request.answered(...)``.

        A CALL of the same action that does not match is answered and kept as the closest candidate, and so is a frame
        that was to be one; after it a better one is waited for only as long as ``timeouts.settle_s`` says. Where
        ``rule`` names several, the first one is blamed when nothing comes, the last one when the members are wrong.
        Raises ``CaseFailure``.
        """
        if not self._armed[action]:
            self.expects(action)
        try:
            request, candidates, waited = await self._find(action, members, self.run.sut.request_s, rule)
        finally:
            self._armed[action] -= 1
        if request is not None:
            self.run.judge(rule)
            request._rule = rule
            self._taken.append(request)
            return request
        if candidates:
            raise self._closest(action, candidates, members, rule)
        wanted, near = judged_text(action, members), self._near.pop(action, None)
        if near is not None:
            _is_readable(near.frame, f"{action} was very likely sent")
            actual = f"{blamed(near.findings).message}; no right {action} came after it"
            raise CaseFailure("protocol", expected=wanted, actual=actual, rule=self.run.failed(rule), seq=near.seq)
        actual = f"nothing arrived in {waited:g} s"
        raise CaseFailure("silence", expected=wanted, actual=actual, rule=self.run.failed(rule))

    async def receives_no(self, action: str, /, *, rule: str, **members: Any) -> None:
        """Check that no such CALL comes within ``timeouts.quiet_s``; one that does not match is let through."""
        self.expects(action)
        try:
            request, _, waited = await self._find(action, members, self.run.sut.timeouts.quiet_s, rule, settle=False)
        finally:
            self._armed[action] -= 1
        if request is not None:
            await self._answer_sensibly(request)
            self._fail("unwanted", f"no {judged_text(action, members)} in {waited:g} s", "it came", rule, request.seen)
        self.run.judge(rule)

    def answered_within(self, seconds: float, *, rule: str, action: str | None = None) -> None:
        """Check that no response of this case (to ``action``, or at all) took longer than ``seconds``.

        Raises ``CaseFailure``, and ``HarnessError`` when there were too few to judge.
        """
        samples = [sample for sample in self.run.samples if action in (None, sample.action)]
        if len(samples) < MIN_SAMPLES:
            raise HarnessError(f"{len(samples)} response times are too few to judge, {MIN_SAMPLES} are needed")
        slowest = max(samples, key=lambda sample: sample.ns)
        if slowest.ns > seconds * 1e9:
            raise CaseFailure(
                "mismatch",
                expected=f"an answer within {seconds:g} s, the maximum that is declared",
                actual=f"{slowest.action} was answered after {slowest.ns / 1e9:.3f} s",
                rule=self.run.failed(rule),
                seq=slowest.seq,
            )
        self.run.judge(rule)

    def expects(self, action: str) -> None:
        """From now on a CALL of this action waits for the case instead of being answered sensibly."""
        self._armed[action] += 1

    def leaves_out(self, rule: str, reason: str) -> None:
        """Say of rules that this run has nothing to judge them by; what was judged stays judged."""
        self.run.leave_out(rule, reason)

    async def answers_the_rest(self) -> None:
        """Answer sensibly what came and was not answered, so that the other side can go on."""
        for request in [request for request in (*self._taken, *self._inbox) if not request.is_answered]:
            await self._answer_sensibly(request)

    def forgets_operations(self) -> None:
        """What the operator was asked for and did not do is dealt with: it is not raised again."""
        self.run.operations -= {task for task in self.run.operations if task.done()}

    def gives_up_operations(self) -> None:
        """What the case does keeps the operator from what it was asked for: how that fails is nobody's verdict."""
        self._given_up |= self.run.operations

    def wake(self, _: object = None) -> None:
        """Something outside changed (an operation ended): look again."""
        self._changed.set()

    def closed_failure(
        self, expected: str, closed: ConnectionClosed, rule: str | None, *, otherwise: str | None = None
    ) -> CaseFailure:
        """The failure for a connection that ended while the case still needed it."""
        actual = closed_text(closed)
        seq = self.run.trace.add("note", actual)
        rid = self.run.failed(rule) or otherwise
        return CaseFailure("closed", expected=expected, actual=actual, rule=rid, seq=seq)

    # --- inside ------------------------------------------------------------------------------------------------------

    async def _exchanged(self, action: str, members: dict[str, Any], rule: str | None) -> Seen:
        """Send a CALL; what came back for it, whatever that is."""
        self._check_own(action, members)
        seconds = self.run.sut.timeouts.message_s
        try:
            frame = await self.peer.exchange(action, members, timeout=seconds)
        except CallTimeout:
            self.run.unanswered(action)
            raise silence(self.run, action, self._asked, seconds, rule) from None
        except ConnectionClosed as closed:
            raise self.closed_failure(f"an answer to {action}", closed, rule, otherwise=UNANSWERED) from None
        return self._answers.pop(frame.id or "")

    def _talks(self, peer: Peer) -> None:
        """From now on this is the connection."""
        self._peer = peer
        self._first = True
        self.run.sessions.append(peer.session)
        self._does(self._watch(peer))

    def _does(self, work: Coroutine[Any, Any, None]) -> None:
        """Something goes on beside the case."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _watch(self, peer: Peer) -> None:
        await peer.wait_closed()
        if peer is self._peer:
            self._was_ended()
        self._changed.set()

    def _was_ended(self) -> None:
        """The other side has ended the connection."""

    async def _find(
        self, action: str, members: dict[str, Any], seconds: float, rule: str | None, *, settle: bool = True
    ) -> tuple[Request | None, list[tuple[Request, list[Mismatch]]], float]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        candidates: list[tuple[Request, list[Mismatch]]] = []
        wrong = 0
        while True:
            self._changed.clear()
            for request in [request for request in self._inbox if request.name == action]:
                self._inbox.remove(request)
                found = mismatches(members, request.payload, self.run.protocol.folded)
                # What was asked of the members holds, even if the frame is invalid elsewhere: that is a finding of
                # its own. Where nothing was asked of the members, validity is what the check is about.
                if not found and (request.seen.valid or members):
                    return request, candidates, seconds
                candidates.append((request, found))
                await self._answer_sensibly(request)
            if settle and len(candidates) + (action in self._near) > wrong:
                wrong = len(candidates) + (action in self._near)
                deadline = min(deadline, loop.time() + self.run.sut.timeouts.settle_s)
            self._raise_operation_failure()
            if self.peer.is_closed:
                closed = await self.peer.wait_closed()
                raise self.closed_failure(judged_text(action, members), closed, rule)
            try:
                async with asyncio.timeout_at(deadline):
                    await self._changed.wait()
            except TimeoutError:
                return None, candidates, seconds

    def _closest(
        self, action: str, candidates: list[tuple[Request, list[Mismatch]]], members: dict[str, Any], rule: str | None
    ) -> CaseFailure:
        request, found = min(candidates, key=lambda candidate: (not candidate[0].seen.valid, len(candidate[1])))
        self.run.judge(rule)
        rule = rule and rule.split()[-1]
        if not request.seen.valid:
            return violated(self.run, action, members, request.seen, rule)
        return mismatch(self.run, action, request.seen, found, rule)

    def _raise_operation_failure(self) -> None:
        for task in self.run.operations - self._given_up:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise error

    async def _called(self, seen: Seen) -> None:
        request = Request(self, cast("Call", seen.frame).action, seen)
        if self._armed[request.name] > 0:
            self._inbox.append(request)
            self._changed.set()
        else:
            self.run.note(f"{request.name} was not asked for; the {self.side} answers and goes on")
            await self._answer_sensibly(request)

    async def _answer_sensibly(self, request: Request) -> None:
        if request.is_answered:  # by the peer, with a CALLERROR
            return
        request.is_answered = True
        payload = self.sensible(request)
        with suppress(ConnectionClosed):
            if payload is None:
                await self.peer.refuse(request.id, "NotSupported", f"{request.name} is not supported")
                return
            await self.peer.reply(cast("Call", request.seen.frame), payload)
        if payload is not None:
            self._has_answered_sensibly(request, payload)

    def _observe(self, seen: Seen) -> None:
        frame, request = seen.frame, seen.request
        self.wire.observed(seen)
        if seen.sender == self.side:
            if isinstance(frame, Call):
                self._asked = seen.seq
            return
        if isinstance(frame, Call):
            self.run.came(seen)
        if isinstance(frame, Call) and self._armed[frame.action] > 0:
            if refusal(seen, self.peer.session.protocol, self.side) is not None:
                refused = Request(self, frame.action, seen)
                refused.is_answered = True  # the peer refuses it with a CALLERROR
                self._inbox.append(refused)
                self._changed.set()
        elif (action := meant(seen, self._looked_for())) is not None:
            self._near[action] = seen
            self._changed.set()
        elif not isinstance(frame, Call) and request is not None and not seen.repeated and frame.id is not None:
            if not seen.late:
                self._answers[frame.id] = seen
            if isinstance(frame, CallResult):
                self._was_answered(request, frame.payload)
            if not isinstance(frame, Malformed) and not seen.late:
                sample = Sample(request.action, seen.at - request.at, seen.seq, self._first, request.at)
                self.run.samples.append(sample)
                self._first = False

    def _looked_for(self) -> list[str]:
        """The actions that the case waits for: what is no CALL may have been meant to be one of them."""
        return [action for action, count in self._armed.items() if count > 0]

    def _check_own(self, action: str, members: dict[str, Any]) -> None:
        violations = self.peer.session.schemas.diagnose(action, "call", members)
        if violations:
            raise HarnessError(f"the case would send an invalid {action}: {violations[0].message}")

    def _fail(
        self, kind: Any, expected: str, actual: str, rule: str | None, seen: Seen, *, otherwise: str | None = None
    ) -> None:
        rid = self.run.failed(rule) or otherwise
        raise CaseFailure(kind, expected=expected, actual=actual, rule=rid, seq=seen.seq)


def _is_readable(frame: Frame, what: str) -> None:
    """What is JSON and beyond our parser is nobody's fault but ours, so that nothing can be judged by it."""
    if isinstance(frame, Malformed) and frame.problem == "unreadable":
        raise HarnessError(f"{what}, and {frame.message}")


def _refusal(frame: CallError) -> str:
    return f"CALLERROR {frame.code}" + (f": {shown(frame.description)}" if frame.description else "")
