"""A real run that holds every verdict, kept as text; `make.py` says how it was made."""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def results() -> dict[str, Any]:
    """A fresh copy of its results.json."""
    loaded: dict[str, Any] = json.loads((HERE / "results.json").read_text("utf-8"))
    return loaded


def traces() -> dict[str, list[dict[str, Any]]]:
    """Its traces, by their path in the results."""
    return {
        file.relative_to(HERE).as_posix(): [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        for file in sorted(HERE.glob("cases/*/trace.jsonl"))
    }
