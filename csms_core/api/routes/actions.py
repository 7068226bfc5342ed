"""The description of what is sent by action: one path per action with the schema of its payload.

There is one route for all of them. Its description is taken out of the document, and put in for each action instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from csms_core.hub.version import Version
from schemas import SchemaSet

ACTION: Final = "{action}"
"""Stands for the action in the path of the one route."""

Document = dict[str, Any]


def sent_by_csms(version: Version) -> list[str]:
    """The actions that the CSMS may send in a version."""
    return [action for action, info in version.protocol.actions.items() if info.sender != "station"]


def describe(document: Document, path: str, version: Version, names: Mapping[str, str], mark: str = "") -> None:
    """Describe each action at the path that has its name for `ACTION`. `mark` goes before the names of operations."""
    general = document["paths"].pop(path)["post"]
    parameters = [each for each in general["parameters"] if each["name"] != ACTION.strip("{}")]
    schemas = version.schemas
    for action, name in names.items():
        document["paths"][path.replace(ACTION, name)] = {
            "post": {
                **general,
                "summary": f"{action} ({schemas.actions[action].profile})",
                "operationId": f"{mark}{version.api.mark}{action}",
                "parameters": parameters,
                "requestBody": body_of(schemas, action),
            }
        }


def body_of(schemas: SchemaSet, action: str) -> Document:
    """The payload of an action as OpenAPI wants it."""
    schema = schemas.schema(action, "call")
    shown = {name: value for name, value in schema.items() if name not in ("$schema", "id", "$id", "title")}
    return {"content": {"application/json": {"schema": shown}}, "required": "required" in schema}
