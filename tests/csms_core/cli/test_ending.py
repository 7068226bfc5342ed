"""How `plugproof csms` ends: its exit code, its one sentence, and what it has imported by then (docs/csms.md)."""

from __future__ import annotations

import resource
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from csms_core import pki
from csms_core.cli.ending import INTERRUPTED, REFUSED, USAGE
from tests import ROOT

HEAVY = ("fastapi", "sqlalchemy", "starlette", "uvicorn", "websockets")
PATIENCE = 60  # seconds after which a process that should have ended fails its test
PORTS = ("--port", "0", "--api-port", "0")


def started(*arguments: str, options: Sequence[str] = (), **how: Any) -> subprocess.Popen[str]:
    """The command as a user calls it."""
    command = [sys.executable, *options, "-m", "csms_core", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, **how)


def ended(*arguments: str, **how: Any) -> tuple[int, str]:
    """Its exit code and what it said on standard error; it said nothing else."""
    process = started(*arguments, **how)
    out, err = process.communicate(timeout=PATIENCE)
    assert out == ""
    return process.returncode, err


def toml(folder: Path) -> Sequence[str]:
    """A file with a slip."""
    file = folder / "csms.toml"
    file.write_text("prot = 9000\n")
    return ("--config", str(file))


EARLY: dict[str, tuple[Callable[[Path], Sequence[str]], str]] = {
    "a port that cannot be": (lambda folder: ("--port", "99999"), "port: write 0 to 65535, not 99999."),
    "two of one port": (lambda folder: ("--port", "9000", "--api-port", "9000"), "port and api_port are both 9000"),
    "a slip in the file": (toml, "prot is no setting; did you mean port?"),
    "no such file": (lambda folder: ("--config", str(folder / "no.toml")), "cannot be read"),
    "an unknown fault": (lambda folder: ("--fault", "boot-pendng"), "did you mean boot-pending?"),
    "tls without certificates": (lambda folder: ("--security-profile", "2"), "needs TLS"),
    "no certificates there": (lambda folder: ("--pki", str(folder)), "make one with --init-pki DIR"),
    "no database": (lambda folder: ("--database", "csms.db"), "database: write a URL such as sqlite:////path/file.db"),
    "an unknown database": (lambda folder: ("--database", "mysql://host/csms"), "database: write a URL"),
    "a folder that is none": (lambda folder: ("--files", __file__), "test_ending.py is no folder; give another"),
    "a folder in a file": (lambda folder: ("--files", f"{__file__}/a/b"), "test_ending.py is no folder; give another"),
    "a wrong address": (lambda folder: ("--files-url", "csms.example"), "files_url: write an address"),
}


@pytest.mark.parametrize("name", EARLY)
def test_what_is_wrong_with_the_settings_is_said_before_anything_is_imported(name: str, tmp_path: Path) -> None:
    arguments, sentence = EARLY[name]

    code, said = ended(*arguments(tmp_path), options=("-X", "importtime"))

    imports: list[str] = []
    others: list[str] = []
    for line in said.splitlines():
        (imports if line.startswith("import time:") else others).append(line)
    modules = {line.rpartition("|")[2].strip().partition(".")[0] for line in imports}
    assert code == USAGE
    assert [sentence in line for line in others] == [True], others
    assert "csms_core" in modules, "importtime has told what was imported"
    assert not modules & {*HEAVY}


def test_an_option_that_is_none_is_a_mistake_too() -> None:
    code, said = ended("--prot", "9000")

    assert code == USAGE
    assert "--prot" in said
    assert "Traceback" not in said


def refused(*arguments: str, **how: object) -> str:
    """The sentence of a CSMS that is right and cannot run."""
    code, said = ended(*PORTS, *arguments, **how)
    assert code == REFUSED, said
    assert len(said.splitlines()) == 1, said
    assert said.startswith("plugproof csms: ")
    return said


def test_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused("--database", ":temporary:", "--port", str(port))

    assert f"127.0.0.1:{port} cannot be opened: Address already in use; choose another with --port." in said


def test_a_host_nobody_knows() -> None:
    assert "check --host" in refused("--database", ":temporary:", "--host", "no-such-host.invalid")


def test_a_database_that_cannot_be_opened(tmp_path: Path) -> None:
    assert "check that the folder exists" in refused("--database", f"sqlite:///{tmp_path}/no/such/folder/csms.db")


def test_a_database_of_a_later_version(tmp_path: Path) -> None:
    file = tmp_path / "csms.db"
    with closing(sqlite3.connect(file)) as database:
        database.executescript("CREATE TABLE layout (version INTEGER NOT NULL); INSERT INTO layout VALUES (9999);")

    assert "update plugproof" in refused("--database", f"sqlite:///{file}")


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    def hardly_any_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))

    said = refused("--database", f"sqlite:///{tmp_path}/csms.db", preexec_fn=hardly_any_room)

    assert f"The database sqlite:///{tmp_path}/csms.db cannot be opened: " in said


def test_no_place_for_a_temporary_database(tmp_path: Path) -> None:
    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    said = refused("--database", ":temporary:", preexec_fn=no_room)

    assert "The CSMS cannot be opened (No usable temporary directory found in " in said
    assert "make room or choose another place." in said


def test_certificates_whose_time_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pki.building, "SERVER_DAYS", -1)
    monkeypatch.setattr(pki.building, "SKEW", timedelta(days=3))
    pki.Pki.create(tmp_path / "keys", rsa_bits=None)
    yesterday = datetime.now(UTC) - timedelta(days=1)

    said = refused("--database", ":temporary:", "--pki", str(tmp_path / "keys"))

    assert f"server-rsa.pem expired on {yesterday:%Y-%m-%d}; make a new authority with --init-pki DIR." in said


def test_a_pki_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    code, said = ended("--init-pki", str(tmp_path / "file" / "keys"))

    assert (code, len(said.splitlines())) == (REFUSED, 1)
    assert f"{tmp_path}/file/keys' cannot be written: " in said


@pytest.mark.parametrize(
    ("database", "name", "code"), [("sqlite:////no/such/csms.db", "lab", REFUSED), (":temporary:", "a b", USAGE)]
)
def test_a_token_that_cannot_be_made(database: str, name: str, code: int) -> None:
    ended_with, said = ended("--database", database, "--create-token", name)

    assert (ended_with, len(said.splitlines())) == (code, 1), said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_at_once_while_it_starts(number: signal.Signals, tmp_path: Path) -> None:
    """Somebody else holds the database, so it waits there; the signal must not."""
    file = tmp_path / "csms.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        process = started(*PORTS, "--database", f"sqlite:///{file}", "--log-level", "info")
        assert process.stderr is not None
        line = ""
        while "opening the store" not in line:
            line = process.stderr.readline()
            assert line, "it has ended"

        process.send_signal(number)
        out, said = process.communicate(timeout=PATIENCE)

    assert (process.returncode, out) == (INTERRUPTED, "")
    assert said == "plugproof csms: interrupted before it was ready\n"
