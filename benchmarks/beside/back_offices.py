"""Real back offices in the table of ``benchmarks.csms``: figures of a run against them, from a file.

They need their own databases and an afternoon to be set up, so they are measured where they are, with the loop of
``benchmarks.csms`` (``benchmarks.beside.offices`` does it), and stand beside ours of the same run::

    {"taken": "2026-11-30, 2 cores", "ours": {"messages_per_second": 8700, "cpu_us": 97},
     "others": [{"name": "a certified Java CSMS", "store": "MariaDB", "durable": true,
                 "messages_per_second": 320, "cpu_us": 5400, "store_us": 1200}]}

``cpu_us`` is the CPU time of the server for a message, ``store_us`` that of its database and its broker for the same
message: 0, or not there, for what keeps its bookings in the process of the server, or keeps nothing.
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
            "| server | keeps | messages/s | CPU µs per message: server | min | max | its store | ratio of both |",
            "|---|---|---:|---:|---:|---:|---:|---:|",
            _row("plugproof reference CSMS", "SQLite, durable", ours, ours),
        ]
        lines += [_row(one["name"], _keeps(one), one, ours) for one in results["others"]]
    except (KeyError, TypeError) as error:
        raise BadResults(
            f"{path}: {error} is missing or of a wrong kind; see benchmarks/beside/back_offices.py"
        ) from None
    return "\n".join(lines)


def _keeps(one: dict[str, Any]) -> str:
    if not one["store"]:
        return "nothing"
    return f"{one['store']}, {'durable' if one['durable'] else 'not durable'}"


def _row(name: str, keeps: str, figures: dict[str, Any], ours: dict[str, Any]) -> str:
    cost = figures["cpu_us"]
    spread = " | ".join(f"{figures.get(key, cost):.0f}" for key in ("cpu_us_min", "cpu_us_max"))
    ratio = (cost + figures.get("store_us", 0)) / (ours["cpu_us"] + ours.get("store_us", 0))
    return (
        f"| {name} | {keeps} | {figures['messages_per_second']:.0f} | {cost:.0f} | {spread} | "
        f"{figures.get('store_us', 0):.0f} | {ratio:.2f} |"
    )
