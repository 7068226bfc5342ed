"""The traces of a run: a file of JSON Lines for each connection, written as it goes on, bounded in all.

A file that is full is put aside under `.1`, and what was there goes. When all files together are too many bytes or too
many, the oldest ones of connections that have ended go.
"""

from __future__ import annotations

import re
from collections import deque
from pathlib import Path
from typing import Final, TextIO

from harness.exit_codes import of_os_error

MOST_OF_ONE: Final = 32 << 20
"""Bytes of a file."""

MOST_FILES: Final = 10_000
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_.-]")
_LONGEST_NAME: Final = 60


class Keeper:
    """The folder of traces."""

    def __init__(self, folder: Path, most: int) -> None:
        """`most` bytes in all. Raises `OSError` when the folder cannot be made."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._most = most
        self._size = 0
        self._ended: deque[tuple[Path, int]] = deque()
        self.removed = 0
        """Files that had to go."""
        self.problem = ""
        """Why nothing is written any more; a sentence."""

    def open(self, connection: int, identity: str) -> TraceFile:
        """The file of a connection."""
        name = _UNSAFE.sub("_", identity)[:_LONGEST_NAME].strip(".") or "nobody"
        return TraceFile(self, self.folder / f"{connection:05d}-{name}.jsonl")

    def grown(self, size: int) -> None:
        """A file has become longer, or shorter when it is negative."""
        self._size += size
        while self._ended and (self._size > self._most or len(self._ended) > MOST_FILES):
            path, its = self._ended.popleft()
            path.unlink(missing_ok=True)
            self._size -= its
            self.removed += 1

    def ended(self, path: Path, size: int) -> None:
        """A file is complete."""
        self._ended.append((path, size))
        self.grown(0)

    def failed(self, path: Path, error: OSError) -> None:
        """A file cannot be written: judging goes on, and nothing more is kept."""
        if not self.problem:
            full = "make room" if of_os_error(error).name == "ERRORS" else "check the folder"
            self.problem = f"{path}: the trace cannot be written any more ({error.strerror}); {full}"


class TraceFile:
    """One of them."""

    def __init__(self, keeper: Keeper, path: Path) -> None:
        self.path = path
        self._keeper = keeper
        self._file: TextIO | None = None
        self._size = 0
        self._aside = path.with_suffix(".1.jsonl")
        self._aside_size = 0

    def write(self, lines: str) -> None:
        """Add lines."""
        if not lines or self._keeper.problem:
            return
        try:
            if self._size > MOST_OF_ONE:
                self._put_aside()
            if self._file is None:
                self._file = self.path.open("a", encoding="utf-8")
            self._file.write(lines)
        except OSError as error:
            self._keeper.failed(self.path, error)
            return
        size = len(lines.encode())
        self._size += size
        self._keeper.grown(size)

    def flush(self) -> None:
        """Have what was written in the file."""
        try:
            if self._file is not None:
                self._file.flush()
        except OSError as error:
            self._keeper.failed(self.path, error)

    def close(self) -> None:
        """It is complete."""
        self.flush()
        if self._file is not None:
            try:
                self._file.close()
            except OSError as error:
                self._keeper.failed(self.path, error)
            self._file = None
            self._keeper.ended(self.path, self._size)
            if self._aside_size:
                self._keeper.ended(self._aside, self._aside_size)

    def _put_aside(self) -> None:
        assert self._file is not None
        self._file.close()
        self._file = None
        self.path.replace(self._aside)
        self._keeper.grown(-self._aside_size)
        self._aside_size, self._size = self._size, 0
