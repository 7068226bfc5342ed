"""`plugproof analyze`: what it tells, what it writes, and how it ends."""

import contextlib
import gzip
import io
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from jsonschema import Draft202012Validator

from csms_core import Csms
from harness.cli.commands import analyze
from harness.instruments.analysis import reading
from harness.instruments.analysis.judging import Judge
from harness.instruments.analysis.logs import Log
from harness.instruments.analysis.report import document
from harness.instruments.analysis.shapes.model import Entry
from ocppj.evidence.trace import DIRECTION
from ocppj.session.session import Seen
from simulator import Station, VirtualClock
from tests import ROOT
from tests.csms_core.support.bench import STATION, default_config, provision
from tests.harness.instruments.analysis.support import LOGS, boot, iso, rules
from tests.harness.support.command import Command, in_process

SCHEMA = json.loads((ROOT / "schemas" / "documents" / "analysis.schema.json").read_text("utf-8"))
JUNIT = xmlschema.XMLSchema(ROOT / "tests" / "reports" / "ci" / "schemas" / "junit-10.xsd")
PLAIN = str(LOGS / "plain.log")


@pytest.fixture
def plugproof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    return in_process(tmp_path, monkeypatch, capfd, COLUMNS="200")


def log(folder: Path, *texts: str, name: str = "x.log") -> str:
    """A log of a station with a boot, and these frames of the station behind it, ten seconds apart."""
    said = [(at, who, text) for at, who, text in boot()]
    said += [(10.0 * number, "station", text) for number, text in enumerate(texts, 1)]
    lines = [
        f"[{iso(at)}] CP-1 {'station->csms' if who == 'station' else 'csms->station'} {text}" for at, who, text in said
    ]
    (folder / name).write_text("\n".join(lines) + "\n")
    return name


def status(id: str, timestamp: str) -> str:
    """A StatusNotification with a time of its own."""
    payload = {"connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": timestamp}
    return json.dumps([2, id, "StatusNotification", payload])


MUST = '[2,"m","Bogus",{}]'
SHOULD = status("s", "2031-01-01T00:00:00Z")
INFO = status("i", "2030-03-14T09:00:00+01:00")


def test_a_log_that_breaks_nothing(plugproof: Command) -> None:
    done = plugproof("analyze", PLAIN)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("No rule is broken in 12 frames of 1 station\n")
    assert f"{PLAIN}: lines of time, station, direction and frame (plain), by 100% of its first lines" in done.stdout
    assert "1 transaction, 1 from start to stop, none with a remark; 0.366 kWh." in done.stdout


def test_first_and_worst_are_told(plugproof: Command, tmp_path: Path) -> None:
    done = plugproof("analyze", log(tmp_path, MUST, SHOULD))

    assert done.returncode == 0
    assert re.search(r"RPC-08 MUST 1 time by the station, at 1 station", done.stdout)
    assert re.search(r"first x\.log:3 2030-03-14T08:00:10\.000Z CP-1: ", done.stdout)
    assert done.stdout.index("RPC-08 MUST") < done.stdout.index("VAL-04 SHOULD")


@pytest.mark.parametrize(
    ("texts", "wishes", "code"),
    [
        ([MUST], [], 0),
        ([MUST], ["MUST"], 1),
        ([MUST], ["SHOULD"], 1),
        ([SHOULD], ["MUST"], 0),
        ([SHOULD], ["SHOULD"], 1),
        ([INFO], ["SHOULD"], 0),
        ([INFO], ["INFO"], 1),
        ([], ["INFO", "unread", "transaction"], 0),
    ],
)
def test_fail_on_a_level(texts: list[str], wishes: list[str], code: int, plugproof: Command, tmp_path: Path) -> None:
    options = [part for wish in wishes for part in ("--fail-on", wish)]

    assert plugproof("analyze", log(tmp_path, *texts), *options).returncode == code


def test_fail_on_what_could_not_be_read(plugproof: Command, tmp_path: Path) -> None:
    name = log(tmp_path)
    (tmp_path / name).write_text((tmp_path / name).read_text() + 'a chatty line about [2,"x","Heartbeat",{}]\n')

    assert plugproof("analyze", name, "--fail-on", "MUST").returncode == 0
    done = plugproof("analyze", name, "--fail-on", "unread")
    assert done.returncode == 1
    assert "1 line: no frame of this shape" in done.stdout
    assert "3: a chatty line about [2," in done.stdout


def test_fail_on_a_remark_on_a_transaction(plugproof: Command, tmp_path: Path) -> None:
    stop = json.dumps([2, "t", "StopTransaction", {"transactionId": 5, "meterStop": 7, "timestamp": iso(10)}])

    done = plugproof("analyze", log(tmp_path, stop), "--fail-on", "transaction")
    assert done.returncode == 1
    assert "no-start" in done.stdout


def test_the_files(plugproof: Command, tmp_path: Path) -> None:
    done = plugproof("analyze", log(tmp_path, MUST), PLAIN, "--out", "out", "--fail-on", "MUST")

    assert done.returncode == 1
    out = tmp_path / "out"
    assert {file.name for file in out.iterdir()} == set(analyze.FILES)
    found = json.loads((out / "analysis.json").read_text())
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(found)] == []
    assert [one["log"] for one in found["logs"]] == ["x.log", PLAIN]
    assert JUNIT.is_valid(str(out / "junit.xml"))
    assert (out / "junit.xml").read_text().count("<failure ") == sum(one["level"] == "MUST" for one in found["rules"])
    assert "<h1" in (out / "analysis.html").read_text()
    (transaction,) = map(json.loads, (out / "transactions.jsonl").read_text().splitlines())
    assert transaction == found["transactions"]["listed"][0]


def test_a_masked_copy(plugproof: Command, tmp_path: Path) -> None:
    assert plugproof("analyze", PLAIN, "--mask", "shared.jsonl").returncode == 0
    text = (tmp_path / "shared.jsonl").read_text()

    assert "CP-0815" not in text
    assert "04A2BC19" not in text
    done = plugproof("analyze", "shared.jsonl", "--fail-on", "INFO", "--fail-on", "transaction")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "No rule is broken in 12 frames of 1 station")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.log"], "nowhere.log: there is no such file; name a log, or - for standard input"),
        (["x.log", "--format", "steev"], "--format is auto, trace, "),
        (["x.log", "--ocpp", "1.5"], "--ocpp is 1.6 or 2.0.1, not 1.5"),
        (["x.log", "--errata", "2017"], "--errata is a level of connection.errata, such as 2019 or 2025-04, not 2017"),
        (["x.log", "--zone", "CET"], "--zone is an offset from UTC such as +02:00, or UTC, not CET"),
        (["x.log", "--key", "frame=x"], "--key is NAME=MEMBER with station, direction, message or time as the name"),
        (["x.log", "--fail-on", "must"], "--fail-on is MUST, SHOULD, INFO, unread or transaction, not must"),
        (["-", "-"], "- stands for standard input, which can be read once only; name it once"),
        (["x.log", "--mask", "x.log"], "--mask x.log: that is a log to read, and would be overwritten"),
        (["diary.txt"], "diary.txt: no format that is known fits (it begins with 'dear diary'); name it with --format"),
        (["x.log", "--out", "x.log/out"], "--out x.log/out: cannot be written (Not a directory); name another folder"),
    ],
)
def test_mistakes_are_one_sentence(arguments: list[str], said: str, plugproof: Command, tmp_path: Path) -> None:
    log(tmp_path)
    (tmp_path / "diary.txt").write_text("dear diary\n")
    done = plugproof("analyze", *arguments)

    assert done.returncode == 2
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("zone", ["+01:00", "+0100", "UTC", "-03:30"])
def test_zones_that_are_taken(zone: str, plugproof: Command, tmp_path: Path) -> None:
    assert plugproof("analyze", log(tmp_path), "--zone", zone, "--out", "out").returncode == 0
    told = json.loads((tmp_path / "out" / "analysis.json").read_text())
    assert (told["zone"], told["zone_told"]) == ({"+0100": "+01:00", "UTC": "+00:00"}.get(zone, zone), True)


def test_the_folder_of_a_run_is_its_traces(plugproof: Command) -> None:
    done = plugproof("analyze", str(ROOT / "tests" / "reports" / "sample"), "--fail-on", "unread")

    assert done.returncode == 0
    assert done.stdout.count("trace of plugproof (trace)") == len(list((ROOT / "tests/reports/sample/cases").iterdir()))
    assert re.match(r"\d+ MUST.* in \d+ frames of \d+ stations", done.stdout)


def test_a_folder_of_something_else(plugproof: Command, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    done = plugproof("analyze", "logs")

    assert (done.returncode, done.stderr) == (2, "logs: is a folder without the traces of a run; name its logs\n")


def test_a_log_without_a_frame(plugproof: Command, tmp_path: Path) -> None:
    (tmp_path / "empty.log").write_text("nothing of interest\n")
    done = plugproof("analyze", "empty.log", "--format", "steve")

    assert done.returncode == 5
    assert done.stdout.startswith("No frame was judged\n")
    assert "1: nothing of interest" in done.stdout


def test_a_log_that_is_cut(plugproof: Command, tmp_path: Path) -> None:
    (tmp_path / "x.gz").write_bytes(gzip.compress(Path(PLAIN).read_bytes())[:-12])
    done = plugproof("analyze", "x.gz", "--format", "plain")

    assert done.returncode == 3
    assert "it ends in the middle of itself" in done.stdout


def test_ctrl_c_tells_what_was_read(plugproof: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judged = 0
    take = Judge.take

    def interrupted(self: Judge, part: Any) -> Any:
        nonlocal judged
        judged += 1
        if judged == 6:
            raise KeyboardInterrupt
        return take(self, part)

    monkeypatch.setattr(Judge, "take", interrupted)
    done = plugproof("analyze", PLAIN, "--out", "out")

    assert done.returncode == 130
    assert "The analysis was interrupted: this is what was read until then." in done.stdout
    assert json.loads((tmp_path / "out" / "analysis.json").read_text())["totals"]["frames"] == 4


def test_a_disk_that_is_full(plugproof: Command, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "analysis.json").mkdir()
    done = plugproof("analyze", PLAIN, "--out", "out")

    assert done.returncode == 3
    assert re.search(r"analysis\.json: cannot be written", done.stderr)


def test_progress_in_lines_where_nobody_looks(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analyze, "STEP", 256)
    progress = analyze._Lines()
    opened = Log(PLAIN)
    progress(opened)
    monkeypatch.setattr(type(opened), "done", property(lambda self: 1_600))
    progress(opened)
    progress(opened)
    opened.close()

    assert capfd.readouterr().err == f"{PLAIN}: 0 of 0 MiB read\n" * (opened.size // 256 < 1_600 // 256)  # type: ignore[operator]


def test_progress_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal)
    opened = Log(PLAIN)
    with analyze._progress((PLAIN,)) as progress:
        progress(opened)
    opened.close()

    assert "plain.log" in terminal.getvalue()
    assert "kB" in terminal.getvalue()


def test_standard_input_in_a_process(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from harness.cli import main; sys.argv[0] = 'plugproof'; main()",
            "analyze",
            "-",
        ],
        input=Path(PLAIN).read_bytes(),
        capture_output=True,
        cwd=tmp_path,
        timeout=120,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().splitlines()[2].startswith("standard input: lines of time, station, direction")


@pytest.mark.asyncio
async def test_the_reference_and_the_simulator_break_nothing(tmp_path: Path) -> None:
    """Over a real socket; the log is what the station saw, written and read as plain lines."""
    lines: list[str] = []
    clock = VirtualClock()

    def observe(seen: Seen) -> None:
        lines.append(f"[{time.time():.6f}] {STATION} {DIRECTION[seen.sender]} {seen.frame.raw}")

    async with Csms(default_config(tmp_path)) as csms, contextlib.AsyncExitStack() as stack:
        await provision(csms)
        station = Station(csms.url, id=STATION, connectors=2, clock=clock, observer=observe)
        await stack.enter_async_context(station)
        await clock.settle()
        await station.plug_in(1)
        await station.present("GOOD")
        await clock.advance(2)
        await station.present("GOOD")
        await station.unplug(1)
        await clock.settle()
    (tmp_path / "seen.log").write_text("\n".join(lines) + "\n")
    judge, logs = Judge(), list[reading.LogRead]()
    reading.read(str(tmp_path / "seen.log"), judge, into=logs)
    judge.finish()
    found = document(judge, logs)

    assert logs[0].frames == len(lines) > 15
    assert found["totals"]["findings"]["MUST"] == 0
    assert rules(found) == {}
    assert [one["remarks"] for one in found["transactions"]["listed"]] == [[]]


def test_the_document_keeps_to_its_schema_in_every_corner() -> None:
    judge = Judge()
    judge.begin("log", "log")
    for line, text in enumerate(["", "[", '[2,"a","Heartbeat",{}]', '[2,"a","Heartbeat",null]', '[4,"a","X",1,2]'], 1):
        judge.take(Entry(line, text, None, "station", 1e11 * line, bool(line % 2)))
    judge.finish()
    found = document(judge, [])

    assert found["rules"]
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(found)] == []
