"""What was found: a session, its last message, what came back, and which rule that breaks."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Final

import msgspec

from harness.instruments.fuzzing.steps import Step
from ocppj.frames import Call, CallError, CallResult, Frame

Signature = tuple[str, str, str]
"""What was seen, the kind of message it was seen at, and the action: two problems with the same one are one finding."""

SILENCE: Final = "silence"
CLOSED: Final = "closed"
_MOST_SHOWN: Final = 200


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """``steps`` is the session, whose last step shows it; ``seen`` what came back to that, in the words of `word`."""

    symptom: str
    title: str
    rule: str
    level: str
    expected: str
    actual: str
    steps: tuple[Step, ...]
    seen: tuple[str, ...] = ()
    about: str | None = None
    """The action of the frame that broke a rule, where that is not what the last step is about."""

    @property
    def is_fatal(self) -> bool:
        """Whether the connection may be good for nothing any more."""
        return self.symptom in (SILENCE, CLOSED) or self.about is not None

    @property
    def signature(self) -> Signature:
        """What it is told from others by."""
        if self.about is not None:
            return self.symptom, "rule", self.about
        return self.symptom, self.steps[-1].kind, self.steps[-1].action

    @property
    def slug(self) -> str:
        """The name of its folder: readable, and another one for another signature."""
        words = "-".join(part for part in self.signature if part)
        digest = hashlib.sha256("\0".join(self.signature).encode()).hexdigest()[:6]
        return f"{re.sub(r'[^a-z0-9]+', '-', words.lower()).strip('-')[:60]}-{digest}"


def word(frame: Frame) -> str:
    """An answer in a word or two: what a script can compare that repeats the session later."""
    if isinstance(frame, CallResult):
        members = sorted(frame.payload) if isinstance(frame.payload, dict) else [str(frame.payload)]
        return " ".join(("3", *members))
    if isinstance(frame, CallError):
        return f"4 {frame.code}"
    return f"2 {frame.action}" if isinstance(frame, Call) else "no message"


def shown(frame: Any) -> str:
    """An answer as a reader of a terminal is shown it, cut short."""
    raw: str = frame.raw
    return raw if len(raw) <= _MOST_SHOWN else f"{raw[:_MOST_SHOWN]}\N{HORIZONTAL ELLIPSIS}"
