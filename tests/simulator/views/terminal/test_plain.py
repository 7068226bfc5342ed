"""Commands from stdin where there is no terminal: a pipe, a file, nothing at all."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from simulator.views.terminal import options as terminal_options
from tests import ROOT
from tests.simulator.options.reading import station_options
from tests.simulator.support.scripted_csms import ScriptedCsms

pytestmark = pytest.mark.asyncio

SCRIPT = ["--script", "scenario.py"]


@asynccontextmanager
async def piped(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator.cli.main", *arguments),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(30):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_a_pipe_is_carried_out_line_by_line(csms: ScriptedCsms) -> None:
    lines = "plug_in 1\n\npresent TAG-1\nplug_in 1\nhelp plug_in\nunplug 1\ndata \x1b[2J\nquit"  # no end of line
    csms.answers["DataTransfer"] = {"status": "Accepted"}
    csms.excused = {"VAL-06"}  # the vendorId that was typed is sent as it is
    async with piped(csms.url, "--retry") as process:
        out, err = await process.communicate(lines.encode())

    assert (process.returncode, err) == (0, b"")
    assert out.index(b"accepted by the CSMS") < out.index(b"command")
    said = [line.split(maxsplit=2)[2] for line in out.decode().splitlines() if line.split()[1] == "command"]
    assert said == [
        "plug_in 1: done",
        "present TAG-1: done",
        "plug_in: connector 1 already has a cable; unplug it first",
        "plug_in CONNECTOR",
        "Put the cable in, at the vehicle and at the station.",
        "CONNECTOR is number of the connector, from 1; for faults 0 is the whole station",
        "unplug 1: done",
        'data_transfer ·[2J: {"status": "Accepted"}',
        "the station is switched off",
    ]
    assert [one["idTag"] for one in csms.payloads("StartTransaction")] == ["TAG-1"]


async def test_the_end_of_stdin_ends_nothing(csms: ScriptedCsms) -> None:
    async with piped(csms.url) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"plug_in 1\n")
        process.stdin.close()
        line = b"?"
        while line and b"plug_in 1: done" not in line:
            line = await process.stdout.readline()
        assert line, "the station has ended"
        assert (await csms.call("GetLocalListVersion"))["listVersion"] == 0
        assert process.returncode is None
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()
        code = await process.wait()

    assert (code, err) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "expected"), [([], "live"), (["--plain"], "commands"), (["--session"], "lines"), (SCRIPT, "lines")]
)
async def test_which_way_a_station_is_shown(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], expected: str
) -> None:
    given = station_options("ws://127.0.0.1:1/ocpp", *arguments)
    monkeypatch.setattr(terminal_options, "_has_terminal", lambda: True)
    assert terminal_options.way(given) == expected
    monkeypatch.setattr(sys, "stdin", None)
    assert terminal_options.way(given) == "lines"
