"""The `python` operator: a class of the user's, and how any class named in a SUT file is found, made and called."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import sys
import traceback
from collections.abc import Callable
from typing import Any

from harness.adapters.base import NotOffered, OperatorError, Tell, tell_nobody
from harness.adapters.web.evidence import bounded
from harness.sut import PythonFixtures, PythonSettings, Sut
from harness.sut.tables.driving import PythonDriver
from harness.sut.templates import snake
from ocppj.matchers import shown

CATCH_ALL = "perform"


class PythonOperator:
    """Calls the method named after the action (`remote_start_transaction`), else `perform`, else it is not offered."""

    def __init__(self, settings: PythonSettings, sut: Sut, tell: Tell = tell_nobody) -> None:
        self._tell = tell
        self._use = settings.use
        self._who = f"operator python: {settings.use}"
        self._sut = sut
        self._object = instance(settings, "operator", sut)

    async def perform(self, action: str, station: str, payload: dict[str, Any]) -> None:
        """Call `method(station, payload)`, or `perform(action, station, payload)`; blocking methods get a thread."""
        (said,) = self.shows(action, station, payload)
        name, method, arguments = self._chosen(action, station, payload)
        self._tell(said)
        try:
            returned = await call(f"{self._who}.{name}", self._sut, method, *arguments)
        except (OperatorError, NotOffered) as error:
            self._tell(f"raised: {error}" + (f"\n\n{error.evidence}" if isinstance(error, OperatorError) else ""))
            raise
        self._tell(bounded(self._sut.scrub(f"returned {returned!r}")))

    def shows(self, action: str, station: str, payload: dict[str, Any]) -> list[str]:
        """The call as text."""
        name, _, arguments = self._chosen(action, station, payload)
        return [self._sut.scrub(f"{self._use}.{name}({', '.join(shown(argument) for argument in arguments)})")]

    def _chosen(
        self, action: str, station: str, payload: dict[str, Any]
    ) -> tuple[str, Callable[..., Any], tuple[Any, ...]]:
        own, catch_all = (getattr(self._object, name, None) for name in (snake(action), CATCH_ALL))
        if own is not None:
            return snake(action), own, (station, payload)
        if catch_all is not None:
            return CATCH_ALL, catch_all, (action, station, payload)
        raise NotOffered(f"{self._who} has no method for {action}; add {snake(action)}(station, payload)")

    async def close(self) -> None:
        """Call `close()` if the class has it."""
        close = getattr(self._object, "close", None)
        if close is not None:
            await call(f"{self._who}.close", self._sut, close)


def found(settings: PythonSettings | PythonFixtures | PythonDriver, table: str, source: str) -> Callable[..., Any]:
    """The class a table of the SUT file names. Raises OperatorError with the sentence that says what is missing."""
    module_name, _, name = settings.use.partition(":")
    if settings.folder not in sys.path:
        sys.path.insert(0, settings.folder)
    place = f'{source}: {table}.use = "{settings.use}"'
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is not None and module_name.startswith(error.name):
            raise OperatorError(
                f"{place}: there is no module {error.name}; put {error.name}.py into {settings.folder}, or install it"
            ) from None
        raise OperatorError(f"{place}: {module_name} needs the module {error.name}, which is not installed") from None
    except Exception as error:
        raise OperatorError(f"{place}: {module_name} cannot be imported ({_said(error)}); correct it") from None
    factory: Callable[..., Any] | None = getattr(module, name, None)
    if not callable(factory):
        raise OperatorError(f"{place}: {module_name} has no class {name}; correct the name or add the class")
    return factory


def instance(settings: PythonSettings | PythonFixtures | PythonDriver, table: str, sut: Sut) -> Any:
    """The object a table of the SUT file describes. Raises OperatorError."""
    factory = found(settings, table, sut.source)
    try:
        return factory(**settings.options)
    except Exception as error:
        raise OperatorError(
            sut.scrub(
                f"{sut.source}: {settings.use} cannot be made with {table}.options ({_said(error)}); correct them"
            )
        ) from None


async def call(what: str, sut: Sut, method: Callable[..., Any], *arguments: Any) -> Any:
    """Call a method of the user's, plain or async; whatever it raises becomes an OperatorError of one sentence."""
    try:
        if inspect.iscoroutinefunction(method):
            return await method(*arguments)
        result = await asyncio.to_thread(method, *arguments)
        return await result if inspect.isawaitable(result) else result
    except (OperatorError, NotOffered):
        raise
    except Exception as error:
        evidence = sut.scrub("".join(traceback.format_exception(error)))
        raise OperatorError(sut.scrub(f"{what} raised {_said(error)}"), evidence=bounded(evidence)) from error


def _said(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
