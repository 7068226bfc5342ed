"""The run: what was found before is played first, then Hypothesis searches until the time is over.

Each search ends with one finding, and the next one looks past it. A session that fails is shortened by Hypothesis, then
by leaving out one message after the other, and is played once more with all the patience that the SUT file grants: what
does not fail then is told, and is no finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from typing import Final

import msgspec
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from harness.case.verdicts import HarnessError
from harness.instruments.fuzzing.arena import Arena, Failed, SutGone, TimeIsOver
from harness.instruments.fuzzing.machine import machine
from harness.instruments.fuzzing.problem import Problem, Signature
from harness.instruments.fuzzing.steps import Step
from ocppj.evidence.trace import Trace

STEPS: Final = 10
"""Rules in a session: most defects want one message, those of a state a few."""
_SEARCHES: Final = 1_000_000
"""Sessions of a search, which ends by time."""
SEEDS_APART: Final = 10_007


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A problem that was shortened and confirmed. ``is_old``: an earlier run had found it.

    Without ``is_sure`` it could not be played again, as the system under test was gone after it.
    """

    problem: Problem
    trace: Trace
    is_old: bool = False
    is_sure: bool = True


class Outcome(msgspec.Struct, kw_only=True):
    """What came of a run. ``gone`` are old findings that no longer fail, ``unsure`` what failed once and not again;
    ``ended`` why the run ended before its time, ``is_interrupted`` whether somebody ended it.
    """

    seed: int
    seconds: float = 0.0
    sessions: int = 0
    messages: int = 0
    findings: list[Finding] = []
    gone: list[str] = []
    unsure: list[Problem] = []
    ended: str | None = None
    is_interrupted: bool = False


class Listener:
    """Is told how it goes; this one listens to nothing."""

    def found(self, finding: Finding) -> None:
        """Something was found."""

    def went_on(self, sessions: int, messages: int) -> None:
        """Another session begins."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What an earlier run found, and what its session was."""

    title: str
    signature: Signature
    steps: tuple[Step, ...]


def hunts(
    arena: Arena,
    *,
    number: int,
    seconds: float,
    lines: int = 1,
    most: int | None = None,
    most_findings: int | None = None,
    known: Sequence[Known] = (),
    listener: Listener | None = None,
) -> Outcome:
    """Search for so many seconds, or until ``most`` sessions were played, or so many findings made.

    ``number`` is the seed. Raises ``HarnessError`` when a session that does nothing is not well: then there is nothing
    to compare with.
    """
    hunt = Hunt(arena, Outcome(seed=number), listener or Listener())
    began = monotonic()
    try:
        hunt.begins()
        hunt.plays_again(known)
        fuzzing = machine(arena.dialect, arena, lines)
        search = 0
        while not hunt.has_all(most_findings):
            arena.chases(began + seconds, most)
            if arena.is_over:
                break
            _searches(fuzzing, number * SEEDS_APART + search)
            search += 1
            hunt.confirms(most_findings)
    except SutGone as gone:
        hunt.goes_no_further(str(gone))
    except KeyboardInterrupt:
        hunt.outcome.is_interrupted = True
    hunt.outcome.seconds = monotonic() - began
    hunt.outcome.sessions, hunt.outcome.messages = arena.sessions, arena.messages
    return hunt.outcome


class Hunt:
    """One run, as it goes on."""

    def __init__(self, arena: Arena, outcome: Outcome, listener: Listener) -> None:
        self.outcome = outcome
        self._arena = arena
        self._listener = listener
        arena.told = lambda: listener.went_on(arena.sessions, arena.messages)

    def begins(self) -> None:
        """See that all is well."""
        try:
            problem, _ = self._arena.plays(())
        except SutGone as gone:
            raise HarnessError(str(gone)) from None
        if problem is not None:
            raise HarnessError(f"nothing can be fuzzed, as a plain session fails: {problem.title}: {problem.actual}")

    def has_all(self, most: int | None) -> bool:
        """Whether there are as many findings as are wanted."""
        return most is not None and len(self.outcome.findings) >= most

    def plays_again(self, known: Sequence[Known]) -> None:
        """What earlier runs found."""
        for old in known:
            problem, trace = self._arena.plays(old.steps)
            if problem is None:
                self.outcome.gone.append(old.title)
            elif problem.signature not in self._arena.known:
                self._keeps(Finding(problem=problem, trace=trace, is_old=True))

    def confirms(self, most: int | None) -> None:
        """What the search has met is shortened and played again, until there are so many findings."""
        for signature, failure in list(self._arena.best.items()):
            if self._arena.is_known(signature) or self.has_all(most):
                del self._arena.best[signature]  # more of the same, which met the search beside what it was after
                continue
            confirmed = _confirmed(self._arena, failure.problem)
            if confirmed is None:
                self.outcome.unsure.append(failure.problem)
                self._arena.becomes_known(signature)
            else:
                self._keeps(confirmed)

    def goes_no_further(self, why: str) -> None:
        """The system under test is gone: whatever failed right before it is the best that is known."""
        self.outcome.ended = why
        for failure in list(self._arena.best.values()):
            self._keeps(Finding(problem=failure.problem, trace=failure.trace, is_sure=False))

    def _keeps(self, finding: Finding) -> None:
        self.outcome.findings.append(finding)
        self._arena.becomes_known(finding.problem.signature)
        self._listener.found(finding)


def _searches(fuzzing: type, number: int) -> None:
    """One search: to a session that fails and is as short as Hypothesis can make it, or to the end of the time."""
    rules = settings(
        max_examples=_SEARCHES,
        stateful_step_count=STEPS,
        database=None,  # regressions are sessions in files, which the next run plays first
        deadline=None,
        derandomize=False,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        print_blob=False,
    )
    # the arena has the shortest session that failed, whatever Hypothesis makes of its last look
    with suppress(Failed, Flaky, TimeIsOver):
        run_state_machine_as_test(seed(number)(fuzzing), settings=rules)


def _confirmed(arena: Arena, problem: Problem) -> Finding | None:
    """The problem in as few messages as show it, played with all patience; None when it does not come again."""
    arena.patience.is_quick = True
    best = problem
    place = len(best.steps) - 1
    while place >= 0 and len(best.steps) > 1:
        fewer = best.steps[:place] + best.steps[place + 1 :]
        again, _ = arena.plays(fewer)
        if again is not None and again.signature == problem.signature and len(again.steps) <= len(fewer):
            best = again
        place = min(place, len(best.steps)) - 1
    arena.patience.is_quick = False
    for candidate in dict.fromkeys((best.steps, problem.steps)):
        again, trace = arena.plays(candidate)
        if again is not None and again.signature == problem.signature:
            return Finding(problem=again, trace=trace)
    return None
