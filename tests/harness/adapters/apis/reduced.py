"""From the OpenAPI document of a product to the facts that the tests hold requests against."""

from __future__ import annotations

import json
import sys
from typing import Any

KEPT = (
    *("type", "enum", "required", "format", "pattern", "minimum", "maximum"),
    *("minItems", "maxItems", "minLength", "maxLength"),
)


def reduced(document: dict[str, Any], prefixes: list[str]) -> dict[str, Any]:
    """The operations below some paths, without a word of description."""
    schemas = document["components"]["schemas"]
    operations = {}
    for path, methods in document["paths"].items():
        if not path.startswith(tuple(prefixes)):
            continue
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            answers = [
                answer["content"]
                for status, answer in operation["responses"].items()
                if status in ("200", "201") and answer.get("content")
            ]
            operations[f"{method.upper()} {path}"] = {
                "query": {
                    parameter["name"]: {
                        "required": parameter.get("required", False),
                        "schema": _schema(parameter["schema"], schemas, is_strict=True),
                    }
                    for parameter in operation.get("parameters", ())
                    if parameter["in"] == "query"
                },
                "body": _schema(content["application/json"]["schema"], schemas, is_strict=True) if content else None,
                "answer": _schema(next(iter(answers[0].values()))["schema"], schemas) if answers else None,
            }
    return operations


def _schema(part: dict[str, Any], schemas: dict[str, Any], *, is_strict: bool = False) -> dict[str, Any]:
    """A schema with its references put in; ``is_strict``: an object has no members but those that are named."""

    def inner(part: dict[str, Any]) -> dict[str, Any]:
        return _schema(part, schemas, is_strict=is_strict)

    if "$ref" in part:
        named = schemas[part["$ref"].rpartition("/")[2]]
        # springdoc writes the reference to the enumeration of the items beside the list
        return {"type": "array", "items": inner(named)} if part.get("type") == "array" else inner(named)
    found = {key: part[key] for key in KEPT if key in part}
    if "properties" in part:
        found["properties"] = {name: inner(member) for name, member in part["properties"].items()}
        if is_strict:
            found["additionalProperties"] = False
    if "items" in part:
        found["items"] = inner(part["items"])
    if "anyOf" in part:
        found["anyOf"] = [inner(one) for one in part["anyOf"]]
    return found


if __name__ == "__main__":
    product, version, source, *below = sys.argv[1:]
    facts = {"product": product, "version": version, "source": source}
    lines = [f"{json.dumps(key)}: {json.dumps(one)}" for key, one in reduced(json.load(sys.stdin), below).items()]
    about = json.dumps(facts, indent=1).removesuffix("\n}")
    print(about + ',\n "operations": {\n  ' + ",\n  ".join(lines) + "\n }\n}")
