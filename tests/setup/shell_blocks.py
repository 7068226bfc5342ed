"""The commands of a page for people, in the order in which a reader meets them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(
    r"^(?:<!-- (?P<mark>file|not run|a person): (?P<of>.*?) -->\n)?```(?P<language>\S*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_CODE = re.compile(r"\bexit code (\d+)")


@dataclass(frozen=True)
class Command:
    """A command line without its comment, or a program in Python.

    Attributes:
        until_interrupted: the page says of it that it runs until Ctrl-C.
        code: the exit code that the page tells.
        file: the text is not run, but saved under this name; the page says so above it.
        not_run: why it cannot be run here; empty when it can.
        person: the API of the station at which somebody does what the command says at its terminal; empty: nobody.
    """

    text: str
    line: int
    python: bool = False
    until_interrupted: bool = False
    code: int = 0
    file: str = ""
    not_run: str = ""
    person: str = ""

    @property
    def words(self) -> list[str]:
        return shlex.split(self.text)


def commands(page: Path, until: str | None = None) -> Iterator[Command]:
    """Every command of the blocks `sh` and `console`, and every block `python`; `until` is a text in which to stop.

    `<!-- file: NAME -->` above a block says that a reader saves it, `<!-- not run: WHY -->` that it is not run here,
    `<!-- a person: URL -->` that somebody acts at the station with this API.
    """
    text = page.read_text(encoding="utf-8")
    if until is not None:
        text, found, _ = text.partition(until)
        assert found, f"{page.name} has no {until!r}"
    for block in _BLOCK.finditer(text):
        first = text.count("\n", 0, block.start("text")) + 1
        if block["mark"] == "file":
            yield Command(block["text"], first, file=block["of"])
            continue
        why = block["of"] if block["mark"] == "not run" else ""
        if block["language"] == "python":
            yield Command(block["text"], first, python=True, not_run=why)
        elif block["language"] in ("sh", "console"):
            prompt = block["language"] == "console"
            person = block["of"] if block["mark"] == "a person" else ""
            yield from _lines(block["text"], first, prompt=prompt, not_run=why, person=person)


def _lines(text: str, first: int, *, prompt: bool, not_run: str, person: str) -> Iterator[Command]:
    joined = re.sub(r"\\\n\s*", " ", text)
    for offset, line in enumerate(joined.splitlines()):
        if prompt and not line.startswith("$ "):
            continue  # what the command prints
        command, _, comment = re.sub(r"\s+#", "\0#", line.removeprefix("$ ")).partition("\0#")
        if command := command.strip():
            told = _CODE.search(comment)
            yield Command(
                command,
                first + offset,
                until_interrupted="until Ctrl-C" in comment,
                code=int(told[1]) if told else 0,
                not_run=not_run,
                person=person,
            )
