"""README: whoever copies its commands, one after the other, comes to the end.

They are run in the order in which they stand. The commands that set up run in a small copy of the tree, against an
index on loopback (see `tests/local_index.py`); all others in one empty folder, with this environment's `plugproof`.
What runs until Ctrl-C gets its Ctrl-C: a CSMS at the end of the page, a station when it has booted.

The only thing that is changed is the ports, so that nothing else on the machine is in the way or is spoken to.

Not run are `make precheck` and `make test`: the first is `plugproof precheck` after the set-up, and the second would
run this test again. That make has them, and begins each with the set-up, is looked at.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local_index import offered, served
from tests.locks import LOCK, ROOT, requirements
from tests.shell_blocks import Command, commands

README = ROOT / "README.md"
PAGE = list(commands(README))
SET_UP = re.compile(r"make |source |pip install |python3 -m venv ")
NOT_RUN = {"make precheck", "make test"}
LIMIT_S = 120
"""A command that takes longer on a busy machine is one that waits for what does not come."""
READY = {"csms": '"event": "ready"', "station": "accepted by the CSMS"}
"""What a command that runs until Ctrl-C says when it is of use."""


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
    tree = tmp_path / "tree"
    for package in ("schemas", "ocppj", "csms_core", "simulator", "harness", "testcases", "reports"):
        (tree / package).mkdir(parents=True)
        (tree / package / "__init__.py").touch()
    for name in ("Makefile", "pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, tree / name)
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


class Reader:
    """Somebody with a terminal in an empty folder, and as many more terminals as there are commands that stay."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports: dict[str, int] = {}
        self._stays: list[tuple[Command, subprocess.Popen[str]]] = []
        scripts = Path(sys.executable).parent
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE_", "PYTEST_"))}
        self._environment = {**inherited, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "NO_PROXY": "*"}

    def local(self, text: str) -> str:
        """The command with other ports: always the same one for each that the page names."""
        named = sorted(set(re.findall(r"\b9\d{3}\b", text)) - self.ports.keys())
        self.ports.update(zip(named, free_ports(len(named)), strict=True))
        return re.sub(r"\b9\d{3}\b", lambda port: str(self.ports[port[0]]), text)

    def runs(self, command: Command) -> None:
        """Run one command to its end, or until it is of use; raises `AssertionError` with what it printed."""
        text = self.local(command.text)
        if command.until_interrupted:
            self._starts(command, text)
            return
        if command.python:
            (self.folder / "snippet.py").write_text(text, encoding="utf-8")
            text = "python snippet.py"
        started = self._process(text, stderr=subprocess.STDOUT)
        try:
            printed, _ = started.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            pytest.fail(f"README.md:{command.line}: {text!r} does not end:\n{started.communicate()[0]}")
        assert started.returncode == 0, f"README.md:{command.line}: {text!r}: {started.returncode}\n{printed}"
        for unwanted in ("Traceback", "Warning"):
            assert unwanted not in printed, f"README.md:{command.line}: {text!r}\n{printed}"

    def _process(self, text: str, stderr: int) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", "-c", f"exec {text}"],
            cwd=self.folder,
            env=self._environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )

    def _starts(self, command: Command, text: str) -> None:
        kind = command.words[1]
        started = self._process(text, stderr=subprocess.STDOUT)
        self._stays.append((command, started))
        deadline = threading.Timer(LIMIT_S, os.killpg, (started.pid, signal.SIGKILL))
        deadline.start()
        said = ""
        assert started.stdout is not None
        for line in started.stdout:
            said += line
            if READY[kind] in line:
                break
        else:
            pytest.fail(f"README.md:{command.line}: {text!r} ended, or said nothing of use:\n{said}")
        deadline.cancel()
        if kind != "csms":
            self._interrupts()

    def _interrupts(self) -> None:
        """Ctrl-C for the last command that stays; it says goodbye without a stack trace."""
        command, process = self._stays.pop()
        os.killpg(process.pid, signal.SIGINT)
        try:
            said, _ = process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            pytest.fail(
                f"README.md:{command.line}: {command.text!r} does not end by Ctrl-C:\n{process.communicate()[0]}"
            )
        assert process.returncode in (0, 130), f"README.md:{command.line}: {process.returncode}\n{said}"
        assert "Traceback" not in said, f"README.md:{command.line}\n{said}"

    def leaves(self) -> None:
        """Press Ctrl-C in all terminals, the last one first."""
        while self._stays:
            self._interrupts()

    def is_gone(self) -> None:
        """Nothing stays, whatever went wrong."""
        for _, process in self._stays:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    folder = tmp_path / "empty"
    folder.mkdir()
    somebody = Reader(folder)
    yield somebody
    somebody.is_gone()


def test_every_command_works_in_the_order_of_the_page(reader: Reader) -> None:
    for command in PAGE:
        if not SET_UP.match(command.text) or command.python:
            reader.runs(command)
    reader.leaves()

    assert {"before.json", "sut.toml", "abstract.pdf", "pics.pdf", "plugproof-out"} <= {
        file.name for file in reader.folder.iterdir()
    }
    assert set(reader.ports) == {"9000", "9001"}


def test_snippet_of_a_station_ends_where_the_tag_is_not_known(reader: Reader) -> None:
    """It says so, and does not wait for ever."""
    (csms,) = [command for command in PAGE if command.words[:2] == ["plugproof", "csms"]]
    (snippet,) = [command for command in PAGE if command.python]
    reader.runs(csms)

    with pytest.raises(AssertionError, match="NotReached: the condition did not come true within 10 s"):
        reader.runs(snippet)
    reader.leaves()
