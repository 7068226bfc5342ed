"""What changed between two load runs: limits, verdict, broken rules, response times, and what makes the runs unlike.

A load result keeps percentiles and no single times, so there is nothing to put into a rank test: an action is slower or
faster when its median and its p95 agree on that (docs/reports.md).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reports.diff.latency import MIN_CHANGE, ORDER
from reports.diff.unlike import differs
from reports.text.plain import clean

Load = Mapping[str, Any]
"""The result of a load run, as loaded (`schemas/documents/fleet.schema.json`)."""

MIN_ANSWERS: Final = 100
"""Answers that an action needs in each run: with fewer, the p95 rests on a handful of them."""
_SEVERITY: Final = ("PASS", "INCONCLUSIVE", "ERROR", "FAIL")
"""A run in which the fleet itself failed says less against a CSMS than one in which a limit was broken."""


@dataclass(frozen=True)
class LimitChange:
    """A limit: its verdict in both runs (None where it was not set), and the reason for the later one."""

    limit: str
    before: str | None
    after: str | None
    reason: str


@dataclass(frozen=True)
class Breach:
    """A rule that frames of one action broke; how often, in both runs."""

    rule: str
    level: str
    party: str
    action: str
    count: tuple[int, int]


@dataclass(frozen=True)
class LoadTimes:
    """The response times of an action in milliseconds; changes are in percent, None where the earlier run has 0.

    ``verdict`` is slower, faster, same or too few.
    """

    action: str
    n: tuple[int, int]
    p50_ms: tuple[float, float]
    p95_ms: tuple[float, float]
    change: float | None
    change_p95: float | None
    verdict: str


@dataclass(frozen=True)
class LoadRun:
    """Which run it is."""

    started: str
    url: str
    stations: int
    seconds: float
    harness: str
    verdict: str
    reason: str


@dataclass(frozen=True)
class LoadDiff:
    """Each limit that changed is in one of ``failing``, ``passing``, ``unjudged``, ``added`` and ``removed``.

    A limit that only the later run has is in ``failing`` when it fails. ``figures`` are counts and shares of both runs.
    """

    old: LoadRun
    new: LoadRun
    is_worse: bool
    warnings: tuple[str, ...]
    failing: tuple[LimitChange, ...]
    passing: tuple[LimitChange, ...]
    unjudged: tuple[LimitChange, ...]
    added: tuple[LimitChange, ...]
    removed: tuple[LimitChange, ...]
    unchanged: int
    broken: tuple[Breach, ...]
    mended: tuple[Breach, ...]
    figures: tuple[tuple[str, str, str], ...]
    latency: tuple[LoadTimes, ...]
    min_change: float

    @property
    def slower(self) -> tuple[LoadTimes, ...]:
        """The actions that take longer now."""
        return tuple(row for row in self.latency if row.verdict == "slower")

    @property
    def faster(self) -> tuple[LoadTimes, ...]:
        """The actions that take less long now."""
        return tuple(row for row in self.latency if row.verdict == "faster")


def is_load(document: Any) -> bool:
    """Whether a document is the result of a load run, and not of cases."""
    return isinstance(document, Mapping) and "cases" not in document and {"plan", "stations", "timeline"} <= {*document}


def compare_loads(old: Load, new: Load, *, min_change: float = MIN_CHANGE) -> LoadDiff:
    """The difference from ``old`` to ``new``, two valid results of load runs.

    ``min_change`` is how far, in percent, median and p95 must move before an action is called slower or faster.
    """
    kinds: dict[str, list[LimitChange]] = {
        name: [] for name in ("failing", "passing", "unjudged", "added", "removed", "unchanged")
    }
    limits = [{one["limit"]: one for one in load["limits"]} for load in (old, new)]
    for text in {**limits[1], **limits[0]}:
        change = _limit(text, limits[0].get(text), limits[1].get(text))
        kinds[_kind(change)].append(change)
    unchanged = len(kinds.pop("unchanged"))
    breaches = list(_breaches(old, new))
    return LoadDiff(
        old=_run(old),
        new=_run(new),
        is_worse=_SEVERITY.index(new["verdict"]) > _SEVERITY.index(old["verdict"]),
        warnings=tuple(_warnings(old, new)),
        unchanged=unchanged,
        broken=tuple(one for one in breaches if not one.count[0]),
        mended=tuple(one for one in breaches if not one.count[1]),
        figures=tuple(_figures(old, new)),
        latency=tuple(_latencies(old, new, min_change)),
        min_change=min_change,
        **{name: tuple(changes) for name, changes in kinds.items()},
    )


def is_load_red(diff: LoadDiff, fail_on: Collection[str] = ()) -> bool:
    """Whether a limit newly fails, the verdict got worse, or something happened that ``fail_on`` names.

    ``fail_on`` is of `reports.diff.compare.FAIL_ON`; nothing of a load run can become not applicable.
    """
    more: Mapping[str, Collection[object]] = {
        "latency": diff.slower,
        "unjudged": diff.unjudged,
        "applicability": (),
        "removed": diff.removed,
        "warning": diff.warnings,
    }
    return bool(diff.failing) or diff.is_worse or any(more[name] for name in fail_on)


def _limit(text: str, was: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> LimitChange:
    one = now or was or {}
    return LimitChange(
        limit=clean(text),
        before=None if was is None else was["verdict"],
        after=None if now is None else now["verdict"],
        reason=clean(one["reason"]),
    )


def _kind(change: LimitChange) -> str:
    """Where a limit belongs."""
    if change.after is None:
        return "removed"
    if change.before == change.after:
        return "unchanged"
    if change.after == "FAIL":
        return "failing"
    if change.before is None:
        return "added"
    return "passing" if change.after == "PASS" else "unjudged"


def _breaches(old: Load, new: Load) -> Iterable[Breach]:
    """The rules that were broken in only one of the runs, in the order of the results."""
    counts = [
        {tuple(one[name] for name in ("rule", "level", "party", "action")): one["count"] for one in load["violations"]}
        for load in (old, new)
    ]
    for key in {**counts[1], **counts[0]}:
        was, now = (count.get(key, 0) for count in counts)
        if not (was and now):
            rule, level, party, action = map(clean, key)
            yield Breach(rule, level, party, action, (was, now))


def _run(load: Load) -> LoadRun:
    run, plan = load["run"], load["plan"]
    return LoadRun(
        started=clean(run["started"]),
        url=clean(plan["url"]),
        stations=plan["stations"],
        seconds=run["lasted_s"],
        harness=clean(run["harness"]["version"]),
        verdict=load["verdict"],
        reason=clean(load["reason"]),
    )


def _warnings(old: Load, new: Load) -> Iterable[str]:
    """What makes the two runs unlike beside the CSMS, one sentence each."""
    a, b = old["run"], new["run"]
    for name, load in (("earlier", old), ("later", new)):
        if load["run"]["interrupted"] or load["run"]["ended_by"] is not None or load["run"].get("enough"):
            after = f"{load['run']['lasted_s']:.1f} s of {load['plan']['duration_s']:g} s"
            yield f"The {name} run ended early, after {after}: its counts are of that time."
        if share := load["process"].get("late_share"):
            yield (
                f"In the {name} run {100 * share:.3g} % of the figures were taken while the load generator itself was "
                "late: its response times contain that."
            )
        if load.get("interventions"):
            yield f"Somebody has steered the {name} run by hand: it is not what its plan says."
    changed = [
        f"{clean(key)} was {_said(old['plan'].get(key))}, is {_said(new['plan'].get(key))}"
        for key in {**old["plan"], **new["plan"]}
        if old["plan"].get(key) != new["plan"].get(key)
    ]
    if changed:
        yield f"The plans differ: {'; '.join(changed)}."
    yield from differs("The message schemas differ", a["schemas"]["digest"][:12], b["schemas"]["digest"][:12])
    yield from differs("The versions of plugproof differ", a["harness"]["version"], b["harness"]["version"])
    yield from differs("The platforms differ", a["platform"], b["platform"])
    yield from differs("The numbers of processes differ", old["process"]["processes"], new["process"]["processes"])


def _said(value: Any) -> str:
    """A value of a plan in words."""
    if isinstance(value, list):
        return clean(", ".join(map(str, value)))
    return "not set" if value is None else clean(f"{value:g}" if isinstance(value, float) else value)


def _figures(old: Load, new: Load) -> Iterable[tuple[str, str, str]]:
    for name, of in _FIGURES.items():
        yield name, of(old), of(new)


_FIGURES: Final[Mapping[str, Callable[[Load], str]]] = {
    "stations accepted": lambda load: _of(load["stations"]["accepted"], load["stations"]["switched_on"]),
    "stations lost at the end": lambda load: _of(load["stations"]["lost"], load["stations"]["accepted"]),
    "attempts to connect that failed": lambda load: _of(
        load["connections"]["not_connected"], load["connections"]["attempts"]
    ),
    "connections dropped": lambda load: _of(load["connections"]["lost"], load["connections"]["connected"]),
    "CALLs without a usable answer": lambda load: _of(load["all"]["errors"], load["all"]["sent"]),
    "MUST rules broken by the CSMS": lambda load: str(
        sum(one["count"] for one in load["violations"] if (one["party"], one["level"]) == ("csms", "MUST"))
    ),
    "messages a second": lambda load: f"{load['messages']['per_second']:.1f}",
}


def _of(count: int, whole: int) -> str:
    return f"{count} of {whole}" + (f" ({100 * count / whole:.3g} %)" if whole else "")


def _latencies(old: Load, new: Load, min_change: float) -> list[LoadTimes]:
    """Every action that both runs measured, the most changed first; never all together, as another mixture of actions
    would move the whole with no answer being slower."""
    rows = [
        _times(action, old["actions"][action], new["actions"][action], min_change)
        for action in sorted({*old["actions"]} & {*new["actions"]})
        if old["actions"][action]["milliseconds"] and new["actions"][action]["milliseconds"]
    ]
    return sorted(rows, key=lambda row: (ORDER.index(row.verdict), -abs(row.change or 0), row.action))


def _times(action: str, was: Mapping[str, Any], now: Mapping[str, Any], min_change: float) -> LoadTimes:
    n = (was["answered"], now["answered"])
    p50, p95 = ((was["milliseconds"][name], now["milliseconds"][name]) for name in ("p50", "p95"))
    change, change_p95 = _percent(*p50), _percent(*p95)
    return LoadTimes(clean(action), n, p50, p95, change, change_p95, _verdict(n, change, change_p95, min_change))


def _percent(was: float, now: float) -> float | None:
    return (now - was) / was * 100 if was else None


def _verdict(n: tuple[int, int], change: float | None, change_p95: float | None, min_change: float) -> str:
    if min(n) < MIN_ANSWERS:
        return "too few"
    both = (change or 0.0, change_p95 or 0.0)
    if min(map(abs, both)) >= max(min_change, 1e-9) and (both[0] > 0) == (both[1] > 0):
        return "slower" if both[0] > 0 else "faster"
    return "same"
