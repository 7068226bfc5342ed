"""A result of a fleet as a page for people: one file, without a network, on paper and in the dark (docs/load.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from simulator.fleet.counting.clocks import sentence
from simulator.fleet.counting.interventions import sentence as intervention_sentence
from simulator.fleet.counting.timeline import late_sentence
from simulator.fleet.report.plots import letter, plots
from simulator.fleet.report.result import recovery_line
from simulator.fleet.report.told import firmware_rows

TEMPLATES: Final = "simulator.fleet.report"


def page(result: Mapping[str, Any]) -> str:
    """The page of a result (`schemas/documents/fleet.schema.json`)."""
    breaches: dict[str, int] = {}
    for one in result["violations"]:
        if one["party"] == "csms" and one["level"] == "MUST":
            breaches[one["action"]] = breaches.get(one["action"], 0) + one["count"]
    breaches["all"] = sum(breaches.values())
    return _template().render(
        result=result,
        style=_style(),
        parts=list(_parts(result)),
        tiles=_tiles(result, breaches["all"]),
        rows=[*result["actions"].items(), ("all", result["all"])],
        breaches=breaches,
        conditions=_conditions(result),
        standing=_standing(result),
        asked=result.get("asked", {}),  # an older one has none
        firmware=firmware_rows(result),
        late=late_sentence(result["process"]["late_share"]),
        plots=plots(result) if result["timeline"] else None,
        has_outages=_has_outages(result),
        by_hand=list(_by_hand(result["interventions"])),
    )


@cache
def _template() -> Template:
    loader = PackageLoader(TEMPLATES)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["ms"] = lambda value: f"{value:.1f}"
    environment.globals["recovery_line"] = recovery_line
    return environment.get_template("fleet.html.j2")


@cache
def _style() -> str:
    return (files(TEMPLATES) / "templates" / "fleet.css").read_text("utf-8")


def _parts(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What can be jumped to."""
    for name, title, is_there in (
        ("limits", "Limits", result["limits"]),
        ("over-time", "Over time", result["timeline"]),
        ("by-hand", "By hand", result["interventions"]),
        ("stages", "Stages", result["stages"]),
        ("response-times", "Times", True),
        ("stations", "Stations", True),
        ("asked", "Asked", result.get("asked")),
        ("firmware", "Firmware", result.get("firmware")),
        ("violations", "Violations", result["violations"]),
        ("problems", "Problems", result["problems"]),
        ("conditions", "Conditions", True),
    ):
        if is_there:
            yield name, title


def _tiles(result: Mapping[str, Any], violations: int) -> list[tuple[str, str, bool]]:
    """What is asked first: a name, a value, whether it is bad."""
    stations, whole, times = result["stations"], result["all"], result["all"]["milliseconds"]
    missing = stations["accepted"] < stations["switched_on"]
    return [
        ("stations accepted", f"{stations['accepted']} of {stations['switched_on']}", missing),
        ("online at the end", str(stations["online"]), stations["lost"] > 0),
        ("messages a second", f"{result['messages']['per_second']:.0f}", False),
        ("p95 of all answers", "–" if times is None else f"{times['p95']:.1f} ms", False),
        ("CALLs", str(whole["sent"]), False),
        ("errors", str(whole["errors"]), whole["errors"] > 0),
        ("violations", str(violations), violations > 0),
    ]


def _has_outages(result: Mapping[str, Any]) -> bool:
    by_hand = any(one["what"] in ("network lost", "power cut") for one in result["interventions"])
    return by_hand or any(stage["outage"] for stage in result["plan"]["stages"])


def _by_hand(interventions: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    for at, one in enumerate(interventions):
        said = intervention_sentence(one["what"], one["stations"])
        yield letter(at), f"{one['at_s']:.1f} s", said, recovery_line(one["recovery"]) or "–"


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
