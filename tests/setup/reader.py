"""Somebody who does what a page says, one command after the other, in an empty folder."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.setup.person import obeyed
from tests.setup.shell_blocks import Command

LIMIT_S = 400
"""A command that takes longer on a busy machine is one that waits for what does not come."""
LOAD = re.compile(r"(?<= --)(stations|background) \d+")
FEWER = r"\1 20"
READY = {"csms": '"event": "ready"', "station": "accepted by the CSMS"}
"""What a command that runs until Ctrl-C says when it is of use."""
KEEPS_TRYING = "next attempt in"
"""The same for a station with `--retry`, whose CSMS comes later."""


def free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def inherited() -> dict[str, str]:
    """The environment of these tests, without what measures them."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE_", "PYTEST_"))}


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
        path = f"{scripts}{os.pathsep}{os.environ['PATH']}"
        self._environment = {**inherited(), "PATH": path, "NO_PROXY": "*", "CURL_HOME": str(folder)}

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
        if command.file:
            (self.folder / command.file).write_text(text, encoding="utf-8")
            return
        if command.python:
            (self.folder / "snippet.py").write_text(text, encoding="utf-8")
            text = "python snippet.py"
        shown = f"line {command.line}: {text}"
        if command.person:
            said, code = obeyed(
                ["bash", "-c", f"exec {text}"], self.local(command.person), self.folder, self._environment
            )
            assert_kind(said, code, {command.code}, shown)
            return
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
            terminal = Terminal(process, KEEPS_TRYING if "--retry" in command.words else READY[command.words[1]])
            self._stays.append((shown, terminal))
            assert terminal.waits(), f"{shown}\nended, or said nothing of use:\n{terminal.said}"
            return
        try:
            said, _ = process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            pytest.fail(f"{shown}\ndoes not end:\n{process.communicate()[0]}")
        assert_kind(said, process.returncode, {command.code}, shown)

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
