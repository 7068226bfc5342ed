"""How words of a peer are shown: on a terminal, in the log of a CI job, in a file that somebody opens.

Whoever prints or keeps what came from outside lets it pass here. Secrets are masked before anything is cut, because a
secret that is cut is none that can be found. Nothing is left that a terminal obeys (C0, C1 and escape sequences, marks
that turn the direction of writing), or that a CI system takes for a command (`::error::`, `##[error]`, `##vso[...]`).
"""

import logging
import re
from collections.abc import Iterable
from typing import Final

from ocppj.evidence.masking import mask

STAND_IN: Final = "·"
"""Stands for a character that is not shown."""

CUT: Final = "…"
"""Stands for the rest of a text that is cut."""

_COMMAND: Final = re.compile(r"\A\s*::|(?<!\w)::(?=[A-Za-z-]+(?:\s[^:]*)?::)|##(?=\[|vso\[)")
"""Also within a line: whoever lays out a text may begin a line there."""


def shown(text: str, secrets: Iterable[str] = (), longest: int | None = None) -> str:
    """``text`` in one line that may be shown anywhere, without ``secrets`` and those the protocol knows.

    ``longest``: how many characters it has at the most, the mark that it was cut included.
    """
    text = mask(text, secrets)
    if longest is not None and len(text) > longest:
        text = text[: longest - 1] + CUT
    return harmless(text)


def told(text: str, secrets: Iterable[str] = ()) -> str:
    """The same for a text of several lines, which stay lines."""
    return "\n".join(map(harmless, mask(text, secrets).split("\n")))


class LogLines(logging.Formatter):
    """Records of a log in which a peer may have a say, tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        return told(super().format(record))


def harmless(text: str) -> str:
    """``text`` in which nothing is left that a terminal or a CI system would obey."""
    if not text.isprintable():
        text = "".join(one if one.isprintable() else STAND_IN for one in text)
    if "::" in text or "##" in text:
        text = _COMMAND.sub(lambda found: STAND_IN * len(found[0]), text)
    return text
