"""What of a result is drawn over time: rates, response times by action, stations by state, errors by kind, memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from string import ascii_uppercase
from typing import Any, Final

from simulator.fleet.counting.interventions import POWERLESS
from simulator.fleet.counting.kinds import KINDS
from simulator.fleet.counting.states import NAMES as STATES
from simulator.fleet.counting.timeline import NAMES as SHARES
from simulator.fleet.report.curves import Curve, Figure, Ground, Layer, Piece, Point, chart, stacked

Interval = Mapping[str, Any]

STATE_NAMES: Final = {"outage": "in outage"}
KIND_NAMES: Final = {
    "refused": "refused",
    "invalid": "against the schema",
    "unanswered": "unanswered",
    "cut": "cut off",
    "failed": "attempts to connect failed",
    "dropped": "connections dropped",
    "violations": "violations",
}


@dataclass(frozen=True, slots=True)
class Plots:
    """The pictures of a run, large ones and one for each action."""

    figures: Sequence[Figure]
    actions: Sequence[Figure]


def letter(at: int) -> str:
    """What an intervention is called: A to Z, and then numbers."""
    return ascii_uppercase[at] if at < len(ascii_uppercase) else str(at + 1)


def plots(result: Mapping[str, Any]) -> Plots:
    """The pictures of a result that has a timeline."""
    timeline, ground = result["timeline"], _ground(result)
    late = replace(ground, late=[_piece(one) for one in timeline if one["is_late"]])
    names = sorted({action for one in timeline for action in one["actions"]})
    return Plots(
        [
            _times(timeline, None, late),
            _rate(timeline, ground),
            _stations(timeline, ground),
            _errors(timeline, ground),
            *_memory(timeline, ground),
        ],
        [_times(timeline, name, late) for name in names],
    )


def _piece(interval: Interval) -> Piece:
    return interval["at_s"], interval["at_s"] + interval["seconds"]


def _middle(interval: Interval) -> float:
    return float(interval["at_s"] + interval["seconds"] / 2)


# --- what lies behind the curves --------------------------------------------------------------------------------------


def _ground(result: Mapping[str, Any]) -> Ground:
    timeline, stages = result["timeline"], result["stages"]
    end = _piece(timeline[-1])[1]
    begins = list(accumulate((one["seconds"] for one in stages), initial=0.0))
    outages = [*_outages_of_stages(result, begins), *_outages_by_hand(result["interventions"], end)]
    return Ground(
        end,
        [((begin, begin + one["seconds"]), one["name"]) for begin, one in zip(begins, stages, strict=False)],
        [(begin, min(whole, end)) for begin, whole, _ in outages],
        [whole + recovery["seconds"] for _, whole, recovery in outages if recovery and recovery["seconds"] is not None],
        [(one["at_s"], letter(at)) for at, one in enumerate(result["interventions"])],
    )


Broken = tuple[float, float, Mapping[str, Any] | None]
"""From when, until when, and how all recovered from it."""


def _outages_of_stages(result: Mapping[str, Any], begins: Sequence[float]) -> Iterator[Broken]:
    for begin, stage, planned in zip(begins, result["stages"], result["plan"]["stages"], strict=False):
        if (outage := planned["outage"]) is not None:
            yield begin, begin + outage["length"], stage["recovery"]


def _outages_by_hand(interventions: Sequence[Mapping[str, Any]], end: float) -> Iterator[Broken]:
    since: float | None = None
    for one in interventions:
        at = one["at_s"]
        if one["what"] == "power cut":
            yield at, at + POWERLESS, one["recovery"]
        elif one["what"] == "network lost":
            since = at
        elif one["what"] == "network back" and since is not None:
            yield since, at, one["recovery"]
            since = None
    if since is not None:
        yield since, end, None


# --- the curves -------------------------------------------------------------------------------------------------------


def _times(timeline: Sequence[Interval], action: str | None, ground: Ground) -> Figure:
    found = [one["milliseconds"] if action is None else one["actions"].get(action) for one in timeline]

    def of(share: str) -> list[Point | None]:
        pairs = zip(timeline, found, strict=True)
        return [None if times is None else (_middle(one), times[share]) for one, times in pairs]

    slowest = max((times["p99"] for times in found if times is not None), default=0.0)
    whose = "all actions" if action is None else action
    text = f"p50, p95 and p99 of {whose} in {len(timeline)} intervals; the highest p99 is {slowest:.1f} ms."
    if ground.late:
        text += f" The load generator was late in {len(ground.late)} of them."
    title = "Response times of all actions in milliseconds" if action is None else f"{action}, ms"
    return chart(title, text, [Curve(share, share, of(share)) for share in SHARES], ground)


def _rate(timeline: Sequence[Interval], ground: Ground) -> Figure:
    def of(what: str) -> list[Point | None]:
        return [(_middle(one), one[what] / one["seconds"]) for one in timeline]

    most = max(one["messages"] / one["seconds"] for one in timeline)
    text = f"At most {most:.0f} messages a second in both directions."
    curves = [Curve("sent by the stations", "sent", of("sent")), Curve("received", "received", of("received"))]
    return chart("Messages a second", text, curves, ground)


def _stations(timeline: Sequence[Interval], ground: Ground) -> Figure:
    layers = [
        Layer(STATE_NAMES.get(state, state), f"is-{state}", [one["states"][state] for one in timeline])
        for state in STATES
    ]
    text = f"{max(one['online'] for one in timeline)} online at most, {timeline[-1]['online']} at the end."
    return stacked("Stations by state", text, [_piece(one) for one in timeline], layers, ground)


def _errors(timeline: Sequence[Interval], ground: Ground) -> Figure:
    layers = [
        Layer(KIND_NAMES[kind], f"of-{kind}", [one["kinds"][kind] / one["seconds"] for one in timeline])
        for kind in KINDS
    ]
    counts = {kind: sum(one["kinds"][kind] for one in timeline) for kind in KINDS}
    text = ", ".join(f"{count} {KIND_NAMES[kind]}" for kind, count in counts.items() if count) or "Nothing went wrong"
    return stacked("What went wrong, a second", f"{text}.", [_piece(one) for one in timeline], layers, ground)


def _memory(timeline: Sequence[Interval], ground: Ground) -> Iterator[Figure]:
    points: list[Point | None] = [
        None if one["rss_mib"] is None else (_piece(one)[1], one["rss_mib"]) for one in timeline
    ]
    known = [point for point in points if point is not None]
    if known:
        text = f"{known[0][1]:.1f} MiB at first, {known[-1][1]:.1f} MiB at the end."
        title = "Resident memory of the load generator in MiB"
        yield chart(title, text, [Curve("MiB", "memory", points)], ground)
