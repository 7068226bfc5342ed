"""The published JSON Schema of an abstract, made from the types of its model.

``python -m tests.reports.v16.abstract.schema > schemas/documents/abstract.schema.json`` writes it anew.
"""

import json
from typing import Any

import msgspec

from reports.v16.abstract import Report


def published() -> dict[str, Any]:
    """The schema (draft 2020-12)."""
    made = msgspec.json.schema(Report)
    for definition in made["$defs"].values():
        definition["description"] = " ".join(definition["description"].split())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "plugproof abstract of a test report",
        "description": "What an abstract prints, whatever its layout.",
        **made,
    }


if __name__ == "__main__":
    print(json.dumps(published(), indent=2, ensure_ascii=False))
