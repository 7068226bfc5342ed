"""Ctrl-C and SIGTERM: what runs is cut short, and what was judged until then is written.

A signal may come at any moment, so its handler decides by what is under way. While nothing can be lost it raises
``KeyboardInterrupt``, as Python does. While cases run it only makes a note and cuts the case short that is under way,
so that every report goes the way it always goes. While files are written it waits for them.
"""

import asyncio
import enum
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import Any, Final, Literal

By = Literal["SIGINT", "SIGTERM"]
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
SAME_S: Final = 0.3
"""Signals that come so close together are one: `timeout` and process groups send the same one twice."""
NOTE: Final = "interrupted: the case that runs is stopped and the results are written; interrupt again to end at once\n"


class CutShort(Exception):
    """What was under way was ended by a signal."""


class Mode(enum.Enum):
    """What a signal does."""

    ABRUPT = enum.auto()
    """Raise KeyboardInterrupt."""
    GENTLE = enum.auto()
    """Cut the case short; the second time raise KeyboardInterrupt."""
    NOTED = enum.auto()
    """Nothing but the note."""


class Interruption:
    """The signals of this process. ``by`` is the first one that came, None as long as there was none."""

    def __init__(self) -> None:
        self.by: By | None = None
        self._mode = Mode.ABRUPT
        self._last = 0.0
        self._count = 0
        self._task: asyncio.Task[Any] | None = None
        self._first: Callable[[], None] | None = None
        self._second: Callable[[], None] | None = None
        self._watching = False
        self._stderr = 2

    def has_come(self) -> bool:
        """Whether there was a signal."""
        return self.by is not None

    def is_urgent(self) -> bool:
        """Whether there was a second one: nothing is waited for any more."""
        return self._count > 1

    @contextmanager
    def watched(self, *, only: By | None = None, earlier: By | None = None) -> Iterator[None]:
        """Take the signals while the block lasts; what came before is forgotten. Inside another such block: nothing.

        ``only``: the other signal is left to somebody else, as in a worker to the process that started it; ``earlier``:
        the signal which that process had before.
        """
        if self._watching or threading.current_thread() is not threading.main_thread():
            yield
            return
        self.by, self._count, self._mode, self._watching = earlier, 0, Mode.ABRUPT, True
        self._stderr = os.dup(2)  # pytest takes the other one away from time to time
        before = {number: signal.getsignal(number) for number in SIGNALS}
        for number in SIGNALS:
            ours = only is None or signal.Signals(number).name == only
            signal.signal(number, self._arrived if ours else _nothing)
        with suppress(AttributeError):  # not on Windows
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)  # see `held_back`
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            self._watching, self._first, self._second = False, None, None
            os.close(self._stderr)

    @contextmanager
    def mode(self, mode: Mode) -> Iterator[None]:
        """What a signal does while the block lasts."""
        before, self._mode = self._mode, mode
        try:
            yield
        finally:
            self._mode = before

    def tell(self, first: Callable[[], None], second: Callable[[], None]) -> None:
        """Call ``first`` when a signal comes while cases run, ``second`` when it comes again."""
        self._first, self._second = first, second

    @contextmanager
    def cuts(self) -> Iterator[None]:
        """Inside a task: a signal ends the block, by ``CutShort``; so does one that came before."""
        if self.has_come():
            raise CutShort
        task = asyncio.current_task()
        assert task is not None
        before, self._task = self._task, task
        try:
            yield
        except asyncio.CancelledError:
            if not self.has_come() or before is not None:
                raise
            task.uncancel()
            raise CutShort from None
        finally:
            self._task = before

    def say(self, text: str) -> None:
        """Write to standard error, from a handler, where the buffers of Python may be in use."""
        with suppress(OSError):
            os.write(self._stderr, text.encode())

    def _arrived(self, number: int, frame: object) -> None:
        now = time.monotonic()
        if self._count and now - self._last < SAME_S:
            return
        self._last, self._count = now, self._count + 1
        if self.by is None:
            self.by = "SIGTERM" if number == signal.SIGTERM else "SIGINT"
        if self._mode is Mode.ABRUPT:
            raise KeyboardInterrupt
        if self._count == 1:
            self._cut()
        elif self._mode is Mode.GENTLE:
            if self._second is not None:
                self._second()
            raise KeyboardInterrupt

    def _cut(self) -> None:
        if self._first is not None:
            self._first()
        task = self._task
        if task is not None and not task.done():
            # A handler runs between two steps of the loop, which may be asleep.
            task.get_loop().call_soon_threadsafe(task.cancel)


INTERRUPTION: Final = Interruption()
"""That of this process."""


def _nothing(number: int, frame: object) -> None:
    """A handler and not SIG_IGN, which processes that are started would inherit."""


@contextmanager
def held_back() -> Iterator[None]:
    """Signals wait while the block lasts, also in the processes that it starts, until these watch for them."""
    with suppress(AttributeError):  # not on Windows
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        with suppress(AttributeError):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def cut_short_by_signals(function: Callable[..., Any]) -> Callable[..., Any]:
    """The coroutine function, ended by ``CutShort`` when a signal comes."""

    @wraps(function)
    async def run(*arguments: Any, **named: Any) -> Any:
        with INTERRUPTION.cuts():
            return await function(*arguments, **named)

    return run
