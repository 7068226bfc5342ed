"""Writing the documents of a run: ``reports`` makes the text, this puts it into files."""

import json
from pathlib import Path
from typing import Any

from harness.github import add_step_summary
from reports.junit import junit
from reports.summary import summary

FILES = {
    "report.html": "for people",
    "results.json": "everything, for machines",
    "junit.xml": "for CI",
    "summary.md": "for merge requests",
}


def write(results: dict[str, Any], out: Path) -> None:
    """Write the files of a run into ``out``, which is made if it is missing; the traces are there already."""
    from harness.report_page import write_page  # brings in the templates, of which no worker has a use

    out.mkdir(parents=True, exist_ok=True)
    (out / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (out / "junit.xml").write_text(junit(results), encoding="utf-8")
    (out / "summary.md").write_text(summary(results), encoding="utf-8")
    write_page(results, out)
    add_step_summary(results)
