"""Response times as pictures: a histogram and a timeline, as SVG text without scripts, fonts or other files.

They are readable alone and inside a page (`reports.charts.svg` has the colours). Nothing is cut off: an axis always
shows the longest time, and what is not drawn is said in the line below.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final
from xml.sax.saxutils import escape

from reports.charts.axes import Axis, axis_of, counts, written
from reports.charts.svg import BOTTOM, HEIGHT, LEFT, LETTER, LINE, RIGHT, TOP, WIDTH, line, picture, text
from reports.results.performance import LOADED, NS_PER_MS, PHASES, figures, limit_ns, nanoseconds, part, samples_of
from reports.results.remarks import NAMES
from reports.text.plain import clean

MOST_BINS: Final = 40
FEW_DOTS: Final = 60
"""Up to so many samples each one is also drawn as a tick below the bars."""
LEAST_SHARE: Final = 0.2
"""A declared maximum that would leave the data less of the axis than this is drawn at its end, and says so."""
NAMED: Final = 3
"""So many of the longest times are named in a timeline."""

Span = tuple[float, float]
"""The shortest and the longest time in milliseconds that an axis shows."""
Shade = tuple[str, float, float]
"""Class of the shading, and from when to when in milliseconds."""


def response_charts(results: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The pictures of a run, each with its caption; none in results without single times."""
    phases = [phase for phase in PHASES if samples_of(results, phase)]
    if not phases:
        return []
    charts = [("Response times over the run", _timeline_of(results, phases))]
    for key, action in (("ocpp_response", None), ("authorize_response", "Authorize")):
        every = {phase: nanoseconds(results, action, phase) for phase in phases}
        known = [ns / NS_PER_MS for times in every.values() for ns in times]
        if not known:
            continue
        span = (min(known), max(known))  # the same axis for both, so that they can be laid over one another
        for phase, times in every.items():
            row = (part(results, phase) or {})[key]
            caption = f"{NAMES[key]}, {phase}" if LOADED in phases else NAMES[key]
            if times:
                charts.append(
                    (caption, histogram(times, caption, declared_s=row["declared_s"], of=row["n"], span=span))
                )
    return charts


def histogram(
    times_ns: Sequence[int],
    title: str,
    *,
    declared_s: float | None = None,
    of: int | None = None,
    span: Span | None = None,
) -> str:
    """How the times are distributed; ``declared_s`` is a line, ``of`` how many were measured when not all are given."""
    times = sorted(ns / NS_PER_MS for ns in times_ns)
    if not times:
        return picture(title, "There are no samples.", [text(WIDTH / 2, HEIGHT / 2, "no samples", anchor="middle")], "")
    limit = [] if declared_s is None else [declared_s * 1_000]
    ends = span or (times[0], times[-1])
    across = axis_of([*ends, *limit], LEFT, RIGHT, from_zero=False)
    is_beyond = bool(limit) and limit[0] > ends[1] and across.share(*ends) < LEAST_SHARE
    if is_beyond:
        across = axis_of(ends, LEFT, RIGHT, from_zero=False)
    edges = _edges(across, *ends, len(times))
    bars = _counted(times, edges)
    up = Axis(0, max(bars) * 1.05, BOTTOM, TOP)
    drawn = [
        *_ticks_up([(float(count), str(count)) for count in counts(max(bars))], up),
        *_ticks_across(across),
        *(_bar(across, up, edges[i], edges[i + 1], count) for i, count in enumerate(bars) if count),
        line("axis", LEFT, BOTTOM, RIGHT, BOTTOM),
    ]
    if len(times) <= FEW_DOTS:
        path = "".join(f"M{across.at(max(ms, across.low)):.1f} {BOTTOM + 2}v5" for ms in times)
        drawn.append(f'<path class="rug" d="{path}"/>')
    row = figures(times_ns, 0)
    p50, p95 = row["p50_ms"], row["p95_ms"]
    marks = [("mark", p50, f"p50 {written(p50)}"), ("mark", p95, f"p95 {written(p95)}")]
    where = ", beyond this axis" if is_beyond else ""
    marks += [("limit", ms, f"declared {written(ms)}{where}") for ms in limit]
    for number, (kind, ms, label) in enumerate(marks):
        drawn += _mark(across.at(min(max(ms, across.low), across.high)), kind, label, number)
    scale = "logarithmic axis, bins of equal ratio" if across.is_log else "linear axis, bins of equal width"
    taken = f"n = {len(times)}" if of in (None, len(times)) else f"{len(times)} of n = {of} single times"
    bins = f"{len(bars)} bin{'s' * (len(bars) != 1)}"
    note = f"{taken} in {bins}; shortest {written(times[0])}, longest {written(times[-1])}; {scale}"
    within = "" if declared_s is None else f" {_above(times_ns, declared_s)}"
    description = f"{note}. Half are at most {written(p50)}, 95 percent at most {written(p95)}.{within}"
    return picture(title, description, drawn, note)


def timeline(
    rows: Sequence[Mapping[str, Any]],
    title: str,
    *,
    declared_s: float | None = None,
    shades: Iterable[Shade] = (),
    longest_ms: float | None = None,
    notes: Iterable[str] = (),
) -> str:
    """Each row of ``performance.samples`` as a dot: when the CALL was written, and how long its answer took.

    ``longest_ms`` is the longest time of all when ``rows`` are not all; ``notes`` are added to the line below.
    """
    if not rows:
        return picture(title, "There are no samples.", [text(WIDTH / 2, HEIGHT / 2, "no samples", anchor="middle")], "")
    times = [row["ns"] / NS_PER_MS for row in rows]
    shades = list(shades)
    limit = [] if declared_s is None else [declared_s * 1_000]
    most = max(longest_ms or 0.0, *times)
    up = axis_of([*times, most, *limit], BOTTOM, TOP)
    moments = [row["at_ms"] for row in rows] + [moment for _, *ends in shades for moment in ends]
    begin, end = min(moments) / 1_000, max(moments) / 1_000
    room = (end - begin) * 0.02 or 1.0
    across = Axis(max(begin - room, 0.0), end + room, LEFT, RIGHT)
    drawn = [
        *(_shaded(across, *shade) for shade in shades),
        *_ticks_up([(tick, written(tick)) for tick in up.ticks()], up),
        *_seconds(across),
        line("axis", LEFT, BOTTOM, RIGHT, BOTTOM),
    ]
    over = [row for row in rows if declared_s is not None and row["ns"] > limit_ns(declared_s)]
    drawn += [_dots("dots", [row for row in rows if not row["first"]], across, up)]
    drawn += [_circle(row, across, up) for row in rows if row["first"]]
    drawn += [_dots("over", over, across, up)] if over else []
    drawn += [part for ms in limit for part in _level(up, ms, f"declared {written(ms)}")]
    drawn += _named(sorted(rows, key=lambda row: -row["ns"])[:NAMED], across, up)
    firsts = sum(1 for row in rows if row["first"])
    about = [f"n = {len(rows)}", f"longest {written(most)}"]
    about += [f"{firsts} first calls of a connection are rings"] if firsts else []
    if most > max(times):
        about.append("the longest one is not among those drawn")
        drawn += _level(up, most, f"longest of all {written(most)}", "mark")
    note = "; ".join([*about, *(["logarithmic axis"] if up.is_log else []), *notes])
    above = "" if declared_s is None else f" {_above([row['ns'] for row in rows], declared_s)}"
    return picture(title, f"{note}.{above}", drawn, note)


def _above(times_ns: Iterable[int], declared_s: float) -> str:
    count = sum(ns > limit_ns(declared_s) for ns in times_ns)
    return f"Above the declared maximum of {written(declared_s * 1_000)}: {count}."


# --- from results -----------------------------------------------------------------------------------------------------


def _timeline_of(results: Mapping[str, Any], phases: Sequence[str]) -> str:
    rows = [row for phase in phases for row in samples_of(results, phase)]
    whole = [part(results, phase) or {} for phase in phases]
    longest = max(one["ocpp_response"]["max_ms"] for one in whole)
    background, shades, notes = results.get("background") or {}, [], []
    if background.get("from_s") is not None:
        shades = [("load", background["from_s"] * 1_000, background["to_s"] * 1_000)]
        count = background["stations"]
        notes.append(f"shaded: {count} background station{'s' * (count != 1)}")
    elif turns := _turns(rows):
        shades = turns
        notes.append("shading changes with the case")
    silent = sum(one["ocpp_response"]["timeouts"] for one in whole)
    if silent:
        notes.append(f"requests without an answer, which are not drawn: {silent}")
    declared = whole[0]["ocpp_response"]["declared_s"]
    title = "Response times over the run"
    return timeline(rows, title, declared_s=declared, shades=shades, longest_ms=longest, notes=notes)


def _turns(rows: Sequence[Mapping[str, Any]]) -> list[Shade]:
    """Every second case, when they ran one after the other; nothing when several ran at once."""
    spans: dict[str, list[float]] = {}
    for row in rows:
        end = row["at_ms"] + row["ns"] / NS_PER_MS
        span = spans.setdefault(row["case"], [row["at_ms"], end])
        span[0], span[1] = min(span[0], row["at_ms"]), max(span[1], end)
    ordered = sorted(spans.values())
    if any(later[0] < earlier[1] for earlier, later in pairwise(ordered)):
        return []
    return [("turn", start, end) for start, end in ordered[1::2]]


# --- parts of a picture -----------------------------------------------------------------------------------------------


def _edges(axis: Axis, low: float, high: float, n: int) -> list[float]:
    """Edges of bins over the data, about twice the cube root of the samples (the rule of Rice), equal on the axis."""
    if low == high:
        return [low * 0.98, high * 1.02]
    bins = min(MOST_BINS, max(1, round(2 * n ** (1 / 3))))
    over = Axis(low, high, 0, 1, is_log=axis.is_log)
    return [low, *(over.value(number / bins) for number in range(1, bins)), high]


def _counted(ordered: Sequence[float], edges: Sequence[float]) -> list[int]:
    """How many are in each bin; an upper edge belongs to the next one, the last one to the last bin."""
    bars = [0] * (len(edges) - 1)
    number = 0
    for value in ordered:
        while number < len(bars) - 1 and value >= edges[number + 1]:
            number += 1
        bars[number] += 1
    return bars


def _bar(across: Axis, up: Axis, low: float, high: float, count: int) -> str:
    left, right, top = across.at(max(low, across.low)), across.at(min(high, across.high)), up.at(count)
    width = max(right - left - 1, 2.0)
    between = written(low) if low == high else f"{written(low)} to {written(high)}"
    shape = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{BOTTOM - top:.1f}"'
    return f'<rect class="bar" {shape}><title>{count}: {between}</title></rect>'


def _dots(kind: str, rows: Iterable[Mapping[str, Any]], across: Axis, up: Axis) -> str:
    """Many dots as one path, a tenth of the text of as many circles."""
    return f'<path class="{kind}" d="{"".join("M{:.1f} {:.1f}h0".format(*_place(row, across, up)) for row in rows)}"/>'


def _circle(row: Mapping[str, Any], across: Axis, up: Axis) -> str:
    x, y = _place(row, across, up)
    return f'<circle class="first" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'


def _place(row: Mapping[str, Any], across: Axis, up: Axis) -> tuple[float, float]:
    return across.at(row["at_ms"] / 1_000), up.at(max(row["ns"] / NS_PER_MS, up.low))


def _named(rows: Iterable[Mapping[str, Any]], across: Axis, up: Axis) -> Iterable[str]:
    """The longest times with their names; one that would cover another's has it only in its hint."""
    taken: list[tuple[float, float, float]] = []
    for row in rows:
        x, y = _place(row, across, up)
        label = f"{clean(row['action'])} {written(row['ns'] / NS_PER_MS)}"
        hint = f"<title>{escape(_whole(row))}</title>"
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="transparent">{hint}</circle>'
        is_right = x > (LEFT + RIGHT) / 2
        width = LETTER * len(label) + 10
        left = x - width if is_right else x
        if all(abs(y - other) > LINE or left > end or left + width < start for other, start, end in taken):
            yield text(x - 8 if is_right else x + 8, y + 4, label, anchor="end" if is_right else "start")
            taken.append((y, left, left + width))


def _whole(row: Mapping[str, Any]) -> str:
    return f"{clean(row['action'])} in {clean(row['case'])}: {written(row['ns'] / NS_PER_MS)}"


def _shaded(across: Axis, kind: str, start_ms: float, end_ms: float) -> str:
    left, right = across.at(start_ms / 1_000), across.at(end_ms / 1_000)
    return f'<rect class="{kind}" x="{left:.1f}" y="{TOP}" width="{right - left:.1f}" height="{BOTTOM - TOP}"/>'


def _level(up: Axis, ms: float, label: str, kind: str = "limit") -> list[str]:
    y = up.at(ms)
    return [line(kind, LEFT, y, RIGHT, y), text(RIGHT, y - 5, label, anchor="end")]


def _mark(x: float, kind: str, label: str, row: int) -> list[str]:
    """A line from top to bottom with its label in a row of its own above, on the side where there is room."""
    is_right = x > (LEFT + RIGHT) / 2
    y = TOP - 8 - row * 14
    beside = text(x - 5 if is_right else x + 5, y + 4, label, anchor="end" if is_right else "start")
    return [line(kind, x, y - 4, x, BOTTOM), beside]


def _ticks_up(ticks: Iterable[tuple[float, str]], up: Axis) -> Iterable[str]:
    for value, label in ticks:
        y = up.at(value)
        yield line("grid", LEFT, y, RIGHT, y)
        yield text(LEFT - 6, y + 4, label, anchor="end", kind="quiet")


def _ticks_across(across: Axis) -> Iterable[str]:
    for tick in across.ticks():
        yield line("grid", across.at(tick), TOP, across.at(tick), BOTTOM)
        yield text(across.at(tick), BOTTOM + 20, written(tick), anchor="middle", kind="quiet")


def _seconds(across: Axis) -> Iterable[str]:
    for tick in across.ticks():
        yield text(across.at(tick), BOTTOM + 20, f"{tick:g} s", anchor="middle", kind="quiet")
