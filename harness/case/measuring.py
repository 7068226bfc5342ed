"""What was measured in a run and under which conditions, as `results.json` has it; see docs/performance.md."""

import os
import platform
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import msgspec

from harness.case.run import CaseRun
from harness.sut import Sut
from reports.results.performance import NS_PER_MS, figures, kept, statistics
from reports.results.station_times import MEASURES, OCPP_RESPONSE, Effects, station_times

ALL: Final = "ocpp_response"
AUTHORIZE: Final = "authorize_response"

PACKAGES: Final = (
    "cryptography",
    "httpx",
    "jsonschema",
    "jsonschema-rs",
    "msgspec",
    "ocpp",
    "pytest",
    "pytest-asyncio",
    "pytest-xdist",
    "websockets",
)
"""Distributions whose versions are part of the conditions of a run."""


class Measured(msgspec.Struct, kw_only=True):
    """What a run has measured so far: rows of ``performance.samples``, unanswered CALLs, times of a charge point."""

    began_ns: int
    rows: list[dict[str, Any]] = msgspec.field(default_factory=list)
    timeouts: Counter[str] = msgspec.field(default_factory=Counter)
    station: dict[str, list[int]] = msgspec.field(default_factory=dict)

    def take(self, case_id: str, measured: Mapping[str, Any]) -> None:
        """Add what a case measured, as `measured_by` gave it."""
        for action, ns, at, first in measured["samples"]:
            at_ms = max(round((at - self.began_ns) / NS_PER_MS, 3), 0.0)
            self.rows.append({"action": action, "ns": ns, "at_ms": at_ms, "case": case_id, "first": first})
        self.timeouts.update(measured["timeouts"])
        for name, ns in measured.get("station", ()):
            self.station.setdefault(name, []).append(ns)


def measured_by(run: CaseRun, effects: Effects) -> dict[str, Any]:
    """What a case measured, in types that travel from a worker to the controller.

    ``effects`` are those of the version that the system under test speaks.
    """
    return {**_MEASURED[run.sut.role](run, effects), "timeouts": list(run.timeouts)}


def _of_the_answers(run: CaseRun, _: Effects) -> dict[str, Any]:
    return {"samples": [[one.action, one.ns, one.at, one.first] for one in run.samples]}


def _of_the_trace(run: CaseRun, effects: Effects) -> dict[str, Any]:
    times = station_times(_lines(run), effects)
    samples = [[one.action, one.ns, one.at, one.first] for one in times if one.measure == OCPP_RESPONSE]
    return {"samples": samples, "station": [[one.measure, one.ns] for one in times if one.measure != OCPP_RESPONSE]}


_MEASURED: Final[Mapping[str, Callable[[CaseRun, Effects], dict[str, Any]]]] = {
    "csms": _of_the_answers,
    "charge_point": _of_the_trace,
}
"""Role -> how its times are measured."""
_TIMES: Final[Mapping[str, tuple[str, ...]]] = {"csms": (), "charge_point": tuple(MEASURES)}
"""Role -> the times that it is asked for besides its responses."""


def performance(sut: Sut, measured: Measured, rtt_ms: float | None) -> dict[str, Any]:
    """The part ``performance`` of the results."""
    declared, timeouts = sut.performance, measured.timeouts
    by_action: dict[str, list[int]] = {}
    for row in measured.rows:
        by_action.setdefault(row["action"], []).append(row["ns"])
    every = [row["ns"] for row in measured.rows]
    return {
        ALL: statistics(every, timeouts.total(), declared.ocpp_response),
        AUTHORIZE: statistics(by_action.get("Authorize", []), timeouts["Authorize"], declared.authorize_response),
        **{name: statistics(measured.station.get(name, []), 0, getattr(declared, name)) for name in _TIMES[sut.role]},
        "per_action": {
            action: figures(by_action.get(action, []), timeouts[action]) for action in sorted({*by_action, *timeouts})
        },
        "first_calls": figures(_first(measured.rows), 0),
        "samples": kept(measured.rows),
        "link": {"technology": declared.communication_technology, "rtt_ms": rtt_ms},
    }


def _first(rows: Sequence[Mapping[str, Any]]) -> Iterable[int]:
    return (row["ns"] for row in rows if row["first"])


def _lines(run: CaseRun) -> Iterable[dict[str, Any]]:
    for entry in run.trace:
        yield {"kind": entry.kind, "direction": entry.direction, "at_ns": entry.at, "text": entry.text}


def harness_version() -> str:
    """The version of the installed distribution."""
    try:
        return version("plugproof")
    except PackageNotFoundError:  # a source tree without an installation
        return "0"


def machine() -> dict[str, Any]:
    """What the run runs on, and how busy that was in the last minute."""
    load = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "cpus": os.cpu_count() or 1,
        "load_1m": load,
    }


def packages() -> dict[str, str]:
    """The versions of the distributions that have a part in verdicts and figures, as far as they are installed."""
    found = {}
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
