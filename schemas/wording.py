"""The sentences of a diagnosis. Members are named as on the wire, long values are cut, secrets are never shown."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Sequence
from typing import Any

from schemas.model import Path, Violation
from schemas.secrets import secrets_of_all

MASK = "***"
_LONGEST_VALUE = 60
_LONGEST_NAME = 40
_DEEPEST = 32
_SECRETS = secrets_of_all()
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_USER_INFO = re.compile(r"//[^/@\s]*@")

_TYPE_NAMES = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "an array",
}
_FORMAT_NAMES = {
    "date-time": "a date-time with a zone, such as 2026-11-21T10:00:00Z",
    "uri": "an absolute URI, such as ftp://example.org/file",
}


def missing(parent: Path, name: str) -> Violation:
    """A required member that is not there."""
    message = f"{_where((*parent, name))}: the member is required, and missing"
    return Violation(parent, "required", message, f"a member {name}", name)


def unexpected(parent: Path, name: str, known: tuple[str, ...], payload: Any) -> Violation:
    """A member the schema does not have."""
    path = (*parent, name)
    expected = f"only {_listed(known)}" if known else "no members"
    close = _closest(name, known)
    hint = f" (did you mean {close}?)" if close else ""
    there = f"here, {expected}" if known else "in a payload that has none"
    message = f"{_where(path)}: there is no such member {there}{hint}"
    return Violation(path, "additionalProperties", message, expected, _masked(path, *_at(payload, path)))


def refused(path: Path, keyword: str, schema: dict[str, Any], payload: Any) -> Violation:
    """A member whose value breaks one keyword of its schema."""
    parent, value = _at(payload, path)
    actual = _masked(path, parent, value)
    expected, sentence = _judged(keyword, schema, value, _shown(actual))
    return Violation(path, keyword, f"{_where(path)}: {sentence}", expected, actual)


def unjudgeable(payload: Any) -> Violation:
    """What no strict JSON parser gives: lone surrogates, member names that are no strings, objects of Python."""
    message = "the payload: it holds something that JSON cannot express"
    return Violation((), "type", message, "JSON values only", type(payload).__name__)


def _judged(keyword: str, schema: dict[str, Any], value: Any, shown: str) -> tuple[str, str]:
    """What was expected, in short, and the whole sentence after the member's name; only `shown` may show the value."""
    limit = schema.get(keyword)
    if keyword == "type":
        if limit == "integer" and isinstance(value, float) and value.is_integer():
            return "an integer, written without a fraction", f"{shown} must be written without a fraction or exponent"
        expected = _TYPE_NAMES.get(str(limit), str(limit))
        kind = _kind(value)
        return expected, f"{kind} where {expected} belongs" + ("" if kind == shown else f" ({shown})")
    if keyword == "enum" and isinstance(limit, list):
        close = _closest(value, tuple(limit)) if isinstance(value, str) else None
        hint = f" (did you mean {close}?)" if close else ""
        return f"one of {_listed(limit)}", f"{shown} is none of {_listed(limit)}{hint}"
    if keyword == "maxLength":
        # The value is not shown: the first part of a long secret is still a secret.
        return f"at most {limit} characters", f"it has {len(value)} characters, at most {limit} are allowed"
    if keyword == "minItems":
        return f"at least {limit} item", f"it holds {len(value)} items, at least {limit} is required"
    if keyword == "maxItems":
        return f"at most {limit} items", f"it holds {len(value)} items, at most {limit} are allowed"
    if keyword in ("format", "pattern"):
        expected = _FORMAT_NAMES.get(str(schema.get("format")), f"text of the form {limit}")
        return expected, f"{shown} is not {expected}"
    if keyword == "multipleOf":
        return f"a multiple of {limit}", f"{shown} is no multiple of {limit}, it has too many decimals"
    if keyword == "minimum":
        return f"at least {limit}", f"{shown} is below the least value allowed, {limit}"
    if keyword == "maximum":
        return f"at most {limit}", f"{shown} is above the greatest value allowed, {limit}"
    return f"{keyword} {limit}", f"{shown} breaks {keyword} {limit}"


def _at(payload: Any, path: Path) -> tuple[Any, Any]:
    """What holds the value at the path, and the value as it was sent."""
    parent: Any = None
    value = payload
    for step in path:
        parent, value = value, value[step]
    return parent, value


def _masked(path: Path, parent: Any, value: Any) -> Any:
    """The value without its secrets: that of a password, and name and password in an address."""
    if isinstance(parent, dict) and path[-1] in _SECRETS.values and _SECRETS.is_named(parent):
        return MASK
    if ".".join(map(str, path[-2:])) in _SECRETS.members:
        return MASK
    if isinstance(value, str):
        return _USER_INFO.sub(f"//{MASK}@", value)
    if isinstance(value, dict | list) and len(path) > _DEEPEST:
        return f"{_kind(value)}, {_DEEPEST} levels down"
    if isinstance(value, dict):
        return {name: _masked((*path, name), value, member) for name, member in value.items()}
    if isinstance(value, list):
        return [_masked((*path, index), value, item) for index, item in enumerate(value)]
    return value


def _where(path: Path) -> str:
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            name = step if _PLAIN_NAME.fullmatch(step) else json.dumps(_cut(step, _LONGEST_NAME))
            text += f".{name}" if text else name
    return text or "the payload"


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, int | float):
        return "a number"
    return "an array" if isinstance(value, list) else "an object"


def _shown(value: Any) -> str:
    """The value as JSON would write it, short; containers only by kind, they may be of any depth."""
    if isinstance(value, str):
        return "'" + _cut(json.dumps(value[: _LONGEST_VALUE + 1], ensure_ascii=False)[1:-1], _LONGEST_VALUE) + "'"
    if isinstance(value, int) and value.bit_length() > 4 * _LONGEST_VALUE:
        return f"an integer of {value.bit_length()} bits"
    return json.dumps(value) if value is None or isinstance(value, int | float) else _kind(value)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _closest(name: str, known: tuple[str, ...]) -> str | None:
    for candidate in known:
        if candidate.casefold() == name.casefold():
            return candidate
    found = difflib.get_close_matches(name[:_LONGEST_NAME], known, n=1, cutoff=0.75)
    return found[0] if found else None


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
