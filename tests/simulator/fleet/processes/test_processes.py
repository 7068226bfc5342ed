"""`plugproof fleet --processes`: the same stations, one result, and nothing that is left running."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import pytest

from simulator.fleet.counting.standing import Stations
from simulator.fleet.counting.tally import Tally
from simulator.fleet.counting.timeline import Timeline
from simulator.fleet.counting.violations import Violation
from simulator.fleet.plan import Plan
from simulator.fleet.processes.part import Part, together
from simulator.fleet.processes.processes import ProcessDied, Processes
from tests import ROOT
from tests.simulator.support.scripted_csms import ScriptedCsms

SCHEMA = json.loads((ROOT / "schemas" / "documents" / "fleet.schema.json").read_text("utf-8"))
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the processes of a process are read from /proc")
PATIENCE = 60.0
"""Seconds for what takes one where nobody else is at work."""

ENDLESS = ("--stations", "4", "--processes", "2", "--ramp", "40/s", "--duration", "1h", "--session-every", "100ms")


@asynccontextmanager
async def command(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The command; a test that fails leaves none behind."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator.fleet.cli.main", *arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def outcome(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


class Children:
    """The processes of a fleet, held so that their end is seen."""

    def __init__(self, parent: int) -> None:
        text = Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii")
        self.pids = [int(pid) for pid in text.split()]
        self._held = [os.pidfd_open(pid) for pid in self.pids]

    async def gone(self) -> None:
        """All have ended."""
        loop = asyncio.get_running_loop()
        for held in self._held:
            ended = asyncio.Event()
            loop.add_reader(held, ended.set)
            async with asyncio.timeout(PATIENCE):
                await ended.wait()
            loop.remove_reader(held)
            os.close(held)


@pytest.mark.asyncio
async def test_the_processes_import_nothing_from_the_folder_they_are_in(csms: ScriptedCsms, tmp_path: Path) -> None:
    for name in ("schemas", "simulator", "queue"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"raise SystemExit('imported {name}')")
    brief = ("--stations", "2", "--processes", "2", "--ramp", "20/s", "--duration", "500ms")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "simulator.fleet.cli.main", csms.url, *brief),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    code, out, err = await outcome(process)

    assert code == 0, out + err


@pytest.mark.asyncio
async def test_two_processes_are_one_fleet_with_one_result(csms: ScriptedCsms, tmp_path: Path) -> None:
    limits = ("--limit", "BootNotification p99 < 60s", "--limit", "all errors <= 0")
    brief = ("--stations", "5", "--ramp", "20/s", "--duration", "1500ms", "--session-every", "100ms", "--html")
    arguments = (*brief, str(tmp_path / "fleet.html"), "--session-length", "1s", "--json", "-", *limits)
    async with command(csms.url, *arguments, "--processes", "2") as process:
        code, out, err = await outcome(process)

    assert code == 0, err
    result: dict[str, Any] = json.loads(out)
    jsonschema.validate(result, SCHEMA)
    assert sorted(csms.paths) == [f"/ocpp/FLEET-{number:05d}" for number in range(1, 6)]
    assert result["process"]["processes"] == 2
    assert result["stations"] == {
        "switched_on": 5, "connected": 5, "accepted": 5, "online": 5, "refused": 0, "lost": 0, "coming": 0,
        "strangers": 0, "let_in": 0,
    }  # fmt: skip
    assert result["connections"] == {
        "attempts": 5,
        "connected": 5,
        "not_connected": 0,
        "lost": 0,
        "turned_away": 0,
        "failures": {},
    }
    assert result["all"]["sent"] == result["all"]["answered"] == result["messages"]["received"] == len(csms.received)
    assert result["all"]["exact"] is True
    assert result["sessions"]["begun"] == result["sessions"]["over"] == len(csms.payloads("StopTransaction")) > 0
    assert [limit["verdict"] for limit in result["limits"]] == ["PASS", "PASS"]
    assert result["timeline"][0]["messages"] > 0
    assert result["timeline"][-1]["online"] == 5
    assert "2 processes: " in err
    assert "PASS</span> fleet of 5 stations" in (tmp_path / "fleet.html").read_text("utf-8")


@LINUX
@pytest.mark.asyncio
async def test_when_one_process_dies_the_others_end_and_a_sentence_says_so(csms: ScriptedCsms) -> None:
    async with command(csms.url, *ENDLESS, "--json", "-") as process:
        await csms.receives("StatusNotification", within=PATIENCE, status="Charging")
        children = Children(process.pid)
        assert len(children.pids) == 2
        os.kill(children.pids[1], signal.SIGKILL)
        code, out, err = await outcome(process)
        await children.gone()

    assert (code, out) == (3, "")
    sentence = " of 2 was ended by signal 9 in the middle of the run; its stations are lost"
    assert err.splitlines()[-1].startswith("plugproof fleet: process ")
    assert err.splitlines()[-1].endswith(sentence)
    assert "Traceback" not in err


@LINUX
@pytest.mark.asyncio
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_all_processes_orderly(csms: ScriptedCsms, number: signal.Signals) -> None:
    patient = ("--grace", f"{PATIENCE:g}s")  # what is under way is delivered, however slow this machine is
    async with command(csms.url, *ENDLESS, "--session-length", "1s", *patient, "--json", "-") as process:
        await csms.receives("StatusNotification", within=PATIENCE, status="Charging")
        children = Children(process.pid)
        for pid in (process.pid, *children.pids):  # as a terminal or a service manager does: all of the group
            os.kill(pid, number)
        code, out, err = await outcome(process)
        await children.gone()

    assert code == 130, err
    result = json.loads(out)
    jsonschema.validate(result, SCHEMA)
    assert (result["run"]["interrupted"], result["run"]["interrupted_by"]) == (True, number.name)
    assert result["reason"] == f"interrupted after {result['run']['lasted_s']:.1f} s of 3600 s"
    assert result["sessions"]["begun"] == result["sessions"]["over"] == len(csms.payloads("StopTransaction")) > 0
    assert "Traceback" not in err


@LINUX
@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("signals", "exit_code"),
    [((signal.SIGKILL,), -signal.SIGKILL), ((signal.SIGINT, signal.SIGTERM), 130)],
    ids=["killed", "told twice"],
)
async def test_nothing_is_left_of_a_fleet_that_had_to_end_at_once(
    csms: ScriptedCsms, signals: tuple[signal.Signals, ...], exit_code: int
) -> None:
    csms.answers["StopTransaction"] = lambda _: asyncio.Event().wait()  # an orderly end would take the whole grace
    async with command(csms.url, *ENDLESS, "--session-length", "1s", "--grace", "10m", "--quiet") as process:
        await csms.receives("StopTransaction", within=PATIENCE)
        children = Children(process.pid)
        for each in signals:
            process.send_signal(each)
        code, _, err = await outcome(process)
        await children.gone()

    assert code == exit_code
    assert "Traceback" not in err
    csms.answers["StopTransaction"] = {}


@pytest.mark.asyncio
async def test_a_process_that_cannot_start_is_a_sentence(csms: ScriptedCsms, capfd: pytest.CaptureFixture[str]) -> None:
    plan = Plan(csms.url, stations=2, configuration={"Nonsense": "1"})
    with pytest.raises(ProcessDied, match=r"process [12] of 2 ended with exit code 1 in the middle of the run"):
        async with asyncio.timeout(PATIENCE):
            await Processes(plan, 2).run()
    assert "Nonsense" in capfd.readouterr().err


@pytest.mark.parametrize("processes", [1, 2, 3, 7, 10])
def test_every_station_is_in_one_process_and_keeps_its_time(processes: int) -> None:
    whole = Plan("ws://127.0.0.1/ocpp", stations=10, ramp=5.0)
    parts = [Plan(whole.url, stations=10, ramp=5.0, first=at, step=processes) for at in range(1, processes + 1)]

    dealt = [(move.at, part.identity(move.number)) for part in parts for move in part.moves()]
    assert sorted(dealt) == [(move.at, whole.identity(move.number)) for move in whole.moves()]
    assert max(len(part.numbers()) for part in parts) - min(len(part.numbers()) for part in parts) <= 1


def test_parts_together_count_what_one_would_have() -> None:
    chance, plan = Random(7), Plan("ws://127.0.0.1/ocpp")
    parts, alone = [Part(plan, Tally(), Timeline()) for _ in range(3)], Tally()
    for number in range(3000):
        took = int(chance.expovariate(1e-7))
        for tally in (parts[number % 3].tally, alone):
            counted = tally.action("Authorize" if number % 2 else "Heartbeat")
            counted.sent += 1
            counted.samples.add(took)
            counted.due.add(2 * took)
    for at, part in enumerate(parts):
        part.tally.frames_sent, part.stations, part.late = 10, Stations(5, 4, 3, 2, 1, 1), at / 10
        part.tally.failed_to_connect("the connection was refused")
        part.bytes_before, part.bytes_with_all, part.cpu_seconds, part.seconds = 100, 150, 1.5, 4.0 + at
        part.tally.problems["Heartbeat: no answer in time"] = at
        part.tally.violations["R", "MUST", "csms", "Heartbeat"] = Violation("R", "MUST", "csms", "Heartbeat", "", "", 2)
    sum_of = together(plan, parts)

    assert sum_of.tally.together().samples.percentiles(0.5, 0.95, 0.99) == alone.together().samples.percentiles(
        0.5, 0.95, 0.99
    )
    assert sum_of.tally.together().due.percentiles(0.5, 0.95) == alone.together().due.percentiles(0.5, 0.95)
    assert sum_of.tally.action("Heartbeat").sent == 1500
    assert (sum_of.tally.frames_sent, sum_of.stations, sum_of.tally.breaches("csms")) == (
        30, Stations(15, 12, 9, 6, 3, 3), 6
    )  # fmt: skip
    assert (sum_of.tally.not_connected, sum_of.tally.not_connected_by) == (3, {"the connection was refused": 3})
    assert (sum_of.bytes_before, sum_of.bytes_with_all, sum_of.cpu_seconds) == (300, 450, 4.5)
    assert (sum_of.late, sum_of.seconds, sum_of.in_time) == (0.2, 6.0, True)
    assert sum_of.tally.problems == {"Heartbeat: no answer in time": 3}
    parts[1].bytes_with_all, parts[1].in_time = None, False
    sum_of = together(plan, parts)
    assert (sum_of.bytes_with_all, sum_of.in_time) == (None, False)
    assert parts[0].tally.breaches("csms") == 2, "a part stays what it was"
