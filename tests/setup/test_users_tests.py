"""The fixtures `csms` and `station` in somebody else's test suite, with nothing of this repository around."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests import ROOT
from tests.setup.reader import inherited
from tests.setup.shell_blocks import commands

OF_THEIR_OWN = """
import pytest

pytest_plugins = ["simulator.fixtures"]


@pytest.fixture
def csms_url():
    return "ws://127.0.0.1:1/ocpp"
"""


def outcome_of(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)],
        cwd=folder,
        env=inherited(),
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_the_example_runs_as_it_stands(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples" / "pytest", tmp_path / "theirs", ignore=shutil.ignore_patterns("__pycache__"))

    done = outcome_of(tmp_path / "theirs")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
    assert "Warning" not in done.stdout + done.stderr


def test_the_page_shows_what_the_example_has() -> None:
    shown = {command.file: command.text for command in commands(ROOT / "docs" / "pytest.md") if command.file}

    assert shown.keys() == {"conftest.py", "pytest.ini", "test_charging.py"}
    for name, text in shown.items():
        assert text in (ROOT / "examples" / "pytest" / name).read_text("utf-8"), name


def test_the_station_goes_where_the_tests_say(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(OF_THEIR_OWN)
    (tmp_path / "test_theirs.py").write_text(
        "import pytest\n\n\n@pytest.mark.asyncio\nasync def test_it(station):\n    pass\n"
    )

    done = outcome_of(tmp_path)

    assert done.returncode == 1
    assert "ConnectFailed" in done.stdout
    assert "127.0.0.1:1/ocpp" in done.stdout


def test_nobody_has_the_fixtures_who_does_not_ask(tmp_path: Path) -> None:
    (tmp_path / "test_theirs.py").write_text("def test_it(csms):\n    pass\n")

    done = outcome_of(tmp_path)

    assert "fixture 'csms' not found" in done.stdout
