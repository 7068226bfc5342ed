"""Response times of two runs, action by action.

Actions are compared one by one and never all together: another selection of cases is another mixture of actions, and
would move the total with no answer being slower.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from reports.diff.rank_test import RankTest, holm, rank_test
from reports.results.performance import PHASES, nanoseconds, part
from reports.results.verdicts import Results
from reports.text.plain import clean

ALPHA: Final = 0.01
"""The chance of one false alarm in a whole comparison, after the correction for the number of actions."""
MIN_CHANGE: Final = 20.0
"""Percent by which the median must have moved: a difference may be certain and not worth a word."""
MIN_DELTA: Final = 0.33
"""Cliff's delta from which on an effect is usually called medium (Romano and others 2006)."""
ORDER: Final = ("slower", "faster", "same", "too few", "no samples")


@dataclass(frozen=True)
class Latency:
    """One action. Times in milliseconds, ``change`` in percent of the old median; what cannot be said is None.

    ``p`` is corrected for the number of actions that could be told apart at all; ``delta`` is Cliff's, above 0 when the
    new run is slower. ``verdict`` is slower, faster, same, too few (no outcome of so few samples could be significant)
    or no samples.
    """

    action: str
    phase: str
    n: tuple[int, int]
    p50_ms: tuple[float | None, float | None]
    p95_ms: tuple[float | None, float | None]
    change: float | None
    delta: float | None
    p: float | None
    exact: bool | None
    verdict: str


def latencies(old: Results, new: Results, *, min_change: float = MIN_CHANGE) -> list[Latency]:
    """Every action that both runs measured, those under load of their own; the most changed first."""
    rows = [
        _row((old, new), action, phase)
        for phase in PHASES
        for action in sorted(set(_per_action(old, phase)) & set(_per_action(new, phase)))
    ]
    tests = [test for _, test in rows if test is not None]
    limit = _testable(tests)
    able = [test for test in tests if test.least_p < limit]
    corrected = iter(holm(test.p for test in able))
    judged = []
    for row, test in rows:
        if test is None:
            judged.append(row)
        elif test.least_p < limit:
            judged.append(_judged(row, test, next(corrected), min_change))
        else:
            judged.append(replace(row, delta=test.delta, exact=test.exact, verdict="too few"))
    return sorted(judged, key=lambda row: (ORDER.index(row.verdict), -abs(row.delta or 0), row.action, row.phase))


def _testable(tests: Sequence[RankTest]) -> float:
    """The p below which a test must be able to come, to be counted among the many at all (Tarone 1990).

    A test of three samples against three can never be significant, and shall not make the others less so.
    """
    count = next(
        count for count in range(1, len(tests) + 2) if sum(test.least_p < ALPHA / count for test in tests) <= count
    )
    return ALPHA / count


def _per_action(results: Results, phase: str) -> Mapping[str, Any]:
    measured = part(results, phase)
    return {} if measured is None else {action: row for action, row in measured["per_action"].items() if row["n"]}


def _row(runs: tuple[Results, Results], action: str, phase: str) -> tuple[Latency, RankTest | None]:
    """The figures of an action; they are of all samples, also where only some were kept for the test."""
    old, new = (_per_action(results, phase)[action] for results in runs)
    times = [nanoseconds(results, action, phase=phase) for results in runs]
    was, now = old["p50_ms"], new["p50_ms"]
    row = Latency(
        action=clean(action),
        phase=phase,
        n=(old["n"], new["n"]),
        p50_ms=(was, now),
        p95_ms=(old["p95_ms"], new["p95_ms"]),
        change=(now - was) / was * 100 if was else None,
        delta=None,
        p=None,
        exact=None,
        verdict="no samples",
    )
    return row, rank_test(*times) if all(times) else None


def _judged(row: Latency, test: RankTest, p: float, min_change: float) -> Latency:
    change = row.change or 0
    verdict = "same"
    # Ranks and median may disagree where a distribution has two humps; then neither word would be true.
    if p < ALPHA and abs(test.delta) >= MIN_DELTA and abs(change) >= min_change and change * test.delta > 0:
        verdict = "slower" if change > 0 else "faster"
    return replace(row, delta=test.delta, p=p, exact=test.exact, verdict=verdict)
