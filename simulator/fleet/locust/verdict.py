"""The verdict of a run under locust, from what all its workers have counted (docs/load.md, "Locust")."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from simulator.fleet.locust.wanted import Settled
from simulator.fleet.processes.part import Part, together
from simulator.fleet.report.files import Unwritten, write
from simulator.fleet.report.judging.limits import Judged, judge
from simulator.fleet.report.junit import junit
from simulator.fleet.report.page import page
from simulator.fleet.report.result import Measured, result
from simulator.fleet.report.sheets import sheets
from simulator.fleet.report.show import summary
from simulator.options.usage import Exit

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run has ended."""

    settled: Settled
    parts: Sequence[Part]  # of each process with stations
    started: datetime
    lasted: float  # seconds
    interrupted: bool = False
    broken: Judged | None = None  # the limit that ended it


def whole_of(settled: Settled, parts: Sequence[Part]) -> Part:
    """All processes as one."""
    return together(settled.plan, parts) if parts else Part.empty(settled.plan)


def outcome_of(ended: Ended) -> dict[str, Any]:
    """The result, as `plugproof fleet` has it."""
    whole = whole_of(ended.settled, ended.parts)
    whole.lasted = whole.lasted or ended.lasted
    measured = Measured(
        ended.started,
        whole.seconds or max(ended.lasted, 1e-3),
        whole.cpu_seconds,
        not ended.interrupted and ended.broken is None,
        ended.settled.limits,
        max(len(ended.parts), 1),
        None,
        ended.broken,
    )
    outcome = result(whole, measured)
    if not math.isfinite(whole.plan.duration):  # no time was set, and JSON has no number for that
        outcome["plan"]["duration_s"] = round(ended.lasted, 3)
    return outcome


def written(
    outcome: dict[str, Any], places: Mapping[str, Path], tables: Mapping[str, Path] | None = None
) -> str | None:
    """Write the results, by the options that name their places, and the tables by their names; returns a sentence when
    that cannot be done.
    """
    texts: dict[str, Callable[[], str]] = {
        "fleet_json": lambda: json.dumps(outcome, indent=1, ensure_ascii=False) + "\n",
        "fleet_html": lambda: page(outcome),
        "fleet_junit": lambda: junit(outcome),
    }
    try:
        for name, path in places.items():
            write(path, texts[name]())
            log.info("%s: %s", name.replace("_", " "), path)
        for name, path in (tables or {}).items():
            write(path, sheets(outcome)[name])
            log.info("fleet csv: %s", path)
    except Unwritten as error:
        return str(error)
    return None


def hopeless(settled: Settled, parts: Sequence[Part]) -> Judged | None:
    """The first limit that ends a run, if one is broken."""
    if not settled.hopeless:
        return None
    whole = whole_of(settled, parts)
    judged = (judge(limit, whole.tally, whole.stations) for limit in settled.hopeless)
    return next((one for one in judged if one.verdict == "FAIL"), None)


def say(outcome: dict[str, Any]) -> None:
    """The summary of `plugproof fleet`, line by line; what is not well is an error."""
    broken = [f"limit {one['limit']}: {one['verdict']}," for one in outcome["limits"] if one["verdict"] != "PASS"]
    broken += [] if outcome["verdict"] == "PASS" else [f"{outcome['verdict']}: "]
    for line in filter(None, summary(outcome)[1].plain.splitlines()):
        (log.error if line.startswith(tuple(broken)) else log.info)("%s", line)


def exit_code(outcome: dict[str, Any]) -> int | None:
    """The exit code of locust; None: its own, `--exit-code-on-error` where requests have failed."""
    if outcome["run"]["interrupted"]:
        return int(Exit.INTERRUPTED)
    if outcome["verdict"] != "PASS":
        return int(Exit.FAILED if outcome["verdict"] == "FAIL" else Exit.ERRORS)
    return int(Exit.OK) if outcome["limits"] else None
