"""Writing the documents of a run: ``reports`` makes the text, this puts it into files."""

import json
from pathlib import Path
from typing import Any, Final

from harness.artifacts.github import add_step_summary
from harness.artifacts.run_folder import point_to
from harness.artifacts.whole import OutputError, told, write_whole
from reports.ci.junit import junit
from reports.ci.summary import summary

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
    from harness.artifacts.page import write_page  # brings in the templates, of which no worker has a use

    write_whole(out / "results.json", json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    write_whole(out / "junit.xml", junit(results))
    write_whole(out / "summary.md", summary(results))
    write_page(results, out)
    add_step_summary(results)


def tried(results: dict[str, Any], out: Path, *, is_last: bool) -> str | None:
    """Like `write`, and gives the sentence; ``is_last``: `latest` points to this run as soon as it has its results."""
    problem = None
    try:
        write(results, out)
    except OutputError as error:
        problem = str(error)
    if is_last and (out / "results.json").exists():
        try:
            with told(out.parent):
                point_to(out)
        except OutputError as error:
            problem = problem or str(error)
    return problem
