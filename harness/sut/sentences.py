"""JSON Schema errors of a SUT file as sentences: the file, the key, what is wrong, and what to write instead."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")
_KINDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
}


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word`, or None when nothing is close."""
    by_folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), list(by_folded), n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def suggestion(word: str, known: Iterable[str]) -> str:
    """`did you mean x?`, or the whole list when nothing is close."""
    known = sorted(known)
    close = nearest(word, known)
    if close is not None:
        return f"did you mean {close}?"
    return f"known are {', '.join(known)}" if known else "remove it"


def toml_key(key: str) -> str:
    """A key as TOML wants it, quoted where necessary."""
    return key if _BARE_KEY.match(key) else json.dumps(key, ensure_ascii=False)


def toml_value(value: Any) -> str:
    """A value as it can be written in TOML, on one line."""
    if isinstance(value, dict):
        inner = ", ".join(f"{toml_key(key)} = {toml_value(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    return json.dumps(value, ensure_ascii=False)


def where(path: Iterable[str | int]) -> str:
    """Name a place in the file the way a reader finds it."""
    dotted = ""
    prefix = ""
    for part in path:
        if isinstance(part, str) and dotted.startswith("item "):
            dotted = f"{toml_key(part)} in {dotted}"
        elif isinstance(part, str):
            dotted = f"{dotted}.{toml_key(part)}" if dotted else toml_key(part)
        elif dotted == "lanes":
            dotted, prefix = "", f" of [[lanes]] number {part + 1}"
        else:
            dotted = f"item {part + 1} of {dotted}"
    return f"{dotted}{prefix}" if dotted else (prefix.removeprefix(" of ") or "the file")


def describe(error: ValidationError, schema: Mapping[str, Any], hide: Callable[[str], str]) -> list[str]:
    """Sentences (without the file name) for one schema error; `hide` masks secrets in what is quoted."""
    path = tuple(error.absolute_path)
    place = where(path)
    found = hide(toml_value(error.instance))
    if len(found) > 60:
        found = f"{found[:57]}..."
    match error.validator:
        case "additionalProperties":
            return _unknown(error, schema, path)
        case "required":
            return _missing(error, path)
        case "type":
            wanted = error.validator_value
            kinds = " or ".join(_KINDS[kind] for kind in ([wanted] if isinstance(wanted, str) else wanted))
            return [f"{place} must be {kinds}, not {found}{_example(error.schema, path)}"]
        case "enum":
            wanted = ", ".join(toml_value(value) for value in error.validator_value)
            return [f"{place} must be one of {wanted}, not {found}{_near_value(error)}"]
        case "const":
            return [f"{place} must be {toml_value(error.validator_value)}, not {found}; correct it"]
        case "minimum":
            return [f"{place} must be at least {error.validator_value}, not {found}{_example(error.schema, path)}"]
        case "maximum":
            return [f"{place} must be at most {error.validator_value}, not {found}{_example(error.schema, path)}"]
        case "exclusiveMinimum":
            return [f"{place} must be more than {error.validator_value}, not {found}{_example(error.schema, path)}"]
        case "minLength":
            return [f"{place} must not be empty{_example(error.schema, path) or '; name it or remove the key'}"]
        case "maxLength":
            length = len(error.instance)
            return [f"{place} has {length} characters, at most {error.validator_value} are allowed; shorten it"]
        case "minItems":
            return [f"{place} has too few items{_example(error.schema, path) or '; add one or remove the key'}"]
        case "maxItems":
            return [f"{place} must have at most {error.validator_value} items{_example(error.schema, path)}"]
        case "anyOf":
            # What was meant is the shape that is right but for what is in it; every shape that we offer is of one type.
            meant = [inner for inner in error.context or () if inner.validator != "type" or len(inner.path)]
            if meant:
                return [sentence for inner in meant for sentence in describe(inner, schema, hide)]
            kinds = " or ".join(_KINDS[str(shape["type"])] for shape in error.validator_value)
            return [f"{place} must be {kinds}, not {found}{_example(error.schema, path)}"]
        case "uniqueItems":
            return [f"{place} lists the same thing twice; remove one of them"]
        case "pattern" if path[:1] == ("expected_failures",):
            key = toml_key(str(path[-1]))
            return [f'{place} has no reason; write why it fails, for example {key} = "issue 123: ..."']
        case _:
            return [f"{place} is not as wanted, found {found}{_example(error.schema, path)}"]


def _unknown(error: ValidationError, schema: Mapping[str, Any], path: tuple[str | int, ...]) -> list[str]:
    known = error.schema.get("properties", {})
    sentences = []
    for key in sorted(set(error.instance) - set(known)):
        place = where((*path, key))
        homes = sorted(
            table
            for table, part in schema["properties"].items()
            if key in part.get("properties", {}) and table not in path and not isinstance(error.instance[key], dict)
        )
        other_role = _asked_of_the_other_role(key, schema, path)
        if other_role is not None:
            hint = f"it is asked of a {other_role} only; remove it"
        elif homes and nearest(key, known) is None:
            hint = f"it belongs into [{homes[0]}]"
        else:
            hint = suggestion(key, set(known) - set(error.instance) or set(known))
        sentences.append(f"{place} is not known; {hint}")
    return sentences


def _asked_of_the_other_role(key: str, schema: Mapping[str, Any], path: tuple[str | int, ...]) -> str | None:
    if path != ("features",):
        return None
    # the key is unknown to its own role already, so whoever knows it is the other one
    for definition, role in (("csms_features", "back office"), ("station_features", "charge point")):
        if key in schema["$defs"][definition]["properties"]:
            return role
    return None


def _missing(error: ValidationError, path: tuple[str | int, ...]) -> list[str]:
    sentences = []
    for key in error.validator_value:
        # jsonschema reports each missing member on its own
        if key in error.instance or not error.message.startswith(repr(key)):
            continue
        part = error.schema.get("properties", {}).get(key, {})
        if part.get("type") == "object":
            sentences.append(f"the table [{where((*path, key))}] is missing; add it")
        else:
            sentences.append(f"{where((*path, key))} is missing{_example(part, (*path, key), 'add')}")
    return sentences


def _example(schema: Any, path: tuple[str | int, ...], verb: str = "write") -> str:
    examples = schema.get("examples") if isinstance(schema, dict) else None
    names = [part for part in path if isinstance(part, str)]
    if not examples or not names or isinstance(path[-1], int):
        return ""
    return f"; {verb} for example {toml_key(names[-1])} = {toml_value(examples[0])}"


def _near_value(error: ValidationError) -> str:
    texts = [value for value in error.validator_value if isinstance(value, str)]
    close = nearest(error.instance, texts) if isinstance(error.instance, str) else None
    return f"; did you mean {toml_value(close)}?" if close is not None else "; correct it or remove the key"
