"""What was measured in a run, as `results.json` has it (definitions: docs/performance.md)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from harness.run import CaseRun
from harness.sut import Sut
from reports.performance import NS_PER_MS, figures, kept, statistics
from reports.station_times import MEASURES, OCPP_RESPONSE, station_times

ALL: Final = "ocpp_response"
AUTHORIZE: Final = "authorize_response"


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


def measured_by(run: CaseRun) -> dict[str, Any]:
    """What a case measured, in types that travel from a worker to the controller."""
    timeouts = list(run.timeouts)
    if run.sut.role == "csms":
        return {"samples": [[one.action, one.ns, one.at, one.first] for one in run.samples], "timeouts": timeouts}
    times = station_times(_lines(run))
    samples = [[one.action, one.ns, one.at, one.first] for one in times if one.measure == OCPP_RESPONSE]
    own = [[one.measure, one.ns] for one in times if one.measure != OCPP_RESPONSE]
    return {"samples": samples, "timeouts": timeouts, "station": own}


def performance(sut: Sut, measured: Measured, rtt_ms: float | None) -> dict[str, Any]:
    """The part ``performance`` of the results."""
    declared, timeouts = sut.performance, measured.timeouts
    by_action: dict[str, list[int]] = {}
    for row in measured.rows:
        by_action.setdefault(row["action"], []).append(row["ns"])
    every = [row["ns"] for row in measured.rows]
    station = MEASURES if sut.role == "charge_point" else ()
    return {
        ALL: statistics(every, timeouts.total(), declared.ocpp_response),
        AUTHORIZE: statistics(by_action.get("Authorize", []), timeouts["Authorize"], declared.authorize_response),
        **{name: statistics(measured.station.get(name, []), 0, getattr(declared, name)) for name in station},
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
