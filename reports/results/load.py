"""A load profile that played while the cases ran: its verdict, its figures, its stages and its limits."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from reports.results.performance import milliseconds
from reports.text.plain import clean
from reports.text.table import Table

_SHARES: Final = ("p50", "p95", "p99", "max")


def load_of(results: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What came of the profile; None where none played, or where the load was not there."""
    background = results.get("background") or {}
    found: Mapping[str, Any] | None = background.get("load")
    return found if background.get("verdict") == "PASS" else None


def load_verdict(results: Mapping[str, Any]) -> str | None:
    """PASS, FAIL, INCONCLUSIVE or ERROR; None without a profile."""
    load = load_of(results)
    return None if load is None else str(load["verdict"])


def load_sentence(results: Mapping[str, Any]) -> str | None:
    """The verdict with its reason; None without a profile."""
    load = load_of(results)
    return (
        None if load is None else f"load profile {clean(load['profile'])}: {load['verdict']}, {clean(load['reason'])}"
    )


def outlasted(results: Mapping[str, Any]) -> int:
    """How many cases were not over yet when the load was."""
    load = load_of(results)
    return 0 if load is None else int(load["outlasted"])


def load_remarks(results: Mapping[str, Any]) -> Iterable[str]:
    """The verdict, and what a reader has to know of the figures; nothing without a profile."""
    load, verdict = load_of(results), load_sentence(results)
    if load is None or verdict is None:
        return
    yield f"{verdict[:1].upper()}{verdict[1:]}."
    stations = load["stations"]
    told = ", ".join(
        f"{stations[key]} {key.replace('_', ' ')}"
        for key in ("switched_on", "connected", "accepted", "online", "refused", "lost")
    )
    yield f"Stations of the load profile when it was ended: {told}; {load['messages_per_s']:g} messages a second."
    if load["late_share"]:
        yield (
            f"{100 * load['late_share']:.3g} % of the figures of the load were taken while the load generator itself "
            "was late: its response times contain that."
        )


def load_figures(results: Mapping[str, Any]) -> list[Table]:
    """Its actions, and its stages if it has any."""
    load = load_of(results)
    return [] if load is None else [table for table in (_actions(load), _stages(load)) if table.rows]


def load_tables(results: Mapping[str, Any]) -> list[Table]:
    """The same, and its limits if it has any."""
    load = load_of(results)
    return [] if load is None else [*load_figures(results), *([_limits(load)] if load["limits"] else [])]


def _actions(load: Mapping[str, Any]) -> Table:
    named = [*sorted(load["actions"].items()), ("(all)", load["all"])]
    rows = tuple(
        (
            clean(name),
            *(str(row[key]) for key in ("sent", "answered", "errors", "violations")),
            *_times(row["milliseconds"], _SHARES),
        )
        for name, row in named
    )
    headers = ("Action", "Sent", "Answered", "Errors", "Violations", "p50", "p95", "p99", "Max")
    return Table(f"Load profile {clean(load['profile'])}: response times in milliseconds", headers, rows)


def _stages(load: Mapping[str, Any]) -> Table:
    rows = tuple(
        (
            clean(stage["name"]),
            f"{stage['seconds']:.1f}",
            *(str(stage[key]) for key in ("online", "sent", "errors")),
            *_times(stage["milliseconds"], ("p95",)),
            _recovery(stage["recovery"]),
        )
        for stage in load["stages"]
    )
    headers = ("Stage", "Seconds", "Online", "Sent", "Errors", "p95", "Recovery in seconds")
    return Table("Stages of the load", headers, rows)


def _limits(load: Mapping[str, Any]) -> Table:
    """Each limit, its verdict, and what was measured."""
    rows = tuple((clean(one["limit"]), one["verdict"], clean(one["reason"])) for one in load["limits"])
    return Table("Limits of the load", ("Limit", "Verdict", "Measured"), rows)


def _times(times: Mapping[str, float] | None, names: Iterable[str]) -> list[str]:
    return ["-" if times is None else milliseconds(times[name]) for name in names]


def _recovery(recovery: Mapping[str, Any] | None) -> str:
    if recovery is None or not recovery["before"]:
        return "-"
    return "not yet" if recovery["seconds"] is None else f"{recovery['seconds']:.1f}"
