"""Pieces of SVG that the charts are made of, and the one style sheet they all carry.

Colours follow the reader's light or dark scheme, unless the page around sets ``--chart-ink``, ``--chart-paper``,
``--chart-data``, ``--chart-limit`` and ``--chart-load``.
"""

import hashlib
from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape

from reports.text.plain import wrap

WIDTH, HEIGHT = 720, 316
LEFT, RIGHT, TOP, BOTTOM = 64, 706, 76, 246
"""Edges of the plot."""
LETTER, LINE = 6.4, 15
"""About the width of a letter, and the height of a line."""

_STYLE: Final = """\
.pp-chart{color:var(--chart-ink,#1d2430);font:12px system-ui,"Segoe UI",Helvetica,Arial,sans-serif;\
max-width:100%;height:auto}
.pp-chart text{fill:currentColor}
.pp-chart .paper{fill:var(--chart-paper,#fff)}
.pp-chart .title{font-size:14px;font-weight:600}
.pp-chart .quiet{opacity:.75}
.pp-chart .grid{stroke:currentColor;opacity:.15}
.pp-chart .axis{stroke:currentColor;opacity:.6}
.pp-chart .mark{stroke:currentColor;stroke-dasharray:2 3}
.pp-chart .bar{fill:var(--chart-data,#2f6f9f)}
.pp-chart .rug,.pp-chart .dots,.pp-chart .first{stroke:var(--chart-data,#2f6f9f);fill:none;stroke-linecap:round}
.pp-chart .dots{stroke-width:4;opacity:.7}
.pp-chart .first{fill:var(--chart-paper,#fff);stroke-width:1.5}
.pp-chart .limit{stroke:var(--chart-limit,#b3261e);stroke-width:1.5;stroke-dasharray:7 3}
.pp-chart .over{stroke:var(--chart-limit,#b3261e);stroke-width:6;stroke-linecap:round}
.pp-chart .load{fill:var(--chart-load,#c98a00);opacity:.16}
.pp-chart .turn{fill:currentColor;opacity:.06}
@media (prefers-color-scheme:dark){
.pp-chart{color:var(--chart-ink,#e4e8ee)}
.pp-chart .paper{fill:var(--chart-paper,#14181f)}
.pp-chart .first{fill:var(--chart-paper,#14181f)}
.pp-chart .bar{fill:var(--chart-data,#6fb1e0)}
.pp-chart .rug,.pp-chart .dots,.pp-chart .first{stroke:var(--chart-data,#6fb1e0)}
.pp-chart .limit,.pp-chart .over{stroke:var(--chart-limit,#ff8a80)}
}"""


def line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    """A line with a class of the style sheet."""
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def text(x: float, y: float, words: str, *, anchor: str = "start", kind: str = "") -> str:
    """Words at a place; ``anchor`` is what of them is there: start, middle or end."""
    of_kind = f' class="{kind}"' if kind else ""
    return f'<text{of_kind} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def picture(title: str, description: str, drawn: Iterable[str], note: str) -> str:
    """A whole picture: ``title`` above, ``note`` below, ``description`` for those who do not see it."""
    body = "\n".join(drawn)
    lines = wrap(note, int((WIDTH - LEFT) / LETTER))
    notes = "\n".join(text(LEFT, HEIGHT - 28 + LINE * row, words, kind="quiet") for row, words in enumerate(lines))
    name = "chart-" + hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()[:10]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="pp-chart" role="img" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" aria-labelledby="{name} {name}-d">\n'
        f'<title id="{name}">{escape(title)}</title>\n<desc id="{name}-d">{escape(description)}</desc>\n'
        f'<style>{_STYLE}</style>\n<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>\n'
        f"{text(LEFT, 20, title, kind='title')}\n{body}\n{notes}\n</svg>\n"
    )
