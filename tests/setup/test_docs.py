"""Tutorials and how-to guides: whoever does what a page says, from its first line to the last one, comes to the end.

A page is followed in an empty folder, as in `test_readme.py`: files that the reader saves are written, commands and
programs are run, and each exit code is the one that the page tells. What cannot be run here carries the reason in the
page, as `<!-- not run: WHY -->`; of that it is seen that the command and its options exist.
"""

import re
import tomllib
from pathlib import Path

import pytest

from tests import ROOT
from tests.setup.options import options_of
from tests.setup.reader import Reader
from tests.setup.shell_blocks import Command, commands

DOCS = ROOT / "docs"
PAGES = sorted([*(DOCS / "tutorials").glob("*.md"), *(DOCS / "howto").glob("*.md")])
FOLLOWED = [page for page in PAGES if any(not command.not_run for command in commands(page))]
LANGUAGES = {"console", "python", "toml", "text"}
"""What a block may be in; a block in another language would be left out of these tests."""


def name_of(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


def test_the_pages_are_there() -> None:
    assert len([page for page in PAGES if page.parent.name == "tutorials"]) == 6
    assert len(FOLLOWED) > 8


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_is_in_a_language_that_is_looked_at(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    fences = re.findall(r"^```(\S*)$", text, re.MULTILINE)

    assert set(fences) <= LANGUAGES | {""}
    assert fences.count("") * 2 == len(fences)
    for block in re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        assert tomllib.loads(block)


@pytest.mark.timeout(1_800)  # a dozen commands, one after the other
@pytest.mark.parametrize("page", FOLLOWED, ids=name_of)
def test_page_can_be_followed_to_its_end(page: Path, reader: Reader) -> None:
    for command in commands(page):
        if not command.not_run:
            reader.runs(command)
    reader.leaves()


def test_what_is_not_run_exists() -> None:
    left_out = [command for page in PAGES for command in commands(page) if command.not_run]

    assert left_out
    for command in left_out:
        used = {word.partition("=")[0] for word in command.words[2:] if word.startswith("-")}
        assert command.words[0] == "plugproof"
        assert used - options_of(command.words[1]) == set(), f"line {command.line}: {command.text}"


def test_exit_code_that_a_page_does_not_tell_is_seen(reader: Reader) -> None:
    with pytest.raises(AssertionError, match="ends with 2"):
        reader.runs(Command("plugproof precheck --no-such-option", 1))
    with pytest.raises(AssertionError, match="ends with 0"):
        reader.runs(Command("plugproof --version", 1, code=1))
