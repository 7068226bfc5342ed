"""Handlers of the CALLs of a station, looked up by action.

A profile module makes a `Registry`, fills it with `@registry.handles("Action")`, and is listed in `csms_core.profiles`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from csms_core.context import StationContext

Payload = dict[str, Any]
Handler = Callable[[StationContext, Payload], Awaitable[Payload]]
"""Takes the payload of a CALL that has passed its schema, gives the payload of the CALLRESULT; OcppError becomes a
CALLERROR."""


class Registry:
    """Handlers of one feature profile."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}

    def handles(self, action: str) -> Callable[[Handler], Handler]:
        """Decorator: the function handles this action. Raises ValueError when the action has a handler already."""

        def register(handler: Handler) -> Handler:
            if action in self._handlers:
                raise ValueError(f"{action} has two handlers.")
            self._handlers[action] = handler
            return handler

        return register

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """The handlers by action."""
        return self._handlers


def merged(registries: Iterable[Registry]) -> Mapping[str, Handler]:
    """The handlers of all profiles; raises ValueError when two handle the same action."""
    handlers: dict[str, Handler] = {}
    for registry in registries:
        for action, handler in registry.handlers.items():
            if action in handlers:
                raise ValueError(f"{action} has two handlers.")
            handlers[action] = handler
    return handlers
