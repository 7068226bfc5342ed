"""Text on a terminal: what a character is wide, how a line is cut, what must never be printed raw.

A frame of the system under test is shown to people, so control characters in it (an escape sequence, a text direction
mark) become visible signs, one for one: offsets into the text stay right.
"""

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from itertools import accumulate
from typing import Final
from unicodedata import category, name

from rich.cells import cell_len, get_character_cell_size, set_cell_size

from reports.text.secrets import mask

ELLIPSIS: Final = "…"
_UNKNOWN: Final = "\N{REPLACEMENT CHARACTER}"
_DELETE: Final = "\x7f"
_NO_COMMAND: Final = "·"
_COMMAND: Final = re.compile(r"\A::|(?<!\w)::(?=[A-Za-z-]+(?:\s[^:]*)?::)|##(?=\[|vso\[)")
"""What a CI system takes for a command when it stands in a log."""


def visible(text: str, *, lines: bool = False) -> str:
    """``text`` with each character that cannot be shown, or that XML forbids, replaced by one that can.

    With ``lines`` a line break stays a line break.
    """
    if lines:
        return "\n".join(map(visible, text.split("\n")))
    text = "".join(map(_sign, text))
    return _COMMAND.sub(lambda found: _NO_COMMAND * len(found[0]), text) if "::" in text or "##" in text else text


@lru_cache(maxsize=4096)
def _sign(character: str) -> str:
    if character.isprintable():
        # A variation selector changes the width of the character before it, so that carets would be off.
        return _UNKNOWN if "VARIATION SELECTOR" in name(character, "") else character
    if character < " ":
        return chr(0x2400 + ord(character))
    if character == _DELETE:
        return "\N{SYMBOL FOR DELETE}"
    return " " if category(character) == "Zs" else _UNKNOWN


def clean(text: object) -> str:
    """Anything as one printable line without secrets."""
    return visible(mask(str(text)))


def width_of(text: str) -> int:
    """How many terminal cells ``text`` takes."""
    return cell_len(text)


def clip(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells, with an ellipsis where it was cut."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - 1, 0)).rstrip() + ELLIPSIS


def wrap(text: str, width: int) -> list[str]:
    """``text`` as lines of at most ``width`` cells, broken at spaces and, where a word is longer, inside it."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        if line and cell_len(line) + 1 + cell_len(word) <= width:
            line = f"{line} {word}"
            continue
        if line:
            lines.append(line)
        *full, line = fold(word, width)
        lines += full
    return [*lines, line]


def fold(text: str, width: int) -> list[str]:
    """``text`` as lines of at most ``width`` cells, broken wherever a line is full; blanks are kept."""
    lines, used = [""], 0
    for character in text:
        cells = get_character_cell_size(character)
        if used + cells > width:
            lines.append("")
            used = 0
        lines[-1] += character
        used += cells
    return lines


def window(text: str, start: int, end: int, width: int) -> tuple[str, int, int]:
    """A part of ``text`` of at most ``width`` cells that shows ``[start, end)`` with what is around it.

    Returns the part (``…`` on each side where something was left out), and the first cell and the number of cells
    that the wanted member takes in it. Two thirds of the room beside the member go to what stands before it, since the
    names that lead to it are there.
    """
    cells = [0, *accumulate(get_character_cell_size(character) for character in text)]
    if cells[-1] <= width:
        return text, cells[start], cells[end] - cells[start]
    room = width - 2
    spare = max(room - (cells[end] - cells[start]), 0)
    before = max(spare * 2 // 3, spare - (cells[-1] - cells[end]))
    first = bisect_left(cells, cells[start] - before, hi=start)
    last = bisect_right(cells, cells[first] + room) - 1
    head = ELLIPSIS if first else ""
    tail = ELLIPSIS if last < len(text) else ""
    shown_end = max(min(end, last), start)
    return head + text[first:last] + tail, len(head) + cells[start] - cells[first], cells[shown_end] - cells[start]
