"""`plugproof fleet` on a pseudo-terminal: real keys in, real pictures out, and the terminal is given back."""

from __future__ import annotations

import io
import json
import os
import shlex
import sys
import termios
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.console import Console

from simulator.fleet.plan import Plan
from simulator.fleet.processes.part import Part
from simulator.fleet.watching.keys import Keys
from simulator.fleet.watching.screen import Screen, keyboard, lives
from tests import ROOT
from tests.simulator.support.scripted_csms import ScriptedCsms
from tests.simulator.views.terminal.support import terminal

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminal"),
]

FLEET = (sys.executable, "-m", "simulator.fleet.cli.main")
BRIEF = ("--stations", "4", "--ramp", "40/s", "--duration", "1h", "--session-every", "100ms", "--session-length", "1s")
OPENED, CLOSED = b"\x1b[?1049h", b"\x1b[?1049l"


def result(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    jsonschema.validate(found, json.loads((ROOT / "schemas" / "documents" / "fleet.schema.json").read_text("utf-8")))
    return found


@pytest.mark.parametrize("processes", ["1", "2"])
async def test_a_fleet_is_steered_by_keys_and_the_result_says_so(
    csms: ScriptedCsms, tmp_path: Path, processes: str
) -> None:
    file, page = tmp_path / "fleet.json", tmp_path / "page.html"
    arguments = (csms.url, *BRIEF, "--processes", processes, "--json", str(file), "--html", str(page))
    async with terminal(*arguments, command=FLEET) as screen:
        await screen.shows("fleet of 4 stations", "  0 off", "+ - 1 station   p pause drivers   b network off")
        assert screen.raw.count(OPENED) == 1
        await csms.receives("StatusNotification", within=60, status="Charging")
        screen.type("+")
        await screen.shows("1 station more")
        await csms.until(lambda: csms.actions.count("BootNotification") == 5)
        screen.type("p")
        await screen.shows("drivers paused", "no new drivers come", "0 charging  5 online")
        screen.type("b")
        await screen.shows("5 in outage", "the network is off", "b network back")
        screen.type("b")
        await screen.shows("the network of 5 stations back; as many online again as the 5 before")
        screen.type("q")
        assert await screen.ends() == 130
        await screen.shows("INCONCLUSIVE: interrupted after ", "by hand after ")
        assert screen.raw.count(CLOSED) == 1
        assert "Traceback" not in screen.text
        assert termios.tcgetattr(screen.fd) == screen.settings
    found = result(file)
    assert [(one["what"], one["stations"]) for one in found["interventions"]] == [
        ("more stations", 1),
        ("drivers paused", 0),
        ("network lost", 5),
        ("network back", 5),
        ("quit", 0),
    ]
    assert (found["run"]["interrupted"], found["run"]["interrupted_by"]) == (True, "a key")
    assert found["stations"]["accepted"] == 5
    assert "Somebody has steered this run by hand" in page.read_text("utf-8")


async def test_ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_again(csms: ScriptedCsms, tmp_path: Path) -> None:
    file = tmp_path / "fleet.json"
    fleet = shlex.join([*FLEET, csms.url, *BRIEF, "--json", str(file)])
    script = f"set -m; {fleet}; echo stopped $?; read line; fg; echo ended $?"
    async with terminal("-c", script, command=("bash", "--norc")) as screen:
        await screen.shows("fleet of 4 stations", "p pause drivers")
        assert termios.tcgetattr(screen.fd) != screen.settings
        screen.type("\x1a")
        await screen.shows("stopped 148")
        assert (screen.raw.count(OPENED), screen.raw.count(CLOSED)) == (1, 1)
        assert termios.tcgetattr(screen.fd) == screen.settings
        screen.type("\r")
        await screen.shows("fleet of 4 stations", "p pause drivers")
        assert termios.tcgetattr(screen.fd) != screen.settings
        screen.type("p")
        await screen.shows("drivers paused")
        screen.type("\x03")
        await screen.shows("ended 130")
        assert (screen.raw.count(OPENED), screen.raw.count(CLOSED)) == (2, 2)
        assert termios.tcgetattr(screen.fd) == screen.settings
    assert result(file)["run"]["interrupted_by"] == "SIGINT"


async def test_there_is_no_picture_where_nobody_wants_one(csms: ScriptedCsms, tmp_path: Path) -> None:
    arguments = ("--stations", "1", "--duration", "500ms", "--json", str(tmp_path / "fleet.json"), "--quiet")
    async with terminal(csms.url, *arguments, command=FLEET) as screen:
        screen.type("q")
        assert await screen.ends() == 0, "the key means nothing"
        await screen.shows("PASS: ")
        assert OPENED not in screen.raw
    assert result(tmp_path / "fleet.json")["interventions"] == []


class Broken(io.StringIO):
    """A terminal for rich, and for nobody else."""

    def isatty(self) -> bool:
        return True


async def test_a_picture_that_cannot_be_drawn_gives_the_terminal_back_and_the_run_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no paint")

    monkeypatch.setattr("simulator.fleet.watching.screen.draw", broken)
    monkeypatch.setattr("simulator.fleet.watching.screen._is_in_front", lambda _: True)
    master, slave = os.openpty()
    before = termios.tcgetattr(slave)
    console = Console(file=Broken(), force_terminal=True, width=200)
    screen = Screen(console, lambda: Part.empty(Plan("ws://host")), Keys(1, lambda _: True, lambda: None), slave)
    async with screen:
        assert termios.tcgetattr(slave) != before
        assert screen._drawing is not None
        await screen._drawing
        assert termios.tcgetattr(slave) == before
        screen._take()
        assert termios.tcgetattr(slave) == before, "it is not taken again"
    assert isinstance(console.file, Broken)
    said = "the picture could not be drawn any more (RuntimeError: no paint); the run went on"
    assert console.file.getvalue().endswith(f"{said}\n")
    os.close(master)
    os.close(slave)


async def test_the_terminal_is_given_back_when_the_run_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.fleet.watching.screen._is_in_front", lambda _: True)
    master, slave = os.openpty()
    before = termios.tcgetattr(slave)
    console = Console(file=Broken(), force_terminal=True, width=80)
    fleet, keys = Part.empty(Plan("ws://host")), Keys(1, lambda _: True, lambda: None)

    async def fails() -> None:
        async with Screen(console, lambda: fleet, keys, slave):
            assert termios.tcgetattr(slave) != before
            raise RuntimeError("the run")

    with pytest.raises(RuntimeError, match="the run"):
        await fails()
    assert termios.tcgetattr(slave) == before
    assert isinstance(console.file, Broken)
    assert console.file.getvalue().count("\x1b[?1049l") == 1
    os.close(master)
    os.close(slave)


async def test_a_terminal_that_is_not_ours_has_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    master, slave = os.openpty()
    with os.fdopen(slave) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert keyboard() is None, "this process is not in front of it"
        monkeypatch.setattr("simulator.fleet.watching.screen._is_in_front", lambda _: True)
        assert keyboard() == slave
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert keyboard() is None
    os.close(master)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert lives(Console(file=Broken(), force_terminal=True))
    assert not lives(Console(file=io.StringIO(), force_terminal=True)), "colours in a file are no terminal"
    monkeypatch.setenv("TERM", "dumb")
    assert not lives(Console(file=Broken(), force_terminal=True))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("CI", "1")
    assert not lives(Console(file=Broken(), force_terminal=True))
