"""The corrections of errata.toml: what is changed in the schema files before they judge anything, and why.

Each entry says in its own `source` what it rests on.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from schemas.dialects import DRAFT_4
from schemas.model import BadErratum

INT32_MIN = -(2**31)
INT32_MAX = 2**31 - 1
ONE_DECIMAL = "at most one digit fraction"
DATE_TIME_SHAPE = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"


class Deviation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One correction: at one place (`file`, `pointer`, `op`, `value`) or by a rule for all files (`every`)."""

    id: str
    reason: str
    source: str
    every: str | None = None
    file: str | None = None
    pointer: str | None = None
    op: str | None = None
    value: Any = None


class Checked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place that was held against the standard and needs no correction."""

    file: str
    pointer: str
    expect: Any
    reason: str
    source: str


class Disagreement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Values the two libraries judge differently as they come, and the reading chosen here."""

    id: str
    schema: dict[str, Any]
    examples: tuple[Any, ...]
    accepted: bool
    reason: str
    source: str


class Errata(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of an errata.toml."""

    deviation: tuple[Deviation, ...]
    checked: tuple[Checked, ...] = ()
    disagreement: tuple[Disagreement, ...] = ()


def parse(text: bytes) -> Errata:
    """Read an errata.toml. Raises BadErratum with one sentence when it is malformed."""
    try:
        return msgspec.toml.decode(text, type=Errata)
    except msgspec.DecodeError as error:
        raise BadErratum(f"errata.toml cannot be read: {error}.") from error


def apply(files: Mapping[str, dict[str, Any]], deviations: Sequence[Deviation]) -> dict[str, dict[str, Any]]:
    """Return corrected copies of the files, the deviations applied in order.

    Raises BadErratum when an entry addresses nothing, is not understood, or leaves every file as it was.
    """
    corrected = copy.deepcopy(dict(files))
    for entry in deviations:
        if not _apply_one(corrected, entry):
            raise BadErratum(f"Erratum {entry.id!r} changes nothing: remove it from errata.toml.")
    return corrected


def at(document: Any, pointer: str) -> Any:
    """The value a JSON pointer (RFC 6901) leads to. Raises LookupError when there is none."""
    for token in _tokens(pointer):
        document = document[int(token)] if isinstance(document, list) else document[token]
    return document


def _apply_one(files: dict[str, dict[str, Any]], entry: Deviation) -> bool:
    if entry.every is not None:
        rule = _RULES.get(entry.every)
        if rule is None or entry.file or entry.pointer or entry.op:
            raise BadErratum(f"Erratum {entry.id!r}: `every` stands alone and is one of {', '.join(_RULES)}.")
        return sum(rule(document) for document in files.values()) > 0
    if entry.file not in files:
        raise BadErratum(f"Erratum {entry.id!r}: there is no file {entry.file!r}.")
    if not entry.pointer or entry.op not in ("add", "replace", "remove"):
        raise BadErratum(f"Erratum {entry.id!r}: give a `pointer`, and `op` as add, replace or remove.")
    try:
        parent = at(files[entry.file], entry.pointer.rpartition("/")[0])
        return _edit(parent, _tokens(entry.pointer)[-1], entry.op, entry.value)
    except (LookupError, TypeError, ValueError) as error:
        raise BadErratum(f"Erratum {entry.id!r}: {entry.pointer!r} leads nowhere in {entry.file}.") from error


def _edit(parent: Any, key: str, op: str, value: Any) -> bool:
    """Do one edit in place; False when the place already was as the entry wants it."""
    if isinstance(parent, list) and key == "-":
        if op != "add":
            raise LookupError(key)
        if value in parent:
            return False
        parent.append(value)
        return True
    index: Any = int(key) if isinstance(parent, list) else key
    if op == "add":
        if isinstance(parent, list):
            raise LookupError(key)
        if key in parent:
            if parent[key] == value:
                return False
            raise LookupError(key)
        parent[key] = value
        return True
    if op == "remove":
        del parent[index]
        return True
    if parent[index] == value:
        return False
    parent[index] = value
    return True


def _tokens(pointer: str) -> list[str]:
    if pointer == "":
        return []
    if not pointer.startswith("/"):
        raise LookupError(pointer)
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/")]


def subschemas(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema and every schema inside it, but no mapping of names: a member may be called `type` or `id`."""
    yield node
    for holder in ("properties", "definitions"):
        for child in node.get(holder, {}).values():
            yield from subschemas(child)
    items = node.get("items")
    if isinstance(items, dict):
        yield from subschemas(items)


def _one_dialect(document: dict[str, Any]) -> bool:
    """Draft 4 for all, and no identifiers."""
    before = (document.get("$schema"), document.pop("$id", None), document.pop("id", None))
    document["$schema"] = DRAFT_4
    return before != (document["$schema"], None, None)


def _int32(document: dict[str, Any]) -> bool:
    """Bound every integer that is not yet bound more tightly."""
    changed = False
    for schema in subschemas(document):
        if schema.get("type") != "integer":
            continue
        for key, bound in (("minimum", INT32_MIN), ("maximum", INT32_MAX)):
            changed |= key not in schema
            schema.setdefault(key, bound)
    return changed


def _date_time_shape(document: dict[str, Any]) -> bool:
    """Spell out the grammar of RFC 3339 beside each `format: date-time`."""
    changed = False
    for schema in subschemas(document):
        if schema.get("format") == "date-time":
            changed |= schema.get("pattern") != DATE_TIME_SHAPE
            schema["pattern"] = DATE_TIME_SHAPE
    return changed


def _one_decimal(document: dict[str, Any]) -> bool:
    """Put into a keyword what a number is only said to be."""
    changed = False
    for schema in subschemas(document):
        if schema.get("type") == "number" and ONE_DECIMAL in schema.get("description", ""):
            changed |= schema.get("multipleOf") != 0.1
            schema["multipleOf"] = 0.1
    return changed


_RULES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "document": _one_dialect,
    "integer": _int32,
    "date-time": _date_time_shape,
    "one-decimal": _one_decimal,
}
