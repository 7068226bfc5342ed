"""What a fleet counts, as Prometheus reads it (docs/load.md, "Prometheus"). Labels are bounded: nothing of them is the
choice of a CSMS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from simulator.fleet.counting.kinds import OF_CALLS, kinds
from simulator.fleet.counting.samples import Samples
from simulator.fleet.counting.tally import Tally
from simulator.fleet.processes.part import Counted
from simulator.fleet.spoken import SPOKEN

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds in seconds."""

_STATES: Final = ("switched_on", "connected", "accepted", "online", "refused", "lost")


def exposition(fleet: Counted) -> bytes:
    """The text that Prometheus reads."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Fleet(fleet))
    return generate_latest(registry)


class _Fleet:
    """A collector, as the registry wants one."""

    def __init__(self, fleet: Counted) -> None:
        self._fleet = fleet

    def collect(self) -> Iterator[Metric]:
        fleet, tally = self._fleet, self._fleet.tally
        stations = GaugeMetricFamily("fleet_stations", "Stations by how far they are.", labels=("state",))
        for state in _STATES:
            stations.add_metric((state,), getattr(fleet.stations, state))
        yield stations
        states = GaugeMetricFamily("fleet_stations_now", "Stations by where each is now.", labels=("state",))
        for state, count in asdict(fleet.states).items():
            states.add_metric((state,), count)
        yield states
        yield GaugeMetricFamily("fleet_stations_planned", "Stations there are to be.", fleet.plan.stations)
        yield GaugeMetricFamily("fleet_timer_late_seconds", "How late the latest timer of the fleet was.", fleet.late)
        if (resident := fleet.timeline.latest.resident) is not None:
            yield GaugeMetricFamily("fleet_resident_bytes", "Resident memory of the load generator.", resident)
        for name, meaning, label, counts in (
            (
                "fleet_messages",
                "Messages by direction, seen from the stations.",
                "direction",
                {"sent": tally.frames_sent, "received": tally.frames_received},
            ),
            (
                "fleet_connections",
                "Attempts to connect by what came of them, and connections that were dropped.",
                "outcome",
                {"made": tally.connected, "failed": tally.not_connected, "dropped": tally.lost},
            ),
            ("fleet_errors", "What went wrong, by kind.", "kind", kinds(tally)),
            (
                "fleet_interventions",
                "What was done by hand.",
                "what",
                Counter(str(one.what) for one in fleet.interventions),
            ),
            ("fleet_asked", "CALLs of the CSMS; other: the action is none.", "action", _asked(tally)),
            ("fleet_firmware", "Statuses of firmware that stations have told.", "status", tally.firmware),
            (
                "fleet_sessions",
                "Charging sessions.",
                "outcome",
                {"begun": tally.sessions, "over": tally.sessions_over, "refused": tally.sessions_refused},
            ),
        ):
            yield _counter(name, meaning, label, counts)
        yield from self._calls()
        found: Counter[tuple[str, str, str]] = Counter()
        for one in tally.violations.values():
            found[one.rule, one.level, one.party] += one.count
        violations = CounterMetricFamily("fleet_violations", "Broken rules.", labels=("rule", "level", "party"))
        for labels, count in found.items():
            violations.add_metric(labels, count)
        yield violations

    def _calls(self) -> Iterator[Metric]:
        actions = self._fleet.tally.actions.items()
        yield _counter(
            "fleet_calls", "CALLs of the stations.", "action", {action: counted.sent for action, counted in actions}
        )
        errors = CounterMetricFamily("fleet_call_errors", "CALLs without a usable answer.", labels=("action", "kind"))
        times = HistogramMetricFamily("fleet_answer_seconds", "From a CALL to its answer.", labels=("action",))
        due = HistogramMetricFamily(
            "fleet_due_answer_seconds", "From the moment that a CALL was due to its answer.", labels=("action",)
        )
        for action, counted in actions:
            for kind in OF_CALLS:
                errors.add_metric((action, kind), getattr(counted, kind))
            for family, samples in ((times, counted.samples), (due, counted.due)):
                family.add_metric((action,), _buckets(samples), sum_value=samples.total / 1e9)
        yield errors
        yield times
        yield due


def _counter(name: str, meaning: str, label: str, counts: Mapping[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, meaning, labels=(label,))
    for value, count in counts.items():
        family.add_metric((value,), count)
    return family


def _asked(tally: Tally) -> Counter[str]:
    found: Counter[str] = Counter()
    for name, one in tally.asked.items():
        found[name if name in SPOKEN.schemas.actions else "other"] += one.sent
    return found


def _buckets(samples: Samples) -> list[tuple[str, float]]:
    """Upper bound -> how many were at most that long; all bounds lie between two classes (`Samples`)."""
    found: list[tuple[str, float]] = []
    ordered, at, passed = sorted(samples.classes.items()), 0, 0
    for bound in BUCKETS:
        while at < len(ordered) and ordered[at][0] <= bound * 1e9:
            passed += ordered[at][1]
            at += 1
        found.append((str(bound), float(passed)))
    return [*found, ("+Inf", float(samples.count))]
