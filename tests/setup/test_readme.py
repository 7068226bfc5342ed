"""README, and where other pages begin: whoever copies the commands, one after the other, comes to the end.

They are run in the order in which they stand. The commands that set up run in a small copy of the tree, against an
index on loopback (see `local_index.py`); all others in one empty folder, with this environment's `plugproof`.
What runs until Ctrl-C gets its Ctrl-C at the end of the page, the last one first.

Two things are changed: the ports, so that nothing else on the machine is in the way or is spoken to, and by day the
number of stations that make a load, which a machine that runs other tests may not bear.

Not run are `make precheck` and `make test`: the first is `plugproof precheck` after the set-up, and the second would
run this test again. That make has them, and begins each with the set-up, is looked at.
"""

import os
import re
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests import ROOT
from tests.setup.bare_tree import bare_tree
from tests.setup.local_index import offered, served
from tests.setup.locks import LOCK, requirements
from tests.setup.reader import Reader
from tests.setup.shell_blocks import Command, commands

README = ROOT / "README.md"
PAGE = list(commands(README))
SET_UP = re.compile(r"make |source |pip install |python3 -m venv ")
NOT_RUN = {"make precheck", "make test"}
FIRST_STEPS = {
    "station.md": "## Verbs",
    "csms.md": "`--any-station` takes in",
    "sut-file.md": "## Answers",
}
"""Other pages that begin with something to try -> where that ends."""


def test_every_block_of_the_page_is_a_command_or_a_program() -> None:
    """A fence in another language would be left out of these tests."""
    fences = re.findall(r"^```(\S*)$", README.read_text(encoding="utf-8"), re.MULTILINE)

    assert set(fences) == {"sh", "python", ""}
    assert fences.count("") * 2 == len(fences)
    assert len(PAGE) > 15


# ---- the set-up


def shell(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**inherited, "HOME": str(folder), **environment},
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def set_up_blocks() -> list[str]:
    """The ways to set up, each a script: one block of the page, or as much of it as is not left out."""
    ways: list[list[Command]] = []
    for command in PAGE:
        if SET_UP.match(command.text) and command.text not in NOT_RUN:
            if not ways or command.line > ways[-1][-1].line + 1:
                ways.append([])
            ways[-1].append(command)
    return ["\n".join(command.text for command in way) for way in ways]


@pytest.mark.parametrize("way", set_up_blocks(), ids=lambda way: way.split()[0])
def test_set_up_brings_plugproof_onto_the_path(way: str, tmp_path: Path) -> None:
    tree = bare_tree(tmp_path / "tree")
    with served(offered(requirements(LOCK), [Path(sysconfig.get_path("purelib"))])) as index:
        (tree / LOCK).write_text(index.locking(LOCK))
        pip = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": index.url, "PIP_NO_CACHE_DIR": "1", "NO_PROXY": "*"}
        done = shell(f"{way}\ncommand -v plugproof", tree, **pip, PIP_NO_COMPILE="1")

    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1] == str(tree / ".venv" / "bin" / "plugproof")


def test_there_are_two_ways_to_set_up_and_one_is_without_make() -> None:
    assert [("make" in way, "pip install" in way) for way in set_up_blocks()] == [(True, False), (False, True)]


@pytest.mark.parametrize("command", sorted(NOT_RUN))
def test_what_is_not_run_here_is_a_target_of_make(command: str, tmp_path: Path) -> None:
    assert command in [one.text for one in PAGE]
    planned = shell(f"{command.replace('make', 'make --dry-run')} VENV={tmp_path}/venv", ROOT)

    assert planned.returncode == 0, planned.stdout
    assert "install --no-deps --require-hashes -r requirements.lock" in planned.stdout
    assert {"make precheck": "/plugproof precheck", "make test": " pytest "}[command] in planned.stdout


# ---- the rest of the page


@pytest.mark.timeout(1_800)  # two dozen commands, one after the other
def test_every_command_works_in_the_order_of_the_page(reader: Reader) -> None:
    for command in PAGE:
        if not SET_UP.match(command.text) or command.python:
            reader.runs(command)
    reader.leaves()

    assert {"before.json", "sut.toml", "abstract.pdf", "pics.pdf", "plugproof-out"} <= {
        file.name for file in reader.folder.iterdir()
    }
    assert set(reader.ports) == {"9000", "9001"}


@pytest.mark.parametrize(("page", "until"), FIRST_STEPS.items())
def test_first_steps_of_a_page_work_in_their_order(page: str, until: str, reader: Reader) -> None:
    steps = list(commands(ROOT / "docs" / page, until))
    for command in steps:
        reader.runs(command)
    reader.leaves()

    assert len(steps) > 1


def test_snippet_of_a_station_ends_where_the_tag_is_not_known(reader: Reader) -> None:
    """It says so, and does not wait for ever."""
    (csms,) = [command for command in PAGE if command.words[:2] == ["plugproof", "csms"]]
    (snippet,) = [command for command in PAGE if command.python]
    reader.runs(csms)

    with pytest.raises(
        AssertionError,
        match=r"snippet\.py\s+ends with 1:[\s\S]*NotReached: the condition did not come true within 10 s",
    ):
        reader.runs(snippet)
    reader.leaves()
