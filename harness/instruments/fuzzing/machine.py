"""The search: a state machine of Hypothesis whose rules are what a peer can do in a session.

Bundles carry what the session has brought about: ids of messages that were sent, and numbers that were given away, such
as a transactionId, so that later messages are about something. Hypothesis draws the rules and their values, and, once
a session has failed, shortens both.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, multiple, rule

from harness.instruments.fuzzing.arena import Arena
from harness.instruments.fuzzing.dialect import Dialect, Payload
from harness.instruments.fuzzing.mutations import (
    FRAMES,
    OPERATORS,
    Frame,
    Mutant,
    framed,
    mutants,
    mutated,
    possible,
    room,
)
from harness.instruments.fuzzing.steps import GIVEN, Step, call, message_id, written
from harness.instruments.fuzzing.table import AT_ONCE, REPEATED, VALID
from harness.instruments.fuzzing.values import payloads

_ABOUT_VALUES = frozenset({"text-too-long", "value-unknown", "date-wrong", "decimals-two", "number-too-large"})
_ABOUT_TEXT = frozenset({"text-unicode", "text-nul", "text-surrogate"})
_ABOUT_SHAPE = frozenset({"member-missing", "member-extra", "type-wrong", "list-empty"})
_ABOUT_PAYLOAD = OPERATORS.keys() - _ABOUT_VALUES - _ABOUT_TEXT - _ABOUT_SHAPE
_MOST_WEIGHT = 16


class Right(NamedTuple):
    """A right CALL."""

    action: str
    payload: Payload


class Kept(NamedTuple):
    """A number that later messages may name: a word of a template, or one that we chose."""

    member: str
    value: Any


def machine(dialect: Dialect, arena: Arena, lines: int) -> type[RuleBasedStateMachine]:
    """The machine for a product, over so many connections; ``arena`` plays what it draws."""
    schemas = dialect.protocol.schemas
    of_action = {
        name: (schemas.schema(name, "call"), dialect.overrides(name)) for name in (*dialect.right, *dialect.broken)
    }
    payload_of = {name: payloads(schema, overrides) for name, (schema, overrides) in of_action.items()}

    def right(names: Iterable[str]) -> st.SearchStrategy[Right]:
        return st.one_of([payload_of[name].map(partial(Right, name)) for name in names])

    def wrong(kinds: Iterable[str]) -> st.SearchStrategy[Mutant | None]:
        of_each = {name: dialect.may_have(name, kinds) & possible(schema) for name, (schema, _) in of_action.items()}
        made = {
            name: mutants(name, of_action[name][0], payload_of[name], some) for name, some in of_each.items() if some
        }
        # what has many members is broken in many ways, so it is taken more often
        weighted = [name for name in made for _ in range(min(room(of_action[name][0], of_each[name]), _MOST_WEIGHT))]
        return st.sampled_from(weighted).flatmap(made.__getitem__)

    some_line = st.integers(0, lines - 1)
    rights = right(dialect.right)
    takers = right(name for name in dialect.takes)

    class Fuzzing(RuleBasedStateMachine):
        """A session from its first message to its health."""

        ids: Bundle[str] = Bundle("ids")
        kept: Bundle[Kept] = Bundle("kept")

        def __init__(self) -> None:
            super().__init__()
            self._number = 0
            self._given = 0
            arena.begins()

        def _id(self) -> str:
            self._number += 1
            return message_id(self._number)

        def _says(self, line: int, what: Right, kind: str = VALID, id: str | None = None) -> MultipleResults[Any]:
            id = id or self._id()
            arena.does(call(line, kind, what.action, what.payload, id))
            return multiple(id)

        def _mistakes(self, line: int, what: Mutant | None) -> None:
            if what is not None:
                arena.does(mutated(what, line, self._id()))

        @rule(target=ids, line=some_line, what=rights)
        def says(self, line: int, what: Right) -> Any:
            return self._says(line, what)

        if dialect.gives or dialect.chosen:

            @rule(target=kept, line=some_line, what=right([*dialect.gives, *dialect.chosen]))
            def begins(self, line: int, what: Right) -> Any:
                self._says(line, what)
                if what.action in dialect.gives:
                    self._given += 1
                    return Kept(dialect.gives[what.action], f"{GIVEN}{self._given - 1}")
                member = dialect.chosen[what.action]
                return Kept(member, what.payload[member])

            @rule(target=ids, line=some_line, what=takers, one=kept)
            def goes_on(self, line: int, what: Right, one: Kept) -> Any:
                return self._says(line, Right(what.action, {**what.payload, one.member: one.value}))

        @rule(line=some_line, what=wrong(_ABOUT_VALUES))
        def mistakes_a_value(self, line: int, what: Mutant | None) -> None:
            self._mistakes(line, what)

        @rule(line=some_line, what=wrong(_ABOUT_TEXT))
        def writes_odd_text(self, line: int, what: Mutant | None) -> None:
            self._mistakes(line, what)

        @rule(line=some_line, what=wrong(_ABOUT_SHAPE))
        def mistakes_the_shape(self, line: int, what: Mutant | None) -> None:
            self._mistakes(line, what)

        @rule(line=some_line, what=wrong(_ABOUT_PAYLOAD))
        def mistakes_the_payload(self, line: int, what: Mutant | None) -> None:
            self._mistakes(line, what)

        @rule(line=some_line, frame=st.sampled_from(FRAMES), what=rights)
        def mistakes_the_frame(self, line: int, frame: Frame, what: Right) -> None:
            arena.does(framed(frame, line, self._id(), what.action, what.payload))

        @rule(line=some_line, action=st.sampled_from(dialect.foreign))
        def speaks_as_the_other(self, line: int, action: str) -> None:
            arena.does(call(line, "action-foreign", action, {}, self._id()))

        @rule(line=some_line, what=rights, id=ids)
        def repeats_an_id(self, line: int, what: Right, id: str) -> None:
            self._says(line, what, REPEATED, id)

        @rule(line=some_line, one=rights, other=rights)
        def does_not_wait(self, line: int, one: Right, other: Right) -> None:
            ids = self._id(), self._id()
            texts = tuple(
                written([2, id, what.action, what.payload]) for id, what in zip(ids, (one, other), strict=True)
            )
            arena.does(Step(line=line, kind=AT_ONCE, action=other.action, texts=texts, ids=ids))

        def teardown(self) -> None:
            arena.ends(is_whole=sys.exception() is None)

    return Fuzzing
