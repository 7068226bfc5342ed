"""The live view of a fleet: its picture on a terminal, and the keys that are pressed there.

The terminal is given back whatever happens: at the end, with an exception, after Ctrl-C, and for the time between
Ctrl-Z and the moment in which the shell brings the fleet to the foreground again. The fleet stands still in between.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from rich.console import Console
from rich.live import Live

from simulator.fleet.processes.part import Counted
from simulator.fleet.watching.keys import Keys, Typed
from simulator.fleet.watching.picture import Picture, draw

termios: Any
try:
    import termios
except ImportError:  # Windows has a picture and no keys
    termios = None

EVERY: Final = 1.0
"""Seconds after which the picture is drawn anew though no key was pressed."""
AGAIN: Final = 0.2
"""Seconds after a signal to stop until it is looked whether the process was stopped at all."""


def lives(console: Console) -> bool:
    """Whether a picture can be drawn: in a pipe, in CI and on a terminal that can only print it cannot."""
    return console.is_terminal and not console.is_dumb_terminal and console.file.isatty() and "CI" not in os.environ


def keyboard() -> int | None:
    """The terminal that keys come from, None where there is none: stdin is something else, or it is not ours."""
    if termios is None or sys.stdin is None:
        return None
    with suppress(OSError, ValueError):
        number = sys.stdin.fileno()
        if os.isatty(number) and _is_in_front(number):
            return number
    return None


def _is_in_front(terminal: int) -> bool:
    if os.name != "posix":
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:  # it has gone
        return False


class Screen:
    """The terminal while it is ours; `keys` are read at `keyboard` where there is one. Use it with `async with`."""

    def __init__(
        self,
        console: Console,
        fleet: Callable[[], Counted],
        keys: Keys,
        keyboard: int | None,
        processes: int = 1,
    ) -> None:
        self._console = console
        self._fleet = fleet
        self._keys = keys
        self._keyboard = keyboard
        self._processes = processes
        self._live = Live(
            console=console, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )
        self._typed = Typed()
        self._before: list[Any] | None = None  # the settings of the terminal, as long as they are changed
        self._is_ours = self._has_ended = False
        self._began = time.monotonic()
        self._news = asyncio.Event()
        self._drawing: asyncio.Task[None] | None = None
        self.why_not: str | None = None
        """Why the picture is not drawn any more, one sentence."""

    async def __aenter__(self) -> Screen:
        loop = asyncio.get_running_loop()
        try:
            self._take()
            for name, does in (("SIGWINCH", self._news.set), ("SIGTSTP", self._stopped), ("SIGCONT", self._take)):
                with suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):  # not on Windows
                    loop.add_signal_handler(getattr(signal, name), does)
            self._drawing = loop.create_task(self._keep_drawing())
        except BaseException:
            self._give()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._has_ended = True
        loop = asyncio.get_running_loop()
        for name in ("SIGWINCH", "SIGTSTP", "SIGCONT"):
            with suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):
                loop.remove_signal_handler(getattr(signal, name))
        self._give()
        if self._drawing is not None:
            self._drawing.cancel()
            await asyncio.wait((self._drawing,))
        if self.why_not is not None:
            self._console.print(self.why_not, highlight=False, soft_wrap=True)

    # --- whose the terminal is ----------------------------------------------------------------------------------------

    def _take(self) -> None:
        """Begin to draw and to read keys, unless somebody else is in front."""
        if self._is_ours or self.why_not is not None:
            return
        if self._keyboard is not None:
            if not _is_in_front(self._keyboard):
                return
            self._before = termios.tcgetattr(self._keyboard)
            termios.tcsetattr(self._keyboard, termios.TCSADRAIN, _raw(self._before))
            is_blocking = os.get_blocking(self._keyboard)
            with suppress(NotImplementedError):  # not on Windows, where there is no keyboard either
                asyncio.get_running_loop().add_reader(self._keyboard, self._read)
            # uvloop has changed that: for our output, and for the shell, which have the same terminal
            os.set_blocking(self._keyboard, is_blocking)
        self._is_ours = True
        self._live.start()
        self._news.set()

    def _give(self) -> None:
        """Put the terminal back as it was."""
        if self._is_ours:
            self._is_ours = False
            self._live.stop()
        if self._before is not None and self._keyboard is not None:
            asyncio.get_running_loop().remove_reader(self._keyboard)
            with suppress(termios.error):  # it has gone
                termios.tcsetattr(self._keyboard, termios.TCSADRAIN, self._before)
            self._before = None

    def _stopped(self) -> None:
        """Ctrl-Z: the shell gets its terminal, and the process is stopped as if nobody had listened to the signal."""
        loop = asyncio.get_running_loop()
        self._give()
        if hasattr(signal, "SIGTSTP"):
            loop.remove_signal_handler(signal.SIGTSTP)
            os.kill(os.getpid(), signal.SIGTSTP)
        loop.call_later(AGAIN, self._goes_on)

    def _goes_on(self) -> None:
        if self._has_ended:
            return
        with suppress(AttributeError, NotImplementedError):  # nobody is stopped where there are no such signals
            asyncio.get_running_loop().add_signal_handler(signal.SIGTSTP, self._stopped)
        self._take()

    # --- the picture --------------------------------------------------------------------------------------------------

    async def _keep_drawing(self) -> None:
        try:
            while True:
                self._news.clear()
                self.draw()
                with suppress(TimeoutError):
                    async with asyncio.timeout(EVERY):
                        await self._news.wait()
        except Exception as error:  # a picture that stands still would be a lie, and the run is worth more than it
            self.why_not = f"the picture could not be drawn any more ({type(error).__name__}: {error}); the run went on"
            self._give()

    def draw(self) -> None:
        """Show how things are now."""
        fleet = self._fleet()
        if not fleet.stations.switched_on:  # its processes are still coming up
            self._began = time.monotonic()
        if self._is_ours:
            has_keys = self._keyboard is not None
            picture = Picture(
                fleet,
                time.monotonic() - self._began,
                self._keys.help() if has_keys else (),
                self._keys.standing(),
                self._processes,
            )
            self._live.update(draw(picture, *self._console.size), refresh=True)

    def _read(self) -> None:
        assert self._keyboard is not None
        data = b""
        with suppress(OSError):
            data = os.read(self._keyboard, 4096)
        if not data:  # the terminal has gone; who closed it sends a signal as well
            asyncio.get_running_loop().remove_reader(self._keyboard)
        for key in self._typed.keys(data):
            self._keys.press(key)
        self._news.set()


def _raw(before: list[Any]) -> list[Any]:
    """Keys come one by one and are not shown; Ctrl-C and Ctrl-Z stay signals."""
    now = [*before[:6], [*before[6]]]
    now[3] &= ~(termios.ICANON | termios.ECHO)
    now[6][termios.VMIN], now[6][termios.VTIME] = 1, 0
    return now
