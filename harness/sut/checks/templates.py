"""What can be said offline about the templates of a SUT file: sentences (without the file name) per mistake."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from harness.sut.sentences import nearest, suggestion, where
from harness.sut.tables.fixtures import FixtureSettings, RestFixtures, TriggerFixtures
from harness.sut.tables.operation import (
    OperatorSettings,
    Requests,
    RestAction,
    RestLogin,
    RestSettings,
    TriggerSettings,
)
from harness.sut.template_placeholders import ARGUED, FILTERS, TOKEN, parsed
from harness.sut.templates import FOR_EACH, ITEM, ONLY_IF, SPREAD, Condition, sequence, variant
from schemas import SchemaSet

Place = tuple[str | int, ...]

STATION = frozenset({"station", "connectors", "auth_key"})
"""What the templates of stations can name."""
REGISTERED: Final = frozenset({"registration"})
"""What that of their registration can name as well."""
TAG = frozenset({"idTag", "status", "parentIdTag", "expiryDate"})
"""What the templates of tags can name."""
CREATED: Final = frozenset({"created", "created_by"})
"""In a template that removes: what was answered when the thing was made, to the first request and to all of them."""
ANSWERS: Final = frozenset({"answer", "answers"})
"""In a request after another one: what was answered before."""


class Names(msgspec.Struct, frozen=True):
    """What placeholders can name: `known` members, and the `open` names, of whose members nothing is known.

    `lacking` says of a name that it is not there; `example` is one that is.
    """

    known: frozenset[str]
    open: frozenset[str]
    lacking: str
    example: str

    def has(self, member: str) -> bool:
        """Whether a member, written without numbers of items, can be there."""
        return member in self.known or re.split(r"[.\[]", member, maxsplit=1)[0] in self.open

    def and_open(self, *names: str) -> Names:
        """The same, and these."""
        return msgspec.structs.replace(self, open=self.open | set(names))


def template_problems(
    operator: OperatorSettings, fixtures: FixtureSettings, messages: Callable[[], SchemaSet]
) -> list[str]:
    """Action names, placeholders, contradicting keys and patterns of both tables; ``messages`` are of the version."""
    return [*_of_operator(operator, messages), *_of_fixtures(fixtures)]


def _of_operator(operator: OperatorSettings, messages: Callable[[], SchemaSet]) -> Iterator[str]:
    if isinstance(operator, RestSettings | TriggerSettings):
        yield from _pattern("operator.refused", operator.refused)
        yield from _headers(operator.headers, "operator")
    if not isinstance(operator, RestSettings):
        return
    yield from _login(operator.login, ("operator", "login"))
    if not operator.actions:
        return
    known = messages()  # loaded late: only a rest operator needs them
    offered = {name for name, info in known.actions.items() if info.sender in ("csms", "both")}
    for key, requests in operator.actions.items():
        place = ("operator", "actions", key)
        found = variant(key)
        if found is None:
            yield f'{where(place)} is no action; write for example Reset, or "ClearChargingProfile(id)"'
            continue
        if found.action not in offered:
            yield f"{where(place)} is no message that a back office sends; {suggestion(found.action, offered)}"
            continue
        schema = known.schema(found.action, "call")
        for condition in found.conditions:
            yield from _condition(condition, schema, found.action, place)
        members = frozenset({*_members(schema), "station", "payload"})
        names = Names(members, frozenset({"payload"}), f"{found.action} has no such member", "station")
        yield from _requests(requests, place, names)


def _condition(condition: Condition, schema: Mapping[str, Any], action: str, place: Place) -> Iterator[str]:
    part: Any = schema
    for step in condition.member.split("."):
        members = part.get("properties", {})
        if step not in members:
            hint = suggestion(step, members)
            yield f"{where(place)} is for requests with {condition.member}, but {action} has no such member; {hint}"
            return
        part = members[step]
    if condition.value is not None and condition.value not in part.get("enum", [condition.value]):
        hint = suggestion(condition.value, part["enum"])
        yield f"{where(place)} is for {condition.member} = {condition.value}, which {action} never has; {hint}"


def _of_fixtures(fixtures: FixtureSettings) -> Iterator[str]:
    if isinstance(fixtures, RestFixtures | TriggerFixtures):
        yield from _pattern("fixtures.refused", fixtures.refused)
        yield from _headers(fixtures.headers, "fixtures")
    if not isinstance(fixtures, RestFixtures):
        return
    yield from _login(fixtures.login, ("fixtures", "login"))
    for table, known, what, example in (("stations", STATION, "a station", "station"), ("tags", TAG, "a tag", "idTag")):
        templates = getattr(fixtures, table)
        for key in templates.__struct_fields__:
            opened = CREATED if key == "remove" else frozenset()
            more = REGISTERED if key == "registration" else frozenset()
            names = Names(known | opened | more, opened, f"{what} has no such value", example)
            yield from _requests(getattr(templates, key), ("fixtures", table, key), names)


def _pattern(place: str, pattern: str | None) -> Iterator[str]:
    try:
        re.compile(pattern or "")
    except re.error as error:
        yield f"{place} is no regular expression ({error}); correct it or remove the key"


def _headers(headers: Mapping[str, Any], table: str) -> Iterator[str]:
    """Headers of every request: what they may name differs from template to template, so only their form is judged."""
    for name, value in headers.items():
        for match in TOKEN.finditer(value.reveal()):
            if match[1] is None and len(match[0]) == 1:
                yield f"{where((table, 'headers', name))} {_single(match[0])}"


def _login(login: RestLogin | None, place: Place) -> Iterator[str]:
    if login is None:
        return
    yield from _request(login, place, Names(frozenset(), frozenset(), "nothing is there before the login", ""))
    names = Names(ANSWER, ANSWER, "only the answer to the login is there", "answer.access_token")
    for header, value in login.gives.items():
        for problem in _text_problems(value.reveal(), names):
            yield f"{where((*place, 'gives', header))} {problem}"


ANSWER: Final = frozenset({"answer"})


def _requests(requests: Requests | None, place: Place, names: Names) -> Iterator[str]:
    for number, template in enumerate(sequence(requests)):
        later = names.and_open(*ANSWERS) if number else names
        yield from _request(template, place if isinstance(requests, RestAction) else (*place, number), later)


def _request(template: RestAction | RestLogin, place: Place, names: Names) -> Iterator[str]:
    if template.body is not None and template.form is not None:
        yield f"{where(place)} has both body and form; keep one of them"
    for problem in _text_problems(template.path, names):
        yield f"{where((*place, 'path'))} {problem}"
    for name in ("body", "form", "query"):
        yield from _node(getattr(template, name), (*place, name), names)
        yield from _top(getattr(template, name), (*place, name))
    for header, value in template.headers.items():
        for problem in _text_problems(value.reveal(), names):
            yield f"{where((*place, 'headers', header))} {problem}"


def _top(node: Any, place: Place) -> Iterator[str]:
    """Fields are a table, and what is sent is there."""
    if isinstance(node, dict) and FOR_EACH in node and place[-1] != "body":
        yield f'{where((*place, FOR_EACH))} makes a list, and {place[-1]} is a table; take "*" out'
    if isinstance(node, dict) and ONLY_IF in node:
        yield f'{where((*place, ONLY_IF))} would leave out all that is sent; write "Action(member)" for two templates'


def _node(node: Any, place: Place, names: Names) -> Iterator[str]:
    if isinstance(node, str):
        for problem in _text_problems(node, names):
            yield f"{where(place)} {problem}"
    elif isinstance(node, list):
        for index, part in enumerate(node):
            yield from _node(part, (*place, index), names)
    elif isinstance(node, dict):
        if FOR_EACH in node:
            yield from _placeholders_only(node, FOR_EACH, place, names)
            names = names.and_open(ITEM)
        for key in (SPREAD, ONLY_IF):
            if key in node:
                yield from _placeholders_only(node, key, place, names)
        for key, part in node.items():
            if key not in (SPREAD, ONLY_IF, FOR_EACH):
                yield from _node(part, (*place, key), names)


def _placeholders_only(node: dict[str, Any], key: str, place: Place, names: Names) -> Iterator[str]:
    """The value of a key that means something is a placeholder; of some a list of them."""
    value = node[key]
    several = isinstance(value, list) and key != FOR_EACH
    for text in value if several else [value]:
        whole = TOKEN.fullmatch(text) if isinstance(text, str) else None
        if whole is None or whole[1] is None:
            yield f"{where((*place, key))} must be a placeholder; write for example {key!r} = {EXAMPLES[key]!r}"
        else:
            for problem in _text_problems(text, names):
                yield f"{where((*place, key))} {problem}"


EXAMPLES: Final = {SPREAD: "{payload}", ONLY_IF: "{chargingProfile}", FOR_EACH: "{localAuthorizationList}"}


def _members(schema: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, part in schema.get("properties", {}).items():
        yield f"{prefix}{name}"
        if part.get("type") == "object":
            yield from _members(part, f"{prefix}{name}.")
        elif part.get("type") == "array":
            yield f"{prefix}{name}[]"
            yield from _members(part.get("items", {}), f"{prefix}{name}[].")


def _text_problems(text: str, names: Names) -> Iterator[str]:
    for match in TOKEN.finditer(text):
        inside = match[1]
        if inside is None:
            if len(match[0]) == 1:
                yield _single(match[0])
            continue
        placeholder = parsed(inside)
        if placeholder is None:
            instead = f"write for example {{{names.example}}}" if names.example else "write {{ for the character {"
            yield f"holds {{{inside}}}, which is no placeholder; {instead}"
            continue
        for name, argument in placeholder.filters:
            if name not in FILTERS:
                yield f"holds {{{inside}}}, but there is no filter {name}; {suggestion(name, FILTERS)}"
            elif argument is None and ARGUED.get(name):
                yield f"holds {{{inside}}}, but {name} needs an argument; write for example {name}({ARGUMENTS[name]})"
            elif argument is not None and name not in ARGUED:
                yield f"holds {{{inside}}}, but {name} takes no argument; write {name}"
        if not names.has(placeholder.member):
            close = nearest(placeholder.member, names.known)
            known = ", ".join(sorted(name for name in names.known if not name.endswith("[]")))
            hint = f"did you mean {{{close}}}?" if close else f"known are {known}" if known else "remove it"
            yield f"holds {{{inside}}}, but {names.lacking}; {hint}"


def _single(brace: str) -> str:
    return f"holds a single {brace}; write {brace * 2} for the character itself"


ARGUMENTS: Final = {"default": "0", "without": "idTag"}
