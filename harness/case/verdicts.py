"""Verdicts, and the exceptions that lead to them (DESIGN: PASS, FAIL, ERROR, INCONCLUSIVE, NOT_APPLICABLE)."""

from typing import Any, Literal

Verdict = Literal["PASS", "FAIL", "ERROR", "INCONCLUSIVE", "NOT_APPLICABLE"]

FailureKind = Literal[
    "mismatch",
    "silence",
    "callerror",
    "schema",
    "handshake",
    "closed",
    "protocol",
    "unwanted",
    "operator",
    "preamble",
    "harness",
]


class CaseFailure(AssertionError):
    """The system under test did something else than a case expected.

    ``rule`` is the full rid or the id of a universal rule; without one it is no FAIL, but a state that the case needs
    and did not reach. ``seq`` is the frame of the trace that shows it, ``path`` the offending member in its payload,
    ``asked`` the frame that was not answered. ``expected`` and ``actual`` are single lines. ``evidence`` is what an
    operator did about it, over several lines.
    """

    def __init__(
        self,
        kind: FailureKind,
        *,
        expected: str,
        actual: str,
        rule: str | None = None,
        seq: int | None = None,
        path: tuple[str | int, ...] | None = None,
        asked: int | None = None,
        evidence: str = "",
    ) -> None:
        super().__init__(f"expected {expected}; actual {actual}")
        self.kind: FailureKind = kind
        self.expected = expected
        self.actual = actual
        self.rule = rule
        self.seq = seq
        self.path = path
        self.asked = asked
        self.evidence = evidence


class Inconclusive(Exception):
    """What the case asks about could not be observed."""


class HarnessError(Exception):
    """The harness, the network or the operator broke; the text is one sentence."""

    def __init__(self, sentence: str, *, kind: FailureKind = "harness") -> None:
        super().__init__(sentence)
        self.kind: FailureKind = kind


class Unreachable(HarnessError):
    """Nobody answered at the address of the system under test, or of what makes it ready; the text is one sentence.

    ``evidence`` is what was sent to an API and what came back, over several lines.
    """

    def __init__(self, sentence: str, evidence: str = "") -> None:
        super().__init__(sentence)
        self.evidence = evidence


class PreambleBroken(HarnessError):
    """A reusable state could not be reached; ``failure`` says what the system under test did instead."""

    def __init__(self, state: str, failure: CaseFailure) -> None:
        super().__init__(f"the state {state} was not reached: {failure.actual}", kind="preamble")
        self.state = state
        self.failure = failure


def one_line(error: BaseException) -> str:
    """An exception as one line: its text, or its type when it has none."""
    text: Any = str(error).strip()
    return " ".join(text.split()) or type(error).__name__
