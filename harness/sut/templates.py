"""Templates of HTTP requests in a SUT file: placeholders, and what they stand for when a request is made.

A placeholder is `{name}`: a value of the scope, members of members with dots (`{chargingProfile.stackLevel}`), those of
every item of a list with brackets (`{localAuthorizationList[].idTag}`), filters behind a bar (`{type|upper}`). `{{` and
`}}` stand for braces. A string that is exactly one placeholder takes the value with its JSON type; a value that needs
an absent member is left out, its key included. `harness.sut.template_checks` says offline what cannot work.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from harness.sut.operation import RestAction

Scope = Mapping[str, Any]
"""What placeholders can name."""

TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\[\])?(?:\.[A-Za-z][A-Za-z0-9_]*(?:\[\])?)*\Z")
VARIANT = re.compile(r"(\w+)(?:\(\s*(\w+(?:\s*,\s*\w+)*)\s*\))?\Z")
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MISSING = object()


def kebab(name: str) -> str:
    """`GetLocalListVersion` as `get-local-list-version`."""
    return _WORD.sub("-", name).lower()


def snake(name: str) -> str:
    """`TxDefaultProfile` as `tx_default_profile`."""
    return _WORD.sub("_", name).lower()


FILTERS: Mapping[str, Callable[[str], str]] = {"upper": str.upper, "lower": str.lower, "kebab": kebab, "snake": snake}


class MissingMember(Exception):
    """A template needs a member that the scope does not have; `name` is the placeholder."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def of_action(station: str, payload: Mapping[str, Any]) -> Scope:
    """The scope of an operator's template: `station`, `payload`, and the members of the payload."""
    return {**payload, "station": station, "payload": dict(payload)}


def chosen(actions: Mapping[str, RestAction], action: str, payload: Mapping[str, Any]) -> RestAction | None:
    """The template of an action: the one for the most of the members this payload has, else the plain one."""
    fitting: list[tuple[int, RestAction]] = []
    for key, template in actions.items():
        name, members = variant(key)
        if name == action and members <= payload.keys():
            fitting.append((len(members), template))
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def variant(key: str) -> tuple[str, frozenset[str]]:
    """`Action(member, other)` as the action and the members it is for; the whole text when it is neither."""
    match = VARIANT.match(key)
    if match is None:
        return key, frozenset()
    return match[1], frozenset(part.strip() for part in (match[2] or "").split(",") if part.strip())


def render(template: Any, scope: Scope) -> Any:
    """Fill in a template of any depth. Raises MissingMember when the template as a whole needs an absent member."""
    if isinstance(template, dict):
        return dict(_render_items(template, scope))
    if isinstance(template, list):
        return [item for item in (_or_missing(part, scope) for part in template) if item is not _MISSING]
    if isinstance(template, str):
        return _render_text(template, scope)
    return template


def render_path(template: str, scope: Scope) -> str:
    """Fill in a URL path; values are percent-encoded, slashes too. Raises MissingMember."""
    return _join(template, scope, lambda value: quote(_as_text(value), safe=""))


def render_text(template: str, scope: Scope) -> str:
    """Fill in a text such as a header value. Raises MissingMember."""
    return _join(template, scope, _as_text)


def _render_items(template: dict[str, Any], scope: Scope) -> Iterator[tuple[str, Any]]:
    for key, part in template.items():
        value = _or_missing(part, scope)
        if value is not _MISSING:
            yield key, value


def _or_missing(template: Any, scope: Scope) -> Any:
    try:
        return render(template, scope)
    except MissingMember:
        return _MISSING


def _render_text(template: str, scope: Scope) -> Any:
    whole = TOKEN.fullmatch(template)
    if whole is not None and whole[1] is not None:
        return _lookup(whole[1], scope)
    return _join(template, scope, _as_text)


def _join(template: str, scope: Scope, show: Callable[[Any], str]) -> str:
    def replace(match: re.Match[str]) -> str:
        return match[0][0] if match[1] is None else show(_lookup(match[1], scope))

    return TOKEN.sub(replace, template)


def _lookup(placeholder: str, scope: Scope) -> Any:
    name, *filters = placeholder.split("|")
    value = _member(scope, name.split("."))
    if value is _MISSING:
        raise MissingMember(name)
    for filter in filters:
        value = _filtered(value, FILTERS[filter])
    return value


def _member(value: Any, parts: list[str]) -> Any:
    for index, part in enumerate(parts):
        name = part.removesuffix("[]")
        if not isinstance(value, Mapping) or name not in value:
            return _MISSING
        value = value[name]
        if name != part:
            if not isinstance(value, list):
                return _MISSING
            found = [_member(item, parts[index + 1 :]) for item in value]
            return [item for item in found if item is not _MISSING]
    return value


def _filtered(value: Any, filter: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_filtered(item, filter) for item in value]
    return filter(value) if isinstance(value, str) else value


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
