"""Files that are whole or not there: written under a temporary name, which is given up for the right one at the end."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

PART: Final = ".part"
"""What the name of a file ends with that is being written."""


class OutputError(Exception):
    """Something of a run could not be written; the text is one sentence."""


def write_whole(file: Path, text: str) -> None:
    """Write a text file, and its folder if that is missing. Raises ``OutputError``."""
    waiting = file.with_name(f".{file.name}{PART}")
    with told(file):
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            waiting.write_text(text, encoding="utf-8")
            waiting.replace(file)
        except OSError:
            with suppress(OSError):
                waiting.unlink()
            raise


@contextmanager
def told(file: Path) -> Iterator[None]:
    """An ``OSError`` in the block becomes an ``OutputError`` about ``file``."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{file}: cannot be written ({error.strerror}); make room, or choose another --out") from None
