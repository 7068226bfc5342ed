"""The result of a fleet run as plain data (`schemas/documents/fleet.schema.json`), and what it means as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any, Final

from ocppj.times import timestamp
from simulator.fleet.counting.calls import ActionTally
from simulator.fleet.counting.course import Passed
from simulator.fleet.counting.samples import Samples
from simulator.fleet.engine.resources import platform
from simulator.fleet.plan import Plan
from simulator.fleet.processes.part import Counted
from simulator.fleet.report.judging.limits import Judged, Limit, judge, judge_stage
from simulator.fleet.report.judging.verdict import verdict_of
from simulator.fleet.spoken import SPOKEN

FORMAT: Final = 1
SHARES: Final = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Measured:
    """What the run knows besides its fleet."""

    started: datetime
    seconds: float
    cpu_seconds: float
    in_time: bool  # neither interrupted nor ended early
    limits: Sequence[Limit] = ()
    processes: int = 1
    interrupted_by: str | None = None  # SIGINT, SIGTERM or a key
    broken: Judged | None = None  # the limit that ended it early
    enough: str | None = None  # why it was ended before its time without harm: what it accompanied is over


def result(fleet: Counted, measured: Measured) -> dict[str, Any]:
    """Everything that is known of a run."""
    tally, plan, stations = fleet.tally, fleet.plan, fleet.stations
    judged = [
        judge_stage(limit, fleet.course) if limit.stage else judge(limit, tally, stations) for limit in measured.limits
    ]
    enough = None if measured.in_time or measured.broken is not None else measured.enough
    verdict, reason = verdict_of(fleet, judged, in_time=measured.in_time, broken=measured.broken, enough=enough)
    loaded, share = SPOKEN.schemas, fleet.timeline.late_share
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
            "interrupted": not measured.in_time and measured.broken is None and enough is None,
            "interrupted_by": measured.interrupted_by,
            "ended_by": None if measured.broken is None else measured.broken.limit.text,
            "lasted_s": round(fleet.lasted, 3),
            "enough": enough,
        },
        "plan": _plan(plan),
        "stations": asdict(stations),
        "connections": {
            "attempts": tally.attempts,
            "connected": tally.connected,
            "not_connected": tally.not_connected,
            "turned_away": tally.turned_away,
            "lost": tally.lost,
            "failures": dict(tally.not_connected_by.most_common()),
        },
        "clocks": fleet.clocks.facts(),
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
        "asked": {name: _asked(counted) for name, counted in sorted(tally.asked.items())},
        "firmware": dict(sorted(tally.firmware.items())),
        "stages": [_stage(passed) for passed in fleet.course],
        "interventions": [one.facts() for one in fleet.interventions],
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
            "late_share": None if share is None else round(share, 4),
        },
    }


def _growth(fleet: Counted) -> float:
    assert fleet.bytes_before is not None
    assert fleet.bytes_with_all is not None
    return (fleet.bytes_with_all - fleet.bytes_before) / 1024 / fleet.plan.most


def stage_line(stage: Mapping[str, Any]) -> str:
    """What a stage of a result came to, in one line."""
    whole, times = stage["all"], stage["all"]["milliseconds"]
    line = f"{stage['stations']['online']} online at the end, {whole['sent']} CALLs, {whole['errors']} errors"
    if times is not None:
        line += f", p95 {times['p95']:.1f} ms"
    recovered = recovery_line(stage["recovery"])
    return f"{line}; {recovered}" if recovered else line


def recovery_line(recovery: Mapping[str, Any] | None) -> str:
    """How long it took to recover, in words; empty: there was nothing to recover from."""
    if recovery is None or not recovery["before"]:
        return ""
    if recovery["seconds"] is None:
        return f"not as many online again as the {recovery['before']} before, {recovery['waited_s']:.1f} s long"
    return f"as many online again as the {recovery['before']} before, after {recovery['seconds']:.1f} s"


def _stage(passed: Passed) -> dict[str, Any]:
    tally, recovery = passed.tally, passed.recovery
    return {
        "name": passed.name,
        "seconds": round(passed.seconds, 3),
        "stations": asdict(passed.stations),
        "sessions": {"begun": tally.sessions, "over": tally.sessions_over, "refused": tally.sessions_refused},
        "actions": {name: _action(one) for name, one in sorted(tally.actions.items()) if one.sent or one.samples.count},
        "all": _action(tally.together()),
        "firmware": dict(sorted(tally.firmware.items())),
        "recovery": None if recovery is None else recovery.facts(),
    }


def _plan(plan: Plan) -> dict[str, Any]:
    models = [make.model for make in plan.makes] or [plan.model]
    return {
        "profile": plan.profile,
        "url": plan.url,
        "stations": plan.stations,
        "ramp_per_s": None if plan.stages else plan.ramp,
        "duration_s": plan.duration,
        "seed": plan.seed,
        "prefix": plan.prefix,
        "tags": list(plan.tags),
        "connectors": max(plan.connectors if one is None else one.made.facts.connectors for one in models),
        "model": None if plan.model is None else plan.model.name,
        "makes": [
            {"model": None if make.model is None else make.model.name, "share": make.share} for make in plan.makes
        ],
        "security": [
            {
                "profile": one.profile,
                "share": one.share,
                "url": one.address(plan.url),
                "stations": plan.secured.count(at),
            }
            for at, one in enumerate(plan.security)
        ],
        "stages": [asdict(stage) for stage in plan.stages],
        "curve": list(plan.curve),
        "trace_sessions": len(plan.visits),
        "strangers": plan.strangers,
        "back_off": plan.back_off,
        "session_every_s": plan.session_every,
        "session_length_s": plan.session_length,
        "meter_every_s": plan.meter_every,
        "churn_every_s": plan.churn_every,
        "churn_length_s": plan.churn_length,
        "call_timeout_s": plan.call_timeout,
        "csms_clock_s": None if plan.csms_clock is None else plan.csms_clock.above,
        "clock_skew_s": plan.clock_skew,
        "check_share": plan.check,
    }


def _action(counted: ActionTally) -> dict[str, Any]:
    samples = counted.samples
    return {
        "sent": counted.sent,
        "answered": samples.count,
        "errors": counted.errors,
        "refused": counted.refused,
        "invalid": counted.invalid,
        "unanswered": counted.unanswered,
        "cut": counted.cut,
        "milliseconds": _times(samples),
        "due_milliseconds": _times(counted.due),
        "exact": samples.is_exact,
    }


def _asked(counted: ActionTally) -> dict[str, Any]:
    """CALLs of the CSMS with one action, and how long the stations took."""
    return {
        "received": counted.sent,
        "answered": counted.samples.count,
        "refused": counted.refused,
        "milliseconds": _times(counted.samples),
    }


def _times(samples: Samples) -> dict[str, float] | None:
    if not samples.count:
        return None
    p50, p95, p99 = (value / 1e6 for value in samples.percentiles(*SHARES))
    return {"mean": samples.mean / 1e6, "p50": p50, "p95": p95, "p99": p99, "max": samples.longest / 1e6}
