"""What is counted, for Prometheus: frames, answers, their times, stations.

Counting a frame is a few additions to plain integers, because it is done for every one; names and labels are put
together when somebody asks. Labels are bounded: what a station can make up is counted as `unknown`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from csms_core.hub.feed import Feed
from ocppj.frames import Call, CallError, CallResult
from ocppj.protocol import Protocol
from ocppj.session.session import Seen

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds in seconds."""

_KINDS: Final[Mapping[type, str]] = {Call: "call", CallResult: "result", CallError: "error"}


class Times:
    """How long answers took, as a histogram."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.total += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """Upper bound -> how many were at most that long."""
        found, sum_ = [], 0
        for bound, count in zip((*map(str, BUCKETS), "+Inf"), self.counts, strict=True):
            sum_ += count
            found.append((bound, float(sum_)))
        return found


class Metrics:
    """The counters of one CSMS."""

    def __init__(self, feed: Feed, protocols: Iterable[Protocol]) -> None:
        """`protocols` are the versions of OCPP that are spoken: what none of them knows is `unknown`, or `other`."""
        known = tuple(protocols)
        self._actions = frozenset(chain.from_iterable(each.actions for each in known))
        self._codes = frozenset(chain.from_iterable(each.codes.known for each in known))
        self._feed = feed
        self._frames: defaultdict[tuple[str, type, str], int] = defaultdict(int)
        self._invalid: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._errors: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._times: defaultdict[tuple[str, str], Times] = defaultdict(Times)
        self.let_pass: defaultdict[str, int] = defaultdict(int)
        """Findings of a lenient CSMS by their kind."""
        self.connections = 0
        self.stations_online = 0
        self.commits = 0
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def observe(self, seen: Seen) -> None:
        """Count a frame; goes where an `Observer` of a peer goes."""
        frame, request, sender = seen.frame, seen.request, seen.sender
        action = "unknown" if request is None or request.action not in self._actions else request.action
        self._frames[sender, type(frame), action] += 1
        if type(frame) is Call:
            if not seen.valid:
                self._invalid[sender, action] += 1
            return
        if request is not None and not seen.repeated:
            self._times[sender, action].add((seen.at - request.at) / 1e9)
        if not seen.valid:
            self._invalid[sender, action] += 1
        if type(frame) is CallError:
            self._errors[sender, frame.code if frame.code in self._codes else "other"] += 1

    def exposition(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """The metrics; the registry asks for them."""
        frames = CounterMetricFamily(
            "ocpp_frames", "OCPP-J frames by who sent them.", labels=("sender", "kind", "action")
        )
        for (sender, type_, action), count in list(self._frames.items()):
            frames.add_metric((sender, _KINDS.get(type_, "malformed"), action), count)
        yield frames
        invalid = CounterMetricFamily(
            "ocpp_invalid_frames", "Frames that broke the schema of their action.", labels=("sender", "action")
        )
        for pair, count in list(self._invalid.items()):
            invalid.add_metric(pair, count)
        yield invalid
        errors = CounterMetricFamily("ocpp_call_errors", "CALLERRORs by code.", labels=("sender", "code"))
        for pair, count in list(self._errors.items()):
            errors.add_metric(pair, count)
        yield errors
        times = HistogramMetricFamily(
            "ocpp_answer_seconds", "From a CALL to its answer, by who answered.", labels=("sender", "action")
        )
        for pair, taken in list(self._times.items()):
            times.add_metric(pair, taken.buckets(), sum_value=taken.total)
        yield times
        findings = CounterMetricFamily(
            "csms_findings", "What stations did wrong and was let pass (--lenient).", labels=("kind",)
        )
        for kind, count in list(self.let_pass.items()):
            findings.add_metric((kind,), count)
        yield findings
        yield GaugeMetricFamily("csms_stations_online", "Stations that are connected.", self.stations_online)
        yield CounterMetricFamily("csms_connections", "Connections that were let in.", self.connections)
        yield CounterMetricFamily("csms_store_commits", "Commits of the store's writer.", self.commits)
        yield GaugeMetricFamily("csms_event_readers", "Readers of the live events.", self._feed.readers)
        yield CounterMetricFamily("csms_event_readers_dropped", "Readers that fell behind.", self._feed.dropped)
