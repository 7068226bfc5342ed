"""Handlers of the CALLs of a station, and bookkeepers of the CALLs of the CSMS, looked up by action.

A profile module makes a `Registry`, fills it with `@registry.handles("Action")` and `@registry.keeps("Action")`, and
is listed among the profiles of its version.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection

from csms_core.hub.context import StationContext

Payload = dict[str, Any]
Handler = Callable[[StationContext, Payload], Coroutine[Any, Any, Payload]]
"""Takes the payload of a CALL that has passed its schema, gives the payload of the CALLRESULT; OcppError becomes a
CALLERROR. It runs without a task of its own (`ocppj.peers.fed`)."""

Send = Callable[[], Awaitable[Payload]]
Bookkeeper = Callable[[StationContext, Payload, Send], Awaitable[Payload]]
"""Goes around one CALL of the CSMS, wherever it came from: is given its payload, sends it by awaiting `Send`, which
gives the payload of the CALLRESULT or raises `errors.OperationError`, and returns that payload."""


Check = Callable[[Connection, StationContext, Payload], str | None]
"""Judges a CALL of the CSMS before it is sent: the sentence why the standard forbids it to a CSMS, None when it does
not. Short questions to the store only."""

Request = tuple[str, Payload]
"""Action and payload of a CALL of the CSMS."""

Follower = Callable[[Connection, StationContext, Payload, Payload], Sequence[Request]]
"""Takes the payload of a CALL of the CSMS and that of its answer, once the books are kept; gives the CALLs that have to
follow, in order, each only after the one before was Accepted."""


E = TypeVar("E")


class Registry:
    """What one feature profile does with the messages of both sides."""

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}
        self.bookkeepers: dict[str, Bookkeeper] = {}
        self.judges: dict[str, Check] = {}
        self.followers: dict[str, Follower] = {}

    def handles(self, action: str) -> Callable[[Handler], Handler]:
        """Decorator: the function handles this action. Raises ValueError when the action has a handler already."""
        return _enters(self.handlers, action, "handlers")

    def keeps(self, action: str) -> Callable[[Bookkeeper], Bookkeeper]:
        """Decorator: the function keeps the books of this operation. Raises ValueError when another does already."""
        return _enters(self.bookkeepers, action, "bookkeepers")

    def checks(self, action: str) -> Callable[[Check], Check]:
        """Decorator: the function judges this operation before it is sent."""
        return _enters(self.judges, action, "judges")

    def follows(self, action: str) -> Callable[[Follower], Follower]:
        """Decorator: the function says what has to follow this operation."""
        return _enters(self.followers, action, "followers")


def merged(registries: Iterable[Registry]) -> Mapping[str, Handler]:
    """The handlers of all profiles; raises ValueError when two handle the same action."""
    return _one_each((registry.handlers for registry in registries), "handlers")


def merged_bookkeepers(registries: Iterable[Registry]) -> Mapping[str, Bookkeeper]:
    """The bookkeepers of all profiles; raises ValueError when two keep the books of the same operation."""
    return _one_each((registry.bookkeepers for registry in registries), "bookkeepers")


def merged_followers(registries: Iterable[Registry]) -> Mapping[str, Follower]:
    """What has to follow an operation; raises ValueError when two profiles say so of the same one."""
    return _one_each((registry.followers for registry in registries), "followers")


def merged_judges(registries: Iterable[Registry]) -> Mapping[str, Sequence[Check]]:
    """What judges an operation in any profile: several may have rules for one action."""
    judges: dict[str, list[Check]] = {}
    for registry in registries:
        for action, judge in registry.judges.items():
            judges.setdefault(action, []).append(judge)
    return judges


def _enters(table: dict[str, E], action: str, what: str) -> Callable[[E], E]:
    def enter(entry: E) -> E:
        _enter(table, action, entry, what)
        return entry

    return enter


def _one_each(tables: Iterable[Mapping[str, E]], what: str) -> Mapping[str, E]:
    found: dict[str, E] = {}
    for table in tables:
        for action, entry in table.items():
            _enter(found, action, entry, what)
    return found


def _enter(table: dict[str, E], action: str, entry: E, what: str) -> None:
    if action in table:
        raise ValueError(f"{action} has two {what}.")
    table[action] = entry
