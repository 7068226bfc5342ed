"""Where the bytes are: one folder, files under random names, each with its size and SHA-256.

A file is written beside and gets its name when it is complete and on the disk, so a broken upload leaves nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_STORED = re.compile(r"[0-9a-f]{32}")
_INCOMING = "incoming-"
_BLOCK = 1 << 18


class DepotError(Exception):
    """A file cannot be taken; the message is one sentence."""


class TooLarge(DepotError):
    """The file has more bytes than may be."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was taken; `size` in bytes, `stored` is its name in the depot."""

    stored: str
    size: int
    sha256: str


class Intake:
    """A file on its way in. `write` what comes, then `keep`; what was not kept is thrown away."""

    def __init__(self, folder: Path, out: IO[bytes], max_bytes: int) -> None:
        self._folder = folder
        self._out = out
        self._max_bytes = max_bytes
        self._digest = hashlib.sha256()
        self._waiting = bytearray()
        self.size = 0

    async def write(self, data: bytes) -> None:
        """Take some bytes. Raises TooLarge."""
        self.size += len(data)
        if self.size > self._max_bytes:
            raise TooLarge(f"A file may have {self._max_bytes} bytes, this one has more.")
        self._waiting += data
        if len(self._waiting) >= _BLOCK:
            await asyncio.to_thread(self._flush)

    async def keep(self) -> Kept:
        """The file is complete; returns once it is on the disk."""
        stored = await asyncio.to_thread(self._finish)
        return Kept(stored, self.size, self._digest.hexdigest())

    def _flush(self) -> None:
        self._digest.update(self._waiting)
        self._out.write(self._waiting)
        self._waiting.clear()

    def _finish(self) -> str:
        self._flush()
        self._out.flush()
        os.fsync(self._out.fileno())
        stored = secrets.token_hex(16)
        Path(self._out.name).replace(self._folder / stored)
        _flush_folder(self._folder)
        return stored


class Depot:
    """A folder of files; made when the first one comes. `max_bytes` is the size of a file at the most."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.folder = folder
        self.max_bytes = max_bytes

    @asynccontextmanager
    async def intake(self) -> AsyncIterator[Intake]:
        """Take a file in. Raises DepotError when the folder cannot be written."""
        try:
            out = await asyncio.to_thread(self._open)
        except OSError as error:
            raise DepotError(f"The folder for files cannot be written: {error.strerror}.") from None
        try:
            yield Intake(self.folder, out, self.max_bytes)
        finally:
            await asyncio.to_thread(_close, out)

    def path(self, stored: str) -> Path:
        """Where a file is. Raises ValueError when this is no name of the depot."""
        if _STORED.fullmatch(stored) is None:
            raise ValueError(f"'{stored}' is no name of the depot.")
        return self.folder / stored

    async def sweep(self) -> None:
        """Throw away what a process that was killed had begun to take in."""
        await asyncio.to_thread(self._sweep)

    async def remove(self, stored: str) -> None:
        """Throw a file away; one that is gone stays so."""
        gone: Callable[..., None] = self.path(stored).unlink
        await asyncio.to_thread(gone, missing_ok=True)

    def _sweep(self) -> None:
        for begun in self.folder.glob(f"{_INCOMING}*"):
            begun.unlink(missing_ok=True)

    def _open(self) -> IO[bytes]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open(self.folder / f"{_INCOMING}{secrets.token_hex(8)}", "xb", opener=_private)


def _flush_folder(folder: Path) -> None:
    """Have the name of a file on the disk as well; where folders cannot be flushed, the system sees to it."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _close(out: IO[bytes]) -> None:
    out.close()
    Path(out.name).unlink(missing_ok=True)
