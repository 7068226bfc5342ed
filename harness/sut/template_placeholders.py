"""What stands between the braces of a template: the way to a value, and the filters it goes through.

`{chargingProfile.stackLevel}` goes from member to member, `{key[0]}` to an item (`[-1]` is the last one),
`{localAuthorizationList[].idTag}` to that member of every item. Filters stand behind bars, some with an argument:
`{type|upper}`, `{key|join(;)}`. What is null counts as absent.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_STEP = r"[A-Za-z_$@][\w$@:-]*(?:\[(?:-?\d+)?\])*"
WAY = re.compile(rf"{_STEP}(?:\.{_STEP})*\Z")
_PARTS = re.compile(r"([A-Za-z_$@][\w$@:-]*)|\[(-?\d+)?\]")
_FILTER = re.compile(r"\|\s*(\w+)\s*(?:\(([^()]*)\))?\s*")
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ABSENT: Final = object()
LATER: Final = object()
"""Stands for a value of which nothing is known yet: the answer to a request that is only shown."""
MOST_DIGITS: Final = 400
"""Of a text that is made a number; a longer one is none that an API means."""


class Unfilled(Exception):
    """A placeholder cannot be filled in; `name` is what stands between its braces."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{{{name}}} {why}")
        self.name = name
        self.why = why


class MissingMember(Unfilled):
    """What a placeholder names is not there."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "is not there")


class Placeholder(msgspec.Struct, frozen=True):
    """A placeholder taken apart. `way`: names, numbers of items, None for every item; `filters`: name and argument."""

    name: str
    way: tuple[str | int | None, ...]
    filters: tuple[tuple[str, str | None], ...]

    @property
    def member(self) -> str:
        """The way without numbers, as `harness.sut.checks.templates` knows members: `list[].idTag`."""
        steps = (f".{step}" if isinstance(step, str) else "[]" for step in self.way)
        return "".join(steps).removeprefix(".")

    def value(self, scope: Mapping[str, Any]) -> Any:
        """What it stands for. Raises Unfilled."""
        value = _found(scope, self.way)
        if value is LATER:
            return f"{{{self.name}}}"
        for name, argument in self.filters:
            if name == DEFAULT:
                value = _literal(argument or "") if value is _ABSENT else value
            elif value is not _ABSENT:
                try:
                    value = FILTERS[name](value, argument)
                except ValueError as error:
                    raise Unfilled(self.name, str(error)) from None
        if value is _ABSENT:
            raise MissingMember(self.name.partition("|")[0].strip())
        return value


@functools.lru_cache(maxsize=1024)
def parsed(text: str) -> Placeholder | None:
    """What stands between braces, taken apart; None when it is none. Filters may be unknown."""
    name, bar, rest = text.partition("|")
    name = name.strip()
    if WAY.match(name) is None:
        return None
    filters: list[tuple[str, str | None]] = []
    at, rest = 0, bar + rest
    while at < len(rest):
        match = _FILTER.match(rest, at)
        if match is None:
            return None
        filters.append((match[1], match[2]))
        at = match.end()
    return Placeholder(text, way(name), tuple(filters))


def way(name: str) -> tuple[str | int | None, ...]:
    """`list[].idTag` as its steps."""
    return tuple(
        match[1] if match[1] is not None else None if match[2] is None else int(match[2])
        for match in _PARTS.finditer(name)
    )


def member(value: Any, name: str) -> Any:
    """What `name` (`chargingProfile.stackLevel`) stands for in a value; None when it is absent."""
    found = _found(value, way(name))
    return None if found is _ABSENT else found


def _found(value: Any, steps: tuple[str | int | None, ...]) -> Any:
    for number, step in enumerate(steps):
        if value is LATER:
            return LATER
        if isinstance(step, str):
            value = value.get(step, _ABSENT) if isinstance(value, Mapping) else _ABSENT
        elif not isinstance(value, list):
            return _ABSENT
        elif step is None:
            items = [_found(item, steps[number + 1 :]) for item in value]
            return [item for item in items if item is not _ABSENT]
        else:
            value = value[step] if -len(value) <= step < len(value) else _ABSENT
        if value is _ABSENT or value is None:
            return _ABSENT
    return value


def as_text(value: Any) -> str:
    """A value inside of a longer text: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def kebab(name: str) -> str:
    """`GetLocalListVersion` as `get-local-list-version`."""
    return _WORD.sub("-", name).lower()


def snake(name: str) -> str:
    """`TxDefaultProfile` as `tx_default_profile`."""
    return _WORD.sub("_", name).lower()


def _literal(argument: str) -> Any:
    try:
        return json.loads(argument)
    except ValueError:
        return argument


def _of_texts(change: Callable[[str], Any]) -> Filter:
    """A filter of texts: of every one in a list; what is no text stays as it is."""

    def changed(value: Any, argument: str | None) -> Any:
        if isinstance(value, list):
            return [changed(item, argument) for item in value]
        return change(value) if isinstance(value, str) else value

    return changed


def _text(value: Any, argument: str | None) -> Any:
    return [as_text(item) for item in value] if isinstance(value, list) else as_text(value)


def _number(text: str) -> Any:
    try:
        number = json.loads(text) if len(text) <= MOST_DIGITS else None
    except ValueError:
        number = None
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise ValueError("is no number")
    return number


def _unhex(digits: str) -> str:
    try:
        return bytes.fromhex(digits).decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("stands for octets that are no text in UTF-8") from None
    except ValueError:
        raise ValueError("is not in hexadecimal digits") from None


def _join(value: Any, argument: str | None) -> Any:
    separator = "," if argument is None else argument
    return separator.join(as_text(item) for item in value) if isinstance(value, list) else value


def _without(value: Any, argument: str | None) -> Any:
    names = {name.strip() for name in (argument or "").split(",")}
    return {name: part for name, part in value.items() if name not in names} if isinstance(value, Mapping) else value


Filter = Callable[[Any, str | None], Any]

DEFAULT: Final = "default"
FILTERS: Final[Mapping[str, Filter]] = {
    DEFAULT: lambda value, _: value,  # in use for what is absent only
    "join": _join,
    "kebab": _of_texts(kebab),
    "lower": _of_texts(str.lower),
    "number": _of_texts(_number),
    "snake": _of_texts(snake),
    "text": _text,
    "unhex": _of_texts(_unhex),
    "upper": _of_texts(str.upper),
    "without": _without,
}
ARGUED: Final[Mapping[str, bool]] = {DEFAULT: True, "join": False, "without": True}
"""The filters that take an argument, and whether they need one."""
