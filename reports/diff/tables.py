"""A difference as plain sections, for whoever prints it: the terminal and Markdown show the same ones."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from reports.diff.compare import Change, Diff, Run
from reports.diff.latency import ALPHA, MIN_DELTA, Latency
from reports.diff.told import Section, Told
from reports.results.performance import LOADED, milliseconds
from reports.results.verdicts import OUTCOME_NAMES, word
from reports.text.table import Table

_TITLES: Final = {
    "failing": "Newly failing",
    "unjudged": "No longer judged",
    "passing": "Newly passing",
    "otherwise": "Changed otherwise",
    "applicability": "Applicability changed",
    "added": "Added cases",
    "removed": "Removed cases",
}


def told(diff: Diff) -> Told:
    """What there is to say about it."""
    return Told(headline(diff), diff.warnings, tuple(sections(diff)), note(diff) if diff.latency else "", runs(diff))


def headline(diff: Diff) -> str:
    """What changed, in one line."""
    counts = {
        "newly failing": diff.failing,
        "no longer judged": diff.unjudged,
        "newly passing": diff.passing,
        "changed otherwise": diff.otherwise,
        "with other applicability": diff.applicability,
        "added": diff.added,
        "removed": diff.removed,
        "slower": diff.slower,
        "faster": diff.faster,
    }
    parts = [f"{len(rows)} {name}" for name, rows in counts.items() if rows]
    return ", ".join([*(parts or ["nothing changed"]), f"{diff.unchanged} unchanged"])


def sections(diff: Diff) -> list[Section]:
    """Everything that changed, the worst first, and the response times; no section is empty."""
    found = []
    for name, title in _TITLES.items():
        changes: Sequence[Change] = getattr(diff, name)
        if changes:
            found.append(Section(_changes(title, changes), urgent=name in ("failing", "unjudged")))
    notable = (*diff.slower, *diff.faster)
    if notable:
        found.insert(1 if diff.failing else 0, Section(_latency("Response times that changed", notable), urgent=True))
    rest = [row for row in diff.latency if row not in notable]
    if rest:
        found.append(Section(_latency("Other response times", rest), urgent=False))
    return found


def note(diff: Diff) -> str:
    """How the response times were compared."""
    return (
        "Rank test of Mann and Whitney on the single response times, action by action, corrected for their number. "
        f"Slower and faster need p < {ALPHA:g}, an effect (Cliff's delta, -1 to 1) of at least {MIN_DELTA:g}, and a "
        f"median that moved by at least {diff.min_change:g} %."
    )


def runs(diff: Diff) -> Table:
    """Which two runs they are."""
    rows = (("Before", *_run(diff.old)), ("Now", *_run(diff.new)))
    return Table("Runs", ("", "Run", "Started", "System under test", "plugproof", "Outcome"), rows)


def as_json(diff: Diff) -> dict[str, Any]:
    """The difference as plain data: ``format``, ``headline`` and the members of `Diff`."""
    plain: dict[str, Any] = msgspec.to_builtins(diff)
    return {"format": 1, "headline": headline(diff), **plain}


def _run(run: Run) -> tuple[str, ...]:
    counts = ", ".join(f"{count} {OUTCOME_NAMES[name].lower()}" for name, count in run.totals.items() if count)
    sut = f"{run.sut} {run.software_version or ''}".strip()
    return run.id, run.started, sut, run.harness, counts or "nothing ran"


def _changes(title: str, changes: Iterable[Change]) -> Table:
    rows = tuple(
        (f"{change.id} {change.title}", _word(change.before), _word(change.after), change.reason or "-")
        for change in changes
    )
    return Table(f"{title} ({len(rows)})", ("Case", "Before", "Now", "Why"), rows)


def _word(outcome: str | None) -> str:
    return "-" if outcome is None else word(outcome)


def _latency(title: str, rows: Iterable[Latency]) -> Table:
    headers = ("Action", "Samples", "p50 ms", "Change", "p95 ms", "Effect", "p", "Verdict")
    return Table(title, headers, tuple(map(_latency_row, rows)))


def _latency_row(row: Latency) -> tuple[str, ...]:
    return (
        f"{row.action} under load" if row.phase == LOADED else row.action,
        f"{row.n[0]} → {row.n[1]}",
        " → ".join(map(milliseconds, row.p50_ms)),
        "-" if row.change is None else f"{row.change:+.0f} %",
        " → ".join(map(milliseconds, row.p95_ms)),
        "-" if row.delta is None else f"{row.delta:+.2f}",
        "-" if row.p is None else "< 0.001" if row.p < 0.001 else f"{row.p:.3f}",
        row.verdict,
    )
