"""A message as people read it: JSON with one member a line, the offending one marked, nothing repaired.

The text itself is laid out anew, not what a parser made of it: a member that is there twice is shown twice, and a
number keeps its digits. What is no JSON is shown as it came.
"""

import json
import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import accumulate
from typing import Final, NamedTuple

from markupsafe import Markup

from reports.text.plain import visible
from reports.text.secrets import mask_span

WIDTH: Final = 68
"""Characters up to which an object or a list stays on one line."""
INDENT: Final = "  "
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_MISSING: Final = "missing here"


class Piece(NamedTuple):
    """A part of what is shown: where it begins in the text (None for a blank that was put in), and itself."""

    position: int | None
    text: str
    is_key: bool = False


def frame(text: str, start: int | None = None, end: int | None = None, *, limit: int | None = None) -> Markup:
    """``text`` as HTML for inside a ``pre``; ``[start, end)`` is the offending part, empty where one is missing.

    Secrets are masked. Of a text that is longer than ``limit`` characters the beginning is shown, and how much is left.
    """
    masked, first, last = mask_span(text, start or 0, end or 0)
    shown = visible(masked, lines=True)
    if limit is not None and len(shown) > limit:
        rest = f'<span class="cut">… {len(shown) - limit} more characters in the trace</span>'
        return Markup(escape(shown[:limit], quote=False) + rest)
    pieces = list(_laid_out(shown) if _is_json(shown) else _as_it_came(shown, first, last))
    if start is None:
        return Markup("".join(map(_html, pieces)))
    from_, to = _marked(pieces, first, last)
    inside = "".join(map(_html, pieces[from_:to])) or _MISSING
    mark = f"<mark{'' if to > from_ else ' class=missing'}>{inside}</mark>"
    return Markup("".join([*map(_html, pieces[:from_]), mark, *map(_html, pieces[to:])]))


def _html(piece: Piece) -> str:
    text = escape(piece.text, quote=False)
    return f"<b>{text}</b>" if piece.is_key else text


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _as_it_came(text: str, start: int, end: int) -> Iterator[Piece]:
    yield Piece(0, text[:start])
    yield Piece(start, text[start:end])
    yield Piece(end, text[end:])


def _marked(pieces: Sequence[Piece], start: int, end: int) -> tuple[int, int]:
    """The pieces ``[from, to)`` that show the characters ``[start, end)`` of the text; none where it has no extent."""
    inside = [number for number, piece in enumerate(pieces) if piece.position is not None and _meets(piece, start, end)]
    if inside:
        return inside[0], inside[-1] + 1
    after = (n for n, piece in enumerate(pieces) if piece.position is not None and piece.position >= start)
    where = next(after, len(pieces))
    return where, where


def _meets(piece: Piece, start: int, end: int) -> bool:
    position = piece.position or 0
    return position < end and start < position + len(piece.text)


def _laid_out(text: str) -> Iterator[Piece]:
    """The tokens of a JSON text and the blanks between them.

    What fits stays on one line; of the list that every message is, only the payload is broken into lines.
    """
    tokens = [(found.start(), found[0]) for found in _TOKEN.finditer(text)]
    widths = _widths([token for _, token in tokens])
    ways: list[str] = []  # of the objects and lists that are open: flat, lines, or message
    depth = 0
    for number, (position, token) in enumerate(tokens):
        way = ways[-1] if ways else ""
        if token in ("}", "]"):
            ways.pop()
            if way == "lines":
                depth -= 1
                yield Piece(None, "\n" + INDENT * depth)
        yield Piece(position, token, is_key=(*tokens[number + 1 : number + 2], (0, ""))[0][1] == ":")
        if token == ":":
            yield Piece(None, " ")
        elif token == ",":
            yield Piece(None, "\n" + INDENT * depth if way == "lines" else " ")
        elif token in ("{", "["):
            fits = way == "flat" or widths[number] + len(INDENT) * depth <= WIDTH
            ways.append("flat" if fits else "message" if token == "[" and not ways else "lines")
            if ways[-1] == "lines":
                depth += 1
                yield Piece(None, "\n" + INDENT * depth)


def _widths(tokens: Sequence[str]) -> dict[int, int]:
    """How wide each object and list is on one line, by the number of its opening bracket."""
    ends = list(accumulate(len(token) + (token in (",", ":")) for token in tokens))
    widths, opened = {}, []
    for number, token in enumerate(tokens):
        if token in ("{", "["):
            opened.append(number)
        elif token in ("}", "]"):
            first = opened.pop()
            widths[first] = ends[number] - ends[first] + 1
    return widths
