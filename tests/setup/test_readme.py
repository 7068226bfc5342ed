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
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import ROOT
from tests.setup.bare_tree import bare_tree
from tests.setup.local_index import offered, served
from tests.setup.locks import LOCK, requirements
from tests.setup.shell_blocks import Command, commands

README = ROOT / "README.md"
PAGE = list(commands(README))
SET_UP = re.compile(r"make |source |pip install |python3 -m venv ")
NOT_RUN = {"make precheck", "make test"}
LIMIT_S = 400
"""A command that takes longer on a busy machine is one that waits for what does not come."""
LOAD = re.compile(r"(?<= --)(stations|background) \d+")
FEWER = r"\1 20"
READY = {"csms": '"event": "ready"', "station": "accepted by the CSMS"}
"""What a command that runs until Ctrl-C says when it is of use."""
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


def free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


class Terminal:
    """A terminal that a command keeps: what it says is read all the time."""

    def __init__(self, process: subprocess.Popen[str], ready: str) -> None:
        self.process = process
        self.said = ""
        self.is_of_use = False
        self._told = threading.Event()
        self._reading = threading.Thread(target=self._read, args=(ready,), name="terminal")
        self._reading.start()

    def _read(self, ready: str) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for line in stream:
                self.said += line
                if ready in line:
                    self.is_of_use = True
                    self._told.set()
        self._told.set()

    def waits(self) -> bool:
        """Wait until the command is of use, or has ended without; says which."""
        return self._told.wait(LIMIT_S) and self.is_of_use

    def ends(self, by: signal.Signals) -> bool:
        """Send a signal to the command and what it started, and wait for the end; False when there is none in time."""
        os.killpg(self.process.pid, by)
        self._reading.join(LIMIT_S)
        return not self._reading.is_alive() and self.process.wait(LIMIT_S) is not None


class Reader:
    """Somebody with a terminal in an empty folder, and as many more terminals as there are commands that stay.

    `with_all`: a load is as many stations as the page says, not 20.
    """

    def __init__(self, folder: Path, *, with_all: bool) -> None:
        self.folder = folder / "empty"
        self.folder.mkdir()
        (folder / ".curlrc").write_text("fail\nsilent\nshow-error\n")  # an answer that refuses is an exit code
        self.ports: dict[str, int] = {}
        self._with_all = with_all
        self._stays: list[tuple[str, Terminal]] = []
        scripts = Path(sys.executable).parent
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE_", "PYTEST_"))}
        path = f"{scripts}{os.pathsep}{os.environ['PATH']}"
        self._environment = {**inherited, "PATH": path, "NO_PROXY": "*", "CURL_HOME": str(folder)}

    def local(self, text: str) -> str:
        """The command with other ports: always the same one for each that the page names."""
        named = sorted(set(re.findall(r"\b9\d{3}\b", text)) - self.ports.keys())
        self.ports.update(zip(named, free_ports(len(named)), strict=True))
        return re.sub(r"\b9\d{3}\b", lambda port: str(self.ports[port[0]]), text)

    def runs(self, command: Command) -> None:
        """Run one command to its end, or until it is of use; raises `AssertionError` with what it printed."""
        text = self.local(command.text if self._with_all else LOAD.sub(FEWER, command.text))
        if variable := re.fullmatch(r"(\w+)=(\S+)", text):
            self._environment[variable[1]] = variable[2]
            return
        if command.python:
            (self.folder / "snippet.py").write_text(text, encoding="utf-8")
            text = "python snippet.py"
        shown = f"line {command.line}: {text}"
        process = subprocess.Popen(
            ["bash", "-c", f"exec {text}"],
            cwd=self.folder,
            env=self._environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        if command.until_interrupted:
            terminal = Terminal(process, READY[command.words[1]])
            self._stays.append((shown, terminal))
            assert terminal.waits(), f"{shown}\nended, or said nothing of use:\n{terminal.said}"
            return
        try:
            said, _ = process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            pytest.fail(f"{shown}\ndoes not end:\n{process.communicate()[0]}")
        assert_kind(said, process.returncode, {0}, shown)

    def leaves(self) -> None:
        """Press Ctrl-C in all terminals, the last one first; every command says goodbye without a stack trace."""
        while self._stays:
            shown, terminal = self._stays.pop()
            assert terminal.ends(signal.SIGINT), f"{shown}\ndoes not end by Ctrl-C:\n{terminal.said}"
            assert_kind(terminal.said, terminal.process.returncode, {0, 130}, shown)

    def is_gone(self) -> None:
        """Nothing stays, whatever went wrong."""
        for _, terminal in self._stays:
            if terminal.process.poll() is None:
                terminal.ends(signal.SIGKILL)


def assert_kind(said: str, code: int, good: set[int], shown: str) -> None:
    """The exit code is a good one, and nothing was printed that is not for the reader's eyes."""
    assert code in good, f"{shown}\nends with {code}:\n{said}"
    assert "Traceback" not in said, f"{shown}\n{said}"
    assert "Warning" not in said, f"{shown}\n{said}"


@pytest.fixture
def reader(tmp_path: Path, nightly: bool) -> Iterator[Reader]:
    somebody = Reader(tmp_path, with_all=nightly)
    yield somebody
    somebody.is_gone()


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
