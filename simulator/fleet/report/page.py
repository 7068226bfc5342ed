"""A result of a fleet as a page for people: one file, without a network, on paper and in the dark (docs/load.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from simulator.fleet.counting.clocks import sentence
from simulator.fleet.counting.timeline import late_sentence
from simulator.fleet.report.curves import Curve, Point, chart
from simulator.fleet.report.result import stage_line

_SHARES = ("p50", "p95", "p99")


def page(result: Mapping[str, Any]) -> str:
    """The page of a result (`schemas/documents/fleet.schema.json`)."""
    timeline = result["timeline"]
    breaches: dict[str, int] = {}
    for one in result["violations"]:
        if one["party"] == "csms" and one["level"] == "MUST":
            breaches[one["action"]] = breaches.get(one["action"], 0) + one["count"]
    return _template().render(
        result=result,
        rows=[*result["actions"].items(), ("all", result["all"])],
        breaches={**breaches, "all": sum(breaches.values())},
        conditions=_conditions(result),
        standing=_standing(result),
        late=late_sentence(result["process"]["late_share"]),
        charts=[_times(timeline), _rate(timeline), _stations(timeline)] if timeline else [],
    )


@cache
def _template() -> Template:
    loader = PackageLoader("simulator.fleet.report")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["ms"] = lambda value: f"{value:.1f}"
    return environment.get_template("fleet.html.j2")


def _middle(interval: Mapping[str, Any]) -> float:
    return float(interval["at_s"] + interval["seconds"] / 2)


def _end(timeline: Sequence[Mapping[str, Any]]) -> float:
    return float(timeline[-1]["at_s"] + timeline[-1]["seconds"])


def _late(timeline: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
    """From when to when the load generator was late."""
    return [(one["at_s"], one["at_s"] + one["seconds"]) for one in timeline if one["is_late"]]


def _times(timeline: Sequence[Mapping[str, Any]]) -> str:
    def of(share: str) -> list[Point | None]:
        return [None if one["milliseconds"] is None else (_middle(one), one["milliseconds"][share]) for one in timeline]

    slowest = max((one["milliseconds"]["p99"] for one in timeline if one["milliseconds"]), default=0.0)
    text = f"p50, p95 and p99 of all actions in {len(timeline)} intervals; the highest p99 is {slowest:.1f} ms."
    late = _late(timeline)
    if late:
        text += f" The load generator was late in {len(late)} of them."
    curves = [Curve(share, share, of(share)) for share in _SHARES]
    return chart("Response times in milliseconds", text, curves, _end(timeline), late)


def _rate(timeline: Sequence[Mapping[str, Any]]) -> str:
    def of(what: str) -> list[Point | None]:
        return [(_middle(one), one[what] / one["seconds"]) for one in timeline]

    most = max(one["messages"] / one["seconds"] for one in timeline)
    errors = sum(one["errors"] for one in timeline)
    text = f"At most {most:.0f} messages a second in both directions; {errors} errors in all."
    curves = [Curve("messages/s", "rate", of("messages")), Curve("errors/s", "errors", of("errors"))]
    return chart("Messages in both directions, and errors, a second", text, curves, _end(timeline))


def _stations(timeline: Sequence[Mapping[str, Any]]) -> str:
    points: list[Point | None] = [(one["at_s"] + one["seconds"], one["online"]) for one in timeline]
    text = f"{max(one['online'] for one in timeline)} at most, {timeline[-1]['online']} at the end."
    return chart("Stations online", text, [Curve("stations", "rate", points)], _end(timeline))


_STANDING = (
    ("switched_on", "switched on", "by the ramp, so far"),
    ("connected", "connected", "have had a connection"),
    ("accepted", "accepted", "by the CSMS, at one of their boots"),
    ("online", "online at the end", "connected and accepted"),
    ("refused", "refused", "their last boot was answered with Pending or Rejected, or not in a usable way"),
    ("lost", "lost at the end", "accepted once, and offline though the fleet did not want it"),
)


def _standing(result: Mapping[str, Any]) -> list[tuple[str, int, str, bool]]:
    """Rows about the stations and their connections: a name, a number, what it means, whether it is bad."""
    stations, made = result["stations"], result["connections"]
    rows = [(name, stations[key], text, False) for key, name, text in _STANDING]
    rows = [(name, count, text, name in ("refused", "lost at the end") and count > 0) for name, count, text, _ in rows]
    return [
        *rows,
        ("attempts to connect", made["attempts"], "of all stations together", False),
        ("failed", made["not_connected"], "attempts", made["not_connected"] > 0),
        ("dropped", made["lost"], "connections that the CSMS or the network ended", made["lost"] > 0),
    ]


def _cut_short(run: Mapping[str, Any]) -> str:
    if run["ended_by"] is not None:
        return f", ended after {run['lasted_s']:.1f} s by --abort-on {run['ended_by']}"
    if run.get("enough"):
        return f", ended after {run['lasted_s']:.1f} s, when {run['enough']}"
    by = f" by {run['interrupted_by']}" if run["interrupted_by"] else ""
    return f", interrupted after {run['lasted_s']:.1f} s{by}" if run["interrupted"] else ""


def _clocks(plan: Mapping[str, Any]) -> str:
    """What was planned with them, before what came of it."""
    skew, above = plan["clock_skew_s"], plan["csms_clock_s"]
    off = f"set off by up to {skew:g} s" if skew else "right to begin with"
    taken = "never" if above is None else f"above {above:g} s" if above else "always"
    return f"{off}, that of the CSMS is taken over {taken}: "


def _drivers(plan: Mapping[str, Any]) -> str:
    if plan["trace_sessions"]:
        return f"those of {plan['trace_sessions']} real sessions"
    return f"a pause of {plan['session_every_s']:g} s and {plan['session_length_s']:g} s charging on average"


def _conditions(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    run, plan, process = (result[key] for key in ("run", "plan", "process"))
    messages, sessions = result["messages"], result["sessions"]
    memory, cpu = process["kib_per_station"], process["cpu_us_per_message"]
    return [
        ("CSMS", plan["url"]),
        ("Began", f"{run['started']}, ran {run['seconds']:.1f} s" + _cut_short(run)),
        (
            "Stations",
            f"{plan['stations']} with {plan['connectors']} connector{'s' * (plan['connectors'] > 1)} "
            + ("each, " if not plan["makes"] else "at the most, ")
            + ("as the stages say" if plan["stages"] else f"{plan['ramp_per_s']:g} switched on a second"),
        ),
        *([("Load profile", plan["profile"])] if plan["profile"] else ()),
        ("Planned time", f"{plan['duration_s']:g} s, seed {plan['seed']}"),
        ("Drivers", _drivers(plan)),
        ("Meter values", f"every {plan['meter_every_s']:g} s"),
        ("Outages", f"every {plan['churn_every_s']:g} s on average" if plan["churn_every_s"] else "none"),
        ("Clocks", _clocks(plan) + sentence(result["clocks"])),
        ("Rules", f"on {100 * plan['check_share']:g} % of the stations; the schemas on all"),
        *((f"Stage {one['name']}", f"{one['seconds']:.1f} s: {stage_line(one)}") for one in result["stages"]),
        ("Answers awaited", f"{plan['call_timeout_s']:g} s"),
        ("Sessions", f"{sessions['begun']} begun, {sessions['over']} over, {sessions['refused']} refused"),
        (
            "Messages",
            f"{messages['sent']} sent, {messages['received']} received, {messages['per_second']:.0f} a second",
        ),
        (
            "The fleet itself",
            f"{process['processes']} process{'es' * (process['processes'] > 1)}, {process['cpu_seconds']:.1f} s CPU"
            + ("" if cpu is None else f", {cpu:.0f} µs a message")
            + ("" if memory is None else f", {memory:.0f} KiB a station")
            + f"; its timers were up to {process['timer_late_ms']:.0f} ms late",
        ),
        ("Made by", f"plugproof {run['harness']['version']}, {run['platform']}"),
        ("Schemas", f"OCPP {run['schemas']['version']}, {run['schemas']['digest'][:16]}…"),
    ]
