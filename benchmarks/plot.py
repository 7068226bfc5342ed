"""Plots of measurements as SVG files, for the documentation: plain on a light and on a dark page."""

from collections.abc import Sequence
from html import escape
from math import log10
from typing import Final, NamedTuple

from simulator.fleet.report.curves import ticks

WIDTH: Final = 860
HEIGHT: Final = 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 190, 34, 40
_COLOURS: Final = ("#2a78c6", "#d9742b", "#2f9e5b", "#a355b8")

_STYLE: Final = (
    "text{font:13px system-ui,sans-serif;fill:#333}.grid{stroke:#8884}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}}"
)


class Curve(NamedTuple):
    """One line: its name and its points."""

    name: str
    points: Sequence[tuple[float, float]]


class Panel(NamedTuple):
    """One picture: `title` names the unit of the values, `across` what they depend on; `is_log`: in powers of ten."""

    title: str
    across: str
    curves: Sequence[Curve]
    is_log: bool = False


def svg(panels: Sequence[Panel]) -> str:
    """The panels, one below the other."""
    height = HEIGHT * len(panels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img"><style>{_STYLE}</style>'
    ]
    for number, panel in enumerate(panels):
        parts.append(f'<g transform="translate(0 {HEIGHT * number})">{"".join(_panel(panel))}</g>')
    return "\n".join([*parts, "</svg>\n"])


def _panel(panel: Panel) -> list[str]:
    points = [point for curve in panel.curves for point in curve.points]
    first, last = min(x for x, _ in points), max(x for x, _ in points)
    ys = ticks(max(y for _, y in points))

    def x_of(x: float) -> float:
        begin, end, at = (log10(first), log10(last), log10(x)) if panel.is_log else (0.0, last, x)
        return _LEFT + (at - begin) / ((end - begin) or 1.0) * (WIDTH - _LEFT - _RIGHT)

    def y_of(y: float) -> float:
        return HEIGHT - _BOTTOM - y / (ys[-1] or 1.0) * (HEIGHT - _TOP - _BOTTOM)

    parts = [f'<text x="{_LEFT}" y="18">{escape(panel.title)}</text>']
    for y in ys:
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y_of(y):.1f}" y2="{y_of(y):.1f}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y_of(y) + 4:.1f}" text-anchor="end">{y:.6g}</text>')
    xs = sorted({x for x, _ in points}) if panel.is_log else [x for x in ticks(last) if x <= last]
    for x in xs:
        parts.append(f'<text x="{x_of(x):.1f}" y="{HEIGHT - 20}" text-anchor="middle">{x:.6g}</text>')
    middle = (WIDTH - _RIGHT + _LEFT) / 2
    parts.append(f'<text x="{middle:.0f}" y="{HEIGHT - 4}" text-anchor="middle">{escape(panel.across)}</text>')
    for number, curve in enumerate(panel.curves):
        colour = _COLOURS[number % len(_COLOURS)]
        path = " ".join(f"{x_of(x):.1f},{y_of(y):.1f}" for x, y in curve.points)
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{path}"/>')
        parts += [
            f'<circle fill="{colour}" cx="{x_of(x):.1f}" cy="{y_of(y):.1f}" r="3"/>'
            for x, y in (curve.points if len(curve.points) <= len(xs) + 2 else ())
        ]
        parts.append(
            f'<text x="{WIDTH - _RIGHT + 12}" y="{_TOP + 10 + 18 * number}" style="fill:{colour}">'
            f"{escape(curve.name)}</text>"
        )
    return parts
