"""`plugproof fleet` as a user runs it: the table, the JSON, exit codes, sentences, Ctrl-C."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from rich.console import Console

from simulator.fleet import Plan
from simulator.fleet.cli.main import main
from simulator.fleet.counting.standing import Stations
from simulator.fleet.processes.part import Part
from simulator.fleet.report import show
from tests import ROOT
from tests.simulator.support.scripted_csms import ScriptedCsms

SCHEMA = json.loads((ROOT / "schemas" / "documents" / "fleet.schema.json").read_text("utf-8"))

BRIEF = ("--stations", "4", "--ramp", "20/s", "--duration", "1500ms", "--session-every", "100ms")


async def command(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator.fleet.cli.main", *arguments),
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
        "strangers": 0, "let_in": 0,
    }  # fmt: skip
    assert result["connections"] == {
        "attempts": 4,
        "connected": 4,
        "not_connected": 0,
        "lost": 0,
        "turned_away": 0,
        "failures": {},
    }
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
@pytest.mark.parametrize("processes", ["1", "2"])
async def test_a_hopeless_run_ends_early_and_says_by_which_limit(
    csms: ScriptedCsms, tmp_path: Path, processes: str
) -> None:
    csms.answers["StatusNotification"] = {"surplus": 1}
    arguments = ("--stations", "4", "--ramp", "20/s", "--duration", "1h", "--processes", processes)
    machines = ("--junit", str(tmp_path / "junit.xml"), "--csv", str(tmp_path / "load"))
    process = await command(
        *(csms.url, *arguments, *machines, "--json", "-"),
        *("--abort-on", "online <= 3", "--abort-on", "all violations < 1"),
    )
    assert (await outcome(process))[0] == 2, "what grows is no upper limit"

    process = await command(csms.url, *arguments, *machines, "--json", "-", "--abort-on", "all violations < 1")
    code, out, err = await outcome(process)

    result = checked(out)
    assert (code, result["verdict"]) == (1, "FAIL")
    assert (result["run"]["ended_by"], result["run"]["interrupted"]) == ("all violations < 1", False)
    assert ", by --abort-on all violations < 1: violations of all CALLs is " in result["reason"]
    assert '<failure type="FAIL" message="ended early, after ' in (tmp_path / "junit.xml").read_text("utf-8")
    assert sorted(os.listdir(tmp_path)) == [
        "junit.xml",
        "load_actions.csv",
        "load_asked.csv",
        "load_interventions.csv",
        "load_latency.csv",
        "load_timeline.csv",
        "load_violations.csv",
    ]
    assert "for machines: " in err


PROFILE = """
stations = 6
session_every = "0"
tag = ["CARD"]
back_off = false

[[make]]
model = "ac-22kw"
share = "50%"

[[make]]
model = "dc-150kw"
share = "50%"

[[stage]]
name = "ramp"
length = "2s"
change = "at once"

[[stage]]
name = "storm"
length = "2s"
outage = { of = "network", length = "300ms" }
limit = ["recovery < 60s", "lost <= 0"]

[[stage]]
name = "fewer"
length = "2s"
change = "at once"
stations = "50%"
"""


@pytest.mark.asyncio
@pytest.mark.parametrize("processes", ["1", "2"])
async def test_a_profile_is_played_and_its_stages_are_judged(
    csms: ScriptedCsms, tmp_path: Path, processes: str
) -> None:
    (tmp_path / "ours.toml").write_text(PROFILE, "utf-8")
    process = await command(
        *(csms.url, "--profile", str(tmp_path / "ours.toml"), "--stations", "4", "--processes", processes),
        *("--limit", "ramp: BootNotification p50 < 1us", "--json", "-", "--html", str(tmp_path / "page.html")),
    )
    code, out, err = await outcome(process)

    result = checked(out)
    assert (code, result["verdict"]) == (1, "FAIL"), err
    assert {one["limit"]: one["verdict"] for one in result["limits"]} == {
        "ramp: BootNotification p50 < 1us": "FAIL",
        "storm: recovery < 60s": "PASS",
        "storm: lost <= 0": "PASS",
    }
    plan = result["plan"]
    assert (plan["profile"], plan["stations"], plan["ramp_per_s"]) == ("ours", 4, None)
    assert [make["model"] for make in plan["makes"]] == ["ac-22kw", "dc-150kw"]
    assert [stage["name"] for stage in result["stages"]] == ["ramp", "storm", "fewer"]
    assert [stage["stations"]["accepted"] for stage in result["stages"]] == [4, 4, 4]
    assert result["stages"][1]["recovery"]["before"] == 4
    assert result["stages"][2]["stations"]["online"] == 2
    assert csms.connections == 8
    assert "stage storm, 2.0 s: 4 online at the end, " in err
    assert "Load profile" in (tmp_path / "page.html").read_text("utf-8")


@pytest.mark.asyncio
async def test_a_limit_that_is_kept_ends_no_run(csms: ScriptedCsms) -> None:
    process = await command(csms.url, *BRIEF, "--json", "-", "--abort-on", "all errors < 50%")
    code, out, _ = await outcome(process)

    assert (code, checked(out)["run"]["ended_by"]) == (0, None)


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

    assert code == 130
    result = checked(out)
    assert (result["run"]["interrupted"], result["run"]["interrupted_by"]) == (True, "SIGINT")
    assert result["verdict"] == "INCONCLUSIVE"
    assert result["reason"] == f"interrupted after {result['run']['lasted_s']:.1f} s of 3600 s"
    assert f"INCONCLUSIVE: {result['reason']}" in err
    assert result["sessions"]["begun"] == result["sessions"]["over"] == len(csms.payloads("StopTransaction")) > 0
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["http://host"], "http://host is no address of a CSMS; it looks like ws://host:port/path"),
        (["ws://host", "--stations", "0"], "--stations is more than zero, not 0"),
        (
            ["ws://host", "--prometheus", "0"],
            "--prometheus: '0' is no place to listen at; write it as 9464 or 0.0.0.0:",
        ),
        (["ws://host", "--prometheus", "host:99999"], "--prometheus: 'host:99999' is no place to listen at"),
        (["ws://host", "--check", "5"], "--check: '5' is no share; write it as 5% or 100%"),
        (["ws://host", "--check", "101%"], "--check is a share from 0% to 100%, not 101%"),
        (["ws://host", "--processes", "0"], "--processes 0: it is a number from 1 to that of the stations"),
        (["ws://host", "--processes", "11"], "--processes 11: it is a number from 1 to that of the stations"),
        (["ws://host", "--html", "/proc/no/fleet.html"], "--html /proc/no/fleet.html: cannot be written"),
        (["ws://host", "--abort-on", "accepted >= 99%"], "it is an upper limit that ends a run, with < or <="),
        (["ws://host", "--junit", "/proc/no/junit.xml"], "--junit /proc/no/junit.xml: cannot be written"),
        (["ws://host", "--csv", "/proc/no/load"], "--csv /proc/no/load_actions.csv: cannot be written"),
        (["ws://host", "--limit", "all p95 < 1"], 'the limit "all p95 < 1" cannot be read from the end on'),
        (["ws://host", "--config", "Nonsense"], "--config Nonsense: write it as KEY=VALUE"),
        (["ws://host", "--json", "-", "--config", "Nonsense=1"], "Nonsense"),
        (["ws://host", "--auth-key-env", "PLUGPROOF_NO_SUCH"], "there is no such environment variable"),
        (["wss://host", "--ca-file", "/no/such/file"], "--ca-file /no/such/file: cannot be read as PEM"),
        (["ws://host", "--source", "here"], "--source: 'here' is no address; write them as 127.0.0.2,127.0.0.3"),
        (["ws://host", "--source", ""], "--source '': it is empty"),
        (["ws://host", "--source", "192.0.2.1"], "--source: nothing can connect from 192.0.2.1 ("),
        (["ws://host", "--source", "127.0.0.1,127.0.0.1"], "--source: 127.0.0.1 is there twice; leave one of them out"),
        (
            ["ws://host", "--source", ",".join(["127.0.0.1"] * 257)],
            "--source: 257 addresses are too many; give at most 256",
        ),
        (["ws://host", "--ramp", "fast"], "--ramp: 'fast' is no rate; write it as 50/s or 300/m"),
        (["ws://host", "--duration", "5 weeks"], "--duration: '5 weeks' is no duration; write it as 60s, 5m or 1h"),
        (["ws://host", "--json", "/proc/no/file.json"], "--json /proc/no/file.json: cannot be written"),
        (["ws://host", "--stations", "100000000"], "connections; raise 'ulimit -Hn'"),
        (["ws://host", "--tag", ""], "--tag '': it is empty; give a text, or leave it out"),
        (["ws://host", "--tag", "A", "--tag", " "], "--tag ' ': it is empty"),
        (["ws://host", "--tag", "A" * 21], "an idTag has 1 to 20 characters"),
        (["ws://host", "--id-prefix", ""], "--id-prefix '': it is empty"),
        (["ws://host", "--model", ""], "--model '': it is empty"),
        (["ws://host", "--config", ""], "--config '': it is empty"),
        (["ws://host", "--config", "=1"], "--config =1: write it as KEY=VALUE"),
        (["ws://host", "--limit", " "], "--limit ' ': it is empty"),
        (["ws://host", "--json", ""], "--json '': it is empty"),
        (["ws://host", "--html", ""], "--html '': it is empty"),
        (["ws://host", "--html", "/"], "--html /: cannot be written (it is a folder)"),
        (["ws://host", "--auth-key-env", ""], "--auth-key-env '': it is empty"),
        (["wss://host", "--ca-file", ""], "--ca-file '': it is empty"),
        (["ws://host:0"], "ws://host:0 is no address of a CSMS"),
        (["ws://host:99999"], "ws://host:99999 is no address of a CSMS"),
        (["ws://host", "--stations", "-1"], "--stations is more than zero, not -1"),
        (["ws://host", "--connectors", "0"], "--connectors is more than zero, not 0"),
        (["ws://host", "--duration", "0"], "--duration is more than zero, not 0"),
        (["ws://host", "--duration", "nan"], "--duration: 'nan' is no duration"),
        (["ws://host", "--duration", "inf"], "--duration: 'inf' is no duration"),
        (["ws://host", "--duration", "9" * 400], "... is too large a number"),
        (["ws://host", "--duration", "-5s"], "--duration: '-5s' is no duration"),
        (["ws://host", "--duration", ""], "--duration '': it is empty"),
        (["ws://host", "--ramp", "0"], "--ramp is more than zero, not 0"),
        (["ws://host", "--call-timeout", "0s"], "--call-timeout is more than zero, not 0"),
        (["ws://host", "--limit", "acepted >= 9%"], "from 'acepted' at character 1 on: did you mean accepted?"),
        (["ws://host", "--limit", "accepted < 9%"], "accepted means at least so many, with > or >="),
        (["ws://host", "--limit", "lost >= 9%"], "lost means at most so many, with < or <="),
        (["ws://host", "--limit", "online >= 9 s"], "online is a count without a unit, or %"),
        (["ws://host", "--limit", "online >= many"], "a number comes here"),
        (["ws://host", "--limit", "online >= 9 % of"], "the limit ends before it"),
        (["ws://host", "--stationz", "1"], "no such option: --stationz; did you mean --stations"),
        (["ws://host", "--stations", "many"], "'--stations': Input should be a valid integer"),
        ([], "missing argument 'URL'"),
    ],
)
def test_a_mistake_is_one_sentence(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2

    said = capsys.readouterr().err.splitlines()
    assert sentence in said[0]
    assert said[0].startswith("plugproof fleet: ")
    assert said[1:] in ([], ["Try 'plugproof fleet --help'."])


def test_the_time_on_the_screen_begins_with_the_first_station(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter((100.0, 103.0, 104.0, 106.0))
    monkeypatch.setattr(show, "time", SimpleNamespace(monotonic=lambda: next(now)))
    console = Console(file=StringIO(), width=200)
    coming = Part.empty(Plan("ws://127.0.0.1/ocpp", stations=2))
    looks = iter(replace(coming, stations=Stations(switched_on)) for switched_on in (0, 1, 2))
    watch = show.Watch(console, lambda: next(looks))
    for _ in range(3):
        watch.look()

    assert isinstance(console.file, StringIO)
    assert [line.split()[0] for line in console.file.getvalue().splitlines()] == ["0", "1", "3"]


@pytest.mark.asyncio
async def test_stations_that_are_lost_make_a_run_fail_without_any_limit(csms: ScriptedCsms, tmp_path: Path) -> None:
    page = tmp_path / "fleet.html"
    arguments = ("--stations", "3", "--ramp", "100/s", "--duration", "4s", "--session-every", "0", "--html", str(page))
    process = await command(csms.url, *arguments, "--json", "-")
    await csms.until(lambda: csms.actions.count("BootNotification") == 3)
    await csms.stop()
    code, out, err = await outcome(process)

    result = checked(out)
    assert (code, result["verdict"]) == (1, "FAIL")
    assert result["stations"]["lost"] == 3
    last = err.splitlines()[-2:]
    assert last == [
        "FAIL: 3 stations were lost at the end: accepted once, and offline",
        f"for people: {page}",
    ]
    assert "stations: 3 switched on, 3 connected, 3 accepted, 0 online, 0 refused, 3 lost" in err
    assert "3 dropped by the CSMS or the network" in err
    assert "lost at the end" in page.read_text("utf-8")


@pytest.mark.asyncio
async def test_nothing_is_said_after_the_verdict_whatever_the_csms_sends(csms: ScriptedCsms) -> None:
    process = await command(csms.url, "--stations", "2", "--ramp", "50/s", "--duration", "3s", "--json", "-")
    await csms.until(lambda: csms.actions.count("BootNotification") == 2)
    for socket in csms.sockets:
        socket.transport.write(b"\xff\xff\xff\xff")
    code, out, err = await outcome(process)

    assert code in (0, 1)
    problem = "the CSMS sent what is no WebSocket frame: Received frame with invalid opcode=0xf"
    assert checked(out)["problems"][problem] == 2
    assert err.splitlines()[-1].startswith(("PASS: ", "FAIL: "))
    assert "Future exception" not in err
    assert "WS parser error" not in err


@pytest.mark.parametrize("output", ["--json", "--html"])
def test_a_disk_that_is_full_is_one_sentence_and_what_stood_there_is_whole(
    output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("of an earlier run")
    others = ["--json", str(tmp_path / "fleet.json")] if output == "--html" else []

    def full(at: int) -> None:
        if "/.file." in os.readlink(f"/proc/self/fd/{at}"):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("simulator.fleet.report.files.os.fsync", full)
    code = main(["ws://127.0.0.1:9/ocpp", "--stations", "1", "--duration", "50ms", output, str(file), *others])

    assert code == 3
    said = capsys.readouterr().err
    assert said == (
        f"plugproof fleet: {file}: cannot be written (No space left on device); what stood there before is untouched\n"
    )
    assert file.read_text() == "of an earlier run"
    assert sorted(one.name for one in tmp_path.iterdir()) == (["file", "fleet.json"] if others else ["file"])
    if others:
        checked((tmp_path / "fleet.json").read_text("utf-8"))


def test_a_standard_output_that_is_full_is_one_sentence() -> None:
    arguments = [
        sys.executable,
        "-m",
        "simulator.fleet.cli.main",
        "ws://127.0.0.1:9/ocpp",
        "--duration",
        "50ms",
        "--quiet",
    ]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*arguments, "--json", "-"], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )

    assert (done.returncode, done.stderr) == (
        3, "plugproof fleet: the output cannot be written (No space left on device)\n"
    )  # fmt: skip


@pytest.mark.parametrize("arguments", [["--help"], ["ws://host", "--tag", ""], ["--stationz"]])
def test_help_and_a_mistake_are_cheap(arguments: list[str]) -> None:
    program = (
        "import sys; from simulator.fleet.cli.main import main; main(sys.argv[1:]);"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60
    )

    heavy = {"cryptography", "locust", "picows", "uvloop", "websockets"}
    assert heavy & set(done.stderr.splitlines()[-1].split()) == set()
