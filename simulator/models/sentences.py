"""Mistakes in a station model as sentences: the key, what is wrong, and what to write instead."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from simulator.kernel.nearest import nearest

_KINDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
}


class ModelError(Exception):
    """A station model that cannot be used; `sentences` has one for each mistake, and so has the text."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = tuple(sentences)


@cache
def _validator(schema: str) -> Any:
    import jsonschema  # takes a tenth of a second, and most stations have no model

    text = (importlib.resources.files("schemas") / "documents" / schema).read_text(encoding="utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))


def of(document: Mapping[str, Any]) -> tuple[list[str], frozenset[str]]:
    """The mistakes the schema finds, in the order of the places, and which tables and keys of the file are wrong."""
    errors = _errors(document, "station.schema.json")
    wrong = {str(error.absolute_path[0]) for error in errors if error.absolute_path} | ({"connector"} - set(document))
    return [sentence for error in errors for sentence in _sentences(error, document)], frozenset(wrong)


def mistakes(document: Mapping[str, Any], schema: str) -> list[str]:
    """The mistakes in another kind of document, whose schema stands in `schemas/documents`, in the order of places."""
    return [sentence for error in _errors(document, schema) for sentence in _sentences(error, document)]


def _errors(document: Mapping[str, Any], schema: str) -> list[Any]:
    found = _validator(schema).iter_errors(document)
    return sorted(found, key=lambda error: [str(step) for step in error.absolute_path])


def _sentences(error: Any, document: Mapping[str, Any]) -> Iterator[str]:
    path = tuple(error.absolute_path)
    place, found, wanted = _where(path, document), toml_value(error.instance), error.validator_value
    example = _example(error.schema, path)
    match error.validator:
        case "additionalProperties":
            known = error.schema["properties"]
            for name in sorted(set(error.instance) - set(known)):
                yield f"{_where((*path, name), document)} is not known; {suggestion(name, known)}"
        case "required":
            for name in wanted:
                if name not in error.instance and error.message.startswith(repr(name)):
                    part = error.schema["properties"][name]
                    yield f"{_where((*path, name), document)} is missing{_example(part, (name,), 'add') or '; add it'}"
        case "type":
            kinds = " or ".join(_KINDS[one] for one in ([wanted] if isinstance(wanted, str) else wanted))
            yield f"{place} must be {kinds}, not {found}{example}"
        case "enum":
            listed = ", ".join(toml_value(one) for one in wanted)
            texts = [one for one in wanted if isinstance(one, str)]
            near = nearest(error.instance, texts) if isinstance(error.instance, str) else None
            hint = f"did you mean {toml_value(near)}?" if near else "correct it"
            yield f"{place} must be one of {listed}, not {found}; {hint}"
        case "contains":
            yield f"{place} must name {toml_value(wanted['const'])}, which no station does without; add it"
        case "uniqueItems":
            yield f"{place} lists the same thing twice; remove one of them"
        case "minLength" | "minItems":
            yield f"{place} must not be empty{example or '; write something or remove it'}"
        case "maxLength":
            yield f"{place} has {len(error.instance)} characters, at most {wanted} are allowed; shorten it"
        case "maxItems":
            yield f"{place} has {len(error.instance)} entries, at most {wanted} are allowed; remove some"
        case "pattern":
            yield f"{place} cannot be {found}{example or '; correct it'}"
        case keyword:
            words = {"minimum": "at least", "maximum": "at most", "exclusiveMinimum": "more than"}
            yield f"{place} must be {words[keyword]} {wanted}, not {found}{example}"


def _where(path: tuple[str | int, ...], document: Mapping[str, Any]) -> str:
    """The place as a reader finds it; a connector by its number, if it has a proper one."""
    match path:
        case ("connector", int(index), *rest):
            number = document["connector"][index].get("number") if isinstance(document["connector"][index], dict) else 0
            place = (
                f"connector {number}" if isinstance(number, int) and number > 0 else f"[[connector]] no. {index + 1}"
            )
            return f"{place}: {'.'.join(map(str, rest))}" if rest else place
        case (str(table), int(index), *rest) if isinstance(document[table][index], dict):
            name = document[table][index].get("name")
            place = f"{table} {name}" if isinstance(name, str) and name else f"[[{table}]] no. {index + 1}"
            return f"{place}: {'.'.join(map(str, rest))}" if rest else place
        case (*names, int(index)):
            return f"entry {index + 1} of {'.'.join(map(str, names))}"
        case _:
            return ".".join(map(str, path)) or "the file"


def _example(schema: Any, path: tuple[str | int, ...], verb: str = "write") -> str:
    examples = schema.get("examples") if isinstance(schema, dict) else None
    if not examples or not path or not isinstance(path[-1], str):
        return ""
    return f"; {verb} for example {path[-1]} = {toml_value(examples[0])}"


def suggestion(word: str, known: Collection[str]) -> str:
    """`did you mean x?`, or all there are when nothing is close."""
    near = nearest(word, known)
    return f"did you mean {near}?" if near else f"known are {', '.join(sorted(known))}"


def toml_value(value: Any) -> str:
    """A value as TOML writes it, cut off when it is long."""
    if isinstance(value, dict):
        text = "a table"
    elif isinstance(value, list):
        text = f"[{', '.join(toml_value(one) for one in value)}]"
    else:
        text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
