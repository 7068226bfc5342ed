"""`plugproof proxy` as it is typed: between a station and the reference CSMS, its views, exit codes and sentences."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import re
import signal
import socket
import struct
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from csms_core import Csms
from harness.exit_codes import ExitCode
from ocppj.peers import aio
from ocppj.v16 import PROTOCOL
from tests.csms_core.support.bench import BOOT, STATION, default_config, provision
from tests.harness.instruments.proxy.relay.test_bytes import odd_stream, send_in_pieces
from tests.harness.instruments.proxy.support import Wire, agreed, raw_csms, request
from tests.harness.support.command import PLUGPROOF, Command, in_process

PATIENCE = 60


@dataclass
class Running:
    """The command as a process."""

    process: asyncio.subprocess.Process
    url: str
    page: str
    said: list[str]

    async def line(self, part: str) -> str:
        """The next line with a part in it."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while True:
                line = (await self.process.stdout.readline()).decode()
                assert line, f"it has ended: {self.said}"
                self.said.append(line)
                if part in line:
                    return line

    async def interrupted(self) -> int:
        """Ctrl-C; returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        async with asyncio.timeout(PATIENCE):
            out, _ = await self.process.communicate()
        self.said += out.decode().splitlines()
        assert self.process.returncode is not None
        return self.process.returncode


@asynccontextmanager
async def running(folder: Path, *arguments: str) -> AsyncIterator[Running]:
    command = (sys.executable, "-c", PLUGPROOF, "proxy", "--listen", "0", "--http", "0", *arguments)
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    proxy = Running(process, "", "", [])
    try:
        first = await proxy.line("stations connect at")
        found = re.search(r"connect at (\S+)/IDENTITY, .* at (http\S+)", first)
        assert found is not None, first
        proxy.url, proxy.page = found[1], found[2]
        yield proxy
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fault", "code", "rule"), [(None, ExitCode.OK, None), ("double-answer@csms", ExitCode.FAILED, "RPC-13")]
)
async def test_between_a_station_and_the_reference(
    tmp_path: Path, fault: str | None, code: ExitCode, rule: str | None
) -> None:
    options = ["--fail-on", "MUST", *([] if fault is None else ["--fault", fault])]
    async with Csms(default_config(tmp_path)) as csms:
        await provision(csms)
        async with running(tmp_path, "--to", csms.url, "--out", "out", *options) as proxy:
            station = await aio.connect(proxy.url, STATION, protocol=PROTOCOL)
            await station.call("BootNotification", BOOT)
            await station.call("Heartbeat")
            await proxy.line("Heartbeat")
            async with httpx.AsyncClient(base_url=proxy.page, verify=False, timeout=PATIENCE) as client:
                state = (await client.get("/api/state")).json()
                metrics = (await client.get("/metrics")).text
                page = await client.get("/")
                foreign = await client.get("/api/state", headers={"Host": "evil.example"})
            await station.close()
            await proxy.line("closed: ended by the station")
            assert await proxy.interrupted() == code

    assert [each["identity"] for each in state["stations"]] == [STATION]
    assert state["to"] == csms.url
    assert 'ocpp_frames_total{action="BootNotification",kind="call",sender="station"} 1.0' in metrics
    assert page.status_code == 200
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert foreign.status_code == 403
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert summary["messages"]["station"] == 2
    assert [each["rule"] for each in summary["findings"]] == ([] if rule is None else [rule])
    assert any("no rule was broken" in line for line in proxy.said) is (rule is None)
    (trace,) = (tmp_path / "out" / "connections").glob("*.jsonl")
    assert "BootNotification" in trace.read_text("utf-8")


@pytest.mark.asyncio
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "deflate"])
async def test_every_byte_passes_the_process_of_the_relay(tmp_path: Path, compressed: bool) -> None:
    """Its event loop is another one than that of the tests beside this one."""
    up, down = (odd_stream(way, masked=not way, compressed=compressed) for way in range(2))
    asked, answered = request("/CP-1", "X-Odd:  x "), agreed()
    async with raw_csms() as csms, running(tmp_path, "--to", csms.url, "--keep-host", "--quiet") as proxy:
        port = int(proxy.url.rpartition(":")[2])
        station = Wire(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 22))
        sending = asyncio.create_task(send_in_pieces(station, asked + up, 1))
        wire = await csms.next()
        answering = asyncio.create_task(send_in_pieces(wire, answered + down, 2))
        came_up = asyncio.create_task(wire.get(len(asked) + len(up)))

        assert await station.get(len(answered) + len(down)) == answered + down
        assert await came_up == asked + up
        await asyncio.gather(sending, answering)
        station.writer.write_eof()
        assert await wire.rest() == b""
        await wire.close()
        assert await station.rest() == b""
        await station.gone()
        await proxy.line("closed: ended by the")
        assert await proxy.interrupted() == ExitCode.OK


@pytest.mark.asyncio
async def test_a_terminal_is_shown_a_picture(tmp_path: Path) -> None:
    ours, its = os.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    command = (sys.executable, "-c", PLUGPROOF, "proxy", "--listen", "0", "--to", "ws://127.0.0.1:9/ocpp", "--out", "o")
    outside = {name: value for name, value in os.environ.items() if name not in ("CI", "COLUMNS", "NO_COLOR")}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=tmp_path, stdout=its, env={**outside, "TERM": "xterm-256color"}
    )
    os.close(its)
    said = b""
    while b"open of" not in said:
        said += await asyncio.to_thread(os.read, ours, 10_000)
    process.send_signal(signal.SIGTERM)
    with contextlib.suppress(OSError):  # so ends a terminal on Linux
        while piece := await asyncio.to_thread(os.read, ours, 10_000):
            said += piece
    os.close(ours)

    assert await process.wait() == ExitCode.OK
    assert b"0 open of 0" in said
    assert b"0 connections, 0 messages" in said


def child_of(pid: int) -> int:
    """The process that a process has started; on Linux."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()[0])


@pytest.mark.asyncio
@pytest.mark.skipif(sys.platform != "linux", reason="what a process has started is looked up in /proc")
async def test_a_relay_that_has_gone_is_told(tmp_path: Path) -> None:
    async with running(tmp_path, "--to", "ws://127.0.0.1:9/ocpp", "--out", "o") as proxy:
        os.kill(child_of(proxy.process.pid), signal.SIGKILL)
        out, _ = await proxy.process.communicate()

    assert b"the process of the relay has ended by itself, and nothing is passed on" in out
    assert proxy.process.returncode == ExitCode.ERRORS


@pytest.mark.asyncio
async def test_without_a_message_nothing_was_judged(tmp_path: Path) -> None:
    async with running(tmp_path, "--to", "ws://127.0.0.1:9/ocpp", "--fail-on", "unjudged") as proxy:
        assert await proxy.interrupted() == ExitCode.NOTHING_RAN

    (folder,) = (tmp_path / "plugproof-out" / "proxy").iterdir()
    assert (folder / "summary.json").exists()


@pytest.fixture
def plugproof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    return in_process(tmp_path, monkeypatch, capfd, EMPTY="", SECRET="hunter2 and more")


TO = ("--to", "wss://csms.example/ocpp")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "--to is missing: write the endpoint of the CSMS"),
        (("--to", "http://csms.example"), "--to http://csms.example: it begins with ws:// or wss:// and a host"),
        (("--to", "ws://"), "it begins with ws:// or wss:// and a host"),
        (("--to", "ws://h:99999"), "--to ws://h:99999: this is no address"),
        (("--to", "ws://h/ocpp#x"), "an address of WebSocket has no #"),
        (("--to", "ws://h/a b"), "write it percent-encoded"),
        (("--to", "ws://user:hunter2@h/"), "--to has a password in it"),
        ((*TO, "--cert", "a.pem"), "--cert and --key belong together; add --key FILE"),
        ((*TO, "--client-key", "a.pem"), "--client-cert and --client-key belong together; add --client-cert FILE"),
        ((*TO, "--station-ca", "a.pem"), "add --cert FILE and --key FILE"),
        (("--to", "ws://h", "--ca", "a.pem"), "--ca is for TLS, and --to ws://h is without"),
        ((*TO, "--password-env", "SECRET"), "add --user NAME"),
        ((*TO, "--user", "a:b", "--password-env", "SECRET"), "has no colon"),
        ((*TO, "--user", "a"), "add --password-env NAME or --password-file FILE"),
        (
            (*TO, "--user", "a", "--password-env", "EMPTY"),
            "--password-env EMPTY: there is no such environment variable",
        ),
        ((*TO, "--user", "a", "--password-file", "none"), "--password-file none: cannot be read (No such file"),
        ((*TO, "--user", "a", "--password-file", "empty"), "its first line is empty"),
        ((*TO, "--user", "a", "--password-file", "bytes"), "it is no text"),
        ((*TO, "--fault", "drop"), "--fault drop: there is no such fault"),
        ((*TO, "--fail-on", "all"), "--fail-on is MUST, SHOULD or unjudged, not all"),
        ((*TO, "--out", "full"), "--out full: there is something in it already"),
        ((*TO, "--out", "empty/x"), "empty/x cannot be made (Not a directory)"),
    ],
)
def test_a_mistake_is_one_sentence(
    tmp_path: Path, plugproof: Command, arguments: tuple[str, ...], sentence: str
) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\xff")
    (tmp_path / "full" / "x").mkdir(parents=True)
    done = plugproof("proxy", *arguments)

    assert done.returncode == ExitCode.USAGE
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "hunter2" not in done.stdout + done.stderr


def taken() -> tuple[socket.socket, str]:
    sock = socket.create_server(("127.0.0.1", 0))
    return sock, str(sock.getsockname()[1])


@pytest.mark.parametrize("option", ["--listen", "--http"])
def test_a_port_that_is_taken_is_told(plugproof: Command, option: str) -> None:
    sock, port = taken()
    with sock:
        done = plugproof("proxy", "--to", "ws://127.0.0.1:9/", "--listen", "0", option, port)

    assert done.returncode == ExitCode.ERRORS
    assert f"127.0.0.1:{port} cannot be opened: Address already in use; choose another with {option}." in done.stderr


def test_a_certificate_that_cannot_be_read_is_told(tmp_path: Path, plugproof: Command) -> None:
    (tmp_path / "a.pem").write_text("no certificate")
    done = plugproof("proxy", *TO, "--ca", "a.pem")

    assert done.returncode == ExitCode.USAGE
    assert "--ca a.pem: there is no certificate in it; give a PEM file" in done.stderr


def test_a_host_that_is_not_known_is_told(plugproof: Command) -> None:
    done = plugproof("proxy", "--to", "ws://nobody.invalid/", "--listen", "0")

    assert done.returncode == ExitCode.ERRORS
    assert "--to: the host nobody.invalid cannot be looked up" in done.stderr


def test_the_faults_are_listed_as_in_the_docs(plugproof: Command) -> None:
    from tests import ROOT

    done = plugproof("proxy", "--list-faults")

    assert done.returncode == 0
    assert done.stdout in (ROOT / "docs" / "proxy.md").read_text("utf-8")
