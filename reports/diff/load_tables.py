"""A difference of two load runs as plain sections."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from reports.diff.loads import MIN_ANSWERS, Breach, LimitChange, LoadDiff, LoadRun, LoadTimes
from reports.diff.told import Section, Told
from reports.results.performance import milliseconds
from reports.text.table import Table

_LIMITS: Final = {
    "failing": "Limits newly failing",
    "unjudged": "Limits no longer judged",
    "passing": "Limits newly kept",
    "added": "Added limits",
    "removed": "Removed limits",
}


def load_told(diff: LoadDiff) -> Told:
    """What there is to say about it."""
    return Told(load_headline(diff), diff.warnings, tuple(_sections(diff)), _note(diff), _runs(diff))


def load_headline(diff: LoadDiff) -> str:
    """What changed, in one line."""
    counts: dict[str, Sequence[object]] = {
        "limits newly failing": diff.failing,
        "limits no longer judged": diff.unjudged,
        "limits newly kept": diff.passing,
        "limits added": diff.added,
        "limits removed": diff.removed,
        "rules newly broken": diff.broken,
        "rules no longer broken": diff.mended,
        "slower": diff.slower,
        "faster": diff.faster,
    }
    was, now = diff.old.verdict, diff.new.verdict
    parts = [f"{now}, was {was}"] if was != now else [now]
    parts += [f"{name}: {len(rows)}" for name, rows in counts.items() if rows] or ["nothing else changed"]
    return ", ".join(["load run " + parts[0], *parts[1:]])


def load_json(diff: LoadDiff) -> dict[str, Any]:
    """The difference as plain data: ``format``, ``kind``, ``headline`` and the members of `LoadDiff`."""
    plain: dict[str, Any] = msgspec.to_builtins(diff)
    return {"format": 1, "kind": "load", "headline": load_headline(diff), **plain}


def _sections(diff: LoadDiff) -> Iterable[Section]:
    """Everything that changed, the worst first, then the figures; no section is empty."""
    notable = (*diff.slower, *diff.faster)
    for name, title in _LIMITS.items():
        if changes := getattr(diff, name):
            yield Section(_limits(title, changes), urgent=name in ("failing", "unjudged"))
        if name == "unjudged" and notable:
            yield Section(_latency("Response times that changed", notable), urgent=True)
    if diff.broken:
        yield Section(_breaches("Rules newly broken", diff.broken), urgent=True)
    if diff.mended:
        yield Section(_breaches("Rules no longer broken", diff.mended), urgent=False)
    rest = [row for row in diff.latency if row not in notable]
    if rest:
        yield Section(_latency("Other response times", rest), urgent=False)
    yield Section(Table("Figures", ("Figure", "Before", "Now"), diff.figures), urgent=False)


def _note(diff: LoadDiff) -> str:
    return (
        f"Slower and faster need {MIN_ANSWERS} answers in each run, and a median and a p95 that both moved the same "
        f"way by at least {diff.min_change:g} %. A load result keeps no single times, so that is no test of chance: "
        "repeat both runs before you believe a difference."
        if diff.latency
        else ""
    )


def _runs(diff: LoadDiff) -> Table:
    rows = (("Before", *_run(diff.old)), ("Now", *_run(diff.new)))
    return Table("Runs", ("", "Began", "CSMS", "Stations", "plugproof", "Outcome"), rows)


def _run(run: LoadRun) -> tuple[str, ...]:
    stations = f"{run.stations} station{'s' * (run.stations != 1)} for {run.seconds:.1f} s"
    return run.started, run.url, stations, run.harness, f"{run.verdict}, {run.reason}"


def _limits(title: str, changes: Sequence[LimitChange]) -> Table:
    rows = tuple((one.limit, one.before or "-", one.after or "-", one.reason) for one in changes)
    return Table(f"{title} ({len(rows)})", ("Limit", "Before", "Now", "Why"), rows)


def _breaches(title: str, breaches: Sequence[Breach]) -> Table:
    rows = tuple(
        (f"{one.rule} ({one.level})", one.party, one.action or "-", f"{one.count[0]} → {one.count[1]}")
        for one in breaches
    )
    return Table(f"{title} ({len(rows)})", ("Rule", "By", "Action", "Times"), rows)


def _latency(title: str, rows: Iterable[LoadTimes]) -> Table:
    headers = ("Action", "Samples", "p50 ms", "Change", "p95 ms", "Change of p95", "Verdict")
    return Table(title, headers, tuple(map(_latency_row, rows)))


def _latency_row(row: LoadTimes) -> tuple[str, ...]:
    return (
        row.action,
        f"{row.n[0]} → {row.n[1]}",
        " → ".join(map(milliseconds, row.p50_ms)),
        _percent(row.change),
        " → ".join(map(milliseconds, row.p95_ms)),
        _percent(row.change_p95),
        row.verdict,
    )


def _percent(change: float | None) -> str:
    return "-" if change is None else f"{change:+.0f} %"
