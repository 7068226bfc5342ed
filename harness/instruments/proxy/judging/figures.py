"""What is counted, for Prometheus and for the views. Labels are bounded: what a party can make up is `unknown`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from csms_core.hub.metrics import Times
from harness.instruments.proxy.judging.tally import Tally
from ocppj.evidence.trace import DIRECTION, Role
from ocppj.frames import Call, CallError, CallResult
from ocppj.session.session import Seen

_KINDS: Final[Mapping[type, str]] = {Call: "call", CallResult: "result", CallError: "error"}


class Figures:
    """The counters of one proxy."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self.frames: defaultdict[tuple[Role, str, str], int] = defaultdict(int)
        self.times: defaultdict[tuple[Role, str], Times] = defaultdict(Times)
        self.bytes: dict[Role, int] = {"station": 0, "csms": 0}
        self.messages: dict[Role, int] = {"station": 0, "csms": 0}
        """Texts and binary messages that were seen."""
        self.unseen: dict[Role, int] = {"station": 0, "csms": 0}
        """Messages of which no copy was kept."""
        self.unjudged: dict[Role, int] = {"station": 0, "csms": 0}
        """Messages that were seen, and could not be judged."""
        self.wrong: dict[Role, int] = {"station": 0, "csms": 0}
        """What broke WebSocket itself."""
        self.faults: defaultdict[str, int] = defaultdict(int)
        self.connections = 0
        self.refused = 0
        self.unreached = 0
        self.online: Callable[[], int] = int
        self.lag = 0.0
        """Seconds between the last record and its judgement."""
        self.slowest = 0.0
        """The longest such time."""
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def observe(self, seen: Seen, actions: Mapping[str, object]) -> None:
        """Count a judged frame; `actions` are those of its version."""
        frame, request, sender = seen.frame, seen.request, seen.sender
        action = "unknown" if request is None or request.action not in actions else request.action
        self.frames[sender, _KINDS.get(type(frame), "malformed"), action] += 1
        if type(frame) is not Call and request is not None and not seen.repeated:
            self.times[sender, action].add((seen.at - request.at) / 1e9)

    def late(self, seconds: float) -> None:
        """A record was judged so long after it happened."""
        self.lag = seconds
        self.slowest = max(self.slowest, seconds)

    def exposition(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """The metrics; the registry asks for them."""
        frames = CounterMetricFamily(
            "ocpp_frames", "OCPP-J frames by who sent them.", labels=("sender", "kind", "action")
        )
        for labels, count in self.frames.items():
            frames.add_metric(labels, count)
        yield frames
        times = HistogramMetricFamily(
            "ocpp_answer_seconds", "From a CALL to its answer, by who answered.", labels=("sender", "action")
        )
        for pair, taken in self.times.items():
            times.add_metric(pair, taken.buckets(), sum_value=taken.total)
        yield times
        findings = CounterMetricFamily("ocpp_findings", "Broken rules by party.", labels=("rule", "level", "party"))
        for found in self._tally.all:
            findings.add_metric((found.rule, found.level, found.party), found.count)
        yield findings
        yield from self._by_direction()
        faults = CounterMetricFamily("proxy_faults", "Faults that were put in.", labels=("fault",))
        for name, count in self.faults.items():
            faults.add_metric((name,), count)
        yield faults
        yield GaugeMetricFamily("proxy_connections_open", "Stations that are connected.", self.online())
        yield CounterMetricFamily("proxy_connections", "Stations that have connected.", self.connections)
        yield CounterMetricFamily("proxy_refused", "Openings that the CSMS has refused.", self.refused)
        yield CounterMetricFamily("proxy_unreached", "Openings for which no CSMS was reached.", self.unreached)
        yield GaugeMetricFamily("proxy_judge_lag_seconds", "From passing on to judgement, the last one.", self.lag)

    def _by_direction(self) -> Iterator[Metric]:
        for name, meaning, counts in (
            ("proxy_bytes", "Bytes that were passed on.", self.bytes),
            ("proxy_messages", "Messages that were seen.", self.messages),
            ("proxy_unseen_messages", "Messages that were passed on while the judge was behind.", self.unseen),
            ("proxy_unjudged_messages", "Messages that were seen and could not be judged.", self.unjudged),
            ("proxy_websocket_errors", "What broke WebSocket itself.", self.wrong),
        ):
            family = CounterMetricFamily(name, meaning, labels=("direction",))
            for sender, count in counts.items():
                family.add_metric((DIRECTION[sender],), count)
            yield family
