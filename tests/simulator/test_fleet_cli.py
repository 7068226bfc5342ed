"""`plugproof fleet` as a user runs it: the table, the JSON, exit codes, sentences, Ctrl-C."""

import asyncio
import json
import signal
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from rich.console import Console

from simulator.fleet import Plan, show
from simulator.fleet.cli import main
from simulator.fleet.part import Part
from simulator.fleet.standing import Stations
from tests.simulator.scripted_csms import ScriptedCsms

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "schemas" / "fleet.schema.json").read_text("utf-8"))

BRIEF = ("--stations", "4", "--ramp", "20/s", "--duration", "1500ms", "--session-every", "100ms")


async def command(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator.fleet.cli", *arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def outcome(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    async with asyncio.timeout(40):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


def checked(text: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(text)
    jsonschema.validate(result, SCHEMA)
    return result


@pytest.mark.asyncio
async def test_a_run_prints_its_table_writes_its_figures_and_ends_with_0(csms: ScriptedCsms, tmp_path: Path) -> None:
    file = tmp_path / "new" / "fleet.json"
    arguments = [*BRIEF, "--session-length", "1s", "--seed", "3", "--tag", "CARD", "--json", str(file)]
    process = await command(csms.url, *arguments, "--limit", "Authorize p95 < 1m", "--limit", "Authorize p95 < 60s")
    code, _, err = await outcome(process)
    assert code == 2, "a minute is no unit"

    code, out, err = await outcome(await command(csms.url, *arguments, "--limit", "Authorize p95 < 60 s"))

    assert (code, err) == (0, "")
    result = checked(file.read_text("utf-8"))
    assert result["verdict"] == "PASS"
    assert result["limits"][0]["verdict"] == "PASS"
    assert (result["plan"]["seed"], result["plan"]["stations"]) == (3, 4)
    assert result["stations"] == {
        "switched_on": 4, "connected": 4, "accepted": 4, "online": 4, "refused": 0, "lost": 0, "coming": 0,
    }  # fmt: skip
    assert result["connections"] == {"attempts": 4, "connected": 4, "not_connected": 0, "lost": 0, "failures": {}}
    assert result["sessions"]["begun"] == result["sessions"]["over"] > 0
    assert result["messages"]["sent"] == result["messages"]["received"] == result["all"]["sent"] == len(csms.received)
    assert {payload["idTag"] for payload in csms.payloads("StartTransaction")} == {"CARD"}
    lines = out.splitlines()
    assert lines[0].split() == [
        "action",
        "sent",
        "errors",
        "violations",
        "p50",
        "ms",
        "p95",
        "ms",
        "p99",
        "ms",
        "max",
        "ms",
    ]
    assert any(line.startswith("BootNotification ") for line in lines)
    assert "PASS: 1 limit kept; of 4 stations 4 accepted, all online at the end" in lines
    assert "stations: 4 switched on, 4 connected, 4 accepted, 4 online, 0 refused, 0 lost" in lines


@pytest.mark.asyncio
async def test_a_broken_limit_ends_with_1_and_says_by_how_much(csms: ScriptedCsms) -> None:
    process = await command(csms.url, *BRIEF, "--json", "-", "--limit", "BootNotification p50 < 1us")
    code, out, err = await outcome(process)

    assert code == 1
    result = checked(out)
    assert result["verdict"] == "FAIL"
    assert "FAIL: p50 of BootNotification is " in err


@pytest.mark.asyncio
async def test_violations_of_the_csms_can_be_a_limit(csms: ScriptedCsms) -> None:
    csms.answers["StatusNotification"] = {"surplus": 1}
    process = await command(csms.url, *BRIEF, "--json", "-", "--limit", "all violations <= 0")
    code, out, err = await outcome(process)

    assert code == 1
    result = checked(out)
    assert {(one["party"], one["action"]) for one in result["violations"]} == {("csms", "StatusNotification")}
    assert result["violations"][0]["count"] == result["actions"]["StatusNotification"]["invalid"]
    assert "violation: " in err


@pytest.mark.asyncio
async def test_what_was_never_measured_is_not_kept(csms: ScriptedCsms) -> None:
    process = await command(csms.url, *BRIEF, "--json", "-", "--limit", "DataTransfer p95 < 1s")
    code, out, _ = await outcome(process)

    assert (code, checked(out)["verdict"]) == (3, "INCONCLUSIVE")


@pytest.mark.asyncio
async def test_a_csms_that_is_not_there_is_named(csms: ScriptedCsms) -> None:
    url = csms.url
    await csms.stop()
    code, out, err = await outcome(await command(url, "--duration", "300ms", "--json", "-"))

    assert code == 3
    result = checked(out)
    assert result["reason"].startswith("no station was ever connected; ")
    assert " attempts to connect failed, most often: the connection was refused" in result["reason"]
    assert sum(result["connections"]["failures"].values()) == result["connections"]["not_connected"] > 0
    assert result["all"]["milliseconds"] is None
    assert "Traceback" not in err


@pytest.mark.asyncio
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a child process")
async def test_ctrl_c_ends_the_run_orderly_with_the_figures_so_far(csms: ScriptedCsms) -> None:
    arguments = ("--stations", "2", "--ramp", "20/s", "--duration", "1h", "--session-every", "100ms", "--json", "-")
    process = await command(csms.url, *arguments, "--session-length", "1s")
    try:
        await csms.receives("StatusNotification", within=60, status="Charging")
    finally:
        process.send_signal(signal.SIGINT)
    code, out, err = await outcome(process)

    assert code == 0
    result = checked(out)
    assert result["run"]["interrupted"] is True
    assert result["sessions"]["begun"] == result["sessions"]["over"] == len(csms.payloads("StopTransaction")) > 0
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["http://host"], "http://host is no address of a CSMS; it looks like ws://host:port/path"),
        (["ws://host", "--stations", "0"], "--stations is more than zero, not 0"),
        (["ws://host", "--processes", "0"], "--processes 0: it is a number from 1 to that of the stations"),
        (["ws://host", "--processes", "11"], "--processes 11: it is a number from 1 to that of the stations"),
        (["ws://host", "--html", "/proc/no/fleet.html"], "--html /proc/no/fleet.html: cannot be written"),
        (["ws://host", "--limit", "all p95 < 1"], 'the limit "all p95 < 1" cannot be read from the end on'),
        (["ws://host", "--config", "Nonsense"], "--config Nonsense: write it as KEY=VALUE"),
        (["ws://host", "--json", "-", "--config", "Nonsense=1"], "Nonsense"),
        (["ws://host", "--auth-key-env", "PLUGPROOF_NO_SUCH"], "there is no such environment variable"),
        (["wss://host", "--ca-file", "/no/such/file"], "--ca-file /no/such/file: cannot be read as PEM"),
        (["ws://host", "--ramp", "fast"], "'fast' is no rate; write it as 50/s or 300/m"),
        (["ws://host", "--duration", "5 weeks"], "'5 weeks' is no duration; write it as 60s, 5m or 1h"),
        (["ws://host", "--json", "/proc/no/file.json"], "--json /proc/no/file.json: cannot be written"),
        (["ws://host", "--stations", "100000000"], "connections; raise 'ulimit -Hn'"),
    ],
)
def test_a_mistake_is_one_sentence(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2

    said = capsys.readouterr().err.splitlines()
    assert sentence in said[-1]
    assert said[-1].startswith("plugproof fleet: ")


def test_the_time_on_the_screen_begins_with_the_first_station(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter((100.0, 103.0, 104.0, 106.0))
    monkeypatch.setattr(show, "time", SimpleNamespace(monotonic=lambda: next(now)))
    console = Console(file=StringIO(), width=200)
    watch = show.Watch(console, live=False)
    coming = Part.empty(Plan("ws://127.0.0.1/ocpp", stations=2))
    for switched_on in (0, 1, 2):
        watch.look(replace(coming, stations=Stations(switched_on)))

    assert isinstance(console.file, StringIO)
    assert [line.split()[0] for line in console.file.getvalue().splitlines()] == ["0", "1", "3"]
