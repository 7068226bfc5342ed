"""Taking turns: what several workers have to share (a tag, a station) is in the hands of one of them at a time.

A lock on a file of the output folder, which the system gives back when a worker dies, whatever it was doing. Names are
taken in one order by everybody, so that no two workers wait for each other.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from harness.artifacts.run_folder import fcntl

FOLDER: Final = ".turns"
"""Below the output folder, while the run lasts."""
PAUSE: Final = 0.02
"""Seconds between two attempts; the file system has no way of being told."""


class Turns:
    """Whose turn it is in one run. On a system without locks on files (Windows) everybody goes at once."""

    def __init__(self, out: Path) -> None:
        self._folder = out / FOLDER

    def take(self, names: Iterable[str], who: str, is_over: Callable[[], bool] = lambda: False) -> Turn | None:
        """Wait until all these are free and hold them; ``None`` when ``is_over`` ended the waiting."""
        turn, began = Turn(), time.monotonic()
        for name in sorted(set(names)):
            while not turn._holds(self._file(name), who):
                if is_over():
                    turn.ends()
                    return None
                time.sleep(PAUSE)
        turn.waited = time.monotonic() - began
        return turn

    @contextmanager
    def tried(self, name: str, who: str) -> Iterator[bool]:
        """Hold something while the block lasts, if it is free now."""
        turn = Turn()
        try:
            yield turn._holds(self._file(name), who)
        finally:
            turn.ends()

    def clear(self) -> None:
        """Before the first and after the last turn of a run."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _file(self, name: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / hashlib.sha256(name.casefold().encode()).hexdigest()[:16]


class Turn:
    """What somebody holds; ``waited``: for how many seconds it was in the hands of ``before``, who had it last."""

    def __init__(self) -> None:
        self.waited = 0.0
        self.before: str | None = None
        self._stack = ExitStack()

    def ends(self) -> None:
        """Let go. Safe to call twice."""
        self._stack.close()

    def _holds(self, file: Path, who: str) -> bool:
        stream: Any = file.open("a+", encoding="utf-8")
        try:
            if fcntl is not None:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            with suppress(OSError):
                self.before = stream.read() or self.before
            stream.close()
            return False
        except BaseException:
            stream.close()
            raise
        stream.truncate(0)
        stream.write(who)
        stream.flush()
        self._stack.enter_context(stream)
        return True
