"""The tables of a run as plain rows; whoever prints them (rich, Markdown, HTML) decides how they look."""

from typing import Any, Final

from reports.results.coverage import profile_result, profiles
from reports.results.performance import FEW_SAMPLES, LOADED, PHASES, QUIET, milliseconds, part, seconds
from reports.results.remarks import NAMES, sections
from reports.results.verdicts import OUTCOME_NAMES, Results, ordered, outcome
from reports.text.plain import clean
from reports.text.table import Table

COLUMNS: Final = ("PASS", "FAIL", "XPASS", "XFAIL", "ERROR", "INCONCLUSIVE", "NOT_RUN", "NOT_APPLICABLE")
"""Outcomes in the order in which tables count them."""


def profile_table(results: Results) -> Table:
    """One row per profile: the word on it, then how many cases had each outcome."""
    cases = ordered(results["cases"])
    rows = []
    for profile in profiles(results):
        outcomes = [outcome(case) for case in cases if case["profile"] == profile.name]
        counts = (str(outcomes.count(name) or "-") for name in COLUMNS)
        rows.append((clean(profile.title), profile_result(results, profile), *counts))
    return Table("Profiles", ("Profile", "Result", *(OUTCOME_NAMES[name] for name in COLUMNS)), tuple(rows))


def performance_table(results: Results, *, unit: str = "s") -> Table:
    """Measured response times against the declared maximum, in the columns of the 2024 abstract.

    ``unit`` is ``s``, as the abstract prints them, or ``ms`` for those who look for where the time goes. In a run with
    background load each row is there without and with it.
    """
    title = f"Response times in {'seconds' if unit == 's' else 'milliseconds'}"
    headers = ("Name", "Samples", "Timeouts", "Min", "Max", "Average", "Declared", "Within")
    rows = [(NAMES[key], *_cells(results["performance"][key], unit)) for key in sections(results)]
    if "background" not in results:
        return Table(title, headers, tuple(rows))
    both = []
    for key in sections(results):
        for phase in PHASES:
            row = (part(results, phase) or {}).get(key)
            cells = ("not measured", *("-" * 6)) if row is None else _cells(row, unit)
            both.append((NAMES[key], phase, *cells))
    return Table(title, ("Name", "Phase", *headers[1:]), tuple(both))


def _cells(row: Any, unit: str) -> tuple[str, ...]:
    shown, factor = (seconds, 1) if unit == "s" else (milliseconds, 1000)
    few = f" (fewer than {FEW_SAMPLES})" if 0 < row["n"] < FEW_SAMPLES else ""
    return (
        f"{row['n']}{few}",
        str(row["timeouts"]),
        shown(row["min_ms"]),
        shown(row["max_ms"]),
        shown(row["mean_ms"]),
        "-" if row["declared_s"] is None else f"{row['declared_s'] * factor:g}",
        _within(row["within_declared"]),
    )


def action_table(results: Results, phase: str = QUIET) -> Table:
    """Response times in milliseconds, with percentiles (nearest rank): of all actions together, then of each."""
    keys = ("min_ms", "mean_ms", "p50_ms", "p95_ms", "p99_ms", "max_ms")
    measured = part(results, phase) or {"per_action": {}}
    named = [(clean(action), row) for action, row in sorted(measured["per_action"].items())]
    if named:
        named.insert(0, ("(all)", measured["ocpp_response"]))
        if measured.get("first_calls"):
            named.append(("(first of a connection)", measured["first_calls"]))
    rows = tuple(
        (name, str(row["n"]), str(row["timeouts"]), *(milliseconds(row[key]) for key in keys)) for name, row in named
    )
    headers = ("Action", "Samples", "Timeouts", "Min", "Average", "p50", "p95", "p99", "Max")
    under = ", under load" if phase == LOADED else ""
    return Table(f"Response times per action in milliseconds{under}", headers, rows)


def _within(value: Any) -> str:
    return "-" if value is None else "yes" if value else "no"
