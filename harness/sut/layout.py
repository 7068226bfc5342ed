"""The layout of a SUT file: a JSON Schema made of the structs that the file is read into.

`python -m harness.sut.layout schemas/documents/sut.schema.json` writes it down for editors.
"""

from __future__ import annotations

import functools
import inspect
import json
import sys
import types
import typing
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Meta

from harness.edition import VERSIONS, edition
from harness.sut.secret import Secret
from harness.sut.tables.shapes import NOT_IN_FILE, InFile, Kinds, Named

Shape = dict[str, Any]

_HEAD: Final = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$comment": "Made of the structs in harness/sut by `python -m harness.sut.layout`: change them and run it again.",
    "title": "plugproof SUT file",
    "description": "Describes one system under test: what it claims, how it is reached, and what a run may use. "
    "Strings may hold ${NAME} and ${NAME:-default} from the environment.",
}
_LAYOUT_KEY: Final = {"description": "Version of this layout.", "const": 1, "examples": [1]}
_VERSION_KEY: Final = {
    "description": f"Version of OCPP that is spoken; without it {VERSIONS[0]}.",
    "enum": [*VERSIONS],
    "examples": [VERSIONS[0]],
}
"""Two keys are read before there is a struct: `pics_version`, and `ocpp` in `[connection]`."""
_PLAIN: Final[Mapping[Any, Shape]] = {
    Any: {},
    str: {"type": "string"},
    Secret: {"type": "string", "format": "password"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean", "examples": [True]},
}
_RULES: Final = {
    **{"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"},
    **{"multiple_of": "multipleOf", "pattern": "pattern"},
}
_LENGTHS: Final = {
    "string": {"min_length": "minLength", "max_length": "maxLength"},
    "array": {"min_length": "minItems", "max_length": "maxItems"},
    "object": {"min_length": "minProperties", "max_length": "maxProperties"},
}


@functools.cache
def schema(version: str = VERSIONS[0]) -> Shape:
    """The JSON Schema of a SUT file (draft 2020-12) of a version of OCPP, else of a file that names none.

    Treat as read-only.
    """
    return _Layout().of_file(edition(version).claims.sut)


class _Layout:
    """Makes shapes of types, and gathers the definitions that they refer to."""

    def __init__(self) -> None:
        self._definitions: dict[str, Shape] = {}

    def of_file(self, sut: type[msgspec.Struct]) -> Shape:
        """The whole schema; which features are asked for depends on the role."""
        table = self._table(sut)
        tables = {"pics_version": _LAYOUT_KEY, **table["properties"]}
        connection = tables["connection"]
        connection["properties"] = {"ocpp": _VERSION_KEY, **connection["properties"]}
        features, *_ = typing.get_args(_hints(sut)["features"])
        tables["features"] = {"description": tables["features"]["description"], "type": "object"}
        # those of a back office are in the base, those of a charge point are what is listed in the class itself
        both = {
            "csms_features": self._table(features.__base__),
            "station_features": self._table(features, inspect.get_annotations(features)),
        }
        return {
            **_HEAD,
            "type": "object",
            "additionalProperties": False,
            "required": table["required"],
            "properties": tables,
            "if": {
                "required": ["product"],
                "properties": {"product": {"required": ["sut"], "properties": {"sut": {"const": "charge_point"}}}},
            },
            "then": {"properties": {"features": {"$ref": "#/$defs/station_features"}}},
            "else": {"properties": {"features": {"$ref": "#/$defs/csms_features"}}},
            "$defs": both | self._definitions,
        }

    def _table(self, struct: type[msgspec.Struct], keys: Iterable[str] | None = None) -> Shape:
        """A table; `keys` are those that the file has of the struct, in their order, when not all of them."""
        hints = _hints(struct)
        fields = struct.__struct_fields__
        defaults = dict(zip(reversed(fields), reversed(struct.__struct_defaults__), strict=False))
        config = struct.__struct_config__
        shapes: dict[str, Shape] = {config.tag_field: {"const": config.tag}} if config.tag_field else {}
        required = []
        for name in fields if keys is None else keys:
            if NOT_IN_FILE in _marks(hints[name]):
                continue
            shapes[name] = self._shape(hints[name], name)
            if defaults.get(name, msgspec.NODEFAULT) is msgspec.NODEFAULT:
                required.append(name)
        told = {"description": _first_paragraph(struct)} | {"type": "object", "properties": shapes}
        return told | {"additionalProperties": False} | ({"required": required} if required else {})

    def _shape(self, kind: Any, name: str = "") -> Shape:
        """The shape of a type; `name` is that of the key that has it, after which its kinds are called."""
        marks = _marks(kind)
        if not marks:
            return self._bare(kind)
        by_class = {type(mark): mark for mark in marks}
        named = by_class.get(Named)
        if named is None:
            return self._marked(kind, name, by_class, marks)
        if named.name not in self._definitions:
            self._definitions[named.name] = self._marked(kind, name, by_class, marks)
        return {"$ref": f"#/$defs/{named.name}"}

    def _marked(self, kind: Any, name: str, by_class: Mapping[type, Any], marks: Iterable[Any]) -> Shape:
        bare = by_class[InFile].kind if InFile in by_class else kind.__origin__
        shape = self._of_kinds(bare, name, by_class[Kinds]) if Kinds in by_class else self._bare(bare)
        for mark in marks:
            if isinstance(mark, Meta):
                shape = _ruled(shape, mark)
        return shape

    def _bare(self, kind: Any) -> Shape:
        origin, parts = typing.get_origin(kind), typing.get_args(kind)
        if kind in _PLAIN:
            return dict(_PLAIN[kind])
        if origin is typing.Annotated:  # in a mark
            return self._shape(kind)
        if origin in (typing.Union, types.UnionType):
            return self._union([part for part in parts if part is not types.NoneType])
        if origin is typing.Literal:
            return {"enum": [*parts]}
        if origin is tuple:
            size = {} if parts[-1] is ... else {"minItems": len(parts), "maxItems": len(parts)}
            return {"type": "array", "items": self._shape(parts[0]), **size}
        if origin is dict:
            return self._dict(*parts)
        return self._table(kind)

    def _dict(self, key: Any, value: Any) -> Shape:
        if typing.get_origin(key) is typing.Literal:
            properties = {name: self._shape(value) for name in typing.get_args(key)}
            return {"type": "object", "properties": properties, "additionalProperties": False}
        values = self._shape(value)
        names = {rule: said for rule, said in self._shape(key).items() if rule != "type"}
        shape: Shape = {"type": "object"}
        shape |= {"additionalProperties": values} if values else {}
        return shape | ({"propertyNames": names} if names else {})

    def _union(self, kinds: list[Any]) -> Shape:
        """One shape of several, in the way that its errors are told apart best."""
        shapes = [self._shape(kind) for kind in kinds]
        if len(shapes) == 1:
            return shapes[0]
        by_type = {shape.get("type"): shape for shape in shapes}
        if set(by_type) == {"string", "object"}:  # nothing that is said of one could be meant of the other
            merged = by_type["string"] | by_type["object"] | {"type": ["string", "object"]}
            return {rule: said for rule, said in merged.items() if rule != "description"}
        if set(by_type) == {None, "array"}:
            return {"if": {"type": "array"}, "then": by_type["array"], "else": by_type[None]}
        return {"anyOf": shapes}

    def _of_kinds(self, union: Any, name: str, kinds: Kinds) -> Shape:
        tags = {struct.__struct_config__.tag: struct for struct in typing.get_args(union)}
        kind = {"description": kinds.text, "enum": [*tags], "examples": [kinds.example]}
        chosen = []
        for tag, struct in tags.items():
            self._definitions[f"{name}_{tag}"] = self._table(struct)
            condition = {"required": ["kind"], "properties": {"kind": {"const": tag}}}
            chosen.append({"if": condition, "then": {"$ref": f"#/$defs/{name}_{tag}"}})
        return {"type": "object", "required": ["kind"], "properties": {"kind": kind}, "allOf": chosen}


def _hints(struct: type) -> dict[str, Any]:
    """The types of a struct's fields, those of its bases among them.

    They are put in the place of their texts, all of a class at once: to compile each for itself, and again in msgspec
    when a file is converted, would take longer than all the rest.
    """
    hints: dict[str, Any] = {}
    for owner in reversed(struct.__mro__):
        own = inspect.get_annotations(owner)
        if any(isinstance(kind, str) for kind in own.values()):
            text = ", ".join(f"{name!r}: {kind}" for name, kind in own.items())
            own = owner.__annotations__ = eval(f"{{{text}}}", vars(import_module(owner.__module__)))
        hints |= own
    return hints


def _marks(kind: Any) -> tuple[Any, ...]:
    return getattr(kind, "__metadata__", ())


def _first_paragraph(struct: type) -> str:
    return " ".join((inspect.getdoc(struct) or "").partition("\n\n")[0].split())


def _ruled(shape: Shape, meta: Meta) -> Shape:
    """A shape with what is said of it, and the rules that it keeps."""
    said = {"description": meta.description} if meta.description else {}
    rules = _RULES | _LENGTHS.get(str(shape.get("type")), {})
    kept = {rule: value for name, rule in rules.items() if (value := getattr(meta, name)) is not None}
    result = said | shape | said | kept | (meta.extra_json_schema or {})
    if meta.examples:
        result["examples"] = meta.examples
    if "anyOf" in result:
        result["anyOf"] = [_exemplified(part, meta.examples or ()) for part in result["anyOf"]]
    return result


def _exemplified(shape: Shape, examples: Iterable[Any]) -> Shape:
    """One of several shapes with the examples that are meant for it."""
    kind = list if shape["type"] == "array" else str
    return shape | {"examples": [example for example in examples if isinstance(example, kind)]}


def document() -> str:
    """The schema of a file for the first version, as it is kept for editors."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(), encoding="utf-8")
