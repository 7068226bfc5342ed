"""What a person sees of a fleet where no picture can live: a line every ten seconds, and a summary at the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.fleet.counting.clocks import sentence
from simulator.fleet.counting.interventions import sentence as intervention_sentence
from simulator.fleet.counting.timeline import late_sentence
from simulator.fleet.processes.part import Counted
from simulator.fleet.report.result import recovery_line, stage_line
from simulator.fleet.report.told import lines_in

EVERY: Final = 10.0
"""Seconds from one line to the next."""

SHOWN_REASONS = 3
"""Reasons for failed attempts that are named on a screen; the result has all of them."""


class Watch:
    """Prints a line about a fleet again and again while it runs. Use it with `async with`."""

    def __init__(self, console: Console, fleet: Callable[[], Counted]) -> None:
        self._console = console
        self._fleet = fleet
        self._began = self._before = time.monotonic()
        self._frames = 0
        self._looking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Watch:
        self._looking = asyncio.create_task(self._keep_looking())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait((self._looking,))

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            self.look()

    def look(self) -> None:
        """Print how things are now."""
        now, fleet = time.monotonic(), self._fleet()
        if not fleet.stations.switched_on:  # its processes are still coming up
            self._began = now
        frames = fleet.tally.frames
        rate = (frames - self._frames) / max(now - self._before, 1e-9)
        self._frames, self._before = frames, now
        self._console.print(headline(fleet, now - self._began, rate), highlight=False, soft_wrap=True)


def headline(fleet: Counted, seconds: float, rate: float) -> str:
    """The state of a fleet in one line."""
    tally, stations = fleet.tally, fleet.stations
    errors = sum(action.errors for action in tally.actions.values())
    return (
        f"{seconds:5.0f} s  {stations.online}/{fleet.plan.stations} online, {stations.lost} lost, "
        f"{rate:.0f} messages/s, {tally.sessions - tally.sessions_over} charging, {tally.sessions_over} sessions over, "
        f"{errors} errors, {tally.breaches('csms')} violations of the CSMS"
    )


def connections(fleet: Counted) -> str:
    """The stations and their connections, in a few lines."""
    tally, stations = fleet.tally, fleet.stations
    lines = [_stations({field.name: getattr(stations, field.name) for field in fields(stations)})]
    lines.append(_connections(tally.attempts, tally.not_connected, tally.lost, tally.not_connected_by))
    return "\n".join(lines)


def _stations(counts: Mapping[str, int]) -> str:
    line = (
        f"stations: {counts['switched_on']} switched on, {counts['connected']} connected, "
        f"{counts['accepted']} accepted, {counts['online']} online, {counts['refused']} refused, {counts['lost']} lost"
    )
    strangers = counts.get("strangers", 0)  # an older result has none
    return f"{line}; {strangers} strangers, {counts['let_in']} of them let in" if strangers else line


def _connections(attempts: int, failed: int, dropped: int, reasons: Mapping[str, int]) -> str:
    """The failed attempts by reason, the most frequent ones."""
    why = sorted(reasons.items(), key=lambda one: -one[1])
    named = "; ".join(f"{count} x {reason}" for reason, count in why[:SHOWN_REASONS])
    more = f"; and {len(why) - SHOWN_REASONS} more reasons" if len(why) > SHOWN_REASONS else ""
    line = f"connections: {attempts} attempts, {failed} failed, {dropped} dropped by the CSMS or the network"
    return f"{line}\n  failed: {named}{more}" if why else line


def _table() -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("action", no_wrap=True)
    for name in ("sent", "errors", "violations", "p50 ms", "p95 ms", "p99 ms", "max ms"):
        table.add_column(name, justify="right", no_wrap=True)
    return table


def summary(result: Mapping[str, Any]) -> tuple[Table, Text]:
    """A whole result, for the end."""
    table = _table()
    breaches: dict[str, int] = {}
    for one in result["violations"]:
        if one["party"] == "csms" and one["level"] == "MUST":
            breaches[one["action"]] = breaches.get(one["action"], 0) + one["count"]
    for name, action in [*result["actions"].items(), ("all", result["all"])]:
        times = action["milliseconds"]
        shown = ["-"] * 4 if times is None else [f"{times[key]:.1f}" for key in ("p50", "p95", "p99", "max")]
        broken = sum(breaches.values()) if name == "all" else breaches.get(name, 0)
        table.add_row(name, str(action["sent"]), str(action["errors"]), str(broken), *shown)
    return table, Text("\n".join(_lines(result)))


def _lines(result: Mapping[str, Any]) -> list[str]:
    sessions, process, messages = (result[key] for key in ("sessions", "process", "messages"))
    by = "this process" if process["processes"] == 1 else f"{process['processes']} processes"
    lines = [
        "",
        *_stations_and_connections(result),
        f"clocks: {sentence(result['clocks'])}",
        f"sessions: {sessions['begun']} begun, {sessions['over']} over, {sessions['refused']} refused",
        f"messages: {messages['sent']} sent, {messages['received']} received, {messages['per_second']:.0f} a second",
        f"{by}: {process['cpu_seconds']:.1f} s CPU, {_or(process['cpu_us_per_message'])} us a message, "
        f"{_or(process['kib_per_station'])} KiB a station, timers up to {process['timer_late_ms']:.0f} ms late",
    ]
    if late := late_sentence(process["late_share"]):
        lines.append(f"warning: {late}; their response times contain that")
    if due := result["all"]["due_milliseconds"]:
        shown = ", ".join(f"{name} {due[name]:.1f} ms" for name in ("p50", "p95", "p99", "max"))
        lines.append(f"from when they were due, all: {shown}")
    lines += lines_in(result)
    for one in result["interventions"]:
        recovered = recovery_line(one["recovery"])
        said = intervention_sentence(one["what"], one["stations"])
        lines.append(f"by hand after {one['at_s']:.1f} s: {said}{'; ' * bool(recovered)}{recovered}")
    lines += [f"stage {one['name']}, {one['seconds']:.1f} s: {stage_line(one)}" for one in result["stages"]]
    for one in result["violations"]:
        where = f" in {one['action']}" if one["action"] else ""
        lines.append(f"violation: {one['rule']} ({one['level']}) by the {one['party']}{where}, {one['count']} times: ")
        lines[-1] += one["message"]
    lines += [f"problem: {sentence} ({count} times)" for sentence, count in result["problems"].items()]
    lines += [f"limit {one['limit']}: {one['verdict']}, {one['reason']}" for one in result["limits"]]
    lines.append(f"{result['verdict']}: {result['reason']}")
    return lines


def _stations_and_connections(result: Mapping[str, Any]) -> list[str]:
    made = result["connections"]
    counts = _connections(made["attempts"], made["not_connected"], made["lost"], made["failures"])
    return [_stations(result["stations"]), counts]


def _or(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"
