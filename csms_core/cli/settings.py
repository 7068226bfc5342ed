"""`csms.toml`: the settings of a CSMS in a file. Every key is a member of `Config`, by the same name.

Keys, kinds of values and choices are read off that class, so that a new setting can be written in the file from the
day it exists. A mistake is one sentence with the file, the key and the fix.
"""

from __future__ import annotations

import difflib
import tomllib
import types
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from csms_core.config.contradictions import SettingsError, out_of_range
from csms_core.config.model import Config

NOTHING = "none"
"""How a setting that is a number or None is taken back in a file and in an option."""

LONGEST_SHOWN = 40
"""Characters of a text that a sentence repeats."""

_PATHS = frozenset(("pki", "files"))
"""Settings that name a folder."""

_KINDS: Mapping[Any, str] = {
    int: "a whole number such as 30",
    float: "a number such as 2.5",
    bool: "true or false",
    str: "text in quotes",
}


def load(file: Path | str, defaults: Config) -> Config:
    """The settings of a file on top of `defaults`. Raises SettingsError.

    Paths are relative to the file. Lists and tables replace the default, they do not add to it.
    """
    file = Path(file)
    try:
        with file.open("rb") as opened:
            document = tomllib.load(opened)
    except OSError as error:
        raise SettingsError(f"{file} cannot be read ({error.strerror}); check --config.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} is no TOML: {error}.") from None
    problems = list(_problems(document))
    if problems:
        raise SettingsError(f"{file}: {problems[0]}")
    hints = get_type_hints(Config)
    values = {name: _converted(hints[name], value) for name, value in document.items()}
    for name in _PATHS & values.keys():
        values[name] = str(file.parent / values[name])
    if "database" in values:
        values["database"] = _beside(file, values["database"])
    return Config(**{**{field.name: getattr(defaults, field.name) for field in fields(Config)}, **values})


def _beside(file: Path, database: str) -> str:
    """The URL of a database, an SQLite file relative to `file`; what is no URL is left to the store to refuse."""
    from sqlalchemy.engine import make_url  # late, like everything heavy: most mistakes are found without it
    from sqlalchemy.exc import SQLAlchemyError

    from csms_core.store.database import sqlite_file

    try:
        url = make_url(database)
        if url.get_backend_name() != "sqlite":
            return database
        moved = sqlite_file.beside(url, file.parent)
        return database if moved == url else moved.render_as_string(hide_password=False)
    except SQLAlchemyError:
        return database


def _problems(document: Mapping[str, Any]) -> Iterator[str]:
    hints = get_type_hints(Config)
    for name, value in document.items():
        if name not in hints:
            near = difflib.get_close_matches(name.replace("-", "_"), hints, n=1)
            advice = f"did you mean {near[0]}?" if near else f"the keys are {', '.join(hints)}."
            yield f"{name} is no setting; {advice}"
        elif why := _misfit(hints[name], value) or out_of_range(name, value):
            yield f"{name}: {why}"


def _misfit(kind: Any, value: Any) -> str | None:
    """Why a value of the file is not of the kind a setting is; None when it is."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        inner = next(argument for argument in arguments if argument is not type(None))
        if inner is not str and value == NOTHING:
            return None
        why = _misfit(inner, value)
        return why if why is None or inner is str else why.replace(", not", f', or "{NOTHING}", not')
    if origin is Literal:
        choices = ", ".join(_shown(choice) for choice in arguments)
        return None if value in arguments else f"write one of {choices}, not {_shown(value)}."
    if origin in (tuple, frozenset):
        if not isinstance(value, list):
            return f"write a list such as [{_example(arguments[0])}], not {_shown(value)}."
        return next((why for item in value if (why := _misfit(arguments[0], item))), None)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, dict):
            return f"write a table, not {_shown(value)}."
        return next((f"{key}: {why}" for key, item in value.items() if (why := _misfit(arguments[1], item))), None)
    fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        fits = True
    return None if fits else f"write {_KINDS[kind]}, not {_shown(value)}."


def _converted(kind: Any, value: Any) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        inner = next(argument for argument in arguments if argument is not type(None))
        return None if inner is not str and value == NOTHING else _converted(inner, value)
    if origin in (tuple, frozenset):
        return origin(_converted(arguments[0], item) for item in value)
    if origin is not None and origin is not Literal and issubclass(origin, Mapping):
        return {key: _converted(arguments[1], item) for key, item in value.items()}
    return float(value) if kind is float else value


def _example(kind: Any) -> str:
    return '"text"' if kind is str else "1"


def _shown(value: Any) -> str:
    if isinstance(value, str) and len(value) <= LONGEST_SHOWN:
        return f'"{value}"'
    kinds = {str: "text", bool: str(value).lower(), list: "a list", dict: "a table"}
    return kinds.get(type(value), str(value))
