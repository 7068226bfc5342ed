"""Real back offices in the table of ``benchmarks.csms``: figures of a run against them, from a file.

They need their own databases and an afternoon to be set up, so they are measured where they are, with the loop of
``benchmarks.csms``, and stand beside ours of the same machine and day::

    {"taken": "2026-11-30, 2 cores", "ours": {"messages_per_second": 8700, "cpu_us": 97},
     "others": [{"name": "a certified Java CSMS", "store": "MariaDB", "durable": true,
                 "messages_per_second": 320, "cpu_us": 5400}]}
"""

import json
from pathlib import Path
from typing import Any


class BadResults(Exception):
    """A file that cannot be used; the text is one sentence."""


def rows(path: Path) -> str:
    """The table of a results file. Raises `BadResults`."""
    try:
        results: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadResults(f"{path} cannot be read as JSON: {error}; check the path and the file") from None
    try:
        ours = results["ours"]
        lines = [
            f"From {path.name}, {results['taken']}:",
            "",
            "| server | keeps | messages/s | CPU µs per message | ratio of CPU |",
            "|---|---|---:|---:|---:|",
            _row("plugproof reference CSMS", "SQLite, durable", ours, ours),
        ]
        for one in results["others"]:
            keeps = f"{one['store']}, {'durable' if one['durable'] else 'not durable'}"
            lines.append(_row(one["name"], keeps, one, ours))
    except (KeyError, TypeError) as error:
        raise BadResults(
            f"{path}: {error} is missing or of a wrong kind; see benchmarks/beside/back_offices.py"
        ) from None
    return "\n".join(lines)


def _row(name: str, keeps: str, figures: dict[str, Any], ours: dict[str, Any]) -> str:
    ratio = figures["cpu_us"] / ours["cpu_us"]
    return f"| {name} | {keeps} | {figures['messages_per_second']:.0f} | {figures['cpu_us']:.0f} | {ratio:.2f} |"
