"""A person at the terminal who is told what to do, and who may say that it cannot be done.

The terminal is `/dev/tty`, because pytest keeps the standard streams to itself. What the person does is seen on the
wire; the keyboard is only for saying no.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection
from contextlib import suppress
from importlib import import_module
from typing import Any, Final, Protocol

from harness.adapters import desk
from harness.adapters.desk import Desk, NobodyThere

termios: Any = None
"""Not on Windows, which has no `/dev/tty` either: there a person is told something on a page, or not at all."""
with suppress(ImportError):
    termios = import_module("termios")

TERMINAL: Final = "/dev/tty"


NoTerminal = NobodyThere
"""There is no terminal to tell a person anything at."""


class Told(Protocol):
    """A person, at the terminal or in front of a page."""

    async def says_no(self, text: str, framed: str, meanwhile: Callable[[], None] = ...) -> bool:
        """Tell a text, which looks ``framed`` at a terminal; True when the person says no."""

    def write(self, text: str) -> None:
        """Write something beside it."""

    def over(self) -> None:
        """What was told is over."""

    def close(self) -> None:
        """Nothing more will be told."""


def person(
    no: Collection[str],
    done: Collection[str] = (),
    *,
    buttons: tuple[str, str | None],
    seconds: float,
) -> Told:
    """Whoever can be told what to do: at the desk that the environment names, else at the terminal.

    ``no`` and ``done`` are the words of the terminal, ``buttons`` what a page has for them; ``seconds`` is how long
    what is asked for is waited for.
    """
    place = desk.place()
    return Person(no, done) if place is None else Desk(place, *buttons, seconds)


class Person:
    """Tells one thing at a time; the next one, or the end, is over with it."""

    def __init__(self, no: Collection[str], done: Collection[str] = ()) -> None:
        """``no`` and ``done``: the words that say no, and that it is done, in lower case."""
        self._no = no
        self._done = done
        self._terminal: int | None = None
        self._told: asyncio.Future[bool] | None = None
        self._typed = ""

    async def says_no(self, text: str, framed: str, meanwhile: Callable[[], None] = lambda: None) -> bool:
        """Write a text as it is ``framed``; True when the person says no, False when it is done, or the next thing is
        to be told, or none.

        ``meanwhile`` is called when the text is there. Raises `NoTerminal`.
        """
        terminal = self._open()
        self.over()
        told = self._told = asyncio.get_running_loop().create_future()
        termios.tcflush(terminal, termios.TCIFLUSH)
        self.write(framed)
        meanwhile()
        said_no: bool = await told
        return said_no

    def write(self, text: str) -> None:
        """Write a text, if the terminal is open."""
        if self._terminal is not None:
            os.write(self._terminal, text.encode())

    def over(self) -> None:
        """What was told is over."""
        if self._told is not None and not self._told.done():
            self._told.set_result(False)

    def close(self) -> None:
        """Give the terminal back."""
        self.over()
        terminal, self._terminal = self._terminal, None
        if terminal is not None:
            asyncio.get_running_loop().remove_reader(terminal)
            os.close(terminal)

    def _open(self) -> int:
        if self._terminal is None:
            try:
                self._terminal = os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY)
            except OSError:
                raise NoTerminal from None
            asyncio.get_running_loop().add_reader(self._terminal, self._read, self._terminal)
        return self._terminal

    def _read(self, terminal: int) -> None:
        data = os.read(terminal, 1024)
        if not data:  # the terminal is gone; nothing more will be typed
            asyncio.get_running_loop().remove_reader(terminal)
            return
        self._typed += data.decode("utf-8", "replace")
        *lines, self._typed = self._typed.split("\n")
        said = {line.strip().lower() for line in lines}
        if self._told is None or self._told.done():
            return
        if not said.isdisjoint(self._no):
            self._told.set_result(True)
        elif not said.isdisjoint(self._done):
            self._told.set_result(False)


def problem(table: str, workers: int) -> str | None:
    """Why nobody can be told what to do by `[operator]` or `[driver]`, None when somebody can."""
    if workers > 1:
        return f'{table}.kind = "manual" is one person, who cannot serve {workers} workers at once; run with -n 1'
    if desk.place() is not None:
        return None
    try:
        os.close(os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return no_terminal(table)
    return None


def no_terminal(table: str) -> str:
    """The sentence where there is no terminal."""
    return (
        f'{table}.kind = "manual" needs a terminal to tell a person what to do, and there is none; '
        f"run it in a terminal, or use another {table} in CI"
    )
