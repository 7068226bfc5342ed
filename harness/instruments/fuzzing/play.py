"""One session: steps are played on connections, and each is judged by what comes back (the oracle).

A message that wants an answer is waited for. After one that may stay without, a harmless CALL shows that the session
goes on, and what came before its answer is judged. Beside that all rules of the engine look at every frame. At the end
what it brought about is taken back, and then comes a session of health, whose answers have to say what they said when
the run began.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from time import monotonic
from typing import Any, Final

import msgspec

from harness.instruments.fuzzing.contact.line import Contact, Line
from harness.instruments.fuzzing.dialect import Check, Dialect, Message
from harness.instruments.fuzzing.problem import CLOSED, SILENCE, Problem, shown, word
from harness.instruments.fuzzing.steps import GIVEN, NEWEST, RUN_LENGTH, Step, Words, call, message_id
from harness.instruments.fuzzing.table import VALID, Allowed
from ocppj.errors import ConnectionClosed
from ocppj.evidence.trace import Trace
from ocppj.frames import CallError, CallResult
from ocppj.session.session import Seen

_OWN: Final = 10_000
"""From here on are the numbers of messages that are no steps of the search: openings, barriers, health."""
_QUICK: Final = 20.0
"""So many times the slowest answer is long enough to wait while a session is only being shortened."""
_LEAST: Final = 0.5


class Patience:
    """How long an answer is waited for. ``is_quick``: it is only being looked for a shorter session that fails alike;
    whatever comes of that is played once more with all the patience there is."""

    def __init__(self, seconds: float) -> None:
        self._full = seconds
        self._slowest = 0.0
        self.is_quick = False

    def took(self, seconds: float) -> None:
        """An answer came after so long."""
        self._slowest = max(self._slowest, seconds)

    @property
    def seconds(self) -> float:
        """How long now."""
        return min(self._full, max(_LEAST, _QUICK * self._slowest)) if self.is_quick else self._full


class Health:
    """What the session of health said first: of each CALL the status, and whether it brought what it is to bring."""

    def __init__(self) -> None:
        self._said: dict[str, Any] = {}
        self._brought: dict[str, bool] = {}

    def differs(self, check: Check, payload: Any) -> str | None:
        """What is other than it was; None: nothing."""
        status = _status(payload)
        before = self._said.setdefault(check.name, status)
        if status == before or {status, before} <= check.also | {"Accepted"}:
            return None
        return f"status is {status}, and was {before} when the run began"

    def is_missed(self, check: Check, came: bool) -> str | None:
        """What did not come though it did when the run began; None: nothing."""
        if self._brought.setdefault(check.name, came) and not came:
            return f"no {check.brings} came, as one did when the run began"
        return None


def _status(payload: Any) -> Any:
    if not isinstance(payload, dict):
        return None
    inner = payload.get("idTagInfo")
    return inner.get("status") if isinstance(inner, dict) else payload.get("status")


class Play:
    """A session from its first connection to its end. ``done`` are the steps so far."""

    def __init__(self, dialect: Dialect, contact: Contact, patience: Patience, health: Health, trace: Trace) -> None:
        self.trace = trace
        self.done: list[Step] = []
        self._dialect = dialect
        self._contact = contact
        self._patience = patience
        self._health = health
        self._words = Words(secrets.token_hex(RUN_LENGTH // 2), dialect.tag)
        self._lines: dict[int, Line] = {}
        self._undo: dict[int, list[Message]] = {}
        self._own = _OWN
        self._is_broken = False
        self._barrier_id: str | None = None

    async def begins(self) -> Problem | None:
        """Open the first line. Raises ``HarnessError``."""
        return self._noted(await self._line_opens(0))

    async def does(self, step: Step) -> Problem | None:
        """Play a step; what is wrong with what came back. Raises ``HarnessError`` when no connection can be made."""
        if step.line not in self._lines:
            problem = await self._line_opens(step.line)
            if problem is not None:
                return self._noted(problem)
        self.done.append(step)
        return self._noted(await self._played(step, self._dialect.table.allowed(step.kind, step.action)))

    async def is_well(self) -> Problem | None:
        """The session of health, on the first line, when what the session brought about is taken back."""
        for number, line in self._lines.items():
            for action, payload in self._undo.pop(number, ()) if line.is_open else ():
                problem = await self._extra(number, action, payload)
                if problem is not None:
                    return self._noted(problem)
        accepted: set[str] = set()
        for check in self._dialect.health():
            if check.after is None or check.after in accepted:
                problem, is_accepted = await self._checked(check)
                if problem is not None:
                    return self._noted(problem)
                accepted |= {check.action} if is_accepted else set()
        return None

    async def _checked(self, check: Check) -> tuple[Problem | None, bool]:
        """What is wrong with a CALL of the session of health, and whether it was Accepted."""
        line = self._lines[0]
        payload = {name: self._newest() if value == NEWEST else value for name, value in check.payload.items()}
        line.due = check.brings
        problem = await self._extra(0, check.action, payload)
        if problem is not None:
            return problem, False
        answer = line.heard[-1].frame
        said = answer.payload if isinstance(answer, CallResult) else None
        told = self._health.differs(check, said)
        is_accepted = _status(said) == "Accepted"
        if told is None and check.brings is not None and is_accepted:
            came = await line.until(lambda: line.due is None, self._patience.seconds)
            told = self._health.is_missed(check, came)
        return None if told is None else self._unwell(check.action, payload, told), is_accepted

    def _newest(self) -> str:
        """The word for the number that was given away last."""
        return f"{GIVEN}{max(len(self._words.given) - 1, 0)}"

    async def ends(self) -> None:
        """Take back what the session brought about, as far as that can be, and leave."""
        for number, line in self._lines.items():
            if self._is_broken:
                await self._contact.renews(line)
                continue
            for action, payload in tuple(self._undo.get(number, ())) if line.is_open else ():
                await self._extra(number, action, payload)
            await self._contact.leaves(line)

    @property
    def is_open(self) -> bool:
        """Whether every connection of the session is up."""
        return all(line.is_open for line in self._lines.values())

    def _noted(self, problem: Problem | None) -> Problem | None:
        """An answer that is wrong is no reason to begin anew; that there is none, or that it is odd, may be one."""
        self._is_broken = self._is_broken or (problem is not None and problem.is_fatal)
        return problem

    # --- inside ------------------------------------------------------------------------------------------------------

    async def _line_opens(self, number: int) -> Problem | None:
        line = self._lines[number] = await self._contact.opens(number, self.trace)
        line.last = self._remember_last
        for action, payload in self._dialect.opening:
            problem = await self._extra(number, action, payload)
            if problem is not None:
                return problem
        return None

    def _remember_last(self, id: str) -> None:
        self._words.last = id

    async def _extra(self, line: int, action: str, payload: dict[str, Any]) -> Problem | None:
        """A right CALL that is no step; when something is wrong with it, it becomes the last step of the session."""
        self._own += 1
        step = call(line, VALID, action, payload, message_id(self._own))
        self.done.append(step)
        problem = await self._played(step, self._dialect.table.allowed(VALID, action))
        if problem is None:
            self.done.pop()
        return problem

    async def _played(self, step: Step, allowed: Allowed) -> Problem | None:
        line = self._lines[step.line]
        mark, began = len(line.heard), monotonic()
        ids = [None if id is None else self._words.filled(id) for id in step.ids]
        try:
            for text in step.texts:
                await line.peer.send_raw(self._words.filled(text))
        except ConnectionClosed as closed:
            return self._closed(allowed, str(closed))
        if allowed.silence:
            problem = await self._barrier(step)
            if problem is not None:
                return problem
        else:
            due = Counter(id for id in ids if id is not None)
            if not await line.until(
                lambda: all(_count(line, mark, id) >= times for id, times in due.items()), self._patience.seconds
            ):
                return self._unanswered(line, allowed)
            self._patience.took(monotonic() - began)
        heard = [seen for seen in line.heard[mark:] if seen.frame.id != self._barrier_id]
        problem = self._judged(heard) or self._broken(line, heard)
        if problem is None:
            self._remembers(line, step, heard)
        return problem

    async def _barrier(self, step: Step) -> Problem | None:
        action, payload = self._dialect.barrier
        self._own += 1
        after = call(step.line, VALID, action, payload, message_id(self._own))
        self._barrier_id = self._words.filled(message_id(self._own))
        line = self._lines[step.line]
        mark = len(line.heard)
        allowed = self._dialect.table.allowed(VALID, action)
        try:
            await line.peer.send_raw(self._words.filled(after.texts[0]))
        except ConnectionClosed as closed:
            return self._closed(allowed, str(closed))
        id = self._barrier_id
        if await line.until(lambda: _count(line, mark, id) > 0, self._patience.seconds):
            return None
        problem = self._unanswered(line, allowed)
        if problem.symptom == CLOSED:
            return problem
        return msgspec.structs.replace(
            problem,
            title=f"after {step.name} the session is dead: {action} gets no answer",
            steps=(*self.done, after),
            symptom="session dead",
            about=step.kind,
        )

    # --- judging -----------------------------------------------------------------------------------------------------

    def _judged(self, heard: Sequence[Seen]) -> Problem | None:
        """Whether each answer is one of those that the table allows: a step may have CALLs of two actions."""
        step, table = self.done[-1], self._dialect.table
        for seen in heard:
            frame = seen.frame
            action = step.action if seen.request is None else seen.request.action or step.action
            allowed = table.allowed(step.kind, action)
            if isinstance(frame, CallResult):
                is_right, symptom, said = allowed.result, "CALLRESULT", "a CALLRESULT"
            elif isinstance(frame, CallError):
                code = table.same.get(frame.code, frame.code)
                is_right, symptom, said = code in allowed.codes, f"CALLERROR {code}", f"a CALLERROR {code}"
            else:
                continue  # the rules of the frame judge it
            if not is_right:
                title = f"{action or 'frame'} ({step.kind}) is answered with {said}"
                return self._problem(allowed, symptom, title, shown(frame), heard)
        return None

    def _broken(self, line: Line, heard: Sequence[Seen]) -> Problem | None:
        """A rule of the engine that a frame broke since the last look."""
        broken, line.broken = line.broken, []
        for seen, finding in broken:
            action = getattr(seen.frame, "action", "") or (seen.request.action if seen.request else "")
            return Problem(
                symptom=finding.rule,
                title=f"{action or 'a frame'}: {finding.message}",
                rule=finding.rule,
                level=finding.level,
                expected=self._dialect.protocol.book.rules[finding.rule].sentence,
                actual=shown(seen.frame),
                steps=tuple(self.done),
                seen=tuple(word(one.frame) for one in heard),
                about=action,
            )
        return None

    def _unanswered(self, line: Line, allowed: Allowed) -> Problem:
        step = self.done[-1]
        if not line.is_open:
            return self._closed(allowed, "it was ended while the answer was waited for")
        seconds = f"{self._patience.seconds:g} s"
        actual = f"nothing came in {seconds}"
        return self._problem(allowed, SILENCE, f"{step.name} gets no answer", actual, (), rule="RPC-13")

    def _closed(self, allowed: Allowed, how: str) -> Problem:
        title = f"after {self.done[-1].name} the connection is ended"
        found = self._problem(allowed, CLOSED, title, how, (), rule="ERR-14")
        return msgspec.structs.replace(found, seen=(CLOSED,))

    def _unwell(self, action: str, payload: dict[str, Any], told: str) -> Problem:
        allowed = self._dialect.table.allowed(VALID, action)
        self._own += 1
        self.done.append(call(0, VALID, action, payload, message_id(self._own)))
        title = f"after the session {action} is answered otherwise than before"
        return self._problem(allowed, "health", title, told, self._lines[0].heard[-1:])

    def _problem(
        self, allowed: Allowed, symptom: str, title: str, actual: str, heard: Sequence[Seen], rule: str | None = None
    ) -> Problem:
        return Problem(
            symptom=symptom,
            title=title,
            rule=rule or allowed.rule,
            level="MUST" if rule else allowed.level,
            expected=allowed.sentence,
            actual=actual,
            steps=tuple(self.done),
            seen=tuple(word(seen.frame) for seen in heard) or (SILENCE,),
        )

    def _remembers(self, line: Line, step: Step, heard: Sequence[Seen]) -> None:
        """What the product gave away, and what of it has to be taken back."""
        for seen in heard:
            frame, request = seen.frame, seen.request
            if not isinstance(frame, CallResult) or request is None or not isinstance(request.payload, dict):
                continue
            member = self._dialect.gives.get(request.action)
            given = frame.payload.get(member) if member and isinstance(frame.payload, dict) else None
            if type(given) is int:
                self._words.given.append(given)
            undo = self._dialect.undo(request.action, request.payload) if request.valid else None
            if undo is not None and undo not in self._undo.setdefault(step.line, []):
                self._undo[step.line].append(undo)


def _count(line: Line, mark: int, id: str) -> int:
    """How many answers with this id have come since then."""
    return sum(seen.frame.id == id for seen in line.heard[mark:])
