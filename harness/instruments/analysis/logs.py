"""Logs as files: opened, decompressed (gzip, Zstandard), read line by line, and how far that has come."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final, cast

from harness.instruments.analysis.shapes.shape import Head, Line

if sys.version_info >= (3, 14):  # pragma: no cover
    from compression import zstd as zstd
else:
    from backports import zstd as zstd

STDIN: Final = "-"
LONGEST_LINE: Final = 16 << 20
"""Bytes of a line that are read; the rest of it is passed over."""
HEAD: Final = 256 << 10
"""Bytes by which a log is recognised."""
_HEAD_LINES: Final = 2_000
_BUFFER: Final = 1 << 20
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"

BROKEN: Final = (EOFError, gzip.BadGzipFile, zstd.ZstdError, OSError)
"""What reading may raise in the middle of a log: it is cut, or its medium is broken."""


class _Counting(io.RawIOBase):
    """The bytes of a file, counted as they are read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.done = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self.done += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


class _Rewound(io.RawIOBase):
    """A stream from its beginning, of which some was read to look at it; ``broken`` is what that ended with."""

    def __init__(self, head: bytes, rest: IO[bytes], broken: Exception | None) -> None:
        self._head = memoryview(head)
        self._rest = rest
        self._broken = broken

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._head:
            taken = min(len(buffer), len(self._head))
            buffer[:taken] = self._head[:taken]
            self._head = self._head[taken:]
            return taken
        if self._broken is not None:
            raise self._broken
        data = self._rest.read1(len(buffer))  # type: ignore[attr-defined]
        buffer[: len(data)] = data
        return len(data)


class Log:
    """A log that is open. ``size`` is None where nobody knows how long it is; ``done`` counts the bytes of the file."""

    def __init__(self, path: str, keys: Mapping[str, str] | None = None) -> None:
        """Open it. Raises ``OSError``."""
        self.name = "standard input" if path == STDIN else path
        self.keys: Mapping[str, str] = keys or {}
        self.stem = "stdin" if path == STDIN else _stem(Path(path))
        self.lines_read = 0
        self.bytes_read = 0
        self.cut_lines = 0
        file = sys.stdin.buffer if path == STDIN else Path(path).open("rb")  # noqa: SIM115
        self.size = None if path == STDIN else Path(path).stat().st_size or None
        self._counting = _Counting(cast("IO[bytes]", file))
        packed = io.BufferedReader(self._counting, _BUFFER)
        data = b""
        broken: Exception | None = None
        try:
            stream = _unpacked(packed)
            while len(data) < HEAD and (more := stream.read1(HEAD - len(data))):
                data += more
        except BROKEN as error:
            if not data:
                self._counting.close()
                raise
            broken = error
        self._stream = io.BufferedReader(_Rewound(data, cast("IO[bytes]", stream), broken), _BUFFER)
        lines = data.decode("utf-8", "replace").splitlines()[:_HEAD_LINES]
        if len(data) >= HEAD:
            lines = lines[:-1] or lines
        self.head = Head(data, tuple(lines), self.keys)

    @property
    def done(self) -> int:
        """Bytes of the file that have been read."""
        return self._counting.done

    def lines(self) -> Iterator[Line]:
        """The lines from the beginning. Raises one of ``BROKEN`` when the log ends in the middle of itself."""
        read = self._stream.readline
        number = 0
        while line := read(LONGEST_LINE):
            number += 1
            self.lines_read = number
            self.bytes_read += len(line)
            if not line.endswith(b"\n") and len(line) >= LONGEST_LINE:
                self.cut_lines += 1
                while (rest := read(LONGEST_LINE)) and not rest.endswith(b"\n"):
                    self.bytes_read += len(rest)
            yield number, line.decode("utf-8", "replace").rstrip("\r\n")

    def binary(self) -> IO[bytes]:
        """The bytes from the beginning."""
        return self._stream

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        self._counting.close()


def _unpacked(packed: io.BufferedReader[_Counting]) -> io.BufferedIOBase:
    begins = packed.peek(4)[:4]
    if begins.startswith(_GZIP):
        return gzip.GzipFile(fileobj=cast("IO[bytes]", packed))
    if begins == _ZSTD:
        return cast("io.BufferedIOBase", zstd.ZstdFile(cast("IO[bytes]", packed)))
    return packed


def _stem(path: Path) -> str:
    """What a station is called that the log itself does not name: the name of the file, or of its folder."""
    name = path.name
    for ending in (".gz", ".zst", ".zstd"):
        name = name.removesuffix(ending)
    stem = name.rpartition(".")[0] or name
    return path.resolve().parent.name if stem == "trace" else stem
