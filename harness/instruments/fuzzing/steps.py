"""What a session is made of: messages as they are written, in templates that can be played again.

A template has words in place of what differs from one session to the next: ``@run`` for eight digits of which each
session has its own, so that no message id is ever used twice by accident; ``"@given0"`` for the first number that the
system under test gave away in this session, ``@last`` for the id of the last CALL that it sent, and ``@tag`` for an
idTag that it accepts, which may be nobody else's business.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

RUN: Final = "@run"
RUN_LENGTH: Final = 8
LAST: Final = "@last"
TAG: Final = "@tag"
GIVEN: Final = "@given"
NEWEST: Final = "@newest"
"""In a CALL of the session of health: the number that was given away last, as a word of the templates."""
_GIVEN: Final = re.compile(rf'"{GIVEN}(\d+)"')
NOBODY: Final = 1
"""What stands for a number that was not given away: a session that was shortened may ask for one."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One act of plugproof: ``texts`` are written on connection ``line``, one right after the other.

    ``kind`` is what was done to the message, as the code table calls it; ``action`` what it is about, empty for what is
    about none; ``ids`` are the templates of the ids that its texts have, ``None`` for one without.
    """

    line: int
    kind: str
    action: str
    texts: tuple[str, ...]
    ids: tuple[str | None, ...]

    @property
    def name(self) -> str:
        """What a reader calls it."""
        return f"{self.action or 'frame'} ({self.kind})"


class Words:
    """What the words of the templates stand for in one session."""

    def __init__(self, run: str, tag: str) -> None:
        """``run`` are its eight digits, ``tag`` is the valid one."""
        self.run = run
        self._tag = json.dumps(tag)[1:-1]
        self.given: list[int] = []
        self.last = f"{run}-nobody"

    def filled(self, template: str) -> str:
        """The text that is written."""
        text = _GIVEN.sub(lambda found: str(self._number(int(found[1]))), template)
        return text.replace(LAST, self.last).replace(RUN, self.run).replace(TAG, self._tag)

    def _number(self, place: int) -> int:
        return self.given[place] if place < len(self.given) else NOBODY


def message_id(number: int) -> str:
    """The template of the id of the message with this number in its session."""
    return f"{RUN}-{number}"


def written(value: Any) -> str:
    """A value as JSON. Letters stand as they are, but for lone surrogates, which only an escape can write."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text


def call(line: int, kind: str, action: str, payload: Any, id: str) -> Step:
    """A CALL with a payload of whatever shape."""
    return Step(line=line, kind=kind, action=action, texts=(written([2, id, action, payload]),), ids=(id,))


def size(steps: Sequence[Step]) -> tuple[int, int]:
    """How long a session is: in messages, then in characters. The shortest one that fails is the one to be shown."""
    return sum(len(step.texts) for step in steps), sum(len(text) for step in steps for text in step.texts)
