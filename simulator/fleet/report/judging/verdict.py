"""The verdict of a run and why, in a sentence: limits, and who is there at the end (docs/load.md, "Limits")."""

from __future__ import annotations

import math
from collections.abc import Sequence

from simulator.fleet.counting.standing import Stations
from simulator.fleet.processes.part import Counted
from simulator.fleet.report.judging.limits import Judged, Limit


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
