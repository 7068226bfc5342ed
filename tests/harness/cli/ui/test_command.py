"""`plugproof ui` as somebody types it: what is wrong is a sentence, the address is printed, Ctrl-C ends it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.harness.support.command import PLUGPROOF, in_process

WRONG = [
    (
        ("--sut", "none.toml"),
        "plugproof ui: --sut none.toml: there is no such file; leave it out, and write one on the page",
    ),
    (("--out", "file"), "plugproof ui: --out file is no folder; choose another"),
    (("--host", "no.such.host.invalid"), "plugproof ui: The host 'no.such.host.invalid' cannot be looked up"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG, ids=[arguments[0] for arguments, _ in WRONG])
def test_what_is_wrong_is_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    (tmp_path / "file").touch()
    done = in_process(tmp_path, monkeypatch, capfd)("ui", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said)
    assert len(done.stderr.splitlines()) == 1


def test_a_port_that_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = in_process(tmp_path, monkeypatch, capfd)("ui", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "choose another with --port" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send to a process on Windows")
def test_the_address_is_printed_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PLUGPROOF, "ui", "--host", "0.0.0.0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert process.stdout.readline() == "Ctrl-C ends it.\n"
        url = said.removeprefix("plugproof ui: ").strip()
        assert "/?token=" in url
        here = httpx.URL(url).copy_with(host="127.0.0.1")
        with httpx.Client(verify=False, timeout=120) as client:
            assert client.get(str(here.copy_with(path="/api/bench", query=b""))).status_code == 401
            page = client.get(here, follow_redirects=True)
            assert (page.status_code, str(page.url.path)) == (200, "/")
            assert "plugproof test bench" in page.text
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert (process.returncode, out, err) == (0, "", "")
