"""Templates of HTTP requests in a SUT file, and what they stand for when a request is made.

A text that is exactly one placeholder (`harness.sut.template_placeholders`) takes the value with its JSON type; `{{`
and `}}` stand for braces. A value that needs an absent member is left out, its key included. Three keys of a table
mean something: `"..."` puts the members of an object beside the others, `"?"` leaves the table out where its
placeholder names something absent, `"*"` repeats the table for every `{item}` of a list.
`harness.sut.checks.templates` says offline what cannot work.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

import msgspec

from harness.sut.tables.operation import Requests, RestAction
from harness.sut.template_placeholders import (
    TOKEN,
    MissingMember,
    Unfilled,
    as_text,
    kebab,
    member,
    parsed,
    snake,
)

__all__ = [
    "MissingMember",
    "Scope",
    "Unfilled",
    "Variant",
    "chosen",
    "kebab",
    "of_action",
    "render",
    "render_path",
    "render_text",
    "sequence",
    "snake",
    "variant",
]

Scope = Mapping[str, Any]
"""What placeholders can name."""

SPREAD: Final = "..."
ONLY_IF: Final = "?"
FOR_EACH: Final = "*"
ITEM: Final = "item"
"""What a table with `"*"` calls the item it is made for."""

_VARIANT = re.compile(r"(\w+)(?:\(([^()]+)\))?\Z")
_CONDITION = re.compile(r"(!)?\s*([\w.]+)\s*(?:=\s*([^=]*))?\Z")
_ABSENT: Final = object()


class Condition(msgspec.Struct, frozen=True):
    """A member that a payload has (or, `absent`, has not), with `value` as its text where one is wanted."""

    member: str
    absent: bool = False
    value: str | None = None

    def holds(self, payload: Mapping[str, Any]) -> bool:
        """Whether it is so."""
        found = member(payload, self.member)
        if found is None:
            return self.absent
        return not self.absent and (self.value is None or as_text(found) == self.value)


class Variant(msgspec.Struct, frozen=True):
    """For which requests a template is: those of an action, where all conditions hold."""

    action: str
    conditions: tuple[Condition, ...] = ()


def of_action(station: str, payload: Mapping[str, Any]) -> Scope:
    """The scope of an operator's template: `station`, `payload`, and the members of the payload."""
    return {**payload, "station": station, "payload": dict(payload)}


def sequence(requests: Requests | None) -> tuple[RestAction, ...]:
    """The requests of an operation, one after the other; none for None."""
    if requests is None:
        return ()
    return (requests,) if isinstance(requests, RestAction) else tuple(requests)


def chosen(actions: Mapping[str, Requests], action: str, payload: Mapping[str, Any]) -> str | None:
    """The key of the template for an action: of those that fit this payload the one with the most conditions."""
    fitting: list[tuple[int, str]] = []
    for key in actions:
        found = variant(key)
        if found is not None and found.action == action and all(part.holds(payload) for part in found.conditions):
            fitting.append((len(found.conditions), key))
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def variant(key: str) -> Variant | None:
    """`Action(member, !other, third.of.it=value)` taken apart; None when it is not so written."""
    match = _VARIANT.match(key)
    if match is None:
        return None
    conditions = []
    for part in match[2].split(",") if match[2] else ():
        told = _CONDITION.match(part.strip())
        if told is None or (told[1] and told[3] is not None):
            return None
        conditions.append(Condition(told[2], told[1] is not None, None if told[3] is None else told[3].strip()))
    return Variant(match[1], tuple(conditions))


def render(template: Any, scope: Scope) -> Any:
    """Fill in a template of any depth. Raises MissingMember when the template as a whole needs an absent member, and
    Unfilled when a value is not such as its filter or its place needs."""
    if isinstance(template, dict):
        return _table(template, scope)
    if isinstance(template, list):
        return [item for item in (_or_absent(part, scope) for part in template) if item is not _ABSENT]
    if isinstance(template, str):
        return _text(template, scope)
    return template


def render_path(template: str, scope: Scope) -> str:
    """Fill in a URL path; values are percent-encoded, slashes too. Raises Unfilled."""
    return _joined(template, scope, lambda value: quote(as_text(value), safe=""))


def render_text(template: str, scope: Scope) -> str:
    """Fill in a text such as a header value. Raises Unfilled."""
    return _joined(template, scope, as_text)


def _table(template: dict[str, Any], scope: Scope) -> Any:
    if FOR_EACH in template:
        each = {key: part for key, part in template.items() if key != FOR_EACH}
        items = _of_type(list, template[FOR_EACH], scope)
        made = (_or_absent(each, {**scope, ITEM: item}) for item in items)
        return [item for item in made if item is not _ABSENT]
    for text in _several(template.get(ONLY_IF, [])):
        render(text, scope)
    return dict(_members(template, scope))


def _members(template: dict[str, Any], scope: Scope) -> Iterator[tuple[str, Any]]:
    own = {key: part for key, part in template.items() if key not in (SPREAD, ONLY_IF)}
    for text in _several(template.get(SPREAD, [])):
        spread = _or_absent(text, scope)
        if spread is _ABSENT:
            continue
        if not isinstance(spread, dict):
            raise Unfilled(str(text).strip("{}"), 'is no object, so that "..." has no members to take')
        yield from ((key, value) for key, value in spread.items() if key not in own)
    for key, part in own.items():
        value = _or_absent(part, scope)
        if value is not _ABSENT:
            yield key, value


def _of_type(kind: type, template: Any, scope: Scope) -> Any:
    value = render(template, scope)
    if not isinstance(value, kind):
        raise Unfilled(str(template).strip("{}"), 'is no list, so that "*" has no items to take')
    return value


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _or_absent(template: Any, scope: Scope) -> Any:
    try:
        return render(template, scope)
    except MissingMember:
        return _ABSENT


def _text(template: str, scope: Scope) -> Any:
    whole = TOKEN.fullmatch(template)
    if whole is not None and whole[1] is not None:
        return _value(whole[1], scope)
    return _joined(template, scope, as_text)


def _joined(template: str, scope: Scope, show: Callable[[Any], str]) -> str:
    def replace(match: re.Match[str]) -> str:
        return match[0][0] if match[1] is None else show(_value(match[1], scope))

    return TOKEN.sub(replace, template)


def _value(text: str, scope: Scope) -> Any:
    placeholder = parsed(text)
    if placeholder is None:  # a SUT file that was checked has none
        raise Unfilled(text, "is no placeholder")
    return placeholder.value(scope)
