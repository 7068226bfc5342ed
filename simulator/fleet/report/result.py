"""The result of a fleet run as plain data (`schemas/documents/fleet.schema.json`), and what it means as a whole."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any, Final

from ocppj.times import timestamp
from simulator.fleet.counting.course import Passed
from simulator.fleet.counting.samples import Samples
from simulator.fleet.counting.standing import Stations
from simulator.fleet.counting.tally import ActionTally
from simulator.fleet.engine.resources import platform
from simulator.fleet.plan import Plan
from simulator.fleet.processes.part import Counted
from simulator.fleet.report.limits import Judged, Limit, judge, judge_stage
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


def verdict_of(
    fleet: Counted,
    judged: Sequence[Judged],
    *,
    in_time: bool,
    broken: Judged | None = None,
    enough: str | None = None,
) -> tuple[str, str]:
    """The verdict of a run and why.

    Limits decide, and beside them that every station was accepted and none is lost at the end, unless a limit says
    something else about just that. What was interrupted is no pass; ``broken`` is the limit that ended it early. With
    ``enough`` it was ended because nobody needed it any more: then limits of stages that were not played to their end,
    and found nothing to judge, say nothing.
    """
    tally, stations = fleet.tally, fleet.stations
    planned = f" of {fleet.plan.duration:g} s" if math.isfinite(fleet.plan.duration) else ", no time was set"
    how = "ended" if enough is not None else "interrupted" if broken is None else "ended early,"
    cut_short = "" if in_time else f"{how} after {fleet.lasted:.1f} s{planned}"
    if enough is not None:
        cut_short += f", when {enough}"
    if broken is not None:
        cut_short += f", by --abort-on {broken.limit.text}: {broken.reason}"
    if not stations.connected:
        return "INCONCLUSIVE", _listed(cut_short, f"no station was ever connected{_because(fleet)}")
    if tally.failures:
        return "ERROR", f"{tally.failures} steps of the fleet itself failed; see problems"
    if tally.starved:
        return "ERROR", f"the fleet itself had no room for its connections{_because(fleet)}"
    own = tally.breaches("station")
    if own:
        return "ERROR", f"the stations themselves broke rules {own} times; see violations"
    wrong = [f"{one.reason}, the limit is {one.limit.text}" for one in judged if one.verdict == "FAIL"]
    wrong += missing(fleet, [one.limit for one in judged], in_time=in_time)
    if wrong or broken is not None:
        return "FAIL", _listed(cut_short, *wrong)
    cut = [] if enough is None else _cut(fleet)
    silent = [one for one in judged if one.verdict == "INCONCLUSIVE" and one.limit.stage not in cut]
    if silent or (cut_short and enough is None):
        return "INCONCLUSIVE", _listed(cut_short, *(f"{one.limit.text}: {one.reason}" for one in silent))
    count = sum(one.verdict == "PASS" for one in judged)
    kept = f"{count} limit{'s' * (count != 1)} kept" if judged else "the fleet ran, no limit was set"
    if count < len(judged):
        kept += f", {len(judged) - count} not judged as their stages were not over"
    there = f"of {of_stations(stations.switched_on)} {stations.accepted} accepted, {_online(stations)}"
    times = len(fleet.interventions)
    by_hand = [f"changed by hand {'once' if times == 1 else f'{times} times'}"] if times else []
    return "PASS", _listed(cut_short, kept, there, *by_hand)


def _cut(fleet: Counted) -> list[str]:
    """The stages that were not played to their end when the fleet was."""
    return [stage.name for stage in fleet.plan.stages[max(0, len(fleet.course) - 1) :]]


def missing(fleet: Counted, limits: Sequence[Limit], *, in_time: bool) -> list[str]:
    """Sentences about stations that were not accepted or are lost, as far as no limit is about that."""
    stations, named = fleet.stations, {limit.figure for limit in limits}
    # Who has just been switched on when a run is interrupted could not have been accepted yet.
    absent = stations.switched_on - stations.accepted - (0 if in_time else stations.coming)
    found = []
    if absent > 0 and not named & {"accepted", "online"}:
        of = of_stations(stations.switched_on)
        found.append(f"{absent} of {of} {_was(absent)} never accepted by the CSMS{_because(fleet)}")
    if stations.refused and stations.accepted == stations.switched_on and not named & {"refused", "online"}:
        found.append(f"{of_stations(stations.refused)} had to boot again and {_was(stations.refused)} not accepted")
    if stations.let_in:
        of = of_stations(stations.strangers)
        found.append(f"{stations.let_in} of {of} that the CSMS is not to know {_was(stations.let_in)} accepted")
    if stations.lost and not named & {"lost", "online"}:
        found.append(f"{of_stations(stations.lost)} {_was(stations.lost)} lost at the end: accepted once, and offline")
    return found


def of_stations(count: int) -> str:
    """So many stations, in words."""
    return f"{count} station{'s' * (count != 1)}"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _online(stations: Stations) -> str:
    return (
        "all online at the end" if stations.online == stations.switched_on else f"{stations.online} online at the end"
    )


def _because(fleet: Counted) -> str:
    """Why stations are not there, as far as anybody can say."""
    tally, stations = fleet.tally, fleet.stations
    reason = next(iter(tally.not_connected_by.most_common(1)), None)
    if reason is not None:
        return f"; {reason[1]} attempts to connect failed, most often: {reason[0]}"
    if stations.refused:
        return f"; {stations.refused} boots ended with Pending, Rejected or no usable answer"
    problem = next(iter(tally.problems.most_common(1)), None)
    if problem is not None:
        return f"; {problem[0]}"
    waiting = tally.attempts - tally.connected - tally.not_connected
    return f"; {waiting} attempts to connect were not answered" if waiting > 0 else ""


def _listed(*sentences: str) -> str:
    return "; ".join(filter(None, sentences))
