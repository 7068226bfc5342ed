"""Clocks of a fleet that are off, and a CSMS that tells the time (1.6 §4.2, §4.6)."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from simulator import VirtualClock
from simulator.fleet import Fleet, Plan
from simulator.fleet.cli.main import main
from simulator.fleet.counting.clocks import Clocks, sentence
from simulator.fleet.counting.tally import Tally
from simulator.fleet.counting.timeline import Timeline
from simulator.fleet.locust.telling import packed, read
from simulator.fleet.processes.part import Part
from simulator.kernel.timekeeping import CsmsClock
from tests import ROOT
from tests.simulator.support.scripted_csms import ScriptedCsms

SCHEMA = json.loads((ROOT / "schemas" / "documents" / "fleet.schema.json").read_text("utf-8"))
SKEW = 300.0


def text_of(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


@asynccontextmanager
async def running(
    csms: ScriptedCsms, clock: VirtualClock, rule: str | None, skew: float = SKEW
) -> AsyncIterator[Fleet]:
    """Five stations that are online; the CSMS tells the time of `clock`."""

    def told(_: dict[str, Any]) -> dict[str, Any]:
        return {"status": "Accepted", "currentTime": text_of(clock.now()), "interval": 100}

    csms.answers["BootNotification"] = told
    csms.answers["Heartbeat"] = lambda _: {"currentTime": text_of(clock.now())}
    plan = Plan(
        csms.url,
        stations=5,
        ramp=5.0,
        duration=3600.0,
        session_every=0.0,
        clock_skew=skew,
        csms_clock=None if rule is None else CsmsClock.of(rule),
    )
    fleet = Fleet(plan, clock=clock)
    run = asyncio.create_task(fleet.run())
    await asyncio.sleep(0)
    await clock.advance(2.0)
    assert fleet.online == 5
    try:
        yield fleet
    finally:
        fleet.stop()
        async with asyncio.timeout(30):
            await run
    assert fleet.tally.breaches("station") == 0, fleet.tally.violations


def deviations(fleet: Fleet, clock: VirtualClock) -> list[float]:
    return [(one.station.clock.now() - clock.now()).total_seconds() for one in fleet.members.values()]


@pytest.mark.asyncio
async def test_clocks_that_are_off_are_corrected_where_the_time_of_the_csms_is_taken(
    csms: ScriptedCsms, clock: VirtualClock
) -> None:
    async with running(csms, clock, "take") as fleet:
        skews = [abs(fleet.plan.skew(number)) for number in range(1, 6)]
        assert deviations(fleet, clock) == [0.0] * 5
        await clock.advance(100.0)
        member = next(iter(fleet.members.values()))
        await member.station.plug_in(1)
        await member.station.present("TAG-1", 1)
        await clock.settle()
        now = clock.now()
    (started,) = csms.payloads("StartTransaction")

    assert datetime.fromisoformat(started["timestamp"]) == now
    assert len({*skews}) == 5
    assert max(skews) <= SKEW
    facts = fleet.clocks.facts()
    assert (facts["compared"], facts["corrected"]) == (5, 5)
    assert facts["off_s"] == pytest.approx({"mean": sum(skews) / 5, "max": max(skews)}, abs=0.01)
    assert facts["left_s"] == {"mean": 0.0, "max": 0.0}


@pytest.mark.parametrize("rule", [None, "ignore"])
@pytest.mark.asyncio
async def test_clocks_stay_as_they_are_where_it_is_ignored(
    csms: ScriptedCsms, clock: VirtualClock, rule: str | None
) -> None:
    async with running(csms, clock, rule) as fleet:
        assert deviations(fleet, clock) == pytest.approx([fleet.plan.skew(number) for number in range(1, 6)])
    facts = fleet.clocks.facts()

    assert (facts["compared"], facts["corrected"], facts["corrections"]) == (5, 0, 0)
    assert facts["left_s"] == facts["off_s"]
    assert facts["off_s"]["max"] > 0


@pytest.mark.asyncio
async def test_only_those_that_are_off_by_more_are_corrected(csms: ScriptedCsms, clock: VirtualClock) -> None:
    async with running(csms, clock, "220") as fleet:
        wrong = [skew for number in range(1, 6) if abs(skew := fleet.plan.skew(number)) > 220]
        await clock.advance(200.0)
    facts = fleet.clocks.facts()

    assert 0 < len(wrong) < 5
    assert (facts["corrected"], facts["corrections"]) == (len(wrong), len(wrong))
    assert 0 < facts["left_s"]["max"] <= 220 < facts["off_s"]["max"]


@pytest.mark.asyncio
async def test_a_csms_that_is_wrong_is_seen_by_clocks_that_are_right(csms: ScriptedCsms, clock: VirtualClock) -> None:
    async with running(csms, clock, "take", skew=0.0) as fleet:
        csms.answers["Heartbeat"] = {"currentTime": "2030-01-01T00:00:00Z"}
        await clock.advance(100.0)
        assert {one.station.clock.now().year for one in fleet.members.values()} == {2030}
        await fleet.remove(1)
        left = fleet.clocks
    assert (left.compared, left.corrected, left.furthest_off) == (5, 5, 0.0)
    assert fleet.clocks.compared == 5, "those that were taken away count, too"


def test_the_clocks_of_all_processes_are_together() -> None:
    parts = [Clocks(2, 1, 3, 10.0, 8.0, 1.0, 0.75), Clocks(), Clocks(2, 2, 2, 6.0, 5.0, 0.0, 0.0)]
    facts = Clocks.together(parts).facts()

    assert facts == {
        "compared": 4,
        "corrected": 3,
        "corrections": 5,
        "off_s": {"mean": 4.0, "max": 8.0},
        "left_s": {"mean": 0.25, "max": 0.75},
    }
    said = "4 compared, off by 4.0 s on average and 8.0 s at most; 3 corrected, then off by 0.8 s at most"
    assert sentence(facts) == said
    assert sentence(Clocks().facts()) == "no station was told the time"
    assert Clocks().facts()["off_s"] is None
    told = Part(Plan("ws://127.0.0.1"), Tally(), Timeline(), clocks=parts[0])
    assert read(packed(told), told.plan).clocks == parts[0]


@pytest.mark.parametrize("processes", ["1", "2"])
@pytest.mark.asyncio
async def test_the_command_says_how_far_clocks_were_off(csms: ScriptedCsms, tmp_path: Path, processes: str) -> None:
    csms.answers["BootNotification"] = lambda _: {
        "status": "Accepted",
        "currentTime": text_of(datetime.now(UTC)),
        "interval": 300,
    }
    brief = ("--stations", "4", "--ramp", "20/s", "--duration", "1500ms", "--session-every", "0")
    file, html = tmp_path / "fleet.json", tmp_path / "fleet.html"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator.fleet.cli.main", csms.url, *brief, "--processes", processes),
        *("--csms-clock", "5", "--clock-skew", "1h", "--json", str(file), "--html", str(html)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()

    assert (process.returncode, err) == (0, b"")
    result = json.loads(file.read_text("utf-8"))
    jsonschema.validate(result, SCHEMA)
    assert (result["plan"]["csms_clock_s"], result["plan"]["clock_skew_s"]) == (5.0, 3600.0)
    clocks = result["clocks"]
    assert (clocks["compared"], clocks["corrected"], clocks["corrections"]) == (4, 4, 4)
    assert 5 < clocks["off_s"]["mean"] <= clocks["off_s"]["max"] <= 3700
    assert clocks["left_s"] == {"mean": 0.0, "max": 0.0}
    assert f"clocks: {sentence(clocks)}" in out.decode().splitlines()
    assert f"set off by up to 3600 s, that of the CSMS is taken over above 5 s: {sentence(clocks)}" in html.read_text()


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("--csms-clock", "never"), "--csms-clock 'never' is none of ignore, take, or the seconds above which it is"),
        (("--clock-skew", "11x"), "--clock-skew: "),
        (("--clock-skew", "100000h"), "--clock-skew is at most 3.1536e+08 (ten years)"),
    ],
)
def test_what_is_no_clock_is_refused(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, str], wanted: str
) -> None:
    assert main(["ws://127.0.0.1:1/ocpp", *arguments]) == 2
    assert wanted in capsys.readouterr().err
