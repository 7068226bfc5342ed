"""Between the search, which is synchronous, and the sessions, which are not: plays, counts, and keeps what failed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from time import monotonic
from typing import Any, Final, NamedTuple, TypeVar

from harness.case.verdicts import HarnessError
from harness.instruments.fuzzing.contact.line import Contact
from harness.instruments.fuzzing.dialect import Dialect
from harness.instruments.fuzzing.play import Health, Patience, Play
from harness.instruments.fuzzing.problem import Problem, Signature
from harness.instruments.fuzzing.steps import Step, size
from ocppj.evidence.trace import Trace

T = TypeVar("T")

ALIKE: Final = 3
"""So many actions may show the same symptom of the same kind of message; more of it is no news."""


SHORTENING_S: Final = 15.0
"""How long Hypothesis may shorten one session; what it leaves is left to `harness.instruments.fuzzing.hunt`."""


class Failed(Exception):
    """A session has a problem: what Hypothesis shortens."""


class TimeIsOver(BaseException):
    """The search ends here and now; not an `Exception`, which Hypothesis would take for a failure."""


class SutGone(BaseException):
    """No connection can be made any more; as `TimeIsOver`, past Hypothesis."""


class Loop:
    """An event loop that runs only while something is waited for: the search around it is synchronous."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What comes of it."""
        return self._loop.run_until_complete(work)

    def ends(self) -> None:
        """End what is still at work, and close it."""
        self._loop.run_until_complete(_ended())
        self._loop.close()


async def _ended() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


class Failure(NamedTuple):
    """A session that failed, and all that passed in it."""

    problem: Problem
    trace: Trace


class Arena:
    """Where sessions are played. ``best`` is the shortest session of each problem that is no finding yet.

    ``chased`` is what Hypothesis shortens now; whatever else fails meanwhile is kept, and does not lead it astray.
    """

    def __init__(
        self,
        dialect: Dialect,
        contact: Contact,
        patience: float,
        loop: Loop,
        *,
        secrets: Sequence[str] = (),
        shortening: float = SHORTENING_S,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self.dialect = dialect
        self.patience = Patience(patience)
        self.best: dict[Signature, Failure] = {}
        self.known: set[Signature] = set()
        self.chased: Signature | None = None
        self.deadline = float("inf")
        self.most: int | None = None
        self.sessions = self.messages = 0
        self.told: Callable[[], object] = lambda: None
        self._contact = contact
        self._loop = loop
        self._secrets = tuple(secrets)
        self._now = now
        self._shortening = shortening
        self._health = Health()
        self._play: Play | None = None
        self._shortened_until = float("inf")
        self._alike: Counter[tuple[str, str]] = Counter()

    def chases(self, deadline: float, most: int | None) -> None:
        """A new search begins, until then, or until so many sessions were played altogether."""
        self.chased = None
        self._shortened_until = float("inf")
        self.patience.is_quick = False
        self.deadline, self.most = deadline, most

    @property
    def is_over(self) -> bool:
        """Whether no session is to be begun any more."""
        return self._now() >= self.deadline or (self.most is not None and self.sessions >= self.most)

    # --- what the machine asks for -----------------------------------------------------------------------------------

    def begins(self) -> None:
        """A session begins. Raises ``TimeIsOver`` and ``SutGone``."""
        if self.is_over:
            raise TimeIsOver
        self.sessions += 1
        self.told()
        self._play = self._new_play()
        try:
            self._meets(self._play, self._run(self._play.begins()))
        except Failed:
            self.ends(is_whole=False)
            raise

    def does(self, step: Step) -> None:
        """A step of it; nothing, when the session has ended already, of something that is known."""
        if self._now() >= min(self.deadline, self._shortened_until):
            raise TimeIsOver
        if self._play is not None:
            self.messages += len(step.texts)
            self._meets(self._play, self._run(self._play.does(step)))

    def ends(self, *, is_whole: bool) -> None:
        """The session is over; unless it was broken off it has to be well."""
        play, self._play = self._play, None
        if play is None:
            return
        try:
            if is_whole:
                self._meets(play, self._run(play.is_well()))
        finally:
            self._run(play.ends())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return self._loop.run(work)
        except HarnessError as error:
            raise SutGone(str(error)) from None

    def _meets(self, play: Play, problem: Problem | None) -> None:
        if problem is None:
            return
        signature = problem.signature
        if self.is_known(signature):
            self._leaves_what_is_dead()
            return
        before = self.best.get(signature)
        if before is None or size(problem.steps) < size(before.problem.steps):
            self.best[signature] = Failure(problem, play.trace)
        if self.chased is None:
            self.chased = signature
            self._shortened_until = self._now() + self._shortening
            self.patience.is_quick = True
        if signature == self.chased:
            raise Failed(problem.title)
        self._leaves_what_is_dead()

    def _leaves_what_is_dead(self) -> None:
        play = self._play
        if play is not None and not play.is_open:
            self._play = None
            self._run(play.ends())

    # --- what becomes of it ------------------------------------------------------------------------------------------

    def _new_play(self) -> Play:
        return Play(self.dialect, self._contact, self.patience, self._health, Trace(secrets=self._secrets))

    def plays(self, steps: Sequence[Step], *, health: bool = True) -> tuple[Problem | None, Trace]:
        """Play a session, to its first problem; with what passed."""
        self.sessions += 1
        play = self._new_play()
        return self._run(_played(play, steps, health)), play.trace

    def is_known(self, signature: Signature) -> bool:
        """Whether it is a finding already, or one more of what is known well enough."""
        return signature in self.known or self._alike[signature[:2]] >= ALIKE

    def becomes_known(self, signature: Signature) -> None:
        """It is a finding, or nothing to be found again: from now on it disturbs no search."""
        self.known.add(signature)
        self._alike[signature[:2]] += 1
        self.best.pop(signature, None)


async def _played(play: Play, steps: Sequence[Step], health: bool) -> Problem | None:
    problem = await play.begins()
    try:
        for step in steps:
            if problem is None:
                problem = await play.does(step)
        if problem is None and health:
            problem = await play.is_well()
    finally:
        await play.ends()
    return problem
