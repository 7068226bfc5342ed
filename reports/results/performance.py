"""Response times: from raw nanoseconds to the figures of the results.

Definitions (ours, after the public notes on the certification): a sample is the time from the CALL being written by
the tool until its answer was read; a CALL that timed out is no sample and is counted apart. The average is the
arithmetic mean of the raw values. A percentile is the nearest rank: the smallest sample that at least p percent of
all samples do not exceed, hence always a value that was really measured. Nothing is rounded here, only at printing.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

NS_PER_MS: Final = 1_000_000
NS_PER_S: Final = 1_000_000_000
FEW_SAMPLES: Final = 10
"""Below this many samples a row says how few they are."""
MOST_KEPT: Final = 4_000
"""Samples whose single values are kept in the results; the figures are of all."""
QUIET: Final = "quiet"
LOADED: Final = "loaded"
PHASES: Final = (QUIET, LOADED)


def figures(samples_ns: Iterable[int], timeouts: int) -> dict[str, Any]:
    """``n``, ``timeouts`` and min, mean, p50, p95, p99, max in milliseconds, all null without a sample.

    ``samples_ns`` are durations in nanoseconds, in any order.
    """
    samples = sorted(samples_ns)
    n = len(samples)
    row: dict[str, Any] = {"n": n, "timeouts": timeouts}
    if not n:
        return row | dict.fromkeys(("min_ms", "mean_ms", "p50_ms", "p95_ms", "p99_ms", "max_ms"))
    return row | {
        "min_ms": samples[0] / NS_PER_MS,
        # One division of integers: the quotient is exactly rounded, so min <= mean <= max always holds.
        "mean_ms": sum(samples) / (n * NS_PER_MS),
        "p50_ms": _nearest_rank(samples, 50) / NS_PER_MS,
        "p95_ms": _nearest_rank(samples, 95) / NS_PER_MS,
        "p99_ms": _nearest_rank(samples, 99) / NS_PER_MS,
        "max_ms": samples[-1] / NS_PER_MS,
    }


def statistics(samples_ns: Iterable[int], timeouts: int, declared_s: float | None) -> dict[str, Any]:
    """The `figures`, and whether all samples are within ``declared_s`` seconds, the maximum the vendor declared.

    ``within_declared`` is null when nothing was declared or measured. A CALL that was never answered is within nothing.
    """
    samples = list(samples_ns)
    within: bool | None = None
    if declared_s is not None and (samples or timeouts):
        within = not timeouts and max(samples) <= limit_ns(declared_s)
    return figures(samples, timeouts) | {"declared_s": declared_s, "within_declared": within}


def limit_ns(declared_s: float) -> Decimal:
    """A declared maximum in nanoseconds, by its decimal digits and not by a binary float."""
    return Decimal(str(declared_s)) * NS_PER_S


def kept(rows: Sequence[Mapping[str, Any]], most: int = MOST_KEPT) -> dict[str, Any]:
    """``performance.samples``: the rows in the order in which they were written, thinned evenly beyond ``most``.

    Every k-th is kept whatever its value, so that what is kept is distributed as all were.
    """
    ordered = sorted(rows, key=lambda row: row["at_ms"])
    step = -(-len(ordered) // most) or 1
    thinned = None
    if step > 1:
        thinned = f"one of {step} in the order of writing, whatever its value; the figures are of all"
    chosen = ordered[::step]
    return {"taken": len(ordered), "kept": len(chosen), "thinned": thinned, "rows": chosen}


def part(results: Mapping[str, Any], phase: str = QUIET) -> Mapping[str, Any] | None:
    """The figures of a phase: those of the whole run when there was no load, None when that phase was not measured."""
    performance: Mapping[str, Any] = results["performance"]
    return performance if phase == QUIET else performance.get(LOADED)


def samples_of(results: Mapping[str, Any], phase: str = QUIET) -> list[Mapping[str, Any]]:
    """The rows of ``performance.samples`` in a phase; none in results of a version that did not keep them."""
    measured = part(results, phase) or {}
    rows: list[Mapping[str, Any]] = measured.get("samples", {}).get("rows", [])
    return rows


def nanoseconds(results: Mapping[str, Any], action: str | None = None, phase: str = QUIET) -> list[int]:
    """The response times that were kept, in nanoseconds: of one action, or of all."""
    return [row["ns"] for row in samples_of(results, phase) if action in (None, row["action"])]


def seconds(ms: float | None) -> str:
    """Milliseconds as seconds with two decimals, rounded half up; a dash for a missing value."""
    return "-" if ms is None else str(_rounded(Decimal(repr(ms)) / 1000, "0.01"))


def milliseconds(ms: float | None) -> str:
    """Milliseconds with one decimal, rounded half up; a dash for a missing value."""
    return "-" if ms is None else str(_rounded(Decimal(repr(ms)), "0.1"))


def _rounded(value: Decimal, step: str) -> Decimal:
    return value.quantize(Decimal(step), rounding=ROUND_HALF_UP)


def _nearest_rank(ordered: list[int], percent: int) -> int:
    rank = -(-percent * len(ordered) // 100)
    return ordered[rank - 1]
