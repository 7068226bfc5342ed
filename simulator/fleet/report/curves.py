"""Curves and layers over time as SVG, for the page of a fleet: colours come from the style sheet around them.

A picture is small, so that it can be read on a telephone without being moved about; its legend stands below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Final

WIDTH: Final = 460
HEIGHT: Final = 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 22, 26
_TICKS: Final = 5
_LETTER: Final = 6.2
"""Width of a letter of the name of a stage."""

_UNITS: Final = ((3 * 3600.0, 3600.0, "h"), (300.0, 60.0, "min"), (0.0, 1.0, "s"))
"""From how many seconds on the time is shown in which unit."""

Point = tuple[float, float]
Piece = tuple[float, float]
"""From and to, in seconds."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One line; `points` are seconds and a value, None where there is nothing to show."""

    name: str
    style: str  # class of the style sheet
    points: Sequence[Point | None]


@dataclass(frozen=True, slots=True)
class Layer:
    """One of several values that are stacked; each holds for a piece of the time."""

    name: str
    style: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class Ground:
    """What lies behind and over all curves of a run; times are in seconds."""

    seconds: float
    stages: Sequence[tuple[Piece, str]] = ()
    outages: Sequence[Piece] = ()
    recovered: Sequence[float] = ()  # when as many stations were online again as before
    marks: Sequence[tuple[float, str]] = ()  # what was done by hand, with its letter
    late: Sequence[Piece] = ()  # when the load generator was late


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture, and what stands around it."""

    title: str
    svg: str
    legend: Sequence[tuple[str, str]]  # names and styles


def ticks(most: float) -> list[float]:
    """Round numbers from zero to at least `most`."""
    rough = most / _TICKS if most > 0 else 1.0
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * (1 - 1e-9))
    return [step * number for number in range(ceil(most / step - 1e-9) + 1)] if most > 0 else [0.0, step]


def chart(title: str, text: str, curves: Sequence[Curve], ground: Ground) -> Figure:
    """A picture of some curves from zero up; `title` names the unit, `text` says in words what is to be seen."""
    known = [point for curve in curves for point in curve.points if point is not None]
    frame = _Frame(max((y for _, y in known), default=0.0), ground)
    drawn = [part for curve in curves for part in frame.line(curve)]
    return Figure(title, frame.svg(title, text, drawn), [(curve.name, curve.style) for curve in curves])


def stacked(title: str, text: str, pieces: Sequence[Piece], layers: Sequence[Layer], ground: Ground) -> Figure:
    """A picture of values on top of each other, the first one at the bottom. What is zero all the time is left out."""
    layers = [layer for layer in layers if any(layer.values)]
    sums = [sum(values) for values in zip(*(layer.values for layer in layers), strict=True)]
    frame, below, drawn = _Frame(max(sums, default=0.0), ground), [0.0] * len(pieces), []
    for layer in layers:
        above = [low + value for low, value in zip(below, layer.values, strict=True)]
        drawn.append(frame.area(layer.style, pieces, below, above))
        below = above
    return Figure(title, frame.svg(title, text, drawn), [(layer.name, layer.style) for layer in layers])


class _Frame:
    """The axes of a picture, from zero to a round number above `most`."""

    def __init__(self, most: float, ground: Ground) -> None:
        self._ground = ground
        self._ys = ticks(most)
        self._end = max(ground.seconds, 1e-9)

    def _x(self, at: float) -> float:
        return _LEFT + min(at, self._end) / self._end * (WIDTH - _LEFT - _RIGHT)

    def _y(self, value: float) -> float:
        return HEIGHT - _BOTTOM - value / self._ys[-1] * (HEIGHT - _TOP - _BOTTOM)

    def svg(self, title: str, text: str, drawn: Sequence[str]) -> str:
        """All of it."""
        return "".join(
            [
                f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
                f"<title>{escape(title)}</title><desc>{escape(text)}</desc>",
                *self._behind(),
                *self._axes(),
                *drawn,
                *self._over(),
                "</svg>",
            ]
        )

    def line(self, curve: Curve) -> Iterator[str]:
        """A curve, in as many pieces as it has."""
        for run in _runs(curve.points):
            if len(run) == 1:
                x, y = self._x(run[0][0]), self._y(run[0][1])
                yield f'<circle class="{curve.style}" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>'
            else:
                yield f'<polyline class="{curve.style}" points="{self._path(run)}"/>'

    def area(self, style: str, pieces: Sequence[Piece], below: Sequence[float], above: Sequence[float]) -> str:
        """A layer: in each piece of the time from one value to the other."""
        there = [(at, value) for piece, value in zip(pieces, above, strict=True) for at in piece]
        back = [(at, value) for piece, value in zip(pieces, below, strict=True) for at in piece]
        return f'<polygon class="{style}" points="{self._path([*there, *reversed(back)])}"/>'

    def _path(self, points: Sequence[Point]) -> str:
        return " ".join(f"{self._x(x):.1f},{self._y(y):.1f}" for x, y in points)

    def _rect(self, style: str, piece: Piece, y: float = _TOP, height: float = HEIGHT - _TOP - _BOTTOM) -> str:
        x, width = self._x(piece[0]), self._x(piece[1]) - self._x(piece[0])
        return f'<rect class="{style}" x="{x:.1f}" width="{width:.1f}" y="{y}" height="{height}"/>'

    def _behind(self) -> Iterator[str]:
        """Stages with their names, or their numbers where there is no room for these; and what is marked."""
        for at, (piece, name) in enumerate(self._ground.stages):
            yield self._rect("stage odd" if at % 2 else "stage", piece)
            width, middle = self._x(piece[1]) - self._x(piece[0]), self._x(sum(piece) / 2)
            label = next((text for text in (name, str(at + 1)) if len(text) * _LETTER <= width), "")
            yield f'<text class="stage" x="{middle:.1f}" y="14" text-anchor="middle">{escape(label)}</text>'
        yield from (self._rect("late", piece) for piece in self._ground.late)
        yield from (self._rect("outage", piece) for piece in self._ground.outages)

    def _axes(self) -> Iterator[str]:
        for y in self._ys:
            height = self._y(y)
            yield f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{height:.1f}" y2="{height:.1f}"/>'
            yield f'<text x="{_LEFT - 6}" y="{height + 4:.1f}" text-anchor="end">{y:.6g}</text>'
        _, unit, name = next(one for one in _UNITS if self._end >= one[0])
        for x in (x for x in ticks(self._end / unit) if x * unit <= self._end):
            place = f'x="{self._x(x * unit):.1f}" y="{HEIGHT - 8}" text-anchor="middle"'
            yield f"<text {place}>{x:.6g}{f' {name}' if x else ''}</text>"

    def _over(self) -> Iterator[str]:
        """What happened at one moment."""
        yield from (self._rect("outage bar", piece, _TOP, 4) for piece in self._ground.outages)
        for at in self._ground.recovered:
            yield self._upright("recovered", at)
            yield f'<circle class="recovered" cx="{self._x(at):.1f}" cy="{_TOP + 2}" r="3"/>'
        for at, letter in self._ground.marks:
            yield self._upright("mark", at)
            yield f'<text class="mark" x="{self._x(at) + 3:.1f}" y="{_TOP + 14}">{escape(letter)}</text>'

    def _upright(self, style: str, at: float) -> str:
        x = f"{self._x(at):.1f}"
        return f'<line class="{style}" x1="{x}" x2="{x}" y1="{_TOP}" y2="{HEIGHT - _BOTTOM}"/>'


def _runs(points: Sequence[Point | None]) -> Iterator[list[Point]]:
    """The pieces between what is missing."""
    run: list[Point] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            yield run
            run = []
