"""Pages for people: a reader who does what a page says, from its first line to the last one, comes to the end.

A page is followed in an empty folder, as in `test_readme.py`: files that the reader saves are written, commands and
programs are run, and each exit code is the one that the page tells. What is not run carries the reason in the page, as
`<!-- not run: WHY -->`; of that it is seen that the command and its options exist. Pages made by a script are left out.
"""

import importlib.util
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import ROOT
from tests.setup.options import options_of
from tests.setup.reader import Reader
from tests.setup.shell_blocks import Command, commands
from tests.setup.test_readme import FIRST_STEPS, README

DOCS = ROOT / "docs"
MADE = re.compile(r"adr/|reference/|kill-matrix|rules\.md|station-faults\.md")
"""Pages that a script writes, and decisions, which nobody follows."""
PAGES = sorted(page for page in DOCS.rglob("*.md") if not MADE.match(page.relative_to(DOCS).as_posix()))
LESSONS = [page for page in PAGES if page.parent.name in ("tutorials", "howto")]
FOLLOWED = [page for page in LESSONS if any(not command.not_run for command in commands(page))]
LANGUAGES = {"console", "sh", "python", "toml", "ini", "text", "{toctree}"}
"""What a block may be in; a command in a block of another language would be left out of these tests."""
NOT_RUN = {
    "benchmarks.md": "each command measures for minutes",
    "pytest.md": "test_users_tests.py runs its files",
}
"""Pages of which nothing is run, with the reason."""
OF_README = {command.text for command in commands(README)}


def name_of(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


def to_be_run(page: Path) -> list[Command]:
    """What a reader of the page does, without what nothing else on the page needs and README's test does already.

    A command needs another one when it names a file that the other one names, unless the reader saves it in between.
    """
    kept: list[Command] = []
    needed: set[str] = set()
    for command in reversed([command for command in commands(page) if not command.not_run]):
        files = set(re.findall(r"[\w-]+\.(?:toml|json|py)\b", command.text)) | {command.file} - {""}
        if command.text in OF_README and not command.until_interrupted and not files & needed:
            continue
        needed = needed - files if command.file else needed | files
        kept.append(command)
    return kept[::-1]


def unexplained(page: Path) -> Iterator[Command]:
    """Commands and programs of a page that no test runs and that give no reason for it."""
    if page in FOLLOWED or page.name in NOT_RUN:
        return
    run = {command.line for command in commands(page, FIRST_STEPS[page.name])} if page.name in FIRST_STEPS else set()
    yield from (command for command in commands(page) if command.line not in run and not command.not_run)


def test_the_pages_are_there() -> None:
    assert len([page for page in PAGES if page.parent.name == "tutorials"]) == 6
    assert len(FOLLOWED) > 8
    assert len(PAGES) > 35


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_is_in_a_language_that_is_looked_at(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    fences = re.findall(r"^```(\S*)$", text, re.MULTILINE)

    assert set(fences) <= LANGUAGES | {""}
    plain = [
        body for language, body in re.findall(r"^```(\S*)\n(.*?)^```$", text, re.M | re.S) if language in ("", "text")
    ]
    hidden = re.compile(r"^(?:\$ )?(?:plugproof (?!\d)|curl |pytest |python -m |\$ )", re.MULTILINE)
    assert [body for body in plain if hidden.search(body)] == []
    assert re.findall(r"^ {4}(?:plugproof|curl|pytest|python) .*", text, re.MULTILINE) == []
    for block in re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        assert tomllib.loads(block)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_is_not_run_says_why(page: Path) -> None:
    assert [f"line {command.line}: {command.text}" for command in unexplained(page)] == []


@pytest.mark.timeout(1_800)  # a dozen commands, one after the other
@pytest.mark.parametrize("page", [page for page in FOLLOWED if to_be_run(page)], ids=name_of)
def test_page_can_be_followed_to_its_end(page: Path, reader: Reader) -> None:
    for command in to_be_run(page):
        reader.runs(command)
    reader.leaves()


def test_what_is_not_run_exists() -> None:
    left_out = [
        (page, command) for page in PAGES for command in commands(page) if command.not_run or page.name in NOT_RUN
    ]

    assert left_out
    for page, command in left_out:
        where = f"{page.name}, line {command.line}: {command.text}"
        if command.python:
            compile(command.text, where, "exec", flags=0x2000)  # ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            continue
        if not command.text.startswith(("plugproof ", "python -m ")):
            continue
        words = command.words
        if words[0] == "plugproof":
            used = {word.partition("=")[0] for word in words[2:] if re.match("--[a-z]", word)}
            assert used - options_of(words[1]) == set(), where
        else:
            assert importlib.util.find_spec(words[2]), where


def test_exit_code_that_a_page_does_not_tell_is_seen(reader: Reader) -> None:
    with pytest.raises(AssertionError, match="ends with 2"):
        reader.runs(Command("plugproof precheck --no-such-option", 1))
    with pytest.raises(AssertionError, match="ends with 0"):
        reader.runs(Command("plugproof --version", 1, code=1))
