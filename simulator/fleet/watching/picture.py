"""The picture of a fleet on a screen of any size: a pure function of what is to be shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from rich.text import Text

from simulator.fleet.counting.kinds import OF_CALLS, kinds
from simulator.fleet.counting.states import States
from simulator.fleet.counting.timeline import LATE, SHARES
from simulator.fleet.plan import Plan
from simulator.fleet.processes.part import Counted
from simulator.fleet.profile.stages import begins
from simulator.fleet.report.result import recovery_line
from simulator.fleet.report.told import lines_of
from simulator.views.terminal.rows import Cell, columns, fitted, joined, line, rule, spread

_STYLES: Final = {
    "charging": "green",
    "online": "cyan",
    "outage": "magenta",
    "refused": "yellow",
    "lost": "red",
    "connected": "blue",
    "connecting": "bright_black",
    "off": "dim",
}
_NAMES: Final = {"outage": "in outage"}
_HEADINGS: Final = ("action", "sent", "errors", "broken", "p50", "p95", "p99", "max", "p95 now")
_RIGHT: Final = frozenset(range(1, len(_HEADINGS)))
_MOST_DONE: Final = 4
"""Interventions that are shown, the last ones."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is shown: the fleet, since how many seconds it runs, and what the keys do; none: there are no keys."""

    fleet: Counted
    seconds: float
    keys: Sequence[tuple[str, str]] = ()
    standing: str = ""  # what is under way by hand
    processes: int = 1


def draw(picture: Picture, width: int, height: int) -> Text:
    """The picture in exactly so many columns and rows."""
    fleet = picture.fleet
    foot = [_help(picture.keys, width)]
    if picture.standing:
        foot.insert(0, line(picture.standing, width, "bold yellow"))
    head = [*_head(picture, width), *_stations(fleet.states, width), *_counts(fleet, width)]
    done = _done(fleet, width)
    room = height - len(foot)
    actions = _actions(fleet, width)[: max(0, room - len(head) - len(done))]
    above = [*head, *actions, *done, *_troubles(fleet, width)][:room]
    above += [Text()] * (room - len(above))
    return Text("\n", end="").join([*above, *foot][-height:])


def _time(seconds: float) -> str:
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, hours = f"{whole // 60 % 60}:{whole % 60:02d}", whole // 3600
    return f"{hours}:{minutes:0>5}" if hours else minutes


def _head(picture: Picture, width: int) -> list[Text]:
    plan, seconds = picture.fleet.plan, picture.seconds
    who = Text.assemble((f"fleet of {plan.stations} stations", "bold"), f"  {plan.url}")
    left = f", {_time(max(0.0, plan.duration - seconds))} left" if math.isfinite(plan.duration) else ""
    rows = [spread(who, Text(f"{_time(seconds)}{left}", "bold"), width)]
    about = f"seed {plan.seed}" + (f", {picture.processes} processes" if picture.processes > 1 else "")
    if plan.stages:
        rows.append(spread(Text(_stage(plan, seconds)), Text(about, "dim"), width))
    else:
        rows.append(line(about, width, "dim"))
    return rows


def _stage(plan: Plan, seconds: float) -> str:
    """The stage that runs, and what comes after it."""
    starts = begins(plan.stages)
    at = max(number for number, start in enumerate(starts) if start <= max(0.0, seconds))
    stage = plan.stages[at]
    left = _time(max(0.0, starts[at] + stage.length - seconds))
    then = f", then {plan.stages[at + 1].name}" if at + 1 < len(plan.stages) else ""
    return f"{plan.profile or 'stages'}: {stage.name} ({at + 1} of {len(plan.stages)}), {left} left{then}"


def _stations(states: States, width: int) -> list[Text]:
    """A bar of all stations by state, and its legend."""
    counts = asdict(states)
    whole, bar, passed, drawn = sum(counts.values()), Text(), 0, 0
    for state, count in counts.items():
        passed += count
        until = round(passed / whole * width) if whole else 0
        bar.append("━" * (until - drawn), _STYLES[state])
        drawn = until
    bar.append("─" * (width - drawn), "dim")
    legend: list[Cell] = [(f"{count} {_NAMES.get(state, state)}", _STYLES[state]) for state, count in counts.items()]
    return [fitted(bar, width), joined(legend, width, "  ")]


def _counts(fleet: Counted, width: int) -> list[Text]:
    """Messages, errors and connections, how late the fleet itself is, and what the CSMS asked of it if it did."""
    tally, now = fleet.tally, fleet.timeline.latest
    seconds = now.seconds or 1.0
    counts = kinds(tally)
    errors = sum(counts[kind] for kind in OF_CALLS)
    by = ", ".join(f"{counts[kind]} {kind}" for kind in OF_CALLS)
    wrong, broken = "bold red" if errors else "", "bold red" if counts["violations"] else ""
    late = "bold yellow" if now.late > LATE else ""
    return [
        joined(
            [
                (f"messages {now.sent / seconds:.0f}/s out, {now.received / seconds:.0f}/s in", "bold"),
                (f"sessions {tally.sessions} begun, {tally.sessions_over} over, {tally.sessions_refused} refused", ""),
            ],
            width,
            "   ",
        ),
        joined(
            [
                (f"errors {errors}, {now.errors / seconds:.0f}/s: {by}", wrong),
                (f"violations of the CSMS {counts['violations']}", broken),
            ],
            width,
            "   ",
        ),
        joined(
            [
                (f"connections {tally.attempts} tried, {tally.not_connected} failed, {tally.lost} dropped", ""),
                (f"timers {now.late * 1e3:.0f} ms late, {fleet.late * 1e3:.0f} ms at the most", late),
            ],
            width,
            "   ",
        ),
        *(line(told, width) for told in lines_of(tally)),
    ]


def _actions(fleet: Counted, width: int) -> list[Text]:
    """A row for each action, with times in milliseconds, and one of the last second."""
    tally, now = fleet.tally, fleet.timeline.latest
    rows: list[list[Cell]] = [[(heading, "bold") for heading in _HEADINGS]]
    for name, action in sorted(tally.actions.items()):
        samples, broken = action.samples, tally.breaches("csms", name)
        times = (*samples.roughly(*SHARES), samples.longest) if samples.count else ()
        lately = now.percentiles(name)
        rows.append(
            [
                (name, ""),
                (str(action.sent), ""),
                (str(action.errors), "bold red" if action.errors else ""),
                (str(broken), "bold red" if broken else ""),
                *((_milliseconds(time), "") for time in times or [None] * 4),
                (_milliseconds(None if lately is None else lately[1]), "bold"),
            ]
        )
    return [rule("answers, in milliseconds", width), *columns(rows, width, right=_RIGHT, least={0: 12})]


def _milliseconds(nanoseconds: int | None) -> str:
    if nanoseconds is None:
        return "-"
    return f"{nanoseconds / 1e6:.1f}" if nanoseconds < 10**9 else f"{nanoseconds / 1e6:.0f}"


def _done(fleet: Counted, width: int) -> list[Text]:
    if not fleet.interventions:
        return []
    rows = []
    for one in fleet.interventions[-_MOST_DONE:]:
        whole = one.recovery is not None and one.recovery.waited > 0.0  # before that there is nothing to say
        recovered = recovery_line(one.recovery.facts() if one.recovery is not None and whole else None)
        rows.append(line(f"{_time(one.at)}  {one.sentence()}{'; ' * bool(recovered)}{recovered}", width))
    return [rule("by hand", width), *rows]


def _troubles(fleet: Counted, width: int) -> list[Text]:
    """Why attempts failed, and what else went wrong, the most frequent first."""
    tally = fleet.tally
    found = [*tally.not_connected_by.items(), *tally.problems.items()]
    found.sort(key=lambda one: -one[1])
    rows = [line(f"{count} x {text}", width, "yellow") for text, count in found]
    return [rule("problems", width), *rows] if rows else []


def _help(keys: Sequence[tuple[str, str]], width: int) -> Text:
    if not keys:
        return line("Ctrl-C ends the run orderly, a second one at once", width, "italic")
    text = Text()
    for key, does in keys:
        text.append("   " if text else "").append(key, "bold reverse").append(f" {does}")
    return fitted(text, width)
