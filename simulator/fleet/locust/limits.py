"""Limits of a locust run: what all workers together measured, judged where locust ends (docs/load.md, "Locust").

locust keeps response times rounded (to the millisecond below 100 ms, to two digits above), so these percentiles are
coarser than those of `plugproof fleet`. The stations and their connections are told by the workers (`Told`).
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from simulator.fleet.counting.clocks import Clocks, sentence
from simulator.fleet.counting.standing import Stations
from simulator.fleet.counting.tally import Tally, Violation
from simulator.fleet.counting.timeline import Timeline
from simulator.fleet.fleet import Fleet
from simulator.fleet.plan import Plan
from simulator.fleet.processes.part import Part
from simulator.fleet.report.limits import BadLimit, Limit, judge, parse_limit
from simulator.fleet.report.result import verdict_of
from simulator.fleet.spoken import SPOKEN
from simulator.options.usage import Exit

log = logging.getLogger(__name__)

_COUNTS = ("attempts", "connected", "not_connected", "lost", "failures")


@dataclass(slots=True)
class Told:
    """What a worker tells of its stations and their connections."""

    stations: Stations = field(default_factory=Stations)
    counts: Mapping[str, int] = field(default_factory=dict)
    not_connected_by: Mapping[str, int] = field(default_factory=dict)
    clocks: Clocks = field(default_factory=Clocks)

    @classmethod
    def of(cls, fleet: Fleet) -> Told:
        """As it is now."""
        tally = fleet.tally
        counts = {name: getattr(tally, name) for name in _COUNTS}
        return cls(fleet.stations, counts, dict(tally.not_connected_by.copy()), fleet.clocks)

    def facts(self) -> dict[str, Any]:
        """As a message between processes."""
        return {
            "stations": asdict(self.stations),
            "counts": dict(self.counts),
            "reasons": dict(self.not_connected_by),
            "clocks": asdict(self.clocks),
        }

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Told:
        """Out of a message."""
        return cls(Stations(**facts["stations"]), facts["counts"], facts["reasons"], Clocks(**facts["clocks"]))

    def without_its_process(self) -> Told:
        """The worker is gone, and its stations with it."""
        return replace(self, stations=replace(self.stations, online=0, lost=self.stations.accepted))


def tally_of(stats: Any, told: Iterable[Told]) -> Tally:
    """The statistics of locust, and what the workers have told, as a tally."""
    tally = Tally()
    for (name, kind), entry in stats.entries.items():
        if kind == "CALL":
            counted = tally.action(name)
            counted.sent = entry.num_requests
            counted.refused = entry.num_failures  # locust does not tell the kinds of errors apart
            for milliseconds, count in entry.response_times.items():
                for _ in range(count):
                    counted.samples.add(round(milliseconds * 1e6))
        elif kind == "RULE":
            rule, level, party = name.replace("(", "").replace(")", "").replace("by the ", "").split()
            tally.violations[rule, level, party, ""] = Violation(rule, level, party, "", "", "", entry.num_requests)
    for one in told:
        for name, count in one.counts.items():
            setattr(tally, name, getattr(tally, name) + count)
        tally.not_connected_by.update(one.not_connected_by)
    return tally


def limits_of(texts: Iterable[str]) -> list[Limit]:
    """Read the limits. Raises `BadLimit`."""
    actions = [name for name, info in SPOKEN.actions.items() if info.sender != "csms"]
    limits = [parse_limit(text, actions) for text in texts]
    for limit in limits:
        if limit.due:
            fix = "leave out due, or use plugproof fleet"
            raise BadLimit(f'the limit "{limit.text}" is about due times, which locust does not keep: {fix}')
    return limits


def judge_run(environment: Any, plan: Plan, told: Iterable[Told], lasted: float, *, interrupted: bool) -> None:
    """Judge a run as `plugproof fleet` does, say so, and set the exit code of locust."""
    told, options = list(told), environment.parsed_options
    plan = replace(plan, duration=float(options.run_time or math.inf))
    tally, stations = tally_of(environment.stats, told), Stations.together(one.stations for one in told)
    part = Part(plan, tally, Timeline(), stations, lasted)
    judged = [judge(limit, tally, stations) for limit in limits_of(options.limit)]
    for one in judged:
        (log.info if one.verdict == "PASS" else log.error)("limit %s: %s, %s", one.limit.text, one.verdict, one.reason)
    log.info(
        "stations: %d switched on, %d connected, %d accepted, %d online, %d refused, %d lost",
        *(stations.switched_on, stations.connected, stations.accepted, stations.online),
        *(stations.refused, stations.lost),
    )
    log.info("clocks: %s", sentence(Clocks.together(one.clocks for one in told).facts()))
    verdict, reason = verdict_of(part, judged, in_time=not interrupted)
    (log.info if verdict == "PASS" else log.error)("%s: %s", verdict, reason)
    if interrupted:
        environment.process_exit_code = int(Exit.INTERRUPTED)
    elif verdict != "PASS":
        environment.process_exit_code = int(Exit.FAILED if verdict == "FAIL" else Exit.ERRORS)
    elif judged:
        environment.process_exit_code = int(Exit.OK)
    elif environment.runner.errors:
        log.info("requests have failed, and no limit was set: --exit-code-on-error of locust is the exit code")
