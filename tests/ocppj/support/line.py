"""A session fed with texts and time, for tests of the engine."""

from collections.abc import Sequence
from typing import Any

from ocppj import frames
from ocppj.evidence.trace import Role, Trace
from ocppj.session.session import OTHER, Memory, Seen, Session
from tests.ocppj.support.spoken import OCPP_1_6, Spoken

SECOND = 1_000_000_000


class Line:
    """One connection with a party under test; its texts are received, those of the other party are sent."""

    def __init__(self, party: Role, spoken: Spoken = OCPP_1_6, **options: Any) -> None:
        self.spoken = spoken
        self.party: Role = party
        self.other: Role = OTHER[party]
        self.trace = Trace()
        self.session = Session(self.other, spoken.protocol, trace=self.trace, **options)
        self.now = 0

    def passes(self, seconds: float) -> None:
        """Let time go by."""
        self.now += int(seconds * SECOND)

    def hears(self, text: str) -> Seen:
        """The other party sends a text to the party under test."""
        return self.session.send(frames.parse(text), self.now)

    def says(self, text: str | bytes) -> Seen:
        """The party under test sends a text."""
        return self.session.receive(text, self.now)

    def calls(self, id: str = "1", action: str | None = None, payload: Any = None) -> Seen:
        """The party under test sends a CALL, a right one unless told otherwise."""
        name, members, _ = self.spoken.calls[self.party]
        return self.says(frames.call(id, action or name, members if payload is None else payload).raw)

    def is_called(self, id: str = "1", action: str | None = None, payload: Any = None) -> Seen:
        """The party under test gets a CALL, a right one unless told otherwise."""
        name, members, _ = self.spoken.calls[self.other]
        return self.hears(frames.call(id, action or name, members if payload is None else payload).raw)

    def is_answered(self, id: str = "1") -> Seen:
        """The CALL of the party under test is answered rightly."""
        return self.hears(frames.result(id, self.spoken.answers[self.spoken.calls[self.party][0]]).raw)

    def answers(self, id: str = "1", payload: Any = None) -> Seen:
        """The party under test answers, rightly unless told otherwise."""
        right = self.spoken.answers[self.spoken.calls[self.other][0]]
        return self.says(frames.result(id, right if payload is None else payload).raw)

    def refuses(self, id: str = "1", code: str = "InternalError") -> Seen:
        """The party under test answers with a CALLERROR."""
        return self.says(frames.error(id, code).raw)

    @property
    def broken(self) -> list[tuple[str, str]]:
        """Rule and level of everything found against the party under test."""
        return against(self.session.findings, self.party)


def against(findings: Sequence[Any], party: Role) -> list[tuple[str, str]]:
    """Rule and level of the findings against a party."""
    return [(finding.rule, finding.level) for finding in findings if finding.party == party]


def memory_of(*lines: Line) -> Memory:
    """The memory of the first line, for a second connection."""
    return lines[0].session.memory
