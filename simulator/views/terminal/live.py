"""The live view: the picture of the station on a terminal of its own, and the line somebody types."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import sys
import termios
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, redirect_stderr, redirect_stdout, suppress

from rich.console import Console
from rich.live import Live

from simulator.faults.catalogue import active
from simulator.views.record import Record
from simulator.views.terminal.commands import Commands, Mistake
from simulator.views.terminal.keyboard import ESCAPE, PAGE_DOWN, PAGE_UP, Typing
from simulator.views.terminal.layout import Picture, draw, wrapped
from simulator.views.terminal.rows import Cell

EVERY = 1.0
"""Seconds after which the picture is drawn anew though nothing happened: time passes and energy flows."""
AT_MOST_EVERY = 0.1
"""Seconds between two pictures."""
PAGE = 10
"""Lines that Page Down goes on."""


@asynccontextmanager
async def serve(record: Record, end: Callable[[], None]) -> AsyncIterator[None]:
    """Show the station until the context is left; `end` ends it from here."""
    output = sys.stdout
    screen = Screen(record, Console(file=output), end)
    said = Said(record)
    with _raw(sys.stdin.fileno()), redirect_stdout(said), redirect_stderr(said):
        try:
            screen.open(sys.stdin.fileno())
            yield
        finally:
            await screen.close()


class Screen:
    """The terminal while it is ours."""

    def __init__(self, record: Record, console: Console, end: Callable[[], None]) -> None:
        self._record = record
        self._console = console
        self._end = end
        self._commands = Commands(record.station, record.catalogue, end)
        self._typing = Typing(self._key, self._tab, end)
        self._live = Live(
            console=console, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )
        self._said: list[Cell] = []
        self._hint: Cell | None = None
        self._page: list[str] = []
        self._page_from = 0
        self._news = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._fd = -1
        self._drawing: asyncio.Task[None]

    def open(self, fd: int) -> None:
        """Take the terminal, and read what is typed at `fd`."""
        self._fd = fd
        self._live.start()
        self._record.on_change.append(self._news.set)
        loop = asyncio.get_running_loop()
        loop.add_reader(fd, self._read)
        loop.add_signal_handler(signal.SIGWINCH, self._news.set)
        self._drawing = loop.create_task(self._keep_drawing())

    async def close(self) -> None:
        """Give the terminal back."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._fd)
        loop.remove_signal_handler(signal.SIGWINCH)
        self._record.on_change.remove(self._news.set)
        for task in (self._drawing, *self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._live.stop()
        with suppress(asyncio.CancelledError):
            await self._drawing

    async def _keep_drawing(self) -> None:
        try:
            while True:
                self._news.clear()
                self.draw()
                await asyncio.sleep(AT_MOST_EVERY)
                with suppress(TimeoutError):
                    async with asyncio.timeout(EVERY):
                        await self._news.wait()
        except Exception:  # a picture that stands still would be a lie
            self._end()
            raise

    def draw(self) -> None:
        """Show how things are now."""
        width, height = self._console.size
        station = self._record.station
        picture = Picture(
            station.state(),
            self._record.frames(height),
            self._record.events(height),
            active(station),
            [*self._said[-1:], self._hint] if self._hint is not None else self._said,
            self._typing.line,
            self._page,
            self._page_from,
        )
        self._live.update(draw(picture, width, height), refresh=True)

    # --- what is typed ------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        data = b""
        with suppress(OSError):
            data = os.read(self._fd, 4096)
        if not data:  # the terminal has gone; who closed it sends a signal as well
            asyncio.get_running_loop().remove_reader(self._fd)
            return
        self._hint = None
        for line in self._typing.feed(data):
            self._page, self._page_from, self._said = [], 0, self._said[-1:]
            task = asyncio.get_running_loop().create_task(self._carry_out(line))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._news.set()

    async def _carry_out(self, line: str) -> None:
        line = line.strip()
        running = (f"{line} ...", "italic")
        if line:
            self._say(running)
        try:
            answer = await self._commands.run(line)
        except Mistake as mistake:
            self._say((str(mistake), "bold red"), instead=running)
        else:
            if len(answer) == 1:
                self._say((answer[0], "green"), instead=running)
            elif answer:
                self._page, self._said = answer, []
        self._news.set()

    def _say(self, one: Cell, instead: Cell | None = None) -> None:
        self._said = [*(other for other in self._said if other is not instead), one][-2:]
        self._news.set()

    def _key(self, key: str) -> None:
        if key == ESCAPE:
            self._page = []
        step = {PAGE_DOWN: PAGE, PAGE_UP: -PAGE}.get(key, 0)
        last = len(wrapped(self._page, self._console.width)) - 1
        self._page_from = max(0, min(self._page_from + step, last))

    def _tab(self, line: str) -> str:
        completion = self._commands.complete(line)
        if completion.candidates:
            self._hint = ("  ".join(completion.candidates), "italic")
        return completion.line


class Said(io.TextIOBase):
    """What is printed by others while the screen is ours becomes an event."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._line = ""

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, text: str) -> int:
        """Add to the line; each whole one is told."""
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            self._record.note("output", line)
        return len(text)


@contextmanager
def _raw(fd: int) -> Iterator[None]:
    """Keys come one by one and are not shown; Ctrl-C stays a signal, Ctrl-S and Ctrl-Z do not stop the station."""
    before = termios.tcgetattr(fd)
    now = termios.tcgetattr(fd)
    now[0] &= ~(termios.IXON | termios.ICRNL)
    now[3] &= ~(termios.ICANON | termios.ECHO)
    now[6][termios.VSUSP] = now[6][termios.VQUIT] = b"\0"
    termios.tcsetattr(fd, termios.TCSADRAIN, now)
    try:
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)
