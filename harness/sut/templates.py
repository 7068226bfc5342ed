"""Templates of the `rest` operator: placeholders, rendering, and the offline check of what a SUT file says.

A placeholder is `{name}`: `{station}` (the identity), `{payload}` (the whole OCPP payload) or a member of the payload,
nested ones with dots (`{chargingProfile.stackLevel}`). `{{` and `}}` stand for braces. A string that is exactly one
placeholder takes the value with its JSON type; a value that needs an absent member is left out, its key included.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from harness.sut.operation import OperatorSettings, RestAction, RestSettings
from harness.sut.sentences import nearest, suggestion, where

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)*\Z")
_MISSING = object()


class MissingMember(Exception):
    """A template needs a member that the payload does not have; `name` is the placeholder."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def render(template: Any, station: str, payload: Mapping[str, Any]) -> Any:
    """Fill in a template of any depth. Raises MissingMember when the template as a whole needs an absent member."""
    if isinstance(template, dict):
        return dict(_render_items(template, station, payload))
    if isinstance(template, list):
        return [item for item in (_or_missing(part, station, payload) for part in template) if item is not _MISSING]
    if isinstance(template, str):
        return _render_text(template, station, payload)
    return template


def render_path(template: str, station: str, payload: Mapping[str, Any]) -> str:
    """Fill in a URL path; values are percent-encoded, slashes too. Raises MissingMember."""
    return _join(template, station, payload, lambda value: quote(_as_text(value), safe=""))


def render_text(template: str, station: str, payload: Mapping[str, Any]) -> str:
    """Fill in a text such as a header value. Raises MissingMember."""
    return _join(template, station, payload, _as_text)


def _render_items(template: dict[str, Any], station: str, payload: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, part in template.items():
        value = _or_missing(part, station, payload)
        if value is not _MISSING:
            yield key, value


def _or_missing(template: Any, station: str, payload: Mapping[str, Any]) -> Any:
    try:
        return render(template, station, payload)
    except MissingMember:
        return _MISSING


def _render_text(template: str, station: str, payload: Mapping[str, Any]) -> Any:
    whole = _TOKEN.fullmatch(template)
    if whole is not None and whole[1] is not None:
        return _lookup(whole[1], station, payload)
    return _join(template, station, payload, _as_text)


def _join(template: str, station: str, payload: Mapping[str, Any], show: Any) -> str:
    def replace(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0][0]
        return str(show(_lookup(match[1], station, payload)))

    return _TOKEN.sub(replace, template)


def _lookup(name: str, station: str, payload: Mapping[str, Any]) -> Any:
    if name == "station":
        return station
    if name == "payload":
        return dict(payload)
    value: Any = payload
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            raise MissingMember(name)
        value = value[part]
    return value


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def template_problems(operator: OperatorSettings) -> list[str]:
    """Sentences (without the file name) about action names, placeholders and contradicting keys of the templates."""
    if not isinstance(operator, RestSettings) or not operator.actions:
        return []
    import schemas  # imported late: only a rest operator needs the message schemas

    known = schemas.load("1.6")
    offered = {name for name, info in known.actions.items() if info.sender in ("csms", "both")}
    problems = []
    for name, action in operator.actions.items():
        place = ("operator", "actions", name)
        if name not in offered:
            hint = suggestion(name, offered)
            problems.append(f"{where(place)} is no message that a back office sends; {hint}")
            continue
        if action.body is not None and action.form is not None:
            problems.append(f"{where(place)} has both body and form; keep one of them")
        members = _members(known.schema(name, "call"))
        for path, text in _texts(action, place):
            problems += [f"{where(path)} {problem}" for problem in _text_problems(text, name, members)]
    return problems


def _members(schema: Mapping[str, Any], prefix: str = "") -> set[str]:
    names: set[str] = set()
    for name, part in schema.get("properties", {}).items():
        names.add(f"{prefix}{name}")
        if part.get("type") == "object":
            names |= _members(part, f"{prefix}{name}.")
    return names


def _texts(action: RestAction, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    yield (*place, "path"), action.path
    for name in ("body", "form", "query"):
        yield from _strings(getattr(action, name), (*place, name))
    for header, value in action.headers.items():
        yield (*place, "headers", header), value.reveal()


def _strings(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _strings(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _strings(value, (*path, index))


def _text_problems(text: str, action: str, members: set[str]) -> Iterator[str]:
    known = members | {"station", "payload"}
    for match in _TOKEN.finditer(text):
        name = match[1]
        if name is None:
            if len(match[0]) == 1:
                yield f"holds a single {match[0]}; write {match[0] * 2} for the character itself"
        elif not _NAME.match(name):
            yield f"holds {{{name}}}, which is no placeholder; write {{station}}, {{payload}} or {{member}}"
        elif name not in known:
            close = nearest(name, known)
            hint = f"did you mean {{{close}}}?" if close else f"known are {', '.join(sorted(known))}"
            yield f"holds {{{name}}}, but {action} has no such member; {hint}"
