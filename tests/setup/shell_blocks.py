"""The commands of a page for people, in the order in which a reader meets them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(?P<language>\S*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Command:
    """A command line without its comment, or a program in Python.

    Attributes:
        until_interrupted: the page says of it that it runs until Ctrl-C.
    """

    text: str
    line: int
    python: bool = False
    until_interrupted: bool = False

    @property
    def words(self) -> list[str]:
        return shlex.split(self.text)


def commands(page: Path, until: str | None = None) -> Iterator[Command]:
    """Every command of the blocks `sh` and `console`, and every block `python`; `until` is a text in which to stop."""
    text = page.read_text(encoding="utf-8")
    if until is not None:
        text, found, _ = text.partition(until)
        assert found, f"{page.name} has no {until!r}"
    for block in _BLOCK.finditer(text):
        first = text.count("\n", 0, block.start()) + 2
        if block["language"] == "python":
            yield Command(block["text"], first, python=True)
        elif block["language"] in ("sh", "console"):
            yield from _lines(block["text"], first, prompt=block["language"] == "console")


def _lines(text: str, first: int, *, prompt: bool) -> Iterator[Command]:
    joined = re.sub(r"\\\n\s*", " ", text)
    for offset, line in enumerate(joined.splitlines()):
        if prompt and not line.startswith("$ "):
            continue  # what the command prints
        command, _, comment = re.sub(r"\s+#", "\0#", line.removeprefix("$ ")).partition("\0#")
        if command := command.strip():
            yield Command(command, first + offset, until_interrupted="until Ctrl-C" in comment)
