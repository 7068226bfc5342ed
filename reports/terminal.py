"""The tables of a run as plain rows; whoever prints them (rich, Markdown, HTML) decides how they look."""

from dataclasses import dataclass
from typing import Any, Final

from reports.performance import FEW_SAMPLES, milliseconds, seconds
from reports.text import clean
from reports.verdicts import OUTCOME_NAMES, Results, exit_code, ordered, outcome, profile_result, profiles, totals

__all__ = ["COLUMNS", "Table", "action_table", "exit_code", "performance_table", "profile_table", "totals"]

PERFORMANCE_ROWS: Final = (
    ("ocpp_response", "OCPP response time"),
    ("authorize_response", "Response time Authorize"),
)
"""Key in the results and name in print, 2024 layout."""
COLUMNS: Final = ("PASS", "FAIL", "XPASS", "XFAIL", "ERROR", "INCONCLUSIVE", "NOT_APPLICABLE")
"""Outcomes in the order in which tables count them."""


@dataclass(frozen=True)
class Table:
    """A heading, the names of the columns and the cells; no cell is empty."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def profile_table(results: Results) -> Table:
    """One row per profile: the word of the abstract, then how many cases had each outcome."""
    cases = ordered(results["cases"])
    rows = []
    for profile in profiles(results):
        outcomes = [outcome(case) for case in cases if case["profile"] == profile.name]
        counts = (str(outcomes.count(name) or "-") for name in COLUMNS)
        rows.append((clean(profile.title), profile_result(results, profile), *counts))
    return Table("Profiles", ("Profile", "Result", *(OUTCOME_NAMES[name] for name in COLUMNS)), tuple(rows))


def performance_table(results: Results, *, unit: str = "s") -> Table:
    """Measured response times against the declared maximum, in the columns of the 2024 abstract.

    ``unit`` is ``s``, as the abstract prints them, or ``ms`` for those who look for where the time goes.
    """
    rows = []
    shown, factor = (seconds, 1) if unit == "s" else (milliseconds, 1000)
    for key, name in PERFORMANCE_ROWS:
        row = results["performance"][key]
        few = f" (fewer than {FEW_SAMPLES})" if 0 < row["n"] < FEW_SAMPLES else ""
        rows.append(
            (
                name,
                f"{row['n']}{few}",
                str(row["timeouts"]),
                shown(row["min_ms"]),
                shown(row["max_ms"]),
                shown(row["mean_ms"]),
                "-" if row["declared_s"] is None else f"{row['declared_s'] * factor:g}",
                _within(row["within_declared"]),
            )
        )
    headers = ("Name", "Samples", "Timeouts", "Min", "Max", "Average", "Declared", "Within")
    return Table(f"Response times in {'seconds' if unit == 's' else 'milliseconds'}", headers, tuple(rows))


def action_table(results: Results) -> Table:
    """Response times per action in milliseconds, with percentiles (nearest rank)."""
    keys = ("min_ms", "mean_ms", "p50_ms", "p95_ms", "p99_ms", "max_ms")
    rows = tuple(
        (clean(action), str(row["n"]), str(row["timeouts"]), *(milliseconds(row[key]) for key in keys))
        for action, row in sorted(results["performance"]["per_action"].items())
    )
    headers = ("Action", "Samples", "Timeouts", "Min", "Average", "p50", "p95", "p99", "Max")
    return Table("Response times per action in milliseconds", headers, rows)


def _within(value: Any) -> str:
    return "-" if value is None else "yes" if value else "no"
