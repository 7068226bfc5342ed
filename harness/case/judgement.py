"""From what happened in a case to its verdict, reason and failure: the only place where verdicts are decided."""

from typing import Any, Final

import msgspec
import pytest

from harness.adapters.operators import NotOffered, OperatorError
from harness.case.failures import failure_of, record
from harness.case.run import CaseRun
from harness.case.verdicts import (
    CaseFailure,
    HarnessError,
    Inconclusive,
    PreambleBroken,
    Verdict,
    one_line,
)
from harness.sut import NoOperator
from ocppj.rules import Finding

CUT_SHORT: Final = "not run: interrupted while it ran"
LEFT_OUT: Final = "not run: left out with --skip: "
NOT_BEGUN: Final = "not run: the run was interrupted before it"


class Judgement(msgspec.Struct, frozen=True):
    """A verdict with its one-sentence reason and, when something was wrong, the neutral failure record.

    ``not_run``: nothing was done for this case, or it was not let come to an end, so that it could not be observed.
    ``interrupted``: another case is blamed for how it ended, so it is to be run again. A FAIL names the rule that is
    broken.
    """

    verdict: Verdict
    reason: str | None = None
    failure: dict[str, Any] | None = None
    not_run: bool = False
    interrupted: bool = False

    def __post_init__(self) -> None:
        if self.verdict == "FAIL" and not (self.failure and self.failure["rule"]):
            raise ValueError(f"a FAIL without a rule: {self.reason}")


def of_exception(run: CaseRun, error: BaseException, traceback: str) -> Judgement:
    """The judgement for a case that ended with ``error``; ``traceback`` is kept only for what is nobody's verdict."""
    if run.failures:  # a rule was broken in a step of the case; what came after it does not undo that
        return _of_steps(run, *([error] if isinstance(error, CaseFailure) and error.rule else ()))
    if isinstance(error, CaseFailure):
        if error.rule is None:
            return _not_reached(run, error, "the case could not go on")
        return Judgement("FAIL", _reason(error), failure_of(run, error))
    if isinstance(error, PreambleBroken):
        return _not_reached(run, error.failure, f"the state {error.state} was not reached")
    if isinstance(error, (Inconclusive, pytest.skip.Exception)):
        return Judgement("INCONCLUSIVE", one_line(error))
    if isinstance(error, NotOffered):
        return _not_offered(run, error)
    if isinstance(error, OperatorError):
        failure = _broken(run, "operator", "an operation that was taken", error)
        return Judgement("ERROR", one_line(error), {**failure, "evidence": run.trace.mask(error.evidence) or None})
    if isinstance(error, HarnessError):
        return Judgement("ERROR", one_line(error), _broken(run, "harness", "a harness that works", error))
    failure = record(
        run,
        kind="harness",
        expected="a case that runs to its end",
        actual=f"{type(error).__name__}: {one_line(error)}",
        traceback=traceback,
    )
    return Judgement("ERROR", f"the case or the harness is broken: {one_line(error)}", failure)


def of_interruption(run: CaseRun) -> Judgement:
    """The judgement for a case that a signal ended: a rule that was broken until then is, nothing else is judged."""
    return _of_steps(run) if run.failures else Judgement("INCONCLUSIVE", CUT_SHORT, not_run=True)


def of_silence(run: CaseRun, *, strict: bool) -> Judgement:
    """The judgement for a case that raised nothing: it passes if it judged what it promised and no rule was broken."""
    if run.failures:
        return _of_steps(run)
    broken = run.broken
    if strict and not broken:
        broken = [finding for finding in run.findings if finding.level == "SHOULD" and finding.party == run.party]
    if broken:
        first = broken[0]
        error = CaseFailure(
            "protocol", expected="a frame that keeps the rule", actual=first.message, rule=first.rule, seq=first.seq
        )
        error.path = first.path or None
        return Judgement("FAIL", f"{first.rule}: {first.message}", failure_of(run, error))
    unjudged = [rid for rid in run.case.rules if rid not in run.judged and rid not in run.left_out]
    if unjudged:
        error_text = f"the case ended without judging {', '.join(unjudged)}"
        return Judgement("ERROR", error_text, _broken(run, "harness", "every promised rule judged", error_text))
    left_out = "; ".join(f"without {rid}: {reason}" for rid, reason in run.left_out.items())
    return Judgement("PASS", left_out or None)


def _not_reached(run: CaseRun, broken: CaseFailure, what: str) -> Judgement:
    """The case needed something to be so, and it was not; whether it should have been is for another case."""
    if broken.seq is None:
        broken.seq = broken.asked  # what was not answered is the frame to look at
    failure = {**failure_of(run, broken), "kind": "preamble"}
    return Judgement("ERROR", f"{what}: {broken.actual}", failure)


def _of_steps(run: CaseRun, *more: CaseFailure) -> Judgement:
    """The first step that failed decides; the others are findings."""
    first, *others = [*run.failures, *more]
    run.remarks += [
        Finding(
            other.rule, "MUST", run.party, f"{other.actual}, expected {other.expected}", other.path or (), other.seq
        )
        for other in others
        if other.rule is not None
    ]
    return Judgement("FAIL", _reason(first), failure_of(run, first))


def _reason(error: CaseFailure) -> str:
    where = f"{error.rule}: " if error.rule else ""
    if error.kind == "schema":  # its text says already what was expected
        return f"{where}{error.actual}"
    return f"{where}{error.actual}, expected {error.expected}"


def _not_offered(run: CaseRun, error: NotOffered) -> Judgement:
    if isinstance(run.sut.operator, NoOperator):
        return Judgement("INCONCLUSIVE", one_line(error))
    first = next((rid for rid in run.case.rules if rid not in run.judged), None)
    if first is None:  # nothing that the case is about is left to be asked for
        failure = _broken(run, "operator", "an operator that can ask for what is claimed", error)
        return Judgement("ERROR", f"claimed, but not offered: {one_line(error)}", failure)
    claimed = "an operator that can ask for what is claimed"
    failed = CaseFailure("operator", expected=claimed, actual=one_line(error), rule=first)
    return Judgement("FAIL", f"claimed, but not offered: {one_line(error)}", failure_of(run, failed))


def _broken(run: CaseRun, kind: Any, expected: str, error: object) -> dict[str, Any]:
    return record(run, kind=kind, expected=expected, actual=" ".join(str(error).split()))
