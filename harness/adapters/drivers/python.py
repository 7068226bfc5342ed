"""The driver `python`: a class of the user's, with a method per act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from harness.adapters.base import NotOffered, OperatorError, Tell, tell_nobody
from harness.adapters.drivers.base import Cannot
from harness.adapters.operators.python import call, instance
from harness.adapters.web.evidence import bounded
from harness.sut import Sut
from harness.sut.tables import driving
from ocppj.matchers import shown

CATCH_ALL: Final = "perform"


class PythonDriver:
    """Calls `plug_in(connector=1)`, else `perform("plug_in", connector=1)`; blocking methods get a thread."""

    is_person = False

    def __init__(self, settings: driving.PythonDriver, sut: Sut, tell: Tell = tell_nobody) -> None:
        self._tell = tell
        self._use = settings.use
        self._who = f"driver python: {settings.use}"
        self._sut = sut
        self._object = instance(settings, "driver", sut)

    async def perform(self, act: str, arguments: dict[str, Any]) -> None:
        """Call the method. Raises `Cannot` when there is none, and when it raises `NotOffered`."""
        (text,) = self.shows(act, arguments)
        name, method, positional = self._chosen(act)
        self._tell(text)
        try:
            returned = await call(f"{self._who}.{name}", self._sut, lambda: method(*positional, **arguments))
        except NotOffered as error:
            self._tell(f"raised: {error}")
            raise Cannot(f"{self._who}.{name} says: {error}") from None
        except OperatorError as error:
            self._tell(f"raised: {error}\n\n{error.evidence}")
            raise
        self._tell(bounded(self._sut.scrub(f"returned {returned!r}")))

    def shows(self, act: str, arguments: dict[str, Any]) -> list[str]:
        """The call as text."""
        name, _, positional = self._chosen(act)
        given = [*map(shown, positional), *(f"{key}={shown(value)}" for key, value in arguments.items())]
        return [self._sut.scrub(f"{self._use}.{name}({', '.join(given)})")]

    def _chosen(self, act: str) -> tuple[str, Callable[..., Any], tuple[str, ...]]:
        own, catch_all = (getattr(self._object, name, None) for name in (act, CATCH_ALL))
        if own is not None:
            return act, own, ()
        if catch_all is not None:
            return CATCH_ALL, catch_all, (act,)
        raise Cannot(f"{self._who} has no method {act}; add one, or perform(act, **arguments)")

    async def close(self) -> None:
        """Call `close()` if the class has it."""
        close = getattr(self._object, "close", None)
        if close is not None:
            await call(f"{self._who}.close", self._sut, close)
