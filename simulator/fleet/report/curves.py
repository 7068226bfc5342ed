"""Curves over time as SVG, for the page of a fleet: colours come from the style sheet around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Final

WIDTH: Final = 860
HEIGHT: Final = 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 96, 12, 34
_TICKS: Final = 5
_NAME: Final = 14.0
"""From one name to the next."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Curve:
    """One line; `points` are seconds and a value, None where there is nothing to show."""

    name: str
    style: str  # class of the style sheet
    points: Sequence[Point | None]


def ticks(most: float) -> list[float]:
    """Round numbers from zero to at least `most`."""
    rough = most / _TICKS if most > 0 else 1.0
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * (1 - 1e-9))
    return [step * number for number in range(ceil(most / step - 1e-9) + 1)] if most > 0 else [0.0, step]


def chart(
    title: str, text: str, curves: Sequence[Curve], seconds: float, marked: Sequence[tuple[float, float]] = ()
) -> str:
    """A picture of some curves from zero up; `title` names the unit, `text` says in words what is to be seen.

    `marked` are pieces of the time, from and to in seconds, that lie on another ground.
    """
    known = [point for curve in curves for point in curve.points if point is not None]
    ys = ticks(max((y for _, y in known), default=0.0))
    top, end = ys[-1], max(seconds, 1e-9)

    def x_of(at: float) -> float:
        return _LEFT + at / end * (WIDTH - _LEFT - _RIGHT)

    def y_of(value: float) -> float:
        return HEIGHT - _BOTTOM - value / top * (HEIGHT - _TOP - _BOTTOM)

    parts = [
        f"<figcaption>{escape(title)}</figcaption>"
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
        f"<title>{escape(title)}</title><desc>{escape(text)}</desc>",
    ]
    for begin, to in marked:
        x, width = x_of(begin), x_of(to) - x_of(begin)
        height = HEIGHT - _TOP - _BOTTOM
        parts.append(f'<rect class="late" x="{x:.1f}" width="{width:.1f}" y="{_TOP}" height="{height}"/>')
    for y in ys:
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y_of(y):.1f}" y2="{y_of(y):.1f}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y_of(y) + 4:.1f}" text-anchor="end">{y:.6g}</text>')
    for x in (x for x in ticks(end) if x <= end):
        parts.append(f'<text x="{x_of(x):.1f}" y="{HEIGHT - 14}" text-anchor="middle">{x:.6g} s</text>')
    for curve in curves:
        for run in _runs(curve.points):
            if len(run) == 1:
                parts.append(
                    f'<circle class="{curve.style}" cx="{x_of(run[0][0]):.1f}" cy="{y_of(run[0][1]):.1f}" r="3"/>'
                )
            else:
                path = " ".join(f"{x_of(x):.1f},{y_of(y):.1f}" for x, y in run)
                parts.append(f'<polyline class="{curve.style}" points="{path}"/>')
    parts += _names(curves, x_of(end), y_of)
    return "".join([*parts, "</svg>"])


def _runs(points: Sequence[Point | None]) -> Iterator[list[Point]]:
    """The pieces between what is missing."""
    run: list[Point] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            yield run
            run = []


def _names(curves: Sequence[Curve], x: float, y_of: Callable[[float], float]) -> Iterator[str]:
    """The name of each curve at its end, moved apart where they would cover each other."""
    ends = [(y_of(last[1]), curve) for curve in curves if (last := _last(curve.points)) is not None]
    ends.sort(key=lambda end: -end[0])
    heights, highest = [], HEIGHT - _BOTTOM + _NAME
    for y, _ in ends:
        highest = min(y, highest - _NAME)
        heights.append(highest)
    down = max(0.0, _TOP - highest)
    for height, (_, curve) in zip(heights, ends, strict=True):
        place = f'x="{x + 8:.1f}" y="{height + down + 4:.1f}"'
        yield f'<text class="name {curve.style}" {place}>{escape(curve.name)}</text>'


def _last(points: Sequence[Point | None]) -> Point | None:
    return next((point for point in reversed(points) if point is not None), None)
