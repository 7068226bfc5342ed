"""How a chapter names its rules and the checks that judge them.

A chapter of one version names rules. One that is alike in all versions has checks only: which rules they judge, and
with which source, each version says in chapters of its own.

A check returns ``None`` when the frame is right, otherwise a sentence about this frame, or a ``Remark`` when it has
another level than the rule or is about one member. It is registered with the moments at which it looks. For a CALL or
a CALLRESULT, which is where every message comes by, it also says when it has anything to look at: a sign of the frame
(``signs``), or the actions it is about. A frame without signs is not shown to the checks of signs at all.

A lesson takes a fact off a frame for the checks to come (``ocppj.rules.known``).

A rule about a single member needs no check: the validation of the payload finds what breaks it (``Protocol.rule_of``).
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, TypeVar

import msgspec

from ocppj.rules.model import Level, Rule, Who

Moment = Literal["call", "result", "error", "unmatched", "malformed", "time-out", "close", "handshake"]
"""A CALL, a CALLRESULT or a CALLERROR that belongs to a CALL (a CALLERROR always), an answer that belongs to none, a
text that is no message; a CALL that was given up, the end of the connection, and its beginning, for each party."""

EVERYWHERE: Final = ("call", "result")
"""The moments at which a check has to say what it waits for."""

Check = Callable[..., Any]
Guard = Callable[..., bool]
"""Whether there is anything at all for some checks to look at."""
_C = TypeVar("_C", bound=Check)


class Entry(msgspec.Struct, frozen=True):
    """A check as it was registered."""

    check: Check
    rule: str
    moments: tuple[Moment, ...]
    sign: int
    actions: tuple[str, ...]
    guard: Guard | None = None


class Chapter:
    """The rules of one chapter and their checks, in the order in which they were written down."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.checks: list[Entry] = []
        self.lessons: list[tuple[Check, Moment, tuple[str, ...]]] = []
        self.validated: list[str] = []

    def rule(self, id: str, level: Level, source: str, sentence: str, who: Who = "both") -> None:
        """Name a rule. One without a check is read off the schemas or judged elsewhere."""
        self.rules.append(Rule(id, level, who, source, sentence))

    def judges(
        self, id: str, *moments: Moment, sign: int = 0, actions: Sequence[str] = (), guard: Guard | None = None
    ) -> Callable[[_C], _C]:
        """Register the decorated check for the rule ``id``. Raises ``ValueError`` when it does not say what it is for.

        A check with ``actions`` sees frames of these actions only, and only when the payloads of the CALL and of the
        answer are as the schemas want them. At a CALLERROR it sees the answer to a right CALL of these actions. With a
        ``guard`` it is called when that says so; checks that wait for the same thing share one, which is asked once.
        """
        if set(moments).intersection(EVERYWHERE) and not (sign or actions):
            raise ValueError(f"a check of {id} at every CALL or CALLRESULT names a sign or the actions it is about")

        def attach(check: _C) -> _C:
            self.checks.append(Entry(check, id, moments, sign, tuple(actions), guard))
            return check

        return attach

    def validates(self, *ids: str) -> None:
        """Say that what breaks these rules is found by the schemas."""
        self.validated.extend(ids)

    def learns(self, moment: Moment, *actions: str) -> Callable[[_C], _C]:
        """Register a lesson: it sees the right CALLs of these actions, or the answers to them, after the checks."""

        def attach(lesson: _C) -> _C:
            self.lessons.append((lesson, moment, actions))
            return lesson

        return attach
