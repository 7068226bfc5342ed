"""The line somebody types: bytes of a terminal in, edits out."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator

MAX_LINE = 2_000
MAX_HISTORY = 100

_TOKEN = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1bO.|\x1b|[^\x1b]", re.DOTALL)
_UNFINISHED = re.compile(r"\x1b(\[[0-?]*[ -/]*|O)\Z")
_BACK = ("\x7f", "\b")
_UP, _DOWN = ("\x1b[A", "\x1bOA"), ("\x1b[B", "\x1bOB")
PAGE_UP, PAGE_DOWN, ESCAPE, REDRAW = "\x1b[5~", "\x1b[6~", "\x1b", "\x0c"
"""Keys that are not about the line; they are handed on."""


class Typing:
    """The line so far. `feed` yields finished lines; other keys go to `on_key`, Tab to `on_tab`, which gives a line."""

    def __init__(self, on_key: Callable[[str], None], on_tab: Callable[[str], str], on_end: Callable[[], None]) -> None:
        self.line = ""
        self._on_key = on_key
        self._on_tab = on_tab
        self._on_end = on_end
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""  # of a key of which not everything has come
        self._history: list[str] = []
        self._place = 0

    def feed(self, data: bytes) -> Iterator[str]:
        """Take what the terminal sent."""
        text = self._rest + self._decode(data)
        cut = _UNFINISHED.search(text)
        end = len(text) if cut is None else cut.start()
        self._rest = text[end:]
        for token in _TOKEN.findall(text[:end]):
            if token in ("\r", "\n"):
                yield self._finish()
            else:
                self._key(token)

    def _finish(self) -> str:
        line, self.line = self.line, ""
        if line.strip() and self._history[-1:] != [line]:
            self._history = [*self._history, line][-MAX_HISTORY:]
        self._place = len(self._history)
        return line

    def _key(self, token: str) -> None:
        if token in _BACK:
            self.line = self.line[:-1]
        elif token == "\x15":  # Ctrl-U
            self.line = ""
        elif token == "\x17":  # Ctrl-W
            self.line = self.line.rstrip().rpartition(" ")[0] + " " if " " in self.line.strip() else ""
        elif token == "\t":
            self.line = self._on_tab(self.line)
        elif token == "\x04":  # Ctrl-D
            if not self.line:
                self._on_end()
        elif token in _UP or token in _DOWN:
            self._recall(-1 if token in _UP else 1)
        elif token in (PAGE_UP, PAGE_DOWN, ESCAPE, REDRAW):
            self._on_key(token)
        elif token.isprintable() and len(self.line) < MAX_LINE:
            self.line += token

    def _recall(self, step: int) -> None:
        self._place = min(max(self._place + step, 0), len(self._history))
        self.line = self._history[self._place] if self._place < len(self._history) else ""
