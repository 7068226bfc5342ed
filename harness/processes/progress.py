"""A line about something that takes its time: rewritten in place on a terminal, a line now and then elsewhere."""

import sys
from types import TracebackType
from typing import Final

SELDOM: Final = 30.0
"""Seconds until the first line, and between two, where a line stays."""

_BEGINNING: Final = "\r\x1b[2K"


class Progress:
    """Says on standard error how long something has taken and where it is; on a terminal nothing of it stays."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._lives = sys.stderr.isatty()
        self._next = SELDOM
        self._shown = False

    def __enter__(self) -> "Progress":
        return self

    def __call__(self, seconds: float, where: str) -> None:
        """Show the seconds so far, and what is being done."""
        line = f"{self._what} ... {seconds:.0f} s ({where})"
        if self._lives:
            self._shown = True  # before it is: a signal may come as soon as somebody can read it
            print(f"{_BEGINNING}{line}", end="", file=sys.stderr, flush=True)
        elif seconds >= self._next:
            print(line, file=sys.stderr, flush=True)
            self._next = seconds + SELDOM

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._shown:
            print(_BEGINNING, end="", file=sys.stderr, flush=True)
