"""What a version brings to fuzz the products of one role: a value that is handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.instruments.fuzzing.table import CodeTable
from harness.instruments.fuzzing.values import Overrides
from harness.sut import Lane, Sut
from ocppj.protocol import Protocol

Payload = dict[str, Any]
Message = tuple[str, Payload]
"""An action and a payload."""


@dataclass(frozen=True)
class Check:
    """A CALL of the session of health. ``brings``: the action of a CALL of the product that follows when it says
    Accepted. ``also`` are statuses of its answer that the session before may have brought about, and ``after`` is the
    action of an earlier CALL that has to have been Accepted: else this one is left out.
    """

    action: str
    payload: Payload
    brings: str | None = None
    also: frozenset[str] = frozenset()
    after: str | None = None

    @property
    def name(self) -> str:
        """What it is told from others by."""
        return self.action if self.brings is None else f"{self.action} {self.brings}"


@dataclass(frozen=True)
class Dialect:
    """``right`` actions are sent as they should be and in every broken way, ``broken`` ones only in ways in which
    nobody may take them for right: what they ask for could not be taken back. ``foreign`` are those of the product.

    ``overrides`` says of an action which members are not made of the schema alone, given connectors and tags.
    ``opening`` is what a fresh connection begins with; ``barrier`` is a harmless CALL that shows that the session goes
    on; ``health`` makes a session as any product has to get through it, at the end. ``tag`` is an
    idTag that the product accepts, ``answers`` answers it.
    ``gives``: action -> member of its answer that the product chose, a number; ``chosen``: action -> member that we
    chose; ``takes``: action -> member that may name one of either. ``undo`` takes back what a CALL has brought about.
    """

    protocol: Protocol
    table: CodeTable
    right: Sequence[str]
    broken: Sequence[str]
    foreign: Sequence[str]
    overrides: Callable[[str], Overrides]
    opening: Sequence[Message]
    barrier: Message
    health: Callable[[], Sequence[Check]]
    tag: str
    answers: Callable[[str, Payload], Payload | None]
    gives: Mapping[str, str]
    chosen: Mapping[str, str]
    takes: Mapping[str, str]
    undo: Callable[[str, Payload], Message | None]

    def may_have(self, action: str, kinds: Iterable[str]) -> frozenset[str]:
        """Those of the kinds of mistakes that an action may be sent with."""
        if action in self.right:
            return frozenset(kinds)
        return frozenset(kind for kind in kinds if not self.table.allowed(kind, action).result)


Dialects = Callable[[Sut, Lane], Dialect]
"""Makes it for a system under test, with its tags and its connectors."""
