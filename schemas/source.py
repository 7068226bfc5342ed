"""Where the schema files come from: the package data of the installed `ocpp` distribution, which is never copied.

Only the empty top-level package is imported to find the files: `ocpp.v16` would pull in the whole library.
"""

from __future__ import annotations

import json
from importlib import metadata, resources
from typing import Any

from schemas.model import BadSource

DISTRIBUTION = "ocpp"
_MAX_DEPTH = 64


def read_files(folder: str) -> dict[str, dict[str, Any]]:
    """Read every schema file of one version, such as `v16`, by file name.

    Raises BadSource when the distribution is not installed, has no such folder, or a file is no JSON object.
    """
    try:
        root = resources.files(DISTRIBUTION) / folder / "schemas"
        entries = sorted(
            (entry for entry in root.iterdir() if entry.name.endswith(".json")), key=lambda entry: entry.name
        )
    except (ModuleNotFoundError, FileNotFoundError, NotADirectoryError) as error:
        raise BadSource(f"There are no schema files of {folder}: install the `{DISTRIBUTION}` distribution.") from error
    files: dict[str, dict[str, Any]] = {}
    for entry in entries:
        try:
            document = json.loads(entry.read_bytes().decode("utf-8-sig"))
        except ValueError as error:
            raise BadSource(
                f"{entry.name} of the `{DISTRIBUTION}` distribution is no JSON: install it again."
            ) from error
        if not isinstance(document, dict):
            raise BadSource(f"{entry.name} of the `{DISTRIBUTION}` distribution is no schema: install it again.")
        files[entry.name] = document
    return files


def source_name() -> str:
    """Name and version of the distribution the files come from, as results.json shows it."""
    try:
        return f"{DISTRIBUTION} {metadata.version(DISTRIBUTION)}"
    except metadata.PackageNotFoundError:
        return f"{DISTRIBUTION} (no version)"


def inline_references(document: dict[str, Any]) -> dict[str, Any]:
    """Replace each `#/definitions/...` reference by what it stands for, so that no validator ever resolves anything.

    It also makes each part of the schema usable alone, in a form or in OpenAPI. Raises BadSource on other references.
    """
    definitions = document.get("definitions", {})

    def expand(node: Any, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise BadSource("A schema refers to itself, which OCPP schemas do not do.")
        if isinstance(node, list):
            return [expand(item, depth + 1) for item in node]
        if not isinstance(node, dict):
            return node
        reference = node.get("$ref")
        if isinstance(reference, str):
            name = reference.removeprefix("#/definitions/")
            if name == reference or name not in definitions:
                raise BadSource(f"A schema refers to {reference!r}, which is not one of its own definitions.")
            return expand(definitions[name], depth + 1)
        return {key: expand(value, depth + 1) for key, value in node.items()}

    return {key: expand(value, 0) for key, value in document.items() if key != "definitions"}
