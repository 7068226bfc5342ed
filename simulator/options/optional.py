"""Options of a command as the fields of a dataclass: read, checked and handed on as one object.

    @dataclass(frozen=True)
    class Given:
        tag: Annotated[str, option("TAG", "What is held to the reader.")] = "TAG-1"

    @command("station", epilog=...)
    @taking(Given)
    def run(given: Given) -> int: ...

A group of options that two commands have in common is a dataclass of its own, from which theirs inherit; a single one
stands in `shared.py`.
"""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import typer

from simulator.options.usage import Exit, UsageError

G = TypeVar("G")

_CONTEXT = "context"


def taking(kind: type[G]) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Make a function that takes what `kind` holds, one parameter for each field, into one that typer can read.

    The function is given the object and, as `context`, that of typer when it asks for it. Texts that are blank and
    numbers that are none end the command before it begins (`checked`).
    """

    def made(function: Callable[..., int]) -> Callable[..., int]:
        hints = get_type_hints(kind, include_extras=True)
        given = [inspect.Parameter(one.name, _BY_NAME, default=_default(one)) for one in _fields(kind)]
        with_context = _CONTEXT in inspect.signature(function).parameters

        @wraps(function)
        def asked(**values: Any) -> int:
            context = values.pop(_CONTEXT)
            wanted = kind(**values)
            try:
                checked(wanted)
            except UsageError as error:
                print(f"{context.command_path}: {error}", file=sys.stderr)
                return Exit.USAGE
            return function(wanted, context=context) if with_context else function(wanted)

        context = inspect.Parameter(_CONTEXT, _BY_NAME)
        parameters = [context, *sorted(given, key=lambda one: one.default is not inspect.Parameter.empty)]
        hints = {_CONTEXT: typer.Context, **{one.name: hints[one.name] for one in given}, "return": int}
        del asked.__wrapped__  # it has another signature
        asked.__annotations__ = hints
        signature = inspect.Signature([one.replace(annotation=hints[one.name]) for one in parameters])
        asked.__signature__ = signature  # type: ignore[attr-defined]
        return asked

    return made


_BY_NAME = inspect.Parameter.KEYWORD_ONLY


def _fields(kind: type[Any]) -> tuple[Field[Any], ...]:
    return fields(kind)


def _default(field: Field[Any]) -> Any:
    return inspect.Parameter.empty if field.default is MISSING else field.default


def checked(given: object) -> None:
    """Refuse blank texts and numbers that are none, whatever the option. Raises `UsageError`."""
    for one in fields(given):  # type: ignore[arg-type]
        value = getattr(given, one.name)
        for each in value if isinstance(value, list | tuple) else [value]:
            if isinstance(each, str | Path) and not str(each).strip():
                raise UsageError(f"{option_of(one.name)} {str(each)!r}: it is empty; give a text, or leave it out")
            if isinstance(each, float) and not math.isfinite(each):
                raise UsageError(f"{option_of(one.name)} {each:g}: that is no number to reckon with; give a finite one")


def option_of(name: str) -> str:
    """How an option is written on the command line."""
    return name if name == "url" else f"--{name.replace('_', '-')}"


def more_than_zero(given: object, *names: str) -> None:
    """Refuse zero and less for these options, where they were given. Raises `UsageError`."""
    for name in names:
        value = getattr(given, name)
        if value is not None and value <= 0:
            raise UsageError(f"{option_of(name)} {value:g}: it is more than zero")
