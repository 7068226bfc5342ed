"""Pictures of an analysis: its course over time, response times by action, energies of transactions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from xml.sax.saxutils import escape

from reports.analysis.words import Document, count
from reports.charts.axes import Axis, axis_of, counts, written
from reports.charts.svg import BOTTOM, LEFT, LINE, RIGHT, TOP, line, picture, text
from reports.text.plain import clean, clip

TICKS: Final = 5
MOST_ACTIONS: Final = 8
MOST_BINS: Final = 40
_DAY: Final = 86_400
_NAMES: Final = 200
"""Where the names of actions end."""


def pictures(document: Document) -> list[str]:
    """All that there is something to draw for."""
    found = []
    if document["course"]["intervals"]:
        found.append(course(document["course"]))
    if timed := [one for one in document["actions"] if one["milliseconds"] is not None]:
        found.append(response_times(timed))
    if document["transactions"]["energies_wh"]:
        found.append(energies(document["transactions"]["energies_wh"]))
    return found


def course(of: Mapping[str, Any]) -> str:
    """Frames over time, and in red the findings of MUST."""
    intervals, seconds = of["intervals"], of["seconds"]
    begin, end = intervals[0]["at"], intervals[-1]["at"] + seconds
    most = max(max(one["frames"], one["must"]) for one in intervals)
    across, up = Axis(begin, end, LEFT, RIGHT), Axis(0, most * 1.05, BOTTOM, TOP)
    drawn = [*_counts_up(most, up), *_times(begin, end, across)]
    for one in intervals:
        for kind, key in (("bar", "frames"), ("bad", "must")):
            if one[key]:
                drawn.append(_box(kind, across.at(one["at"]), across.at(one["at"] + seconds), up.at(one[key]), one))
    drawn.append(line("axis", LEFT, BOTTOM, RIGHT, BOTTOM))
    frames, must = sum(one["frames"] for one in intervals), sum(one["must"] for one in intervals)
    note = f"{count(frames, 'frame')}, {count(must, 'finding')} of MUST (in red), in intervals of {_span(seconds)}"
    return picture("Frames and findings over time", note, drawn, note)


def response_times(actions: Sequence[Mapping[str, Any]]) -> str:
    """For the slowest actions: a bar from p50 to p95, a dot at the longest."""
    slowest = sorted(actions, key=lambda one: -one["milliseconds"]["p95"])[:MOST_ACTIONS]
    shown = [max(value, 0.001) for one in slowest for value in _shares(one)]
    across = axis_of(shown, _NAMES, RIGHT)
    step = (BOTTOM - TOP) / len(slowest)
    drawn = [part for tick in across.ticks() for part in _tick(across.at(tick), written(tick))]
    for row, one in enumerate(slowest):
        p50, p95, longest = (across.at(max(value, across.low, 0.001)) for value in _shares(one))
        y = TOP + step * (row + 0.5)
        name = clip(f"{clean(one['action'])} ({'S' if one['sender'] == 'station' else 'C'})", 30)
        times = one["milliseconds"]
        told = f"{name}: p50 {written(times['p50'])}, p95 {written(times['p95'])}, longest {written(times['max'])}"
        drawn += [
            text(_NAMES - 8, y + 4, name, anchor="end"),
            f'<g><title>{escape(told)}</title><rect class="bar" x="{p50:.1f}" y="{y - 6:.1f}" '
            f'width="{max(p95 - p50, 2):.1f}" height="12"/>{line("grid", p95, y, longest, y)}'
            f'<path class="over" d="M{longest:.1f} {y:.1f}h0"/></g>',
        ]
    drawn.append(line("axis", _NAMES, BOTTOM, RIGHT, BOTTOM))
    scale = "logarithmic axis" if across.is_log else "linear axis"
    left = len(actions) - len(slowest)
    more = f"; {left} quicker actions are not drawn" if left else ""
    note = f"bars from p50 to p95, dots the longest; S: sent by stations, C: by the CSMS; {scale}{more}"
    return picture("Response times by action", note, drawn, note)


def energies(wh: Sequence[float]) -> str:
    """How much energy transactions had."""
    kwh = [value / 1_000 for value in wh]
    low, high = min(0.0, *kwh), max(kwh)
    high = high if high > low else low + 1
    bins = min(MOST_BINS, max(1, round(2 * len(kwh) ** (1 / 3))))
    bars = [0] * bins
    for value in kwh:
        bars[min(int((value - low) / (high - low) * bins), bins - 1)] += 1
    across, up = Axis(low, high + (high - low) * 0.03, LEFT, RIGHT), Axis(0, max(bars) * 1.05, BOTTOM, TOP)
    edges = [low + (high - low) * number / bins for number in range(bins + 1)]
    drawn = [*_counts_up(max(bars), up)]
    drawn += [part for tick in across.ticks() for part in _tick(across.at(tick), f"{tick:g} kWh")]
    for number, many in enumerate(bars):
        if many:
            told = {"transactions": many, "from kWh": round(edges[number], 3), "to kWh": round(edges[number + 1], 3)}
            drawn.append(_box("bar", across.at(edges[number]), across.at(edges[number + 1]), up.at(many), told))
    drawn.append(line("axis", LEFT, BOTTOM, RIGHT, BOTTOM))
    note = f"{count(len(kwh), 'transaction')}; least {min(kwh):.3g} kWh, most {max(kwh):.3g} kWh"
    return picture("Energy of transactions", note, drawn, note)


def _shares(one: Mapping[str, Any]) -> tuple[float, float, float]:
    times = one["milliseconds"]
    return times["p50"], times["p95"], times["max"]


def _box(kind: str, left: float, right: float, top: float, about: Mapping[str, Any]) -> str:
    told = ", ".join(f"{name} {value}" for name, value in about.items() if name != "at")
    shape = f'x="{left:.1f}" y="{top:.1f}" width="{max(right - left - 0.5, 1):.1f}" height="{BOTTOM - top:.1f}"'
    style = ' fill="var(--chart-limit,#b3261e)"' if kind == "bad" else ""
    return f'<rect class="{kind}"{style} {shape}><title>{told}</title></rect>'


def _counts_up(most: int, up: Axis) -> Iterable[str]:
    for tick in counts(most):
        y = up.at(tick)
        yield line("grid", LEFT, y, RIGHT, y)
        yield text(LEFT - 6, y + 4, str(tick), anchor="end", kind="quiet")


def _times(begin: float, end: float, across: Axis) -> Iterable[str]:
    """A few moments, in words as long as they need to be."""
    span = end - begin
    form = "%m-%d %H:%M" if span > _DAY else "%H:%M:%S" if span < _DAY / 12 else "%H:%M"
    for number in range(TICKS):
        at = begin + span * number / (TICKS - 1)
        anchor = "start" if number == 0 else "end" if number == TICKS - 1 else "middle"
        words = datetime.fromtimestamp(at, UTC).strftime(form)
        yield text(across.at(at), BOTTOM + 20, words, anchor=anchor, kind="quiet")
    day = datetime.fromtimestamp(begin, UTC).strftime("%Y-%m-%d")
    yield text(RIGHT, TOP - LINE, f"begins {day}", anchor="end", kind="quiet")


def _tick(x: float, words: str) -> list[str]:
    return [line("grid", x, TOP, x, BOTTOM), text(x, BOTTOM + 20, words, anchor="middle", kind="quiet")]


_SPANS: Final = ((_DAY, "days"), (3_600, "h"), (60, "min"), (1, "s"))


def _span(seconds: int) -> str:
    size, unit = next((size, unit) for size, unit in _SPANS if seconds >= size)
    return f"{seconds / size:.3g} {unit}"
