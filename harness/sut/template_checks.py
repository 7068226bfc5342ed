"""What can be said offline about the templates of a SUT file: sentences (without the file name) per mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from harness.sut.fixtures import FixtureSettings, RestFixtures, TriggerFixtures
from harness.sut.operation import OperatorSettings, RestAction, RestSettings, TriggerSettings
from harness.sut.sentences import nearest, suggestion, where
from harness.sut.templates import FILTERS, NAME, TOKEN, VARIANT, variant

Place = tuple[str | int, ...]

STATION = frozenset({"station", "connectors", "auth_key"})
"""What the templates of stations can name."""
TAG = frozenset({"idTag", "status", "parentIdTag", "expiryDate"})
"""What the templates of tags can name."""
_EXAMPLES = frozenset({"station", "idTag"})
CREATED = "created"
"""In a template that removes: the JSON object the API answered when it made the thing."""


def template_problems(operator: OperatorSettings, fixtures: FixtureSettings) -> list[str]:
    """Action names, placeholders, contradicting keys and patterns of both tables."""
    return [*_of_operator(operator), *_of_fixtures(fixtures)]


def _of_operator(operator: OperatorSettings) -> Iterator[str]:
    if isinstance(operator, RestSettings | TriggerSettings):
        yield from _pattern("operator.refused", operator.refused)
    if not isinstance(operator, RestSettings) or not operator.actions:
        return
    import schemas  # imported late: only a rest operator needs the message schemas

    known = schemas.load("1.6")
    offered = {name for name, info in known.actions.items() if info.sender in ("csms", "both")}
    for key, template in operator.actions.items():
        place = ("operator", "actions", key)
        name, needed = variant(key)
        if VARIANT.match(key) is None:
            yield f'{where(place)} is no action; write for example Reset, or "ClearChargingProfile(id)"'
            continue
        if name not in offered:
            yield f"{where(place)} is no message that a back office sends; {suggestion(name, offered)}"
            continue
        schema = known.schema(name, "call")
        for member in sorted(needed - schema["properties"].keys()):
            hint = suggestion(member, schema["properties"])
            yield f"{where(place)} is for requests with {member}, but {name} has no such member; {hint}"
        names = _members(schema) | {"station", "payload"}
        yield from _template(template, place, names, f"{name} has no such member")


def _of_fixtures(fixtures: FixtureSettings) -> Iterator[str]:
    if isinstance(fixtures, RestFixtures | TriggerFixtures):
        yield from _pattern("fixtures.refused", fixtures.refused)
    if not isinstance(fixtures, RestFixtures):
        return
    for table, names, what in (("stations", STATION, "a station"), ("tags", TAG, "a tag")):
        templates = getattr(fixtures, table)
        for key in templates.__struct_fields__:
            template = getattr(templates, key)
            if template is None:
                continue
            known = names | {CREATED} if key == "remove" else names
            yield from _template(template, ("fixtures", table, key), set(known), f"{what} has no such value")


def _pattern(place: str, pattern: str | None) -> Iterator[str]:
    try:
        re.compile(pattern or "")
    except re.error as error:
        yield f"{place} is no regular expression ({error}); correct it or remove the key"


def _template(template: RestAction, place: Place, known: set[str], lacking: str) -> Iterator[str]:
    if template.body is not None and template.form is not None:
        yield f"{where(place)} has both body and form; keep one of them"
    for path, text in _texts(template, place):
        for problem in _text_problems(text, known, lacking):
            yield f"{where(path)} {problem}"


def _members(schema: Mapping[str, Any], prefix: str = "") -> set[str]:
    names: set[str] = set()
    for name, part in schema.get("properties", {}).items():
        names.add(f"{prefix}{name}")
        if part.get("type") == "object":
            names |= _members(part, f"{prefix}{name}.")
        elif part.get("type") == "array" and "properties" in part.get("items", {}):
            names |= _members(part["items"], f"{prefix}{name}[].")
    return names


def _texts(template: RestAction, place: Place) -> Iterator[tuple[Place, str]]:
    yield (*place, "path"), template.path
    for name in ("body", "form", "query"):
        yield from _strings(getattr(template, name), (*place, name))
    for header, value in template.headers.items():
        yield (*place, "headers", header), value.reveal()


def _strings(node: Any, path: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _strings(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _strings(value, (*path, index))


def _text_problems(text: str, known: set[str], lacking: str) -> Iterator[str]:
    for match in TOKEN.finditer(text):
        placeholder = match[1]
        if placeholder is None:
            if len(match[0]) == 1:
                yield f"holds a single {match[0]}; write {match[0] * 2} for the character itself"
            continue
        name, *filters = placeholder.split("|")
        for filter in filters:
            if filter not in FILTERS:
                yield f"holds {{{placeholder}}}, but there is no filter {filter}; {suggestion(filter, FILTERS)}"
        if not NAME.match(name):
            (example,) = known & _EXAMPLES
            yield f"holds {{{placeholder}}}, which is no placeholder; write for example {{{example}}}"
        elif name not in known and not (CREATED in known and name.startswith(f"{CREATED}.")):
            close = nearest(name, known)
            hint = f"did you mean {{{close}}}?" if close else f"known are {', '.join(sorted(known))}"
            yield f"holds {{{placeholder}}}, but {lacking}; {hint}"
