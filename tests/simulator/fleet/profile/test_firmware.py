"""Firmware waves that a load profile plays. What the CSMS orders itself is in `test_asked.py`."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from simulator import VirtualClock
from simulator.fleet.plan import Make
from simulator.fleet.profile.stages import Outage, Stage, Wave
from simulator.fleet.report.result import Measured, result
from simulator.models import Model
from tests.simulator.fleet.profile.test_run import running
from tests.simulator.support.scripted_csms import ScriptedCsms

pytestmark = pytest.mark.asyncio

STATUS = "FirmwareStatusNotification"
WHOLE = {"Downloading": 1, "Downloaded": 1, "Installing": 1, "Installed": 1}


def versions(csms: ScriptedCsms) -> Counter[str]:
    """How many boots there were with each version."""
    return Counter(payload.get("firmwareVersion", "") for payload in csms.payloads("BootNotification"))


async def test_a_wave_updates_all_and_each_boots_with_the_new_version(csms: ScriptedCsms, clock: VirtualClock) -> None:
    stages = (Stage("up", 4.0), Stage("wave", 120.0, firmware=Wave("2.0.1", download=20.0)))
    async with running(csms, clock, *stages) as fleet:
        await clock.advance(4.5)
        assert Counter(p["status"] for p in csms.payloads(STATUS)) == {"Downloading": 4}
        await clock.advance(19.0)
        assert Counter(p["status"] for p in csms.payloads(STATUS)) == {"Downloading": 4}
        await clock.advance(80.0)
        assert fleet.online == 4
        assert versions(csms) == {"": 4, "2.0.1": 4}
        assert fleet.tally.firmware == Counter({status: 4 * count for status, count in WHOLE.items()})
        assert fleet.stations.lost == 0, "who boots is not lost"
    part = fleet.course[1].tally.firmware
    assert part == fleet.tally.firmware
    assert fleet.course[0].tally.firmware == {}
    facts = result(fleet, Measured(datetime.now(UTC), 1.0, 1.0, True))
    assert facts["firmware"] == facts["stages"][1]["firmware"] == dict.fromkeys(sorted(WHOLE), 4)
    assert facts["plan"]["stages"][1]["firmware"] == {"version": "2.0.1", "share": 1.0, "over": 0.0, "download": 20.0}


async def test_a_share_is_updated_one_after_the_other_and_the_seed_says_who_and_when(
    csms: ScriptedCsms, clock: VirtualClock
) -> None:
    async def begun(seed: int) -> list[list[int]]:
        own = VirtualClock()
        csms.forget()
        stages = (Stage("up", 4.0), Stage("wave", 200.0, firmware=Wave("2.0.1", 0.5, over=100.0)))
        found: list[list[int]] = []
        async with running(csms, own, *stages, stations=12, seed=seed) as fleet:
            await own.advance(4.0)
            for _ in range(5):
                await own.advance(25.0)
                found.append(sorted(m.number for m in fleet.members.values() if is_new(m.station)))
        return found

    first = await begun(1)
    assert 2 <= len(first[-1]) <= 10
    assert len(first[-1]) > len(first[0]), "not all at once"
    assert await begun(1) == first
    assert await begun(2) != first


def is_new(station: Any) -> bool:
    return "firmwareVersion" in station.parts.registration.identity


async def test_who_charges_is_not_disturbed_and_who_is_offline_waits(csms: ScriptedCsms, clock: VirtualClock) -> None:
    stages = (
        Stage("up", 4.0),
        Stage("wave", 300.0, outage=Outage("network", 60.0, 0.5), firmware=Wave("2.0.1")),
    )
    plan = {"session_every": 1.0, "session_length": 40.0, "back_off": False, "stations": 12}
    async with running(csms, clock, *stages, **plan) as fleet:
        await clock.advance(30.0)
        offline = [member.station for member in fleet.members.values() if not member.station.online]
        assert offline
        await clock.advance(250.0)

    assert versions(csms) == {"": 12, "2.0.1": 12}
    reasons = Counter(payload.get("reason") for payload in csms.payloads("StopTransaction"))
    assert "Reboot" not in reasons, "an installation waits until the connectors are free"


async def test_a_station_without_the_profile_is_passed_by_and_told_of(csms: ScriptedCsms, clock: VirtualClock) -> None:
    text = Model.load("ac-22kw").text
    plain = Model.parse(f'profiles = ["Core"]\n{text}', "plain")
    stages = (Stage("up", 4.0), Stage("wave", 60.0, firmware=Wave("2.0.1")))
    async with running(csms, clock, *stages, makes=(Make(plain, 1.0),)) as fleet:
        await clock.advance(50.0)

    assert csms.payloads(STATUS) == []
    (sentence,) = fleet.tally.problems
    assert sentence.startswith("a firmware wave passed a station by: this station has no firmware updates")
    assert fleet.tally.problems[sentence] == 4


async def test_what_is_interrupted_by_a_power_cut_begins_anew(csms: ScriptedCsms, clock: VirtualClock) -> None:
    stages = (
        Stage("up", 4.0, firmware=None),
        Stage("wave", 10.0, firmware=Wave("2.0.1", download=60.0)),
        Stage("cut", 200.0, outage=Outage("power", 5.0)),
    )
    async with running(csms, clock, *stages) as fleet:
        await clock.advance(200.0)

    assert versions(csms) == {"": 8, "2.0.1": 4}
    assert fleet.tally.firmware["Downloading"] == 8
    assert fleet.tally.firmware["Installed"] == 4


async def test_a_wave_after_an_ordered_update_that_failed_is_no_repetition_of_it(
    csms: ScriptedCsms, clock: VirtualClock
) -> None:
    stages = (Stage("up", 4.0, at_once=True), Stage("wave", 200.0, firmware=Wave("2.0.1")))
    async with running(csms, clock, *stages, stations=1):
        await clock.advance(1.0)
        csms.excused.add("FW-05")  # nobody tells it that what begins has another reason than its order
        where = "http://127.0.0.1:9/none.bin"
        await csms.call("UpdateFirmware", location=where, retrieveDate="2020-01-01T00:00:00Z", retries=0)
        await csms.until(lambda: {"status": "DownloadFailed"} in csms.payloads(STATUS))
        await clock.advance(150.0)

    told = [payload["status"] for payload in csms.payloads(STATUS)]
    assert told == ["Downloading", "DownloadFailed", *WHOLE]
