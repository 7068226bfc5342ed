"""Files that a run leaves behind: whole, or as they were before (docs/load.md)."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from simulator.options.usage import UsageError


class Unwritten(Exception):
    """A result could not be written; the text is one sentence."""


def writable(option: str, path: Path) -> Path:
    """The path that an option names, if it can be written. Raises `UsageError`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        if path.exists():
            with path.open("a", encoding="utf-8"):
                return path
        with NamedTemporaryFile(dir=path.parent):
            return path
    except OSError as error:
        raise UsageError(f"{option} {path}: cannot be written ({error.strerror}); name another file") from None


def write(path: Path, text: str) -> None:
    """Put `text` into the file: all of it, or it stays as it was. Raises `Unwritten`."""
    try:
        if path.exists() and not path.is_file():  # a pipe or a terminal
            path.write_text(text, encoding="utf-8")
        else:
            _replace(path, text)
    except OSError as error:
        raise Unwritten(f"{path}: cannot be written ({error.strerror}); what stood there before is untouched") from None


def _replace(path: Path, text: str) -> None:
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise
