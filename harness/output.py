"""Writing the documents of a run: ``reports`` makes the text, this puts it into files."""

import json
from pathlib import Path
from typing import Any

from reports.junit import junit
from reports.summary import summary

FILES = {"results.json": "everything, for machines", "junit.xml": "for CI", "summary.md": "for people"}


def write(results: dict[str, Any], out: Path) -> None:
    """Write ``results.json``, ``junit.xml`` and ``summary.md`` into ``out``, which is made if it is missing."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (out / "junit.xml").write_text(junit(results), encoding="utf-8")
    (out / "summary.md").write_text(summary(results), encoding="utf-8")
