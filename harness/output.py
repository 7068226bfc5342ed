"""Writing the documents of a run: ``reports`` makes the text, this puts it into files."""

import json
from pathlib import Path
from typing import Any, Final

from harness.github import add_step_summary
from harness.whole import write_whole
from reports.junit import junit
from reports.summary import summary

FILES: Final = {
    "report.html": "for people",
    "results.json": "everything, for machines",
    "junit.xml": "for CI",
    "summary.md": "for merge requests",
}


def write(results: dict[str, Any], out: Path) -> None:
    """Write the files of a run into ``out``, which is made if it is missing; the traces are there already.

    Raises ``OutputError``; what was written before is whole.
    """
    from harness.report_page import write_page  # brings in the templates, of which no worker has a use

    write_whole(out / "results.json", json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    write_whole(out / "junit.xml", junit(results))
    write_whole(out / "summary.md", summary(results))
    write_page(results, out)
    add_step_summary(results)
