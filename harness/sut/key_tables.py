"""The key tables of `docs/sut-file.md`, made from the JSON Schema so that they cannot fall behind.

`python -m harness.sut.key_tables docs/sut-file.md` rewrites the part of the page between the two markers.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.sut.layout import schema
from harness.sut.sentences import toml_value

BEGIN = "<!-- keys: begin -->"
END = "<!-- keys: end -->"


def keys_as_markdown() -> str:
    """One heading and one table for every table of the file."""
    document = schema()
    definitions = document["$defs"]
    parts = []
    for name, part in document["properties"].items():
        if name == "features":
            parts.append(_section("features (of a back office)", definitions["csms_features"]))
            parts.append(_section("features (of a charge point)", definitions["station_features"]))
        elif name in ("operator", "driver", "fixtures"):
            parts += [_section(f'{name}, kind = "{kind}"', definitions[f"{name}_{kind}"]) for kind in _kinds(part)]
            if name == "operator":
                parts.append(_section("operator.actions.<Action>", definitions["rest_action"]))
        elif name == "endpoints":
            endpoint = {**definitions["endpoint"], "description": part["description"]}
            parts.append(_section("endpoints.<profile>", endpoint))
        elif part.get("type") == "array":
            parts.append(_section(f"[{name}]", {**part["items"], "description": part["description"]}))
        elif part.get("type") == "object":
            parts.append(_section(name, part))
    return "\n".join(parts)


def inserted(page: str) -> str:
    """The page with the part between the markers replaced by what the schema says now."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{keys_as_markdown()}\n{END}{tail}"


def _kinds(operator: Mapping[str, Any]) -> list[str]:
    kinds: list[str] = operator["properties"]["kind"]["enum"]
    return kinds


def _section(title: str, part: Mapping[str, Any]) -> str:
    lines = [f"### `[{title}]`", "", part["description"], ""]
    rows = [row for row in _rows(part, "") if not row.startswith("| `kind` ")]
    if rows:
        lines += ["| key | value | meaning |", "| --- | --- | --- |", *rows, ""]
    return "\n".join(lines)


def _rows(part: Mapping[str, Any], prefix: str) -> Iterator[str]:
    required = part.get("required", ())
    for name, child in part.get("properties", {}).items():
        if "$ref" in child:
            child = {**schema()["$defs"][child["$ref"].rpartition("/")[2]], **child}
        if child.get("properties") and "path" not in child["properties"]:  # a request template has a table of its own
            yield from _rows(child, f"{prefix}{name}.")
            continue
        meaning = child.get("description", "")
        note = " Required." if name in required else ""
        yield f"| `{prefix}{name}` | {_value(child)} | {meaning}{note} |"


def _value(part: Mapping[str, Any]) -> str:
    if "path" in part.get("properties", {}):
        return "a request, see `[operator.actions.<Action>]`"
    if "enum" in part:
        return ", ".join(f"`{toml_value(value)}`" for value in part["enum"])
    if part.get("type") == "boolean":
        return "`true`, `false`"
    examples = part.get("examples")
    return f"e.g. `{toml_value(examples[0])}`" if examples else ""


def main(page: str) -> None:
    """Rewrite the page in place."""
    file = Path(page)
    file.write_text(inserted(file.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
