"""The command `plugproof`, called in the process of the test: a process of its own imports for longer than it works."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PLUGPROOF = "import sys; from harness.cli import main; sys.argv[0] = 'plugproof'; main()"
"""What the installed script does."""

Command = Callable[..., subprocess.CompletedProcess[str]]
"""Runs `plugproof` with the given arguments."""


def in_process(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], **environment: str
) -> Command:
    """As `in_a_process`. An exception that nobody catches fails the test instead of being a traceback in the output."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        from harness.cli import main

        capfd.readouterr()
        with monkeypatch.context() as patch:
            patch.chdir(folder)
            patch.delenv("CI", raising=False)
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["plugproof", *arguments])
            with pytest.raises(SystemExit) as ended:
                main()
        said = capfd.readouterr()
        return subprocess.CompletedProcess(arguments, int(ended.value.code or 0), said.out, said.err)

    return run


def in_a_process(folder: Path, **environment: str) -> Command:
    """As somebody at a shell does it, in `folder`."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        outside = {name: value for name, value in os.environ.items() if name != "CI"}
        done = subprocess.run(
            [sys.executable, "-c", PLUGPROOF, *arguments],
            capture_output=True,
            text=True,
            cwd=folder,
            env={**outside, **environment},
            timeout=120,
        )
        assert "Traceback" not in done.stdout + done.stderr
        return done

    return run
