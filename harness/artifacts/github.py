"""In a job of GitHub Actions the results are also the summary of the step (`$GITHUB_STEP_SUMMARY`)."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reports.ci.step_summary import LIMIT, step_summary

VARIABLE = "GITHUB_STEP_SUMMARY"


def add_step_summary(results: Mapping[str, Any]) -> None:
    """Append the summary to the file that the variable names; nothing when it is not set.

    What the step has written before counts towards the limit. A file that cannot be written is no reason to fail.
    """
    name = os.environ.get(VARIABLE)
    if not name:
        return
    file = Path(name)
    try:
        written = file.stat().st_size if file.exists() else 0
        with file.open("a", encoding="utf-8") as summary:
            summary.write(step_summary(results, LIMIT - written))
    except OSError as error:
        print(f"{VARIABLE}: {name} cannot be written, {error.strerror}; the step has no summary", file=sys.stderr)
