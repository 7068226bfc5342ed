"""What the HTTP APIs of real products take and answer: facts of their own descriptions; requests are held against them.

`steve.json` and `citrineos.json` are made by `reduced` of the OpenAPI documents that the running products give, and
hold nothing but paths, names, types, limits and enumerations. Each says of which version it is. To make them again:

    python -m tests.harness.adapters.apis.reduced NAME VERSION SOURCE PREFIX... \
        < openapi.json > tests/harness/adapters/apis/NAME.json
"""

from __future__ import annotations

import json
import re
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jsonschema import Draft202012Validator, FormatChecker

from tests.harness.support.http_api import Request


class Description:
    """The facts of one product."""

    def __init__(self, name: str) -> None:
        self.facts = json.loads((Path(__file__).parent / f"{name}.json").read_text("utf-8"))

    @cached_property
    def _paths(self) -> list[tuple[str, re.Pattern[str], dict[str, Any]]]:
        """Method, path as a pattern, and what there is at it."""
        found = []
        for key, operation in self.facts["operations"].items():
            method, path = key.split(" ")
            pattern = "".join(
                "[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", path)
            )
            found.append((method, re.compile(pattern), operation))
        return found

    def operation(self, request: Request, root: str = "") -> dict[str, Any] | None:
        """What the description says of a request; None when there is no such method at this path."""
        path = urlsplit(request.target).path
        if not path.startswith(root):
            return None
        return next(
            (
                operation
                for method, pattern, operation in self._paths
                if method == request.method and pattern.fullmatch(path.removeprefix(root))
            ),
            None,
        )

    def problems(self, request: Request, root: str = "") -> list[str]:
        """Why the product would not take a request; ``root`` is the path below which its API is."""
        operation = self.operation(request, root)
        if operation is None:
            return [f"there is no {request.method} {request.target}"]
        return [*_of_query(request, operation["query"]), *_of_body(request, operation["body"])]


def problems_of(value: Any, schema: dict[str, Any]) -> list[str]:
    """Why a value is not as the schema says."""
    found = Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(value)
    return [f"{error.json_path}: {error.message}" for error in found]


def _of_query(request: Request, known: dict[str, Any]) -> list[str]:
    given = parse_qs(urlsplit(request.target).query, keep_blank_values=True)
    unknown = [f"there is no query parameter {name}" for name in given if name not in known]
    missing = [
        f"the query parameter {name} is missing" for name, one in known.items() if one["required"] and name not in given
    ]
    wrong = [
        f"query parameter {name}: {problem}"
        for name, values in given.items()
        if name in known
        for problem in problems_of(_typed(values, known[name]["schema"]), known[name]["schema"])
    ]
    return unknown + missing + wrong


def _typed(values: list[str], schema: dict[str, Any]) -> Any:
    """A parameter as its API reads it: a number where one is wanted, a list where it is there several times."""
    if schema.get("type") in ("integer", "number"):
        return json.loads(values[0])
    return values[0] if len(values) == 1 and schema.get("type") != "array" else values


def _of_body(request: Request, schema: dict[str, Any] | None) -> list[str]:
    if schema is None:
        return ["a body is sent, and none is taken"] if request.body else []
    if request.headers.get("content-type") != "application/json":
        return [f"the body is sent as {request.headers.get('content-type')}"]
    return problems_of(request.json, schema)
