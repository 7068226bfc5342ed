"""Somebody at a simulated station who reads what a command says at its terminal, and does it there."""

import fcntl
import os
import re
import subprocess
import termios
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from threading import Timer
from typing import Any

import httpx

from harness.adapters.drivers.base import ACTS
from harness.adapters.drivers.simulated import _VERBS

LIMIT_S = 400
"""A command that takes longer waits for something that nobody does."""


def _pattern(sentence: str) -> re.Pattern[str]:
    """An instruction with what changes in it as groups."""
    escaped = re.escape(sentence).replace(r"\{connector\}", r"(?P<connector>\d+)").replace(r"\{tag\}", r"(?P<tag>\S+)")
    return re.compile(escaped)


INSTRUCTIONS = {act: _pattern(sentence) for act, sentence in ACTS.items() if act in _VERBS}


def asked(line: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The verb of the station, with its arguments, that a line asks for, if it does."""
    for act, pattern in INSTRUCTIONS.items():
        if found := pattern.fullmatch(line):
            verb, more = _VERBS[act]
            told = {name: int(value) if name == "connector" else value for name, value in found.groupdict().items()}
            yield verb, {**told, **more}


def obeyed(command: Sequence[str], api: str, folder: Path, environment: Mapping[str, str]) -> tuple[str, int]:
    """Run a command at a terminal and do what it says there; gives all that it wrote, and how it ended."""
    ours, its = os.openpty()

    def take_terminal() -> None:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=its, stdout=its, stderr=its, preexec_fn=take_terminal
    )
    os.close(its)
    said = ""
    watch = Timer(LIMIT_S, process.kill)
    watch.start()
    try:
        with closing(os.fdopen(ours, "r", encoding="utf-8", errors="replace", newline="")) as terminal:
            for line in _lines(terminal):
                said += f"{line}\n"
                for verb, arguments in asked(line.strip()):
                    httpx.post(f"{api}/api/v1/verbs/{verb}", json=arguments, trust_env=False).raise_for_status()
        return said, process.wait(LIMIT_S)
    finally:
        watch.cancel()
        process.kill()
        process.wait()


def _lines(terminal: Any) -> Iterator[str]:
    """The lines of a terminal until whoever writes there has gone, which is an error of the other end on Linux."""
    try:
        for line in terminal:
            yield line.rstrip("\r\n")
    except OSError:
        return
