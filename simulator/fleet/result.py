"""The result of a fleet run as plain data (`schemas/fleet.schema.json`), and what it means as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any, Final

import schemas
from simulator.fleet.part import Counted
from simulator.fleet.plan import Plan
from simulator.fleet.resources import platform
from simulator.fleet.tally import ActionTally
from simulator.limits import Judged, Limit, judge
from simulator.metering import timestamp

FORMAT: Final = 1
SHARES: Final = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Measured:
    """What the run knows besides its fleet."""

    started: datetime
    seconds: float
    cpu_seconds: float
    in_time: bool  # not interrupted
    limits: Sequence[Limit] = ()
    processes: int = 1


def result(fleet: Counted, measured: Measured) -> dict[str, Any]:
    """Everything that is known of a run."""
    tally, plan = fleet.tally, fleet.plan
    judged = [judge(limit, tally) for limit in measured.limits]
    verdict, reason = verdict_of(fleet, judged)
    loaded = schemas.load("1.6")
    growth = None if None in (fleet.bytes_before, fleet.bytes_with_all) else _growth(fleet)
    return {
        "format": FORMAT,
        "verdict": verdict,
        "reason": reason,
        "run": {
            "harness": {"name": "plugproof", "version": version("plugproof")},
            "schemas": {"version": loaded.version, "digest": loaded.digest},
            "platform": platform(),
            "started": timestamp(measured.started),
            "seconds": round(measured.seconds, 3),
            "interrupted": not measured.in_time,
        },
        "plan": _plan(plan),
        "stations": {
            "switched_on": fleet.switched_on,
            "accepted": tally.accepted,
            "attempts": tally.attempts,
            "connected": tally.connected,
            "not_connected": tally.not_connected,
            "lost": tally.lost,
        },
        "sessions": {"begun": tally.sessions, "over": tally.sessions_over, "refused": tally.sessions_refused},
        "messages": {
            "sent": tally.frames_sent,
            "received": tally.frames_received,
            "calls_of_stations": tally.calls,
            "calls_of_csms": tally.calls_of_csms,
            "per_second": round(tally.frames / measured.seconds, 1),
        },
        "actions": {name: _action(counted) for name, counted in sorted(tally.actions.items())},
        "all": _action(tally.together()),
        "timeline": fleet.timeline.facts(),
        "violations": [
            {
                "rule": one.rule,
                "level": one.level,
                "party": one.party,
                "action": one.action,
                "count": one.count,
                "message": one.message,
                "example": one.example,
            }
            for one in sorted(tally.violations.values(), key=lambda one: -one.count)
        ],
        "problems": dict(tally.problems.most_common()),
        "limits": [
            {"limit": one.limit.text, "verdict": one.verdict, "value": one.value, "reason": one.reason}
            for one in judged
        ],
        "process": {
            "cpu_seconds": round(measured.cpu_seconds, 3),
            "cpu_us_per_message": round(measured.cpu_seconds * 1e6 / tally.frames, 1) if tally.frames else None,
            "kib_per_station": None if growth is None else round(growth, 1),
            "processes": measured.processes,
            "timer_late_ms": round(fleet.late * 1e3, 1),
        },
    }


def _growth(fleet: Counted) -> float:
    assert fleet.bytes_before is not None
    assert fleet.bytes_with_all is not None
    return (fleet.bytes_with_all - fleet.bytes_before) / 1024 / fleet.plan.stations


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "url": plan.url,
        "stations": plan.stations,
        "ramp_per_s": plan.ramp,
        "duration_s": plan.duration,
        "seed": plan.seed,
        "prefix": plan.prefix,
        "tags": list(plan.tags),
        "connectors": plan.connectors if plan.model is None else plan.model.facts.connectors,
        "model": None if plan.model is None else plan.model.name,
        "session_every_s": plan.session_every,
        "session_length_s": plan.session_length,
        "meter_every_s": plan.meter_every,
        "churn_every_s": plan.churn_every,
        "churn_length_s": plan.churn_length,
        "call_timeout_s": plan.call_timeout,
    }


def _action(counted: ActionTally) -> dict[str, Any]:
    samples = counted.samples
    times = None
    if samples.count:
        p50, p95, p99 = (value / 1e6 for value in samples.percentiles(*SHARES))
        times = {"mean": samples.mean / 1e6, "p50": p50, "p95": p95, "p99": p99, "max": samples.longest / 1e6}
    return {
        "sent": counted.sent,
        "answered": samples.count,
        "errors": counted.errors,
        "refused": counted.refused,
        "invalid": counted.invalid,
        "unanswered": counted.unanswered,
        "cut": counted.cut,
        "milliseconds": times,
        "exact": samples.is_exact,
    }


def verdict_of(fleet: Counted, judged: Sequence[Judged]) -> tuple[str, str]:
    """The verdict of a run and why; limits decide, once it is sure that something was measured."""
    tally = fleet.tally
    if not tally.accepted:
        most = tally.problems.most_common(1)
        return "INCONCLUSIVE", "no station was accepted" + (f"; {most[0][0]}" if most else "")
    if tally.failures:
        return "ERROR", f"{tally.failures} steps of the fleet itself failed; see problems"
    own = tally.breaches("station")
    if own:
        return "ERROR", f"the stations themselves broke rules {own} times; see violations"
    broken = [one for one in judged if one.verdict == "FAIL"]
    if broken:
        return "FAIL", "; ".join(f"{one.reason}, the limit is {one.limit.text}" for one in broken)
    silent = [one for one in judged if one.verdict == "INCONCLUSIVE"]
    if silent:
        return "INCONCLUSIVE", "; ".join(f"{one.limit.text}: {one.reason}" for one in silent)
    return "PASS", f"{len(judged)} limits kept" if judged else "the fleet ran; no limit was set"
