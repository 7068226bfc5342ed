"""Handlers of the CALLs of a station, and bookkeepers of the CALLs of the CSMS, looked up by action.

A profile module makes a `Registry`, fills it with `@registry.handles("Action")` and `@registry.keeps("Action")`, and
is listed in `csms_core.profiles`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from csms_core.context import StationContext

Payload = dict[str, Any]
Handler = Callable[[StationContext, Payload], Coroutine[Any, Any, Payload]]
"""Takes the payload of a CALL that has passed its schema, gives the payload of the CALLRESULT; OcppError becomes a
CALLERROR. It runs without a task of its own (`ocppj.peer_fed`)."""

Send = Callable[[], Awaitable[Payload]]
Bookkeeper = Callable[[StationContext, Payload, Send], Awaitable[Payload]]
"""Goes around one CALL of the CSMS, wherever it came from: is given its payload, sends it by awaiting `Send`, which
gives the payload of the CALLRESULT or raises `operations.OperationError`, and returns that payload."""


Check = Callable[[Connection, StationContext, Payload], str | None]
"""Judges a CALL of the CSMS before it is sent: the sentence why the standard forbids it to a CSMS, None when it does
not. Short questions to the store only."""

Request = tuple[str, Payload]
"""Action and payload of a CALL of the CSMS."""

Follower = Callable[[Connection, StationContext, Payload, Payload], Sequence[Request]]
"""Takes the payload of a CALL of the CSMS and that of its answer, once the books are kept; gives the CALLs that have to
follow, in order, each only after the one before was Accepted."""


class Registry:
    """What one feature profile does with the messages of both sides."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}
        self._bookkeepers: dict[str, Bookkeeper] = {}
        self.judges: dict[str, Check] = {}
        self.followers: dict[str, Follower] = {}

    def handles(self, action: str) -> Callable[[Handler], Handler]:
        """Decorator: the function handles this action. Raises ValueError when the action has a handler already."""

        def register(handler: Handler) -> Handler:
            if action in self._handlers:
                raise ValueError(f"{action} has two handlers.")
            self._handlers[action] = handler
            return handler

        return register

    def keeps(self, action: str) -> Callable[[Bookkeeper], Bookkeeper]:
        """Decorator: the function keeps the books of this operation. Raises ValueError when another does already."""

        def register(bookkeeper: Bookkeeper) -> Bookkeeper:
            if action in self._bookkeepers:
                raise ValueError(f"{action} has two bookkeepers.")
            self._bookkeepers[action] = bookkeeper
            return bookkeeper

        return register

    def checks(self, action: str) -> Callable[[Check], Check]:
        """Decorator: the function judges this operation before it is sent."""

        def register(check: Check) -> Check:
            if action in self.judges:
                raise ValueError(f"{action} is judged twice.")
            self.judges[action] = check
            return check

        return register

    def follows(self, action: str) -> Callable[[Follower], Follower]:
        """Decorator: the function says what has to follow this operation."""

        def register(follower: Follower) -> Follower:
            if action in self.followers:
                raise ValueError(f"{action} has two followers.")
            self.followers[action] = follower
            return follower

        return register

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """The handlers by action."""
        return self._handlers

    @property
    def bookkeepers(self) -> Mapping[str, Bookkeeper]:
        """The bookkeepers by action."""
        return self._bookkeepers


def merged(registries: Iterable[Registry]) -> Mapping[str, Handler]:
    """The handlers of all profiles; raises ValueError when two handle the same action."""
    handlers: dict[str, Handler] = {}
    for registry in registries:
        for action, handler in registry.handlers.items():
            if action in handlers:
                raise ValueError(f"{action} has two handlers.")
            handlers[action] = handler
    return handlers


def merged_bookkeepers(registries: Iterable[Registry]) -> Mapping[str, Bookkeeper]:
    """The bookkeepers of all profiles; raises ValueError when two keep the books of the same operation."""
    bookkeepers: dict[str, Bookkeeper] = {}
    for registry in registries:
        for action, bookkeeper in registry.bookkeepers.items():
            if action in bookkeepers:
                raise ValueError(f"{action} has two bookkeepers.")
            bookkeepers[action] = bookkeeper
    return bookkeepers
