"""One version of OCPP as the engine needs it: an object that is handed in, so that nobody asks which version it is."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from ocppj.rules.book import Book

if TYPE_CHECKING:
    from schemas import ActionInfo, Kind, SchemaSet, Secrets, Violation

__all__ = ["UNREAD_ID", "Codes", "Identity", "Protocol"]


UNREAD_ID: Final = "-1"
"""The id of what answers a text whose own id cannot be read, in the versions that answer one."""


@dataclass(frozen=True)
class Codes:
    """The codes of a CALLERROR. ``known`` are all of a version, spelled as on the wire.

    ``of_keyword`` is for a payload, by the keyword of the schema that refuses it: every keyword that can. ``no_call``
    is for a text that is meant as a CALL and is none, ``unread`` for one whose id cannot be read, ``unknown_type`` for
    a message of a type that is not known; where there is none, such a text gets no answer.
    """

    known: frozenset[str]
    of_keyword: Mapping[str, str]
    no_call: str
    unread: str | None = None
    unknown_type: str | None = None


@dataclass(frozen=True)
class Identity:
    """What the identity of a station may be: the form of the whole of it, and how many characters at the most."""

    form: re.Pattern[str]
    longest: int | None = None

    def allows(self, identity: str) -> bool:
        """Whether a station may be called so."""
        is_short = self.longest is None or len(identity) <= self.longest
        return is_short and self.form.fullmatch(identity) is not None


@dataclass(frozen=True, eq=False)
class Protocol:
    """A version of OCPP: what it is called, its messages, its rules.

    ``rule_of`` names the rule that a schema violation breaks in a CALL or its result. ``folded`` are the members whose
    text is the same in any letter case.
    """

    version: str
    subprotocol: str
    codes: Codes
    book: Book
    rule_of: Callable[["Violation", "Kind"], str]
    folded: frozenset[str]
    identity: Identity

    @cached_property
    def schemas(self) -> "SchemaSet":
        """The schemas of the messages, loaded when first asked for. Raises as ``schemas.load``."""
        from schemas import load

        return load(self.version)

    @cached_property
    def actions(self) -> Mapping[str, "ActionInfo"]:
        """Its actions, without the schemas of their messages."""
        from schemas import actions_of

        return actions_of(self.version)

    @cached_property
    def secrets(self) -> "Secrets":
        """The names under which passwords stand in messages."""
        from schemas import secrets_of

        return secrets_of(self.version)
