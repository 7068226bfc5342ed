"""The live view on a pseudo-terminal: real keys in, real bytes out."""

from __future__ import annotations

import asyncio
import io
import os
import re
import signal
import sys
import termios
from contextlib import redirect_stdout

import pytest
from rich.console import Console

from simulator import Station
from simulator.v16.faults import CATALOGUE
from simulator.views.record import Record
from simulator.views.terminal.live import Said, Screen
from tests.simulator.support.scripted_csms import ScriptedCsms
from tests.simulator.views.terminal.support import terminal

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminal"),
]


async def test_a_session_is_typed_and_shown(csms: ScriptedCsms) -> None:
    async with terminal(csms.url, "--connectors", "2", "--api-port", "0", columns=120, rows=40) as screen:
        await screen.shows("CP1  plugproof Simulator", "online, Accepted", "api ", "help names the commands")
        assert len(screen.rows) == 40
        assert screen.raw.startswith(b"\x1b[?1049h")
        screen.type("plug 1\r")
        await screen.shows("plug_in 1: done", "1  Preparing  in ")
        screen.type("presen TAG-1\r")
        await screen.shows("present TAG-1: done", "1  Charging ", "locked", "11.0 kW", "-> CALL   StartTransaction {")
        screen.type("raise_fault 2 grou\t")
        await screen.shows("> raise_fault 2 GroundFailure ")
        screen.type("\r")
        await screen.shows("2  Faulted (GroundFailure)")
        screen.type("plug 1\r")
        await screen.shows("plug_in: connector 1 already has a cable; unplug it first")
        screen.type("res\t")
        await screen.shows("resume_ev  restore_power  restore_network")
        screen.type("\x15help\r")
        await screen.shows("Commands; the beginning of a word is enough", "Enter goes back")
        assert "CP1  plugproof" not in screen.text
        screen.type("\x1b")
        await screen.shows("CP1  plugproof Simulator")
        screen.resize(60, 20)
        await screen.shows("2  Faulted (Gro…")
        assert (len(screen.rows), max(map(len, screen.rows))) == (20, 60)
        screen.type("quit\r")
        assert await screen.ends() == 0
        assert screen.raw.rstrip().endswith(b"\x1b[?1049l")
        assert termios.tcgetattr(screen.fd) == screen.settings
    assert csms.payloads("StartTransaction")[0]["idTag"] == "TAG-1"


async def test_ctrl_c_ends_cleanly_and_no_color_is_respected(csms: ScriptedCsms) -> None:
    async with terminal(csms.url, environment={"NO_COLOR": "1"}) as screen:
        await screen.shows("online, Accepted")
        screen.type("\x03")
        assert await screen.ends() == 0
        styles = {int(code) for found in re.findall(rb"\x1b\[([0-9;]+)m", screen.raw) for code in found.split(b";")}
        assert styles
        assert not any(30 <= code <= 49 or 90 <= code <= 107 for code in styles)
        assert screen.raw.rstrip().endswith(b"\x1b[?1049l")
    await csms.until(lambda: csms.peer is None)


async def test_what_cannot_be_reached_is_a_sentence_below_the_shell_s_prompt(csms: ScriptedCsms) -> None:
    url = csms.url
    await csms.stop()
    async with terminal(url) as screen:
        assert await screen.ends() == 3
        await screen.shows(f"plugproof station: {url}/CP1: the connection was refused")
        assert b"\x1b[?1049l" in screen.raw
        assert "Traceback" not in screen.text


async def test_lines_where_no_live_view_is_possible(csms: ScriptedCsms) -> None:
    async with terminal(csms.url, environment={"TERM": "dumb"}) as screen:
        await screen.shows("accepted by the CSMS")
        screen.type("plug 1\n")
        await screen.shows("command       plug_in 1: done")
        screen.type("\x04")  # the end of stdin, which ends nothing
        await csms.call("ChangeAvailability", connectorId=1, type="Inoperative")
        await screen.shows("connector 1 is Unavailable")
        screen.process.send_signal(signal.SIGTERM)
        assert await screen.ends() == 0
        assert b"\x1b[" not in screen.raw


async def test_a_picture_that_cannot_be_drawn_ends_the_view_and_says_why(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no paint")

    monkeypatch.setattr("simulator.views.terminal.live.draw", broken)
    ended = asyncio.Event()
    master, slave = os.openpty()
    screen = Screen(Record(station, CATALOGUE), Console(file=io.StringIO()), ended.set)
    screen.open(slave)
    await ended.wait()
    with pytest.raises(RuntimeError, match="no paint"):
        await screen.close()
    os.close(master)
    os.close(slave)


async def test_what_others_print_is_an_event(station: Station) -> None:
    record = Record(station, CATALOGUE)
    with redirect_stdout(Said(record)):
        print("one")
        print("two\nthree", end="")

    assert [(one.kind, one.text) for one in record.events()] == [("output", "one"), ("output", "two")]
